//! Whether the run's SQL returns what hand-written SQL does.

use super::layout::{LEFT, Layout, RIGHT, shortened};
use super::subject::Subject;
use super::{Expectations, Unmet};
use crate::contract::counted;
use crate::rows::{ColumnsBy, Database, Difference, Rows, Rule, compare, is_ordered, side_by_side};

/// Hand-written SQL, and what counts when its rows are compared with those of the run's statement.
///
/// A statement alone becomes one by itself: the run's last statement is compared, in order where the golden one orders its rows,
/// with columns found by what they hold, and numbers as far as the shorter one is written.
#[derive(Debug, Clone)]
#[must_use = "give it to `Expectations::same_rows`"]
pub struct SameRows {
    golden: String,
    /// From 0; none: the last.
    statement: Option<usize>,
    rule: Rule,
}

impl SameRows {
    /// The rows of this statement.
    pub fn of(golden: impl Into<String>) -> Self {
        let golden = golden.into();
        Self {
            rule: Rule {
                ordered: is_ordered(&golden),
                ..Rule::default()
            },
            golden,
            statement: None,
        }
    }

    /// Compares the run's statement of this number, from 0, instead of its last.
    pub fn statement(mut self, number: usize) -> Self {
        self.statement = Some(number);
        self
    }

    /// The order of the rows counts.
    pub fn in_order(mut self) -> Self {
        self.rule.ordered = true;
        self
    }

    /// The order of the rows does not count. A row that is there twice must still be there twice.
    pub fn in_any_order(mut self) -> Self {
        self.rule.ordered = false;
        self
    }

    /// Columns are compared by their place.
    pub fn by_place(mut self) -> Self {
        self.rule.columns = ColumnsBy::Place;
        self
    }

    /// Columns are compared by their name.
    pub fn by_name(mut self) -> Self {
        self.rule.columns = ColumnsBy::Name;
        self
    }

    /// The run's statement may return so many columns more.
    pub fn further_columns(mut self, most: usize) -> Self {
        self.rule.extra_columns = most;
        self
    }

    /// Numbers are the same that are no further apart.
    pub fn within(mut self, tolerance: f64) -> Self {
        self.rule.tolerance = Some(tolerance);
        self
    }
}

impl From<&str> for SameRows {
    fn from(golden: &str) -> Self {
        Self::of(golden)
    }
}

impl From<String> for SameRows {
    fn from(golden: String) -> Self {
        Self::of(golden)
    }
}

impl Expectations<'_> {
    /// The run's statement returns the rows of hand-written SQL. Both are executed now, on the database of the run's connection,
    /// by the role that may only read; so the harness must still be there.
    ///
    /// ```no_run
    /// # async fn test(run: kai_e2e::harness::Run) -> Result<(), kai_e2e::harness::ExpectationError> {
    /// run.expect()
    ///     .same_rows("SELECT name FROM provinces ORDER BY name LIMIT 5").await
    ///     .check()
    /// # }
    /// ```
    pub async fn same_rows(self, golden: impl Into<SameRows>) -> Self {
        let verdict = returns(&self, &golden.into()).await;
        let verdict = verdict.map_err(|unmet| unmet.about("rows"));
        self.judged(verdict)
    }
}

async fn returns(expectations: &Expectations<'_>, wanted: &SameRows) -> Result<(), Unmet> {
    let subject = &expectations.subject;
    if let Some(tolerance) = wanted.rule.tolerance
        && !(tolerance.is_finite() && tolerance >= 0.0)
    {
        return Err(Unmet::unreadable(format!(
            "{tolerance} is no tolerance; write a number from 0"
        )));
    }
    let statements = &subject.result()?.sql_queries;
    let statement = match wanted.statement {
        Some(number) => statements.get(number),
        None => statements.last(),
    };
    let Some(statement) = statement else {
        return Err(Unmet::not_judged(format!(
            "the run reports {}, so there is none to compare",
            match statements.len() {
                0 => "no statement".to_owned(),
                count => counted(count, "statement") + " (counted from 0)",
            }
        )));
    };
    let uri = subject.database.map_err(Unmet::not_judged)?;
    let database = Database::connect(uri).await.map_err(|error| {
        Unmet::not_judged(format!(
            "{}; it goes with the harness, which must still be there",
            subject.show(&error.to_string(), 300)
        ))
    })?;
    let golden = database.rows(&wanted.golden).await.map_err(|why| {
        Unmet::unreadable(format!(
            "the golden statement cannot be run as the role that may only read: {}",
            subject.show(&why, 300)
        ))
    })?;
    let seen = database.rows(statement).await.map_err(|why| {
        Unmet::not_judged(format!(
            "the run's statement cannot be run again: {}: {}",
            subject.show(&why, 300),
            subject.show(statement, 300)
        ))
    })?;
    are_the_same(subject, &seen, &golden, &wanted.rule)
}

