//! Filters on a connection's id.
//!
//! Typesense compares words, not bytes: `a-b`, `ab` and `A-B` are the same to `:=`, and a backtick inside a quoted
//! value has no escape. So a filter only ever narrows what comes over the wire, for ids that it can spell without
//! doubt; what belongs to the connection is decided by comparing the field itself afterwards.

/// Longer words are cut by Typesense's index, so that a filter on them would find nothing.
const MAX_FILTERED_BYTES: usize = 64;

/// The filter for the documents of a connection, or none when the id holds anything that a filter could misread.
pub(super) fn of_connection(id: &str) -> Option<String> {
    let plain = id.len() <= MAX_FILTERED_BYTES
        && id.bytes().any(|b| b.is_ascii_alphanumeric())
        && id
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'));
    plain.then(|| format!("db_connection_id:=`{id}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_ids_are_quoted() {
        assert_eq!(
            of_connection("koperasi-1.test_2").as_deref(),
            Some("db_connection_id:=`koperasi-1.test_2`")
        );
    }

    #[test]
    fn anything_else_is_never_put_into_a_filter() {
        for id in [
            "",
            "-",
            "a b",
            "a`b",
            "x` || db_connection_id:!=`y",
            "a,b",
            "[a]",
            "a&&b",
            "é",
            "a\nb",
            "a\\b",
            &"x".repeat(65),
        ] {
            assert_eq!(of_connection(id), None, "{id:?}");
        }
    }
}
