//! Two results beside one another, for people to see where they part.

use super::columns::{counterparts, same_row};
use super::{Rows, Rule};

/// A golden row and what stands for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Beside {
    /// The golden row, unless there is one too many.
    pub(crate) golden: Option<usize>,
    /// The row that was seen, unless there is one too few.
    pub(crate) seen: Option<usize>,
    /// Whether they say the same.
    pub(crate) same: bool,
}

/// Puts rows beside their golden ones. Where order counts that is the row at the same place; else each golden row has one that
/// says the same, where there is one, and those that are left on both sides stand beside one another.
pub(crate) fn side_by_side(seen: &Rows, golden: &Rows, rule: &Rule) -> Vec<Beside> {
    let columns = counterparts(seen, golden, rule);
    let same = |row: usize, golden_row: usize| {
        same_row((seen, row), (golden, golden_row), &columns, rule.tolerance)
    };
    let (all, all_golden) = (seen.rows.len(), golden.rows.len());
    if rule.ordered {
        let beside = |at: usize| Beside {
            golden: (at < all_golden).then_some(at),
            seen: (at < all).then_some(at),
            same: at < all && at < all_golden && same(at, at),
        };
        return (0..all.max(all_golden)).map(beside).collect();
    }
    let mut free: Vec<usize> = (0..all).collect();
    let mut pairs: Vec<Beside> = Vec::with_capacity(all_golden);
    for golden_row in 0..all_golden {
        let at = free.iter().position(|row| same(*row, golden_row));
        pairs.push(Beside {
            golden: Some(golden_row),
            seen: at.map(|at| free.remove(at)),
            same: at.is_some(),
        });
    }
    let mut left = free.into_iter();
    for pair in pairs.iter_mut().filter(|pair| pair.seen.is_none()) {
        pair.seen = left.next();
    }
    pairs.extend(left.map(|row| Beside {
        golden: None,
        seen: Some(row),
        same: false,
    }));
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{Column, Kind};

    fn rows(cells: &[&str]) -> Rows {
        Rows {
            columns: vec![Column {
                name: "c".to_owned(),
                kind: Kind::Text,
            }],
            rows: cells
                .iter()
                .map(|cell| vec![Some((*cell).to_owned())])
                .collect(),
        }
    }

    fn told(
        seen: &[&str],
        golden: &[&str],
        ordered: bool,
    ) -> Vec<(Option<usize>, Option<usize>, bool)> {
        let rule = Rule {
            ordered,
            ..Rule::default()
        };
        side_by_side(&rows(seen), &rows(golden), &rule)
            .into_iter()
            .map(|it| (it.golden, it.seen, it.same))
            .collect()
    }

    #[test]
    fn in_order_rows_stand_beside_those_at_their_place() {
        assert_eq!(
            told(&["a", "c", "d"], &["a", "b"], true),
            [
                (Some(0), Some(0), true),
                (Some(1), Some(1), false),
                (None, Some(2), false)
            ]
        );
    }

    #[test]
    fn without_order_each_row_finds_its_own() {
        assert_eq!(
            told(&["c", "a", "x"], &["a", "b"], false),
            [
                (Some(0), Some(1), true),
                (Some(1), Some(0), false),
                (None, Some(2), false)
            ]
        );
        assert_eq!(told(&[], &["a"], false), [(Some(0), None, false)]);
    }
}
