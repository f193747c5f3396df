//! `kai-e2e eval` on every question of `fixtures/questions/`, as a user types it: through Temporal, worker, callback and stream,
//! against the rows of each golden statement.

use kai_e2e::eval::Questions;
use tempfile::TempDir;

use crate::command::assert_nothing_left;
use crate::support::{Result, kai_e2e, output, shown};

/// Fewest right answers among the questions that have one, in percent.
pub const ENOUGH: f64 = 95.0;

#[tokio::test]
async fn the_questions_are_answered_rightly_or_not_at_all() -> Result {
    let state = TempDir::new()?;
    let mut command = kai_e2e();
    command
        .arg("eval")
        .args(["--at-least", &ENOUGH.to_string()])
        .env("KAI_E2E_STATE_DIR", state.path());
    let told = output(command).await?;
    // Each miss is in its text, with both statements.
    assert_eq!(told.status.code(), Some(0), "{}", shown(&told));
    let text = String::from_utf8(told.stdout)?;
    let verdict = text.lines().last().unwrap_or_default();
    let all = Questions::built_in()?.len();
    assert!(
        verdict.contains("0 wrong with confidence")
            && verdict.contains(&format!("; {all} questions in ")),
        "{verdict}"
    );
    eprintln!("{verdict}");
    assert_nothing_left(&state);
    Ok(())
}
