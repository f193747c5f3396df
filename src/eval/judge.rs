//! The verdict over one answer.

use super::{Database, Question, Right, Rows, compare};
use crate::rows::is_look_up;

/// What a run did with a question.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// Why the run failed, when it did.
    pub failure: Option<&'a str>,
    /// The statements that it executed, in order.
    pub statements: &'a [String],
    /// What it said.
    pub text: &'a str,
}

/// How a question was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// With the golden rows.
    Right,
    /// Not at all, though there is an answer.
    Refused,
    /// With other rows.
    Wrong,
    /// Not at all, as it must be.
    RightlyRefused,
    /// With rows, though it must not be answered.
    Answered,
    /// With a failed run.
    Failed,
}

impl Verdict {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 6] = [
        Self::Right,
        Self::Refused,
        Self::Wrong,
        Self::RightlyRefused,
        Self::Answered,
        Self::Failed,
    ];

    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Right => "right",
            Self::Refused => "refused",
            Self::Wrong => "wrong",
            Self::RightlyRefused => "rightly refused",
            Self::Answered => "answered",
            Self::Failed => "failed",
        }
    }

    /// Whether it is what the question's file wants.
    pub fn is_good(self) -> bool {
        matches!(self, Self::Right | Self::RightlyRefused)
    }

    /// Whether somebody was told something wrong, and could not see it.
    pub fn is_wrong_with_confidence(self) -> bool {
        matches!(self, Self::Wrong | Self::Answered)
    }
}

/// A verdict and what it rests on.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// The verdict.
    pub verdict: Verdict,
    /// Why it is not good; empty when it is.
    pub reason: String,
    /// The statement that was judged.
    pub statement: Option<String>,
    /// Its rows.
    pub rows: Option<Rows>,
}

/// Judges an answer by running its statement again.
///
/// The statement that counts is the last one that returns rows and does more than look names up, else the last that does
/// more. An answer that only looked names up counts as a refusal, unless what it found is what was asked for.
pub async fn judge(
    question: &Question,
    golden: Option<&Rows>,
    answer: Answer<'_>,
    database: &Database,
) -> Judged {
    let judged = |verdict, reason: String, statement: Option<&str>, rows| Judged {
        verdict,
        reason,
        statement: statement.map(str::to_owned),
        rows,
    };
    if let Some(failure) = answer.failure {
        return judged(Verdict::Failed, failure.to_owned(), None, None);
    }
    let (rule, golden) = match (&question.right, golden) {
        (Right::Rows(rule), Some(golden)) => (rule, golden),
        (Right::Refusal { lookup }, _) => {
            let answers = |sql: &&String| !(*lookup && is_look_up(sql));
            let Some(sql) = answer.statements.iter().rev().find(answers) else {
                return judged(Verdict::RightlyRefused, String::new(), None, None);
            };
            let reason = "it must not be answered, and a statement was run".to_owned();
            let rows = database.rows(sql).await.ok();
            return judged(Verdict::Answered, reason, Some(sql), rows);
        }
        (Right::Rows(_), None) => {
            let reason = "the golden statement was not run".to_owned();
            return judged(Verdict::Failed, reason, None, None);
        }
    };
    let (look_ups, answers): (Vec<_>, Vec<_>) =
        answer.statements.iter().partition(|sql| is_look_up(sql));
    let refused = || judged(Verdict::Refused, first_line(answer.text), None, None);
    let (sql, rows) = match counting(&answers, database).await {
        Some(counts) => counts,
        None => match counting(&look_ups, database).await {
            Some((sql, Ok(rows))) if compare(&rows, golden, rule).is_ok() => (sql, Ok(rows)),
            _ => return refused(),
        },
    };
    match rows {
        Err(reason) => {
            let reason = format!("its statement cannot be run again: {reason}");
            judged(Verdict::Failed, reason, Some(sql), None)
        }
        Ok(rows) => match compare(&rows, golden, rule) {
            Ok(()) => judged(Verdict::Right, String::new(), Some(sql), Some(rows)),
            Err(difference) => judged(
                Verdict::Wrong,
                difference.to_string(),
                Some(sql),
                Some(rows),
            ),
        },
    }
}

/// The last statement that returns rows, else the last, with what it returns.
async fn counting<'a>(
    statements: &[&'a String],
    database: &Database,
) -> Option<(&'a str, Result<Rows, String>)> {
    let mut last = None;
    for sql in statements.iter().rev() {
        let rows = database.rows(sql).await;
        if rows.as_ref().is_ok_and(|rows| !rows.rows.is_empty()) {
            return Some((sql, rows));
        }
        last.get_or_insert((sql.as_str(), rows));
    }
    last
}

fn first_line(text: &str) -> String {
    match text.trim().lines().next() {
        Some(line) => format!("it said: {line}"),
        None => "it said nothing".to_owned(),
    }
}
