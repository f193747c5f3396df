//! Which tools were called.

use super::layout::Layout;
use super::{Expectations, Unmet};
use crate::contract::Event;

/// How the tools that a run called are compared with those that are expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Trajectory {
    /// These calls, in this order, and no others.
    Exact,
    /// These calls and no others, in any order.
    AnyOrder,
    /// These calls at least, in any order: a tool that is named twice is called twice or more often.
    AtLeast,
    /// No other calls than these, in any order: a tool that is named once is called once or not at all.
    AtMost,
}

impl Trajectory {
    fn words(self) -> &'static str {
        match self {
            Self::Exact => "exactly these calls in this order",
            Self::AnyOrder => "exactly these calls in any order",
            Self::AtLeast => "at least these calls",
            Self::AtMost => "at most these calls",
        }
    }
}

impl Expectations<'_> {
    /// The run called these tools: one name for each call. Calls are counted where they begin, by `tool_start`.
    pub fn tools<I>(self, trajectory: Trajectory, tools: I) -> Self
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        let wanted: Vec<String> = tools.into_iter().map(|it| it.as_ref().to_owned()).collect();
        let verdict = called(&self, trajectory, &wanted).map_err(|unmet| unmet.about("tools"));
        self.judged(verdict)
    }
}

fn called(
    expectations: &Expectations<'_>,
    trajectory: Trajectory,
    wanted: &[String],
) -> Result<(), Unmet> {
    let names = expectations.names();
    if let Some(unknown) = wanted.iter().find_map(|tool| names.unknown_tool(tool)) {
        return Err(Unmet::unreadable(unknown));
    }
    let subject = &expectations.subject;
    let calls: Vec<String> = subject
        .events()?
        .iter()
        .filter(|seen| seen.event.kind() == "tool_start")
        .map(|seen| match &seen.event {
            Event::ToolStart(start) => start.tool.clone(),
            other => other.tool().unwrap_or("(no tool)").to_owned(),
        })
        .collect();
    let pairs = match trajectory {
        Trajectory::Exact => in_order(wanted, &calls),
        _ => in_any_order(wanted, &calls),
    };
    // What is missing is no fault where at most these are allowed, and what is too much none where these are the least.
    let differs = |pair: &Pair| match pair {
        Pair::Both(..) => false,
        Pair::Missing(_) => trajectory != Trajectory::AtMost,
        Pair::TooMuch(_) => trajectory != Trajectory::AtLeast,
    };
    if !pairs.iter().any(differs) {
        return Ok(());
    }
    let mut layout = Layout::under("expected", "seen");
    for pair in &pairs {
        let (left, right) = match pair {
            Pair::Both(tool) => (tool.as_str(), tool.as_str()),
            Pair::Missing(tool) => (tool.as_str(), "–"),
            Pair::TooMuch(tool) => ("–", tool.as_str()),
        };
        let right = subject.show(right, super::layout::RIGHT);
        match differs(pair) {
            true => layout.differs(left, right),
            false => layout.same(left, right),
        }
    }
    Err(Unmet::differs(
        format!(
            "the tools are not those that were expected: {}",
            trajectory.words()
        ),
        layout.text(),
    ))
}

enum Pair {
    Both(String),
    Missing(String),
    TooMuch(String),
}

/// Both lists beside one another, with the longest sequence that they share.
fn in_order(wanted: &[String], calls: &[String]) -> Vec<Pair> {
    let (rows, columns) = (wanted.len(), calls.len());
    // shared[a][b]: how much the rests from a and b on share.
    let mut shared = vec![vec![0; columns + 1]; rows + 1];
    for a in (0..rows).rev() {
        for b in (0..columns).rev() {
            shared[a][b] = match wanted[a] == calls[b] {
                true => shared[a + 1][b + 1] + 1,
                false => shared[a + 1][b].max(shared[a][b + 1]),
            };
        }
    }
    let (mut a, mut b) = (0, 0);
    let mut pairs = Vec::new();
    while a < rows || b < columns {
        if a < rows && b < columns && wanted[a] == calls[b] {
            pairs.push(Pair::Both(wanted[a].clone()));
            (a, b) = (a + 1, b + 1);
        } else if b == columns || (a < rows && shared[a + 1][b] >= shared[a][b + 1]) {
            pairs.push(Pair::Missing(wanted[a].clone()));
            a += 1;
        } else {
            pairs.push(Pair::TooMuch(calls[b].clone()));
            b += 1;
        }
    }
    pairs
}

/// The calls in their own order, each with one of those that are wanted; then what is missing.
fn in_any_order(wanted: &[String], calls: &[String]) -> Vec<Pair> {
    let mut left = wanted.to_vec();
    let mut pairs: Vec<Pair> = calls
        .iter()
        .map(|call| match left.iter().position(|tool| tool == call) {
            Some(at) => Pair::Both(left.remove(at)),
            None => Pair::TooMuch(call.clone()),
        })
        .collect();
    pairs.extend(left.into_iter().map(Pair::Missing));
    pairs
}
