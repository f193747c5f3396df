//! The few bytes of a Typesense snapshot that name its server.
//!
//! A server that starts from a snapshot is ready at once, but only under the address and the ports that the snapshot names:
//! with others it takes twelve seconds to make itself its own leader. Three small files name them, in the format of braft:
//! four bytes of length, then a protocol buffer. The log, whose entries carry checksums, names them too; it is left out, and
//! its first index set behind the snapshot's one entry.

/// What `state/log/log_meta` says when the log begins with entry 2: length 2, then field 1 = 2.
pub(super) const EMPTY_LOG: [u8; 6] = [0, 0, 0, 2, 0x08, 2];

/// The name of a server: peering address, peering port and port of the API.
pub(super) fn peer(peering_port: u16, port: u16) -> String {
    format!("127.0.0.1:{peering_port}:{port}")
}

/// A file with another server's name in it. `None` when it does not hold the former name once, as a string of its own, where it
/// is expected: then the format is another than the one known here.
pub(super) fn renamed(file: &[u8], former: &str, new: &str) -> Option<Vec<u8>> {
    let mut places = file
        .windows(former.len())
        .enumerate()
        .filter(|(_, bytes)| *bytes == former.as_bytes())
        .map(|(at, _)| at);
    let (at, None) = (places.next()?, places.next()) else {
        return None;
    };
    let total = u32::from_be_bytes(file.get(..4)?.try_into().ok()?);
    if total as usize != file.len() - 4 || at < 6 {
        return None;
    }
    let mut renamed = [&file[..at], new.as_bytes(), &file[at + former.len()..]].concat();
    let resize = |length: u8| -> Option<u8> {
        let resized = usize::from(length) + new.len() - former.len();
        // A length from 128 on takes two bytes.
        u8::try_from(resized).ok().filter(|length| *length < 128)
    };
    let string_length = renamed[at - 1];
    if usize::from(string_length) != former.len() {
        return None;
    }
    renamed[at - 1] = resize(string_length)?;
    // Field 1 of a snapshot's description is a message that the name lies in (`LocalSnapshotPbMeta.meta`).
    let within = file[4] == 0x0a && at + former.len() <= 6 + usize::from(file[5]);
    if within {
        renamed[5] = resize(renamed[5])?;
    }
    let total = u32::try_from(renamed.len() - 4).ok()?;
    renamed[..4].copy_from_slice(&total.to_be_bytes());
    Some(renamed)
}

#[cfg(test)]
mod tests {
    use super::*;

    // As the server 0.24.1 wrote them.
    const RAFT_META: &[u8] = b"\0\0\0\x19\x08\x02\x12\x15127.0.0.1:18107:18108";
    const SNAPSHOT_META: &[u8] =
        b"\0\0\0\x39\x0a\x1b\x08\x01\x10\x02\x1a\x15127.0.0.1:18107:18108\x12\x1a\x0a\x16db_snapshot/000008.sst\x12\0";

    #[test]
    fn a_name_of_the_same_length_changes_nothing_else() {
        let former = peer(18107, 18108);
        let new = peer(45678, 34567);
        for file in [RAFT_META, SNAPSHOT_META] {
            let renamed = renamed(file, &former, &new).unwrap();
            let text = String::from_utf8_lossy(file).replace(&former, &new);
            assert_eq!(String::from_utf8_lossy(&renamed), text);
        }
    }

    #[test]
    fn a_shorter_name_shortens_every_length_around_it() {
        let former = peer(18107, 18108);
        let new = peer(8107, 8108);

        assert_eq!(
            renamed(RAFT_META, &former, &new).unwrap(),
            b"\0\0\0\x17\x08\x02\x12\x13127.0.0.1:8107:8108"
        );
        assert_eq!(
            renamed(SNAPSHOT_META, &former, &new).unwrap(),
            b"\0\0\0\x37\x0a\x19\x08\x01\x10\x02\x1a\x13127.0.0.1:8107:8108\x12\x1a\x0a\x16db_snapshot/000008.sst\x12\0"
        );
    }

    #[test]
    fn another_format_is_not_guessed_at() {
        let former = peer(18107, 18108);
        let renamed = |file: &[u8]| renamed(file, &former, &peer(1, 2));

        assert_eq!(renamed(b""), None);
        assert_eq!(renamed(b"\0\0\0\x02\x08\x02"), None);
        assert_eq!(renamed(&[RAFT_META, b"more"].concat()), None);
        assert_eq!(renamed(&RAFT_META.repeat(2)), None);
        assert_eq!(
            renamed(b"\0\0\0\x19\x08\x02\x12\x16127.0.0.1:18107:18108"),
            None
        );
    }
}
