//! Identifiers and literals.

/// Words that cannot stand unquoted as a column or table name.
const RESERVED: [&str; 32] = [
    "all", "and", "any", "as", "asc", "both", "case", "check", "column", "desc", "distinct", "do",
    "else", "end", "from", "grant", "group", "having", "in", "limit", "not", "null", "offset",
    "on", "or", "order", "select", "table", "then", "user", "when", "where",
];

/// A name as SQL: quoted where it must be.
pub(in super::super) fn ident(name: &str) -> String {
    let mut chars = name.chars();
    let plain = chars
        .next()
        .is_some_and(|c| c.is_ascii_lowercase() || c == '_')
        && chars.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if plain && !RESERVED.contains(&name) {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('"', "\"\""))
    }
}

/// `table.column`.
pub(in super::super) fn qualified(table: &str, column: &str) -> String {
    format!("{}.{}", ident(table), ident(column))
}

/// A text as a literal.
pub(in super::super) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A title as a column name: `rata-rata modal awal` → `rata_rata_modal_awal`.
pub(in super::super) fn alias(title: &str) -> String {
    /// Postgres cuts names after 63 bytes; titles are cut before, at a word.
    const LONGEST: usize = 50;
    let mut name = String::new();
    for word in title
        .to_lowercase()
        .split(|c: char| !c.is_ascii_alphanumeric())
    {
        if word.is_empty() {
            continue;
        }
        if !name.is_empty() && name.len() + 1 + word.len() > LONGEST {
            break;
        }
        if !name.is_empty() {
            name.push('_');
        }
        name.push_str(word);
    }
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        name.insert_str(0, "n_");
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_what_must_be_quoted() {
        assert_eq!(
            qualified("cooperative", "provinceId"),
            "cooperative.\"provinceId\""
        );
        assert_eq!(ident("order"), "\"order\"");
        assert_eq!(ident("a\"b"), "\"a\"\"b\"");
        assert_eq!(literal("O'Brien"), "'O''Brien'");
    }

    #[test]
    fn makes_column_names_of_titles() {
        assert_eq!(alias("rata-rata modal awal"), "rata_rata_modal_awal");
        assert_eq!(alias("kabupaten/kota"), "kabupaten_kota");
        assert_eq!(alias("10 besar"), "n_10_besar");
        assert_eq!(alias(&"abcdefghi ".repeat(9)).len(), 49);
    }
}
