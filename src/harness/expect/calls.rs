//! What tools were called with, and what they gave.

use serde_json::Value;

use super::layout::{LEFT, Layout, RIGHT, shortened};
use super::path::Path;
use super::subject::output;
use super::{Expectations, Is, Unmet};
use crate::contract::{Event, counted};

/// How many calls a failure shows.
const SHOWN: usize = 3;

/// A call of a tool, with what its arguments and its output are expected to be.
#[derive(Debug, Clone)]
#[must_use = "give it to `Expectations::call`"]
pub struct Call {
    tool: String,
    which: Which,
    wanted: Vec<(Side, String, Is)>,
}

#[derive(Debug, Clone, Copy)]
enum Which {
    Any,
    Every,
    /// From 0.
    Nth(usize),
}

#[derive(Debug, Clone, Copy)]
enum Side {
    Input,
    Output,
}

impl Call {
    /// A call of this tool: any of them, unless something else is said.
    pub fn to(tool: impl Into<String>) -> Self {
        Self {
            tool: tool.into(),
            which: Which::Any,
            wanted: Vec::new(),
        }
    }

    /// The call of this number, from 0.
    pub fn nth(self, number: usize) -> Self {
        Self {
            which: Which::Nth(number),
            ..self
        }
    }

    /// Every call, of which there must be one at least.
    pub fn every(self) -> Self {
        Self {
            which: Which::Every,
            ..self
        }
    }

    /// An argument: a place in the `input` of its `tool_start`, such as `query` or `questions[0]`. A path that begins with `/` is a
    /// JSON pointer; the empty one is the whole.
    pub fn with(self, path: &str, is: impl Into<Is>) -> Self {
        self.wanting(Side::Input, path, is.into())
    }

    /// A place in the `output` of its `tool_end`, read as JSON where it is; the empty path is the whole.
    pub fn output(self, path: &str, is: impl Into<Is>) -> Self {
        self.wanting(Side::Output, path, is.into())
    }

    fn wanting(mut self, side: Side, path: &str, is: Is) -> Self {
        self.wanted.push((side, path.to_owned(), is));
        self
    }

    fn words(&self) -> String {
        match self.which {
            Which::Any => format!("no call of `{}` is as expected", self.tool),
            Which::Every => format!("not every call of `{}` is as expected", self.tool),
            Which::Nth(number) => format!("call {number} of `{}` is not as expected", self.tool),
        }
    }
}

impl Expectations<'_> {
    /// A tool was called with these arguments, and gave this.
    ///
    /// ```no_run
    /// # use kai_e2e::harness::{Call, Is};
    /// # fn test(run: kai_e2e::harness::Run) -> Result<(), kai_e2e::harness::ExpectationError> {
    /// run.expect()
    ///     .call(Call::to("sql_query").with("query", Is::containing("GROUP BY")).output("row_count", 5))
    ///     .check()
    /// # }
    /// ```
    pub fn call(self, call: Call) -> Self {
        let verdict = is_called(&self, &call)
            .map_err(|unmet| unmet.about(&format!("calls of `{}`", call.tool)));
        self.judged(verdict)
    }
}

/// A call as it was seen.
struct Seen {
    /// The place of its `tool_start`, from 0.
    at: usize,
    input: Value,
    /// None: it has no `tool_end`.
    output: Option<Value>,
}

/// The calls of a tool: each end belongs to the first of its calls that has none yet.
fn calls(expectations: &Expectations<'_>, tool: &str) -> Result<Vec<Seen>, Unmet> {
    let mut calls: Vec<Seen> = Vec::new();
    for (at, seen) in expectations.subject.events()?.iter().enumerate() {
        match &seen.event {
            Event::ToolStart(start) if start.tool == tool => calls.push(Seen {
                at,
                input: Value::Object(start.input.clone()),
                output: None,
            }),
            Event::ToolEnd(end) if end.tool == tool => {
                if let Some(call) = calls.iter_mut().find(|call| call.output.is_none()) {
                    call.output = Some(output(&end.output));
                }
            }
            _ => {}
        }
    }
    Ok(calls)
}

fn is_called(expectations: &Expectations<'_>, call: &Call) -> Result<(), Unmet> {
    if let Some(unknown) = expectations.names().unknown_tool(&call.tool) {
        return Err(Unmet::unreadable(unknown));
    }
    let mut wanted = Vec::with_capacity(call.wanted.len());
    for (side, path, is) in &call.wanted {
        if let Some(why) = is.unreadable() {
            return Err(Unmet::unreadable(format!("`{path}`: {why}")));
        }
        let read = Path::read(path).map_err(Unmet::unreadable)?;
        wanted.push((*side, read, is));
    }
    let all = calls(expectations, &call.tool)?;
    let meets = |seen: &&Seen| {
        wanted
            .iter()
            .all(|(side, path, is)| seen.meets(*side, path, is))
    };
    let held = match call.which {
        Which::Any => all.iter().any(|seen| meets(&seen)),
        Which::Every => !all.is_empty() && all.iter().all(|seen| meets(&seen)),
        Which::Nth(number) => all.get(number).is_some_and(|seen| meets(&seen)),
    };
    if held {
        return Ok(());
    }
    let looked_at: Vec<&Seen> = match call.which {
        Which::Any => all.iter().collect(),
        Which::Every => all.iter().filter(|seen| !meets(seen)).collect(),
        Which::Nth(number) => all.get(number).into_iter().collect(),
    };
    let mut layout = Layout::under("expected", "seen");
    if looked_at.is_empty() {
        layout.differs(
            format!("a call of {}", call.tool),
            match all.len() {
                0 => "none".to_owned(),
                count => counted(count, "call"),
            },
        );
    }
    for seen in looked_at.iter().take(SHOWN) {
        layout.same(&call.tool, format!("event {}", seen.at + 1));
        for (side, path, is) in &wanted {
            let (left, right) = seen.beside(expectations, *side, path, is);
            match seen.meets(*side, path, is) {
                true => layout.same(left, right),
                false => layout.differs(left, right),
            }
        }
    }
    if looked_at.len() > SHOWN {
        layout.same("", format!("… {} more calls", looked_at.len() - SHOWN));
    }
    Err(Unmet::differs(call.words(), layout.text()))
}

impl Seen {
    fn side(&self, side: Side) -> Result<&Value, String> {
        match side {
            Side::Input => Ok(&self.input),
            Side::Output => self
                .output
                .as_ref()
                .ok_or_else(|| "the call has no `tool_end`".to_owned()),
        }
    }

    fn meets(&self, side: Side, path: &Path, is: &Is) -> bool {
        let value = self.side(side).and_then(|value| path.find(value));
        value.is_ok_and(|value| is.met_by(value))
    }

    /// What is expected at a place, and what stands there.
    fn beside(
        &self,
        expectations: &Expectations<'_>,
        side: Side,
        path: &Path,
        is: &Is,
    ) -> (String, String) {
        let place = match side {
            Side::Input => path.to_string(),
            Side::Output => format!("output {path}"),
        };
        let left = format!("{}: {is}", place.trim_end());
        let right = match self.side(side).and_then(|value| path.find(value)) {
            Ok(value) => expectations.subject.show_value(value, RIGHT),
            Err(why) => expectations.subject.show(&why, RIGHT),
        };
        (shortened(&left, LEFT), right)
    }
}
