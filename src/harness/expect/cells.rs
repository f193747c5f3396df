//! Cells of the rows that the run showed.

use std::fmt;

use serde_json::Value;

use super::figures::Writing;
use super::layout::{Layout, RIGHT};
use super::subject::Subject;
use super::{Expectations, Is, Unmet};

/// A row: by its number, from 0, or by what one of its columns holds.
#[derive(Debug, Clone)]
pub struct Row(Which);

#[derive(Debug, Clone)]
enum Which {
    At(usize),
    Where(String, Is),
}

impl From<usize> for Row {
    fn from(number: usize) -> Self {
        Self(Which::At(number))
    }
}

impl<I: Into<Is>> From<(&str, I)> for Row {
    fn from((column, is): (&str, I)) -> Self {
        Self(Which::Where(column.to_owned(), is.into()))
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Which::At(number) => write!(f, "of row {number}"),
            Which::Where(column, is) => write!(f, "of the row with `{column}` {is}"),
        }
    }
}

impl Expectations<'_> {
    /// A cell of the last `sql_result`. Rows are counted from 0, or found by what another column holds.
    ///
    /// ```no_run
    /// # use kai_e2e::harness::Is;
    /// # fn test(run: kai_e2e::harness::Run) -> Result<(), kai_e2e::harness::ExpectationError> {
    /// run.expect()
    ///     .cell(0, "provinsi", "DKI Jakarta")
    ///     .cell(("provinsi", "Bali"), "rata_rata_modal_awal_koperasi", Is::near(77_910_491.19, 0.01))
    ///     .check()
    /// # }
    /// ```
    pub fn cell(self, row: impl Into<Row>, column: &str, is: impl Into<Is>) -> Self {
        let (row, is) = (row.into(), is.into());
        let verdict = holds(&self, &row, column, &is)
            .map_err(|unmet| unmet.about(&format!("cell {row}, `{column}`")));
        self.judged(verdict)
    }
}

fn holds(expectations: &Expectations<'_>, row: &Row, column: &str, is: &Is) -> Result<(), Unmet> {
    let subject = &expectations.subject;
    let result = subject.sql_result()?;
    let rows: Vec<Vec<(&str, Value)>> = result
        .data
        .iter()
        .map(|row| {
            row.iter()
                .map(|(name, value)| (name.as_str(), value.clone()))
                .collect()
        })
        .collect();
    row.judge(subject, &rows, column, is, Writing::Unknown, "the result")
}

impl Row {
    /// Whether a cell of this row is as expected; `of` says whose rows they are.
    pub(super) fn judge(
        &self,
        subject: &Subject<'_>,
        rows: &[Vec<(&str, Value)>],
        column: &str,
        is: &Is,
        writing: Writing,
        of: &str,
    ) -> Result<(), Unmet> {
        if let Some(why) = is.unreadable() {
            return Err(Unmet::unreadable(why));
        }
        let row = self.find(subject, rows, writing, of)?;
        let value = cell(row, column).ok_or_else(|| no_column(subject, row, column, of))?;
        let met = match value {
            Value::String(text) if writing == Writing::Unknown => {
                is.met_in(value, Writing::of(text))
            }
            value => is.met_in(value, writing),
        };
        if met {
            return Ok(());
        }
        let mut layout = Layout::under("expected", "seen");
        for (name, value) in row {
            let seen = format!("{name}: {}", subject.show_value(value, RIGHT));
            match *name == column {
                true => layout.differs(format!("{name}: {is}"), seen),
                false => layout.same("", seen),
            }
        }
        Err(Unmet::differs(
            format!("cell {self}, `{column}` of {of} is another"),
            layout.text(),
        ))
    }

    fn find<'r, 'v>(
        &self,
        subject: &Subject<'_>,
        rows: &'r [Vec<(&'v str, Value)>],
        writing: Writing,
        of: &str,
    ) -> Result<&'r Vec<(&'v str, Value)>, Unmet> {
        match &self.0 {
            Which::At(number) => rows.get(*number).ok_or_else(|| {
                Unmet::not_judged(match rows.len() {
                    0 => format!("{of} has no rows"),
                    count => format!("{of} has {count} rows, 0 to {}", count - 1),
                })
            }),
            Which::Where(name, is) => {
                if let Some(why) = is.unreadable() {
                    return Err(Unmet::unreadable(why));
                }
                if let Some(row) = rows.first()
                    && cell(row, name).is_none()
                {
                    return Err(no_column(subject, row, name, of));
                }
                let fits = |row: &&Vec<_>| cell(row, name).is_some_and(|it| is.met_in(it, writing));
                let mut found = rows.iter().filter(fits);
                match (found.next(), found.count()) {
                    (Some(row), 0) => Ok(row),
                    (Some(_), more) => Err(Unmet::not_judged(format!(
                        "{} rows of {of} have `{name}` {is}; name one of them by its number",
                        more + 1
                    ))),
                    (None, _) => {
                        let all = rows.iter().filter_map(|row| cell(row, name));
                        let all: Vec<String> = all.map(|it| subject.show_value(it, 30)).collect();
                        Err(Unmet::not_judged(format!(
                            "no row of {of} has `{name}` {is}; they have {}",
                            subject.show(&all.join(", "), 300)
                        )))
                    }
                }
            }
        }
    }
}

fn cell<'r>(row: &'r [(&str, Value)], column: &str) -> Option<&'r Value> {
    row.iter()
        .find(|(name, _)| *name == column)
        .map(|(_, value)| value)
}

fn no_column(subject: &Subject<'_>, row: &[(&str, Value)], column: &str, of: &str) -> Unmet {
    let names: Vec<&str> = row.iter().map(|(name, _)| *name).collect();
    Unmet::not_judged(format!(
        "{of} has no column `{column}`; its columns are {}",
        subject.show(&names.join(", "), 300)
    ))
}
