//! Reading a pattern.

use super::PatternError;
use super::argument::arguments;
use super::reader::{Reader, is_of_name};
use super::syntax::{Leaf, Name, Node, Pattern, Step};

/// What a step may look like, for messages.
const STEPS: &str = "write `type`, `type(tool)`, `_`, `…` or `(a | b)`";
/// How often a step may be taken at most, where there is an upper bound, and all bounds together.
const MOST_TIMES: usize = 1_000;
/// How deeply groups may stand in one another.
const DEEPEST: usize = 20;

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// Names the column, and what would be right there.
    pub(in crate::harness::expect) fn read(text: &str) -> Result<Self, PatternError> {
        let mut reader = Reader::new(text);
        let steps = sequence(&mut reader, 0)?;
        if reader.peek().is_some() {
            let found = reader.found();
            return Err(reader.wrong(format!("{found} closes or divides no group; {STEPS}")));
        }
        if steps.is_empty() {
            return Err(reader.wrong_at(0, format!("there is no step; {STEPS}")));
        }
        let pattern = Self {
            written: text.to_owned(),
            steps,
        };
        if size(&pattern.steps) > MOST_TIMES * 4 {
            return Err(reader.wrong_at(0, "the counts in it are too large together"));
        }
        Ok(pattern)
    }

    /// Reads a pattern of one event.
    ///
    /// # Errors
    /// As [`read`](Self::read), and when it is more than one event.
    pub(in crate::harness::expect) fn read_single(text: &str) -> Result<Self, PatternError> {
        let pattern = Self::read(text)?;
        if pattern.single().is_none() {
            return Err(PatternError::new(
                text,
                1,
                "this must be one event: write `type`, `type(tool)` or `_`",
            ));
        }
        Ok(pattern)
    }
}

/// How many instructions the steps become.
fn size(steps: &[Step]) -> usize {
    let of = |step: &Step| {
        let times = step.most.unwrap_or(step.least + 1).max(1);
        let one = match &step.node {
            Node::Gap | Node::One(_) => 1,
            Node::Group(ways) => ways.iter().map(|way| size(way)).sum(),
        };
        one.saturating_mul(times)
    };
    steps.iter().map(of).fold(0, usize::saturating_add)
}

/// Steps up to the end of the pattern or of the group.
fn sequence(reader: &mut Reader<'_>, depth: usize) -> Result<Vec<Step>, PatternError> {
    let mut steps = Vec::new();
    loop {
        reader.spaces();
        match reader.peek() {
            None | Some(')' | '|') => return Ok(steps),
            Some(_) => steps.push(step(reader, depth)?),
        }
    }
}

fn step(reader: &mut Reader<'_>, depth: usize) -> Result<Step, PatternError> {
    let from = reader.at();
    let node = node(reader, depth)?;
    let (least, most) = match &node {
        Node::Gap => (1, Some(1)),
        _ => times(reader)?,
    };
    let text = reader
        .since(from)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    match reader.peek() {
        None | Some(')' | '|') => {}
        Some(c) if c.is_whitespace() => {}
        Some(_) if matches!(node, Node::Gap) => {
            return Err(reader.wrong(format!(
                "{} cannot follow `…`, which takes any number of events; write a space between two steps",
                reader.found()
            )));
        }
        Some(_) => {
            return Err(reader.wrong(format!(
                "{} cannot follow `{text}`; write a space between two steps, or `?`, `*`, `+` or `{{2,5}}` once",
                reader.found()
            )));
        }
    }
    Ok(Step {
        node,
        least,
        most,
        text,
    })
}

fn node(reader: &mut Reader<'_>, depth: usize) -> Result<Node, PatternError> {
    if reader.take('…') || reader.take_text("...") {
        return Ok(Node::Gap);
    }
    let from = reader.at();
    if reader.take('(') {
        if depth == DEEPEST {
            return Err(reader.wrong_at(from, "groups stand in one another too deeply"));
        }
        return group(reader, from, depth + 1).map(Node::Group);
    }
    let kind = reader.take_while(is_of_name);
    let begins = |c: char| c.is_alphabetic() || c == '_';
    if !kind.chars().next().is_some_and(begins) {
        reader.back_to(from);
        return Err(reader.wrong(format!("{} is no step; {STEPS}", reader.found())));
    }
    if kind == "_" {
        return Ok(Node::One(Leaf::default()));
    }
    let mut leaf = Leaf {
        kind: Some(Name {
            text: kind,
            column: from + 1,
        }),
        ..Leaf::default()
    };
    if reader.take('(') {
        arguments(reader, &mut leaf)?;
    }
    Ok(Node::One(leaf))
}

fn group(
    reader: &mut Reader<'_>,
    from: usize,
    depth: usize,
) -> Result<Vec<Vec<Step>>, PatternError> {
    let mut ways = Vec::new();
    loop {
        let way = sequence(reader, depth)?;
        if way.is_empty() {
            return Err(reader.wrong(
                "a way of the group is empty; write `(a)?` for what may be missing, or `(a | b)`",
            ));
        }
        ways.push(way);
        match reader.next() {
            Some('|') => {}
            Some(_) => return Ok(ways),
            None => {
                return Err(reader.wrong_at(from, "the group is not closed; write `)` after it"));
            }
        }
    }
}

/// How often: once, unless something is said.
fn times(reader: &mut Reader<'_>) -> Result<(usize, Option<usize>), PatternError> {
    let from = reader.at();
    Ok(match reader.peek() {
        Some('?') => {
            reader.next();
            (0, Some(1))
        }
        Some('*') => {
            reader.next();
            (0, None)
        }
        Some('+') => {
            reader.next();
            (1, None)
        }
        Some('{') => {
            reader.next();
            counted(reader, from)?
        }
        _ => (1, Some(1)),
    })
}

fn counted(reader: &mut Reader<'_>, from: usize) -> Result<(usize, Option<usize>), PatternError> {
    let inside = reader.take_while(|c| !matches!(c, '}' | ')' | '('));
    let wrong = |reason: &str| {
        Err(reader.wrong_at(
            from,
            format!("{reason}; write `{{8}}`, `{{2,5}}`, `{{2,}}` or `{{,5}}`"),
        ))
    };
    let number = |text: &str, otherwise: Option<usize>| match text.trim() {
        "" => otherwise,
        text => text
            .parse::<usize>()
            .ok()
            .filter(|number| *number <= MOST_TIMES),
    };
    if reader.peek() != Some('}') {
        return wrong("the count is not closed");
    }
    let counts = match inside.split_once(',') {
        None => number(&inside, None).map(|exactly| (exactly, Some(exactly))),
        Some((least, most)) if least.trim().is_empty() && most.trim().is_empty() => None,
        Some((least, most)) => match (number(least, Some(0)), most.trim()) {
            (Some(least), "") => Some((least, None)),
            (Some(least), most) => number(most, None).map(|most| (least, Some(most))),
            (None, _) => None,
        },
    };
    let Some((least, most)) = counts else {
        return wrong(&format!("`{{{inside}}}` is no count up to {MOST_TIMES}"));
    };
    if most.is_some_and(|most| most < least) {
        return wrong(&format!("`{{{inside}}}` holds no number"));
    }
    reader.next();
    Ok((least, most))
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;