fn are_the_same(
    subject: &Subject<'_>,
    seen: &Rows,
    golden: &Rows,
    rule: &Rule,
) -> Result<(), Unmet> {
    compare(seen, golden, rule).map_err(|difference| {
        Unmet::differs(
            format!("the rows of the run's statement are not the golden ones: {difference}"),
            beside(subject, seen, golden, rule, &difference),
        )
    })
}

/// Golden rows and seen ones side by side.
fn beside(
    subject: &Subject<'_>,
    seen: &Rows,
    golden: &Rows,
    rule: &Rule,
    difference: &Difference,
) -> String {
    let names = |rows: &Rows| {
        let names: Vec<&str> = rows.columns.iter().map(|it| it.name.as_str()).collect();
        names.join(" | ")
    };
    let cells = |rows: &Rows, row: usize| {
        let cells: Vec<&str> = rows.rows[row]
            .iter()
            .map(|cell| cell.as_deref().unwrap_or("null"))
            .collect();
        cells.join(" | ")
    };
    let mut layout = Layout::under("golden", "seen");
    let heads = (
        shortened(&names(golden), LEFT),
        subject.show(&names(seen), RIGHT),
    );
    match difference {
        Difference::Columns { .. } | Difference::Name { .. } => layout.differs(heads.0, heads.1),
        _ => layout.same(heads.0, heads.1),
    }
    for pair in side_by_side(seen, golden, rule) {
        let left = pair.golden.map_or("–".to_owned(), |row| cells(golden, row));
        let right = pair.seen.map_or("–".to_owned(), |row| cells(seen, row));
        let (left, right) = (subject.show(&left, LEFT), subject.show(&right, RIGHT));
        match pair.same {
            true => layout.same(left, right),
            false => layout.differs(left, right),
        }
    }
    layout.text()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::contract::Secret;
    use crate::harness::expect::testing::answered;
    use crate::rows::{Column, Kind};

    /// Rows of a text and a number, as `Bali 7`.
    pub(in crate::harness::expect) fn rows(lines: &[&str]) -> Rows {
        let column = |(name, kind): (&str, Kind)| Column {
            name: name.to_owned(),
            kind,
        };
        let cells = |line: &&str| line.split(' ').map(|cell| Some(cell.to_owned())).collect();
        Rows {
            columns: [("name", Kind::Text), ("total", Kind::Number)]
                .map(column)
                .into(),
            rows: lines.iter().map(cells).collect(),
        }
    }

    /// What a failure says of these rows.
    pub(in crate::harness::expect) fn told(
        seen: &[&str],
        golden: &[&str],
        wanted: SameRows,
    ) -> String {
        let evidence = answered();
        let subject = Subject::new(&evidence, Err("there is none"));
        let unmet = are_the_same(&subject, &rows(seen), &rows(golden), &wanted.rule);
        unmet.expect_err("they differ").to_string()
    }

    #[test]
    fn a_statement_that_orders_its_rows_wants_them_in_order() {
        assert!(SameRows::from("SELECT a FROM t ORDER BY a").rule.ordered);
        assert!(!SameRows::from("SELECT a FROM t").rule.ordered);
        assert!(
            !SameRows::of("SELECT a FROM t ORDER BY a")
                .in_any_order()
                .rule
                .ordered
        );
        assert!(SameRows::of("SELECT a FROM t").in_order().rule.ordered);
    }

    #[tokio::test]
    async fn what_cannot_be_compared_says_why() {
        let evidence = answered();
        let said = async |wanted: SameRows| {
            let over = Expectations::over(&evidence, "p", Err("its database is not known"));
            let error = over.same_rows(wanted).await.check().unwrap_err();
            error.unmet()[0].to_string()
        };
        assert_eq!(
            said(SameRows::of("SELECT 1").within(f64::NAN)).await,
            "rows: NaN is no tolerance; write a number from 0"
        );
        assert_eq!(
            said(SameRows::of("SELECT 1").statement(1)).await,
            "rows: the run reports 1 statement (counted from 0), so there is none to compare"
        );
        assert_eq!(
            said(SameRows::of("SELECT 1")).await,
            "rows: its database is not known"
        );
        let password = Secret::from("postgres://u:hunter2-hunter2@127.0.0.1:1/d");
        let over = Expectations::over(&evidence, "p", Ok(&password));
        let error = over
            .same_rows("SELECT 1")
            .await
            .check()
            .unwrap_err()
            .to_string();
        let error = error.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(error.contains("the database cannot be reached"), "{error}");
        assert!(error.contains("it goes with the harness"), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
}
