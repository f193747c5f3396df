//! A number with its noun.

/// `1 event`, `2 events`.
pub(crate) fn counted(number: usize, thing: &str) -> String {
    match number {
        1 => format!("1 {thing}"),
        many => format!("{many} {thing}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_is_singular() {
        let of = |number| counted(number, "event");
        assert_eq!([of(0), of(1), of(2)], ["0 events", "1 event", "2 events"]);
    }
}
