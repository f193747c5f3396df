//! The seed's files, carried inside this program so that it works without its source tree.

use sha2::{Digest, Sha256};

macro_rules! seed_files {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../../seed-sql/", $name)))),*]
    };
}

/// Every SQL file of `seed-sql`, in the order in which they are run.
pub(super) const FILES: &[(&str, &str)] = seed_files![
    "00-settings.sql",
    "01-schema.sql",
    "02-provinces.sql",
    "03-districts.sql",
    "04-profiles.sql",
    "05-words.sql",
    "06-subdistricts.sql",
    "07-villages.sql",
    "08-cooperative-types.sql",
    "09-klus.sql",
    "10-cooperatives.sql",
    "11-members.sql",
    "12-management.sql",
    "13-outlets.sql",
    "14-cooperative-klus.sql",
    "15-partnerships.sql",
    "16-upkdk.sql",
    "17-domains.sql",
    "18-mergers.sql",
    "80-keys.sql",
    "85-comments.sql",
    "90-role.sql",
    "91-grants.sql",
    "92-database.sql",
    "99-finish.sql",
];

/// The rights on a database itself, which a clone does not inherit.
pub(super) const DATABASE_RIGHTS: &str = include_str!("../../../seed-sql/92-database.sql");

/// The program that runs those files: what it makes of them is part of what a seeded server holds.
const PROGRAM: &[(&str, &str)] = &[
    ("database.rs", include_str!("database.rs")),
    ("load.rs", include_str!("load.rs")),
    ("template.rs", include_str!("template.rs")),
];

/// The digest of the seed, in hexadecimal.
pub(in crate::stack) fn digest() -> String {
    digest_of(FILES)
}

/// The digest of everything that decides what a seeded server holds, apart from the scale, in hexadecimal.
pub(in crate::stack) fn filling_digest() -> String {
    digest() + &digest_of(PROGRAM)
}

fn digest_of(files: &[(&str, &str)]) -> String {
    let mut hash = Sha256::new();
    for (name, content) in files {
        for part in [name.as_bytes(), content.as_bytes()] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
    }
    hex(&hash.finalize())
}

/// Bytes in lower-case hexadecimal.
pub(in crate::stack) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_list_is_what_the_directory_holds_in_order() {
        let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/seed-sql");
        let mut there: Vec<String> = fs::read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.ends_with(".sql"))
            .collect();
        there.sort();
        let listed: Vec<&str> = FILES.iter().map(|(name, _)| *name).collect();

        assert_eq!(listed, there);
    }
}
