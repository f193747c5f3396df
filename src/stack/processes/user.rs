//! Who Postgres runs as.

use std::fs;

use crate::stack::config::user_id;

/// A user of this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct User {
    pub(super) uid: u32,
    pub(super) gid: u32,
}

/// Whom Postgres has to run as instead of this process's own user: nobody else, unless that is root, as whom it refuses to run.
/// Then it is the user of the system's own Postgres, or else the one that owns nothing.
pub(super) fn for_postgres() -> Option<User> {
    if user_id() != Some(0) {
        return None;
    }
    let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let nobody = User {
        uid: 65534,
        gid: 65534,
    };
    Some(
        named(&passwd, "postgres")
            .or_else(|| named(&passwd, "nobody"))
            .unwrap_or(nobody),
    )
}

/// The user of a name in the format of passwd(5).
fn named(passwd: &str, name: &str) -> Option<User> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next()? != name {
            return None;
        }
        let _password = fields.next()?;
        Some(User {
            uid: fields.next()?.parse().ok()?,
            gid: fields.next()?.parse().ok()?,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_found_by_their_whole_name() {
        let passwd = "root:x:0:0:root:/root:/bin/sh\npostgresql:x:7:7::/:\npostgres:x:101:104:PG:/var:/bin/sh\n";

        assert_eq!(named(passwd, "postgres"), Some(User { uid: 101, gid: 104 }));
        assert_eq!(named(passwd, "nobody"), None);
    }
}
