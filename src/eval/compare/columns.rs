//! Which column is which, and whether the rows are the same then.

use super::Difference;
use super::cell::{Cell, same};
use crate::eval::{Golden, Rows};

/// How many ways to find the golden columns are tried, after those that no single column excludes.
const MOST_WAYS: usize = 1_000;

/// Whether a result holds the golden rows.
///
/// # Errors
/// In what it differs.
pub fn compare(seen: &Rows, golden: &Rows, rule: &Golden) -> Result<(), Difference> {
    let (width, golden_width) = (seen.columns.len(), golden.columns.len());
    if width < golden_width || width > golden_width + rule.extra_columns {
        return Err(Difference::Columns {
            seen: width,
            golden: golden_width,
            extra: rule.extra_columns,
        });
    }
    if seen.rows.len() != golden.rows.len() {
        return Err(Difference::Rows {
            seen: seen.rows.len(),
            golden: golden.rows.len(),
        });
    }
    let pair = Pair { seen, golden };
    match pair.found(rule.ordered) {
        Err(_) if rule.ordered && pair.found(false).is_ok() => Err(Difference::Order),
        found => found,
    }
}

struct Pair<'a> {
    seen: &'a Rows,
    golden: &'a Rows,
}

impl Pair<'_> {
    /// Looks for a column for each golden one: the same places first, then any others that hold the same.
    fn found(&self, ordered: bool) -> Result<(), Difference> {
        let width = self.golden.columns.len();
        let places: Vec<usize> = (0..width).collect();
        if self.same_rows(&places, &places, ordered) {
            return Ok(());
        }
        let mut candidates = Vec::with_capacity(width);
        for at in 0..width {
            let fits: Vec<usize> = (0..self.seen.columns.len())
                .filter(|place| self.same_rows(&[*place], &[at], ordered))
                .collect();
            if fits.is_empty() {
                return Err(Difference::Column {
                    number: at + 1,
                    name: self.golden.columns[at].name.clone(),
                });
            }
            candidates.push(fits);
        }
        let mut left = MOST_WAYS;
        if self.any_way(&candidates, &mut Vec::new(), ordered, &mut left) {
            Ok(())
        } else {
            Err(Difference::Pairing)
        }
    }

    fn any_way(
        &self,
        candidates: &[Vec<usize>],
        chosen: &mut Vec<usize>,
        ordered: bool,
        left: &mut usize,
    ) -> bool {
        let Some(fits) = candidates.get(chosen.len()) else {
            *left = left.saturating_sub(1);
            let golden: Vec<usize> = (0..chosen.len()).collect();
            return self.same_rows(chosen, &golden, ordered);
        };
        for place in fits {
            if *left == 0 || chosen.contains(place) {
                continue;
            }
            chosen.push(*place);
            let fits = self.any_way(candidates, chosen, ordered, left);
            chosen.pop();
            if fits {
                return true;
            }
        }
        false
    }

    /// Whether the rows are the same in some columns, in order or as a multiset.
    fn same_rows(&self, seen: &[usize], golden: &[usize], ordered: bool) -> bool {
        let same = |row: usize, golden_row: usize| {
            seen.iter().zip(golden).all(|(place, golden_place)| {
                same(
                    cell(self.seen, row, *place),
                    cell(self.golden, golden_row, *golden_place),
                )
            })
        };
        let count = self.golden.rows.len();
        if (0..count).all(|row| same(row, row)) {
            return true;
        }
        if ordered {
            return false;
        }
        // Each golden row takes one that nobody has taken: a row that is there twice must be there twice.
        let mut free: Vec<usize> = (0..count).collect();
        (0..count).all(
            |golden_row| match free.iter().position(|row| same(*row, golden_row)) {
                Some(at) => {
                    free.swap_remove(at);
                    true
                }
                None => false,
            },
        )
    }
}

