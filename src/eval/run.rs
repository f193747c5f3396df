//! Asking all questions of one worker.

use std::time::Instant;

use futures::StreamExt;

use super::{
    Answer, Asked, Database, EvalError, Evaluation, Judged, Question, QuestionFault, Questions,
    QuestionsError, Right, Rows, Verdict, judge,
};
use crate::contract::RunStatus;
use crate::harness::{Harness, HarnessError, Outcome, Run};

/// How many questions are asked at once, and who is told how many are done.
pub struct Pace<'a> {
    /// How many are asked at once, at least one.
    pub at_once: usize,
    /// Is told after each question: how many are done, and of how many.
    pub told: &'a (dyn Fn(usize, usize) + Sync),
}

/// Asks every question in a conversation of its own, and judges what comes back. The golden statements are all run first:
/// one that fails is a fault of its file, and nothing is asked then.
///
/// # Errors
/// [`EvalError::Questions`] for golden statements that do not run; the other kinds when the stack is broken. A run that
/// fails is a verdict, no error.
pub async fn evaluate(
    harness: &Harness,
    questions: &Questions,
    pace: Pace<'_>,
) -> Result<Evaluation, EvalError> {
    let database = Database::of(harness).await?;
    let golden = golden(questions, &database).await?;
    let began = Instant::now();
    let mut asked = Vec::with_capacity(questions.len());
    let mut answers = futures::stream::iter(questions.iter().zip(golden))
        .map(|(question, golden)| one(harness, &database, question, golden))
        .buffered(pace.at_once.max(1));
    while let Some(one) = answers.next().await {
        asked.push(one?);
        (pace.told)(asked.len(), questions.len());
    }
    Ok(Evaluation {
        asked,
        took: began.elapsed(),
    })
}

async fn golden(
    questions: &Questions,
    database: &Database,
) -> Result<Vec<Option<Rows>>, QuestionsError> {
    let (mut golden, mut faults) = (Vec::with_capacity(questions.len()), Vec::new());
    for question in questions.iter() {
        let Right::Rows(rule) = &question.right else {
            golden.push(None);
            continue;
        };
        match database.golden(rule).await {
            Ok(rows) => golden.push(Some(rows)),
            Err(reason) => {
                let reason = format!(
                    "the golden statement of `{}` cannot be run: {reason}; it must be one SELECT over the seeded database, \
                     run as the role that may only read: {}",
                    question.id, rule.sql
                );
                faults.push(QuestionFault::of(question, reason));
            }
        }
    }
    match faults.is_empty() {
        true => Ok(golden),
        false => Err(QuestionsError::new(faults)),
    }
}

async fn one(
    harness: &Harness,
    database: &Database,
    question: &Question,
    golden: Option<Rows>,
) -> Result<Asked, EvalError> {
    let began = Instant::now();
    let ask = harness.ask(&question.text).without_watching_progress();
    let (judged, answer) = match ask.await {
        Ok(run) => {
            let (failure, answer) = failure(&run);
            if failure.is_some() {
                still_there(harness).await?;
            }
            let result = run.result().ok();
            let answer_of_run = Answer {
                failure: failure.as_deref(),
                statements: result.map_or(&[], |result| &result.sql_queries),
                text: &answer,
            };
            let judged = judge(question, golden.as_ref(), answer_of_run, database).await;
            (judged, answer)
        }
        Err(error @ HarnessError::ServiceGone { .. }) => return Err(error.into()),
        Err(error) => {
            still_there(harness).await?;
            let failed = Judged {
                verdict: Verdict::Failed,
                reason: crate::contract::error_chain(&error),
                statement: None,
                rows: None,
            };
            (failed, String::new())
        }
    };
    Ok(Asked {
        question: question.clone(),
        judged,
        golden,
        answer,
        took: began.elapsed(),
    })
}

/// A failure of one run is a verdict; of a service it is the end.
async fn still_there(harness: &Harness) -> Result<(), EvalError> {
    let stack = harness.stack().check().await;
    Ok(stack.map_err(HarnessError::from)?)
}

/// Why a run failed, if it did, and what it said.
fn failure(run: &Run) -> (Option<String>, String) {
    match run.outcome() {
        Outcome::Completed(result) if result.status == RunStatus::Completed => {
            (None, result.final_answer.clone())
        }
        Outcome::Completed(result) => {
            let why = result.error.clone().unwrap_or_else(|| {
                format!("the run ended as {:?}, without an error", result.status)
            });
            (Some(why), result.final_answer.clone())
        }
        _ => {
            let why = run.result().err().map(|failure| failure.to_string());
            (Some(why.unwrap_or_default()), String::new())
        }
    }
}
