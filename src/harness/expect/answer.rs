//! What the answer says.

use serde_json::Value;

use super::answer_table::tables;
use super::cells::Row;
use super::figures::{Writing, figures};
use super::layout::{Layout, RIGHT};
use super::{Expectations, Is, Unmet};

/// How many of an answer's numbers a failure shows.
const SHOWN: usize = 12;

impl Expectations<'_> {
    /// The answer (`final_answer` of the result) contains a text, matches an expression, or holds a number.
    ///
    /// ```no_run
    /// # use kai_e2e::harness::Is;
    /// # fn test(run: kai_e2e::harness::Run) -> Result<(), kai_e2e::harness::ExpectationError> {
    /// run.expect()
    ///     .answer(Is::containing("DKI Jakarta"))
    ///     .answer(Is::matching(r"(?m)^5 +Jawa Barat"))
    ///     .answer(Is::near(106_137_069.01, 0.005)) // however it is written
    ///     .check()
    /// # }
    /// ```
    pub fn answer(self, is: impl Into<Is>) -> Self {
        let verdict = says(&self, &is.into()).map_err(|unmet| unmet.about("answer"));
        self.judged(verdict)
    }

    /// A cell of a table in the answer: of the first table with a column of this name. Rows are counted from 0, or found by what
    /// another column holds (`("Provinsi", "Bali")`). Tables are read as Markdown, and as columns of plain text that stand
    /// under a head with a line of dashes.
    pub fn answer_cell(self, row: impl Into<Row>, column: &str, is: impl Into<Is>) -> Self {
        let (row, is) = (row.into(), is.into());
        let verdict = shows(&self, &row, column, &is)
            .map_err(|unmet| unmet.about(&format!("cell {row}, `{column}` of the answer")));
        self.judged(verdict)
    }
}

fn says(expectations: &Expectations<'_>, is: &Is) -> Result<(), Unmet> {
    if let Some(why) = is.unreadable() {
        return Err(Unmet::unreadable(why));
    }
    let subject = &expectations.subject;
    let answer = &subject.result()?.final_answer;
    if is.met_by(&Value::from(answer.as_str())) {
        return Ok(());
    }
    let mut layout = Layout::under("expected", "seen");
    if answer.is_empty() {
        layout.differs(is.to_string(), "(an empty answer)");
    } else if is.is_about_figures() {
        let numbers = figures(answer, Writing::of(answer));
        let texts: Vec<&str> = numbers
            .iter()
            .take(SHOWN)
            .map(|it| it.text.as_str())
            .collect();
        layout.differs(
            is.to_string(),
            match &texts[..] {
                [] => "no number".to_owned(),
                [first, ..] => subject.show(first, RIGHT),
            },
        );
        for text in texts.iter().skip(1) {
            layout.same("", subject.show(text, RIGHT));
        }
        if numbers.len() > SHOWN {
            layout.same("", format!("… {} more numbers", numbers.len() - SHOWN));
        }
    } else {
        let scrubbed = subject.scrub(answer);
        let mut lines = scrubbed.lines().filter(|line| !line.trim().is_empty());
        layout.differs(is.to_string(), lines.next().unwrap_or_default());
        lines.for_each(|line| layout.same("", line));
    }
    let what = match is.is_about_figures() {
        true => "the answer does not hold the number",
        false => "the answer does not say what was expected",
    };
    Err(Unmet::differs(what, layout.text()))
}

fn shows(expectations: &Expectations<'_>, row: &Row, column: &str, is: &Is) -> Result<(), Unmet> {
    if let Some(why) = is.unreadable() {
        return Err(Unmet::unreadable(why));
    }
    let subject = &expectations.subject;
    let answer = &subject.result()?.final_answer;
    let tables = tables(answer);
    let shown = |text: String| subject.show(&text, 400);
    let Some(table) = tables
        .iter()
        .find(|table| table.head.iter().any(|name| name == column))
    else {
        let why = match &tables[..] {
            [] => "there is no table in the answer".to_owned(),
            some => {
                let heads: Vec<&str> = some
                    .iter()
                    .flat_map(|table| &table.head)
                    .map(String::as_str)
                    .collect();
                format!(
                    "the tables of the answer have the columns {}",
                    heads.join(", ")
                )
            }
        };
        return Err(Unmet::not_judged(shown(why)));
    };
    let rows: Vec<Vec<(&str, Value)>> = table
        .rows
        .iter()
        .map(|cells| {
            let names = table.head.iter().map(String::as_str);
            names
                .zip(cells.iter().map(|cell| Value::from(cell.as_str())))
                .collect()
        })
        .collect();
    row.judge(
        subject,
        &rows,
        column,
        is,
        Writing::of(answer),
        "the answer",
    )
}
