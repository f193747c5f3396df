//! Which column is which, and whether the rows are the same then.

use super::cell::{Cell, same};
use super::{ColumnsBy, Difference, Rows, Rule};

/// How many ways to find the golden columns are tried, after those that no single column excludes.
const MOST_WAYS: usize = 1_000;

/// Whether a result holds the golden rows.
///
/// # Errors
/// In what it differs.
pub fn compare(seen: &Rows, golden: &Rows, rule: &Rule) -> Result<(), Difference> {
    let (width, golden_width) = (seen.columns.len(), golden.columns.len());
    if width < golden_width || width > golden_width + rule.extra_columns {
        return Err(Difference::Columns {
            seen: width,
            golden: golden_width,
            extra: rule.extra_columns,
        });
    }
    let tolerance = rule.tolerance;
    let pair = Pair {
        seen,
        golden,
        tolerance,
    };
    let named = match rule.columns {
        ColumnsBy::Name => Some(pair.by_name()?),
        _ => None,
    };
    if seen.rows.len() != golden.rows.len() {
        return Err(Difference::Rows {
            seen: seen.rows.len(),
            golden: golden.rows.len(),
        });
    }
    let found = |ordered| match (rule.columns, &named) {
        (ColumnsBy::Content, _) => pair.found(ordered),
        (ColumnsBy::Place, _) => {
            let places: Vec<usize> = (0..golden_width).collect();
            pair.held(&places, ordered, |number, name| Difference::Place {
                number,
                name,
            })
        }
        (ColumnsBy::Name, places) => {
            let places = places.as_deref().unwrap_or_default();
            pair.held(places, ordered, |_, name| Difference::Named { name })
        }
    };
    match found(rule.ordered) {
        Err(_) if rule.ordered && found(false).is_ok() => Err(Difference::Order),
        found => found,
    }
}

/// The column that stands for each golden one, as well as it can be told: results that differ have none for some, and the one at
/// the same place is taken then.
pub(super) fn counterparts(seen: &Rows, golden: &Rows, rule: &Rule) -> Vec<usize> {
    let pair = Pair {
        seen,
        golden,
        tolerance: rule.tolerance,
    };
    let all = seen.columns.len();
    let of = |at: usize| {
        let found = match rule.columns {
            ColumnsBy::Place => None,
            ColumnsBy::Name => {
                (0..all).find(|place| seen.columns[*place].name == golden.columns[at].name)
            }
            ColumnsBy::Content if seen.rows.len() != golden.rows.len() => None,
            ColumnsBy::Content => std::iter::once(at)
                .chain(0..all)
                .find(|place| *place < all && pair.same_rows(&[*place], &[at], false)),
        };
        found.unwrap_or(at)
    };
    (0..golden.columns.len()).map(of).collect()
}

/// Whether a row and a golden row are the same in their columns.
pub(super) fn same_row(
    (seen, row): (&Rows, usize),
    (golden, golden_row): (&Rows, usize),
    counterparts: &[usize],
    tolerance: Option<f64>,
) -> bool {
    counterparts.iter().enumerate().all(|(at, place)| {
        *place < seen.columns.len()
            && same(
                cell(seen, row, *place),
                cell(golden, golden_row, at),
                tolerance,
            )
    })
}

struct Pair<'a> {
    seen: &'a Rows,
    golden: &'a Rows,
    tolerance: Option<f64>,
}

impl Pair<'_> {
    /// The place of each golden column's namesake.
    fn by_name(&self) -> Result<Vec<usize>, Difference> {
        let columns = &self.seen.columns;
        let of = |name: &str| {
            let places = (0..columns.len()).filter(|place| columns[*place].name == name);
            match places.collect::<Vec<_>>()[..] {
                [place] => Ok(place),
                ref places => Err(Difference::Name {
                    name: name.to_owned(),
                    count: places.len(),
                }),
            }
        };
        self.golden
            .columns
            .iter()
            .map(|column| of(&column.name))
            .collect()
    }

    /// Whether these columns hold what the golden ones do; else the first that does not.
    fn held(
        &self,
        places: &[usize],
        ordered: bool,
        other: impl Fn(usize, String) -> Difference,
    ) -> Result<(), Difference> {
        let golden: Vec<usize> = (0..places.len()).collect();
        if self.same_rows(places, &golden, ordered) {
            return Ok(());
        }
        let differs = |at: &usize| !self.same_rows(&[places[*at]], &[*at], ordered);
        Err(match golden.into_iter().find(differs) {
            Some(at) => other(at + 1, self.golden.columns[at].name.clone()),
            None => Difference::Pairing,
        })
    }

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
                    self.tolerance,
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
    use crate::rows::{Column, Kind};

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
        let rule = Rule {
            ordered,
            extra_columns: extra,
            ..Rule::default()
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

    #[test]
    fn columns_count_by_place_or_by_name_where_that_is_asked_for() {
        let by = |columns, seen: &[&str], golden: &[&str]| {
            let rule = Rule {
                columns,
                extra_columns: 1,
                ..Rule::default()
            };
            compare(&rows(seen), &rows(golden), &rule)
                .err()
                .map(|it| it.to_string())
        };
        assert_eq!(by(ColumnsBy::Place, &["a 1 x"], &["a 1"]), None);
        assert_eq!(
            by(ColumnsBy::Place, &["1 a"], &["a 1"]).as_deref(),
            Some("column 1 does not hold what the golden column 1 (`c1`) does")
        );
        assert_eq!(by(ColumnsBy::Name, &["a 1"], &["a 1"]), None);
        assert_eq!(
            by(ColumnsBy::Name, &["1 a"], &["a 1"]).as_deref(),
            Some("the column `c1` does not hold what the golden one does")
        );
        let mut renamed = rows(&["a 1"]);
        renamed.columns[1].name = "c1".to_owned();
        let rule = Rule {
            columns: ColumnsBy::Name,
            ..Rule::default()
        };
        let said =
            |seen: &Rows, golden: &Rows| compare(seen, golden, &rule).unwrap_err().to_string();
        assert_eq!(said(&renamed, &rows(&["a 1"])), "2 columns are called `c1`");
        renamed.columns[0].name = "n".to_owned();
        assert_eq!(said(&rows(&["a 1"]), &renamed), "no column is called `n`");
    }
}
