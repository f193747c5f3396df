//! Every question of `fixtures/questions/`, asked of the agent itself, against the rows of its golden SQL.

use kai_e2e::eval::{Answer, Asked, Database, Evaluation, Questions, Right, judge};
use kai_e2e::harness::{Harness, harness};
use kai_e2e::report::eval_text;
use rstest::rstest;

use crate::agent_alone::Conversation;
use crate::support::Result;

/// Fewest right answers among the questions that have one, in percent.
pub const ENOUGH: f64 = 95.0;

#[rstest]
#[tokio::test]
async fn questions_are_answered_rightly_or_not_at_all(#[future(awt)] harness: Harness) -> Result {
    let conversation = Conversation::none(&harness)?;
    let database = Database::of(&harness).await?;
    let began = std::time::Instant::now();
    let mut asked = Vec::new();
    for question in Questions::built_in()?.iter() {
        let golden = match &question.right {
            Right::Rows(golden) => Some(database.golden(golden).await?),
            _ => None,
        };
        let heard = conversation.ask(&question.text).await?;
        let answer = Answer {
            failure: heard.failure.as_deref(),
            statements: &heard.sql_queries,
            text: &heard.answer,
        };
        asked.push(Asked {
            judged: judge(question, golden.as_ref(), answer, &database).await,
            question: question.clone(),
            golden,
            answer: heard.answer,
            took: began.elapsed(),
        });
    }
    let evaluation = Evaluation {
        asked,
        took: began.elapsed(),
    };
    let told = eval_text(&evaluation, ENOUGH);
    assert!(evaluation.tally().holds(ENOUGH), "{told}");
    Ok(())
}
