//! Noticing that nothing is found.

use crate::contract::Event;

/// So many empty results in a row are worth a warning (contract §5).
const WORTH_A_WARNING: u64 = 5;

/// How many of the last results were empty.
#[derive(Debug, Default)]
pub(super) struct EmptyResults(u64);

impl EmptyResults {
    /// Counts a result; the fifth empty one in a row brings a warning.
    pub(super) fn count(&mut self, rows: usize) -> Option<Event> {
        if rows > 0 {
            self.0 = 0;
            return None;
        }
        self.0 += 1;
        (self.0 == WORTH_A_WARNING).then(|| Event::NoDataWarning {
            message: format!("{WORTH_A_WARNING} queries in a row returned no rows"),
            consecutive_empty_count: WORTH_A_WARNING,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fifth_empty_result_in_a_row_brings_one_warning() {
        let mut results = EmptyResults::default();
        let warned: Vec<bool> = [0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]
            .map(|rows| results.count(rows).is_some())
            .to_vec();
        let fifth = warned.iter().position(|warned| *warned);
        assert_eq!(fifth, Some(9), "{warned:?}");
        assert_eq!(warned.iter().filter(|warned| **warned).count(), 1);
    }
}