fn cell(rows: &Rows, row: usize, column: usize) -> Cell<'_> {
    (rows.rows[row][column].as_deref(), rows.columns[column].kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::{Column, Kind};

    /// Rows of words; `-` is null; a column is of numbers when all of its cells are.
    fn rows(lines: &[&str]) -> Rows {
        let rows: Vec<Vec<Option<String>>> = lines
            .iter()
            .map(|line| {
                let cell = |word: &str| (word != "-").then(|| word.to_owned());
                line.split(' ').map(cell).collect()
            })
            .collect();
        let width = rows.first().map_or(0, Vec::len);
        let number = |at: usize| {
            rows.iter()
                .filter_map(|row: &Vec<Option<String>>| row[at].as_ref())
                .all(|cell| cell.parse::<f64>().is_ok())
        };
        let columns = (0..width)
            .map(|at| Column {
                name: format!("c{}", at + 1),
                kind: if number(at) { Kind::Number } else { Kind::Text },
            })
            .collect();
        Rows { columns, rows }
    }

    fn judged(seen: &[&str], golden: &[&str], ordered: bool, extra: usize) -> Option<Difference> {
        let rule = Golden {
            sql: String::new(),
            ordered,
            extra_columns: extra,
        };
        compare(&rows(seen), &rows(golden), &rule).err()
    }

    #[test]
    fn order_counts_where_it_was_asked_for() {
        let (seen, golden) = (["a 1", "b 2"], ["b 2", "a 1"]);
        assert_eq!(judged(&seen, &golden, false, 0), None);
        assert_eq!(judged(&seen, &golden, true, 0), Some(Difference::Order));
        assert_eq!(judged(&golden, &golden, true, 0), None);
    }

    #[test]
    fn rows_that_are_there_twice_must_be_there_twice() {
        let (seen, golden) = (["a 1", "a 1", "b 2"], ["a 1", "b 2", "b 2"]);
        assert!(judged(&seen, &golden, false, 0).is_some());
        assert_eq!(judged(&["b 2", "a 1", "b 2"], &golden, false, 0), None);
        assert_eq!(
            judged(&["a 1"], &golden, false, 0),
            Some(Difference::Rows { seen: 1, golden: 3 })
        );
    }

    #[test]
    fn multisets_of_rounded_numbers_are_found_whatever_they_sort_like() {
        assert_eq!(
            judged(&["9.33", "10.67"], &["10.6667", "9.3333"], false, 0),
            None
        );
    }

    #[test]
    fn golden_columns_are_found_wherever_they_are() {
        assert_eq!(judged(&["1 a", "2 b"], &["a 1", "b 2"], true, 0), None);
        assert_eq!(
            judged(&["1 a", "2 a"], &["a 1", "b 2"], false, 0),
            Some(Difference::Column {
                number: 1,
                name: "c1".to_owned()
            })
        );
    }

    #[test]
    fn columns_that_are_right_one_by_one_must_belong_together() {
        assert_eq!(
            judged(&["a 2", "b 1"], &["a 1", "b 2"], false, 0),
            Some(Difference::Pairing)
        );
        // Two columns with the same values are told apart by their rows.
        assert_eq!(
            judged(&["2 1 a", "1 2 b"], &["a 1 2", "b 2 1"], false, 0),
            None
        );
    }

    #[test]
    fn one_column_does_not_stand_for_two() {
        assert_eq!(
            judged(&["1 7", "2 7"], &["1 1", "2 2"], false, 0),
            Some(Difference::Pairing)
        );
        assert_eq!(
            judged(&["1 1 7", "2 2 7"], &["1 1 1", "2 2 2"], true, 0),
            Some(Difference::Pairing)
        );
        assert_eq!(judged(&["1 7 1"], &["1 1"], false, 1), None);
    }

    #[test]
    fn further_columns_are_there_only_when_they_may() {
        let (seen, golden) = (["x a 1", "y b 2"], ["a 1", "b 2"]);
        assert_eq!(judged(&seen, &golden, true, 1), None);
        assert_eq!(
            judged(&seen, &golden, true, 0),
            Some(Difference::Columns {
                seen: 3,
                golden: 2,
                extra: 0
            })
        );
        assert_eq!(
            judged(&["a", "b"], &golden, true, 1),
            Some(Difference::Columns {
                seen: 1,
                golden: 2,
                extra: 1
            })
        );
    }

    #[test]
    fn nulls_are_values() {
        assert_eq!(judged(&["a -", "b 2"], &["b 2", "a -"], false, 0), None);
        assert!(judged(&["a -"], &["a 0"], false, 0).is_some());
    }

    #[test]
    fn differences_are_told_in_words() {
        let told = |difference: Option<Difference>| difference.map(|it| it.to_string());
        assert_eq!(
            told(judged(&["a 1"], &["a 1", "b 2"], false, 0)).as_deref(),
            Some("1 row instead of 2")
        );
        assert_eq!(
            told(judged(&["a"], &["a 1"], false, 2)).as_deref(),
            Some("1 column instead of 2 and up to 2 more")
        );
        assert_eq!(
            told(judged(&["a 1"], &["a 2"], false, 0)).as_deref(),
            Some("no column holds what the golden column 2 (`c2`) does")
        );
    }
}
