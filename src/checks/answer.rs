//! The answer, in the result and in the stream.

use super::{Finding, RunEvidence, SeenEvent};
use crate::contract::{Event, RunStatus};

pub(super) fn completed_with_answer(run: &RunEvidence) -> Finding {
    let Some(result) = &run.result else {
        let why = run.failure.as_deref().unwrap_or("no reason was given");
        return Finding::broken(format!("the workflow gave no result: {why}"));
    };
    if result.status != RunStatus::Completed {
        let why = result.error.as_deref().unwrap_or("no error was given");
        return Finding::broken(format!("the status is {:?}: {why}", result.status));
    }
    match result.final_answer.trim() {
        "" => Finding::broken("final_answer is empty"),
        answer => Finding::held(format!("{} characters", answer.chars().count())),
    }
}

pub(super) fn matches_tokens(run: &RunEvidence) -> Finding {
    if !run.streamed {
        return Finding::broken("no callback URL was given, so there are no tokens");
    }
    let Some(result) = &run.result else {
        return Finding::broken("there is no result");
    };
    let last_attempt = run.events.iter().filter_map(SeenEvent::attempt).max();
    let tokens: Vec<&str> = run
        .events
        .iter()
        .filter(|seen| seen.attempt() == last_attempt)
        .filter_map(|seen| match &seen.event {
            Event::Token { content } => Some(content.as_str()),
            _ => None,
        })
        .collect();
    if tokens.is_empty() {
        return Finding::broken("no token was received");
    }
    let joined = tokens.concat();
    if joined == result.final_answer {
        return Finding::held(format!("{} tokens", tokens.len()));
    }
    let same = joined
        .chars()
        .zip(result.final_answer.chars())
        .take_while(|(token, answer)| token == answer)
        .count();
    let from = |text: &str| text.chars().skip(same).take(40).collect::<String>();
    Finding::broken(format!(
        "they differ from character {}: tokens have {:?}, final_answer has {:?}",
        same + 1,
        from(&joined),
        from(&result.final_answer)
    ))
}
