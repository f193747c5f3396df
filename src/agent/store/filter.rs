//! Filters on the ids of connections and conversations.
//!
//! Typesense compares words, not bytes: `a-b`, `ab` and `A-B` are the same to `:=`, and a backtick inside a quoted
//! value has no escape. So a filter only ever narrows what comes over the wire, for ids that it can spell without
//! doubt; what belongs to a connection or a conversation is decided by comparing the field itself afterwards.

/// Longer words are cut by Typesense's index, so that a filter on them would find nothing.
const MAX_FILTERED_BYTES: usize = 64;

/// The filter for documents whose fields have these values, those left out that hold anything that a filter could misread;
/// none when nothing is left.
pub(super) fn matching(fields: &[(&str, &str)]) -> Option<String> {
    let parts: Vec<String> = fields
        .iter()
        .filter(|(_, id)| is_plain(id))
        .map(|(field, id)| format!("{field}:=`{id}`"))
        .collect();
    (!parts.is_empty()).then(|| parts.join(" && "))
}

fn is_plain(id: &str) -> bool {
    id.len() <= MAX_FILTERED_BYTES
        && id.bytes().any(|b| b.is_ascii_alphanumeric())
        && id
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_ids_are_quoted() {
        assert_eq!(
            matching(&[("db_connection_id", "koperasi-1.test_2")]).as_deref(),
            Some("db_connection_id:=`koperasi-1.test_2`")
        );
        assert_eq!(
            matching(&[("db_connection_id", "a"), ("session_id", "b")]).as_deref(),
            Some("db_connection_id:=`a` && session_id:=`b`")
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
            assert_eq!(matching(&[("f", id)]), None, "{id:?}");
            let beside = matching(&[("f", "plain"), ("g", id)]);
            assert_eq!(beside.as_deref(), Some("f:=`plain`"), "{id:?}");
        }
    }
}
