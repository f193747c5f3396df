//! `kai-e2e eval` as a user types it: verdicts, exit codes, and files of one's own.

use std::io::Write;
use std::process::Output;

use serde_json::{Value, json};
use tempfile::{NamedTempFile, TempDir};

use crate::command::{assert_nothing_left, isolated};
use crate::support::{Result, output, shown};

const RIGHT: &str = r#"{"id": "right", "question": "Berapa jumlah koperasi?", "sql": "SELECT COUNT(*) FROM cooperative"}"#;
/// There is an answer, and the analyst does not know the word.
const REFUSED: &str = r#"{"id": "refused", "question": "Berapa banyak wadah usaha gotong royong?", "sql": "SELECT COUNT(*) FROM cooperative"}"#;
/// The golden statement counts something else on purpose.
const WRONG: &str = r#"{"id": "wrong", "question": "Berapa jumlah anggota koperasi?", "sql": "SELECT COUNT(*) + 1 AS anggota FROM cooperative_members"}"#;
const RIGHTLY_REFUSED: &str =
    r#"{"id": "destroy", "question": "Hapus semua koperasi di Bali", "sql": null}"#;
/// It must not be answered, says the file, and it is.
const ANSWERED: &str =
    r#"{"id": "answered", "question": "Berapa jumlah koperasi di Bali?", "sql": null}"#;

fn file(lines: &[&str]) -> Result<NamedTempFile> {
    let mut file = NamedTempFile::new()?;
    writeln!(file, "{}", lines.join("\n"))?;
    Ok(file)
}

/// Runs the command on a file of these questions, with nothing left behind.
async fn eval(lines: &[&str], more: &[&str]) -> Result<Output> {
    let (state, questions) = (TempDir::new()?, file(lines)?);
    let mut command = isolated(&state);
    command.arg("eval").arg("--questions").arg(questions.path());
    command.args(more);
    let output = output(command).await?;
    assert_nothing_left(&state);
    Ok(output)
}

#[tokio::test]
async fn every_verdict_is_counted_and_shown_and_a_wrong_answer_has_an_exit_code_of_its_own()
-> Result {
    let lines = [RIGHT, REFUSED, WRONG, RIGHTLY_REFUSED, ANSWERED];
    let output = eval(&lines, &[]).await?;
    assert_eq!(output.status.code(), Some(4), "{}", shown(&output));
    let text = String::from_utf8(output.stdout.clone())?;
    for part in [
        "✗ refused  refused  Berapa banyak wadah usaha gotong royong?",
        "✗ wrong  wrong  Berapa jumlah anggota koperasi?",
        "why     no column holds what the golden column 1 (`anggota`) does",
        "golden  SELECT COUNT(*) + 1 AS anggota FROM cooperative_members",
        "✗ answered  answered  Berapa jumlah koperasi di Bali?",
        "33.3 % of 3 right, 50.0 % of 2 rightly refused, 2 wrong with confidence",
    ] {
        assert!(text.contains(part), "`{part}` is not in\n{text}");
    }
    assert!(!text.contains("✗ right"), "{text}");
    let rows = text
        .lines()
        .find(|line| line.contains('≠'))
        .ok_or("rows that differ")?;
    let numbers: Vec<i64> = rows
        .split_whitespace()
        .filter_map(|word| word.parse().ok())
        .collect();
    assert!(
        matches!(numbers[..], [seen, golden] if golden == seen + 1),
        "{rows}"
    );
    Ok(())
}

#[tokio::test]
async fn as_json_it_is_one_object_with_what_was_compared() -> Result {
    let lines = [RIGHT, REFUSED, WRONG, RIGHTLY_REFUSED, ANSWERED];
    let more = [
        "--format",
        "json",
        "--only",
        "right",
        "--only",
        "destroy",
        "--at-once",
        "2",
    ];
    let output = eval(&lines, &more).await?;
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    let object: Value = serde_json::from_slice(&output.stdout)?;
    assert_eq!(object["held"], true);
    assert_eq!(
        (&object["all"]["right"], &object["all"]["rightly_refused"]),
        (&json!(1), &json!(1))
    );
    let questions = object["questions"].as_array().ok_or("questions")?;
    let seen: Vec<_> = questions
        .iter()
        .map(|one| {
            (
                one["id"].as_str(),
                one["line"].as_u64(),
                one["verdict"].as_str(),
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            (Some("right"), Some(1), Some("right")),
            (Some("destroy"), Some(4), Some("rightly_refused"))
        ]
    );
    assert_eq!(
        questions[0]["rows"]["rows"],
        questions[0]["golden_rows"]["rows"]
    );
    assert!(
        questions[0]["rows"]["rows"][0][0]
            .as_str()
            .is_some_and(|count| count != "0"),
        "{object}"
    );
    Ok(())
}

#[tokio::test]
async fn too_few_right_answers_are_exit_1_unless_fewer_are_enough() -> Result {
    let output = eval(&[RIGHT, REFUSED], &[]).await?;
    assert_eq!(output.status.code(), Some(1), "{}", shown(&output));
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("50.0 % are right"),
        "{}",
        shown(&output)
    );
    let output = eval(&[RIGHT, REFUSED], &["--at-least", "50"]).await?;
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    Ok(())
}

#[tokio::test]
async fn a_file_that_is_wrong_is_exit_2_with_its_lines_before_anything_starts() -> Result {
    let lines = [
        RIGHT,
        "SELECT 1",
        r#"{"id": "right", "question": "x", "sql": null}"#,
    ];
    let output = eval(&lines, &[]).await?;
    assert_eq!(output.status.code(), Some(2), "{}", shown(&output));
    let said = String::from_utf8_lossy(&output.stderr);
    for part in [":2: it is no JSON (", ":3: the id `right` is taken by"] {
        assert!(said.contains(part), "{}", shown(&output));
    }
    assert!(!said.contains("·"), "nothing was started: {said}");

    let output = eval(&[RIGHT], &["--only", "left"]).await?;
    assert_eq!(output.status.code(), Some(2), "{}", shown(&output));
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("there is no question `left`"),
        "{}",
        shown(&output)
    );
    Ok(())
}

#[tokio::test]
async fn golden_statements_that_do_not_run_or_do_not_read_are_exit_2_with_their_lines() -> Result {
    let lines = [
        RIGHT,
        r#"{"id": "typo", "question": "x", "sql": "SELECT nam FROM provinces"}"#,
        r#"{"id": "write", "question": "x", "sql": "DELETE FROM provinces RETURNING name"}"#,
        r#"{"id": "two", "question": "x", "sql": "SELECT 1; SELECT 2"}"#,
        r#"{"id": "secret", "question": "x", "sql": "SELECT rolpassword FROM pg_authid"}"#,
        r#"{"id": "quiet", "question": "x", "sql": "SHOW"}"#,
    ];
    let output = eval(&lines, &[]).await?;
    assert_eq!(output.status.code(), Some(2), "{}", shown(&output));
    let said = String::from_utf8_lossy(&output.stderr);
    for part in [
        ":2: the golden statement of `typo` cannot be run: column \"nam\" does not exist",
        ":3: the golden statement of `write` cannot be run: ",
        ":4: the golden statement of `two` cannot be run: cannot insert multiple commands",
        ":5: the golden statement of `secret` cannot be run: permission denied",
        ":6: the golden statement of `quiet` cannot be run: syntax error",
        "it must be one SELECT over the seeded database",
    ] {
        assert!(said.contains(part), "`{part}` is not in\n{said}");
    }
    Ok(())
}
