//! The page on workers of other languages (`docs/other-languages.md`), followed word for word.

use std::path::Path;
use std::process::{Command, Stdio};

use kai_e2e::stack::{StackConfig, free_port};
use tempfile::TempDir;

use crate::command::{assert_nothing_left, isolated};
use crate::kept_stack::RemovedAtTheEnd;
use crate::support::{Result, kai_e2e, output, shown};

const PAGE: &str = include_str!("../../docs/other-languages.md");
const CI: &str = include_str!("../../.github/workflows/e2e.yml");

/// The one thing that is not as on the page: this machine may use that port for something else.
const PORT: &str = "8092";

/// What stands between the outputs of two blocks.
const NEXT: &str = "--- the next block of the page";

/// The page's blocks of some language, in their order.
fn blocks(page: &str) -> Vec<(&str, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(&str, String)> = None;
    for line in page.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(language)) => open = Some((language, String::new())),
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some((_, text)), None) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block of the page has no end");
    blocks
}

/// The commands of the page, each block with the output that the page shows for it.
fn commands(page: &str) -> Vec<(String, String)> {
    let mut commands: Vec<(String, String)> = Vec::new();
    for (language, text) in blocks(page) {
        match (language, commands.last_mut()) {
            ("sh", _) => commands.push((text, String::new())),
            ("text", Some((_, shown))) if shown.is_empty() => *shown = text,
            ("text", _) => panic!("an output without a command: {text}"),
            _ => {}
        }
    }
    commands
}

/// The first line of what was expected that is not in an output, after those before it. `…` stands for anything, as a line for any
/// lines.
fn missing(expected: &str, output: &str) -> Option<String> {
    let mut lines = output.lines();
    expected
        .lines()
        .filter(|line| line.trim() != "…")
        .find(|line| !lines.any(|seen| is_like(line, seen)))
        .map(str::to_owned)
}

fn is_like(pattern: &str, line: &str) -> bool {
    let mut parts = pattern.split('…');
    let Some(mut rest) = parts.next().and_then(|start| line.strip_prefix(start)) else {
        return false;
    };
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        let found = match parts.peek() {
            None => rest
                .rfind(part)
                .filter(|at| part.is_empty() || at + part.len() == rest.len()),
            Some(_) => rest.find(part),
        };
        match found {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.is_empty() || pattern.ends_with('…')
}

/// The lines of an output that say what is not as it should be, and its end: what fits into one line of a report.
fn telling(said: &str) -> Vec<&str> {
    let wrong = ["✗", "· ", "seen:", "error", "fatal", "not found"];
    let lines: Vec<_> = said.lines().filter(|line| !line.is_empty()).collect();
    let end = lines.len().saturating_sub(2);
    lines
        .iter()
        .enumerate()
        .filter(|(at, line)| *at >= end || wrong.iter().any(|word| line.contains(word)))
        .map(|(_, line)| line.trim())
        .collect()
}

#[tokio::test]
async fn the_page_s_commands_say_what_it_says() -> Result {
    let (place, state) = (TempDir::new()?, TempDir::new()?);
    let _removed = RemovedAtTheEnd::of(state.path())?;
    let worker = place.path().join("fixtures/workers");
    std::fs::create_dir_all(&worker)?;
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/workers/python");
    let mut copy = Command::new("cp");
    copy.arg("-R").arg(source).arg(&worker);
    let copied = output(copy).await?;
    assert!(copied.status.success(), "{}", shown(&copied));

    let port = free_port()?.to_string();
    let commands = commands(PAGE);
    assert_eq!(commands.len(), 7, "{commands:?}");
    let script: String = commands
        .iter()
        .map(|(block, _)| format!("{}printf '\\n%s\\n' '{NEXT}'\n", block.replace(PORT, &port)))
        .collect();
    let mut shell = isolated(&state);
    let binary = Path::new(shell.get_program())
        .parent()
        .ok_or("no folder")?
        .to_owned();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(binary).chain(std::env::split_paths(&path)))?;
    let environment: Vec<_> = shell
        .get_envs()
        .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
        .collect();
    shell = Command::new("sh");
    shell
        .args(["-c", &format!("exec 2>&1\n{script}")])
        .envs(environment)
        .env("PATH", path)
        .env("KAI_E2E_CACHE", StackConfig::from_env()?.cache_directory())
        .env("HEALTH_PORT", free_port()?.to_string())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .current_dir(place.path())
        .stdin(Stdio::null());
    let followed = output(shell).await;
    // Whatever became of it: the stack that stays must not.
    let mut down = kai_e2e();
    down.arg("down").env("KAI_E2E_STATE_DIR", state.path());
    let down = output(down).await?;
    let followed = followed?;
    let text = String::from_utf8_lossy(&followed.stdout);
    for ((block, expected), said) in commands.iter().zip(text.split(NEXT)) {
        if let Some(line) = missing(&expected.replace(PORT, &port), said) {
            return Err(format!(
                "the page says {line:?}, not {:?}\nafter\n{block}\nand it said\n{said}",
                telling(said)
            )
            .into());
        }
    }
    assert_eq!(text.matches(NEXT).count(), commands.len(), "{text}");
    assert!(down.status.success(), "{}", shown(&down));
    assert_nothing_left(&state);
    Ok(())
}

/// What the page tells others to write is what this repository has.
#[test]
fn the_step_for_ci_is_the_one_that_runs_here() {
    let steps: Vec<_> = blocks(PAGE)
        .into_iter()
        .filter(|(language, _)| *language == "yaml")
        .collect();
    let [(_, step)] = &steps[..] else {
        panic!("one step, not {steps:?}");
    };
    assert!(CI.contains(step.as_str()), "e2e.yml lacks\n{step}");
}

#[test]
fn an_output_is_compared_line_by_line() {
    assert!(
        is_like("a … c", "a b c")
            && is_like("…c", "abc")
            && is_like("a…", "a")
            && is_like("a…b…c", "a-b-b-c")
    );
    assert!(!is_like("a … c", "a b d") && !is_like("a", "ab") && !is_like("a…b", "a-c"));
    assert_eq!(missing("a\n…\nc\n", "a\nb\nc\n"), None);
    assert_eq!(
        missing("c\na\n", "a\nb\nc\n").as_deref(),
        Some("a"),
        "the order counts"
    );
}
