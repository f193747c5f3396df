//! Event sequences as tests write them: `tool_start(sql_query) … sql_result token+ done`.

use std::fmt;

use super::artefacts::ending;
use super::{Artefacts, Run};

/// A sequence that was expected and not seen, or a pattern that cannot be read.
///
/// `Debug` shows the same text as `Display`: that is what a test shows that returns it with `?`.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExpectationError {
    /// The pattern itself is wrong.
    #[error(
        "the pattern has `{step}`, which is no step: write `type`, `type(tool)`, `type+` or `…`{}",
        ending(.artefacts)
    )]
    Pattern {
        /// The step.
        step: String,
        /// Where the artefacts of the test lie.
        artefacts: Option<Artefacts>,
    },
    /// The events do not match.
    #[error(
        "the events do not match\n  expected: {expected}\n  seen:     {seen}\n  {first_difference}{}",
        ending(.artefacts)
    )]
    Sequence {
        /// The pattern.
        expected: String,
        /// The events' types, runs of the same type folded.
        seen: String,
        /// Where they part.
        first_difference: String,
        /// Where the artefacts of the test lie.
        artefacts: Option<Artefacts>,
    },
}

impl fmt::Debug for ExpectationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl ExpectationError {
    fn in_test_of(mut self, run: &Run) -> Self {
        let kept = run.failed(&self);
        match &mut self {
            Self::Pattern { artefacts, .. } | Self::Sequence { artefacts, .. } => *artefacts = kept,
        }
        self
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    /// Any number of events.
    Gap,
    One {
        kind: String,
        tool: Option<String>,
        repeated: bool,
    },
}

impl Run {
    /// Checks the order of the events. A step is an event type; `type(tool)` asks for a tool's `tool_start` or
    /// `tool_end`; `type+` takes one or more; `…` (or `...`) skips any number. The pattern covers the whole stream.
    ///
    /// # Errors
    /// Shows the pattern, the events, and the first step that could not be met.
    pub fn expect_events(&self, pattern: &str) -> Result<(), ExpectationError> {
        let seen: Vec<(String, Option<String>)> = self
            .events()
            .iter()
            .map(|seen| {
                let object = seen.event.to_object();
                let tool = object
                    .get("tool")
                    .and_then(|tool| tool.as_str())
                    .map(str::to_owned);
                (seen.event.kind().to_owned(), tool)
            })
            .collect();
        expect(pattern, &seen).map_err(|error| error.in_test_of(self))
    }
}

fn expect(pattern: &str, seen: &[(String, Option<String>)]) -> Result<(), ExpectationError> {
    let steps = pattern
        .split_whitespace()
        .map(parse)
        .collect::<Result<Vec<_>, _>>()?;
    // reachable[i]: whether the steps so far can have consumed exactly i events.
    let mut reachable = vec![false; seen.len() + 1];
    reachable[0] = true;
    for (number, step) in steps.iter().enumerate() {
        let next = advance(step, &reachable, seen);
        if next.iter().all(|reached| !reached) {
            let furthest = reachable.iter().rposition(|reached| *reached).unwrap_or(0);
            let wanted = pattern.split_whitespace().nth(number).unwrap_or_default();
            return Err(differs(pattern, seen, wanted, furthest));
        }
        reachable = next;
    }
    if reachable[seen.len()] {
        return Ok(());
    }
    let furthest = reachable.iter().rposition(|reached| *reached).unwrap_or(0);
    Err(differs(pattern, seen, "the end", furthest))
}

fn advance(step: &Step, reachable: &[bool], seen: &[(String, Option<String>)]) -> Vec<bool> {
    let mut next = vec![false; reachable.len()];
    match step {
        Step::Gap => {
            let first = reachable
                .iter()
                .position(|reached| *reached)
                .unwrap_or(reachable.len());
            next[first..].fill(true);
        }
        Step::One { repeated, .. } => {
            for at in 0..seen.len() {
                let can_start = reachable[at] || (*repeated && next[at]);
                next[at + 1] = can_start && meets(step, &seen[at]);
            }
        }
    }
    next
}

fn meets(step: &Step, (seen_kind, seen_tool): &(String, Option<String>)) -> bool {
    match step {
        Step::Gap => true,
        Step::One { kind, tool, .. } => kind == seen_kind && (tool.is_none() || tool == seen_tool),
    }
}

fn parse(text: &str) -> Result<Step, ExpectationError> {
    if matches!(text, "…" | "...") {
        return Ok(Step::Gap);
    }
    let wrong = || ExpectationError::Pattern {
        step: text.to_owned(),
        artefacts: None,
    };
    let (text, repeated) = text
        .strip_suffix('+')
        .map_or((text, false), |text| (text, true));
    let (kind, tool) = match text.split_once('(') {
        None => (text, None),
        Some((kind, tool)) => (kind, Some(tool.strip_suffix(')').ok_or_else(wrong)?)),
    };
    let is_name =
        |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    if !is_name(kind) || !tool.is_none_or(is_name) {
        return Err(wrong());
    }
    Ok(Step::One {
        kind: kind.to_owned(),
        tool: tool.map(str::to_owned),
        repeated,
    })
}

fn differs(
    pattern: &str,
    seen: &[(String, Option<String>)],
    wanted: &str,
    at: usize,
) -> ExpectationError {
    let came = seen.get(at).map_or_else(|| "the end".to_owned(), label);
    ExpectationError::Sequence {
        expected: pattern.split_whitespace().collect::<Vec<_>>().join(" "),
        seen: folded(seen),
        first_difference: format!(
            "first difference at event {}: expected {wanted}, seen {came}",
            at + 1
        ),
        artefacts: None,
    }
}

fn label((kind, tool): &(String, Option<String>)) -> String {
    tool.as_ref()
        .map_or_else(|| kind.clone(), |tool| format!("{kind}({tool})"))
}

fn folded(seen: &[(String, Option<String>)]) -> String {
    let mut labels: Vec<(String, usize)> = Vec::new();
    for event in seen {
        let label = label(event);
        match labels.last_mut() {
            Some((last, count)) if *last == label => *count += 1,
            _ => labels.push((label, 1)),
        }
    }
    labels
        .into_iter()
        .map(|(label, count)| {
            if count > 1 {
                format!("{label}×{count}")
            } else {
                label
            }
        })
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(text: &str) -> Vec<(String, Option<String>)> {
        text.split_whitespace()
            .map(|word| match word.split_once(':') {
                Some((kind, tool)) => (kind.to_owned(), Some(tool.to_owned())),
                None => (word.to_owned(), None),
            })
            .collect()
    }

    const RUN: &str = "todo_update tool_start:get_instructions tool_end:get_instructions tool_start:sql_query tool_end:sql_query sql_result token token token done";

    #[test]
    fn matches_whole_and_partial_sequences() {
        for pattern in [
            "… done",
            "todo_update … tool_start(sql_query) tool_end(sql_query) sql_result token+ done",
            "... sql_result token token token done",
            "todo_update tool_start tool_end tool_start tool_end sql_result token+ done",
            "… token+ … done",
        ] {
            assert_eq!(expect(pattern, &seen(RUN)), Ok(()), "{pattern}");
        }
    }

    #[test]
    fn what_does_not_match_is_shown_with_the_first_difference() {
        let said = expect("… sql_result done", &seen(RUN))
            .unwrap_err()
            .to_string();
        assert_eq!(
            said,
            "the events do not match\n  expected: … sql_result done\n  seen:     todo_update \
             tool_start(get_instructions) tool_end(get_instructions) tool_start(sql_query) tool_end(sql_query) \
             sql_result token×3 done\n  first difference at event 7: expected done, seen token"
        );
        let said = expect("… token+", &seen(RUN)).unwrap_err().to_string();
        assert!(
            said.ends_with("first difference at event 10: expected the end, seen done"),
            "{said}"
        );
        assert!(expect("token+", &[]).is_err());
    }

    #[test]
    fn a_pattern_that_cannot_be_read_is_refused() {
        for pattern in ["tool_start(sql_query", "+", "a(b)c", "token*"] {
            assert!(
                matches!(expect(pattern, &[]), Err(ExpectationError::Pattern { .. })),
                "{pattern}"
            );
        }
    }
}
