//! The order of the events.

use super::layout::{LEFT, Layout, RIGHT, shortened};
use super::pattern::{Alignment, Leaf, Pattern, Program, align};
use super::subject::{Subject, looked_at};
use super::{Expectations, Unmet};
use crate::checks::SeenEvent;
use crate::contract::counted;

impl Expectations<'_> {
    /// The events come in this order, and no others: the pattern covers the whole stream.
    ///
    /// A step is an event's type. `type(tool)` asks for a tool, `type(tool, key~"text")` and `type(key=value)` for what its
    /// arguments, its output or its fields are. `_` is any one event, `…` (or `...`) any number; `x?`, `x*`, `x+`, `x{3}` and
    /// `x{2,5}` say how often, `(a b | c)` is one of several ways. The whole language is in `docs/expectations.md`.
    pub fn events(self, pattern: &str) -> Self {
        let verdict = in_order(&self, pattern).map_err(|unmet| unmet.about("events"));
        self.judged(verdict)
    }
}

fn in_order(expectations: &Expectations<'_>, text: &str) -> Result<(), Unmet> {
    let subject = &expectations.subject;
    let pattern = expectations.pattern(text)?;
    let events = subject.events()?;
    let program = Program::of(&pattern);
    let fits = |part: usize, event: usize| {
        let leaf = program.parts[part].leaf;
        leaf.is_none_or(|leaf| fits(leaf, &events[event]))
    };
    match align(&program, events.len(), fits) {
        Alignment::Fits => Ok(()),
        Alignment::Stuck {
            taken,
            wanted,
            or_the_end,
        } => Err(Stuck {
            subject,
            program: &program,
            events,
            taken,
            wanted,
            or_the_end,
        }
        .told()),
    }
}

/// Whether an event is one that a pattern names.
pub(super) fn fits(leaf: &Leaf, seen: &SeenEvent) -> bool {
    if !is_called(leaf, seen) {
        return false;
    }
    if leaf.wanted.is_empty() {
        return true;
    }
    let value = looked_at(&seen.event);
    leaf.wanted.iter().all(|wanted| {
        wanted
            .path
            .find(&value)
            .is_ok_and(|it| wanted.is.met_by(it))
    })
}

/// Whether an event has the type and the tool.
fn is_called(leaf: &Leaf, seen: &SeenEvent) -> bool {
    let kind = leaf.kind.as_ref();
    let tool = |tool: &str| leaf.tools.iter().any(|wanted| wanted.text == tool);
    kind.is_none_or(|kind| kind.text == seen.event.kind())
        && (leaf.tools.is_empty() || seen.event.tool().is_some_and(tool))
}

/// The places of the events that a pattern of one event names.
pub(super) fn places(pattern: &Pattern, events: &[SeenEvent]) -> Vec<usize> {
    let Some(leaf) = pattern.single() else {
        return Vec::new();
    };
    (0..events.len())
        .filter(|at| fits(leaf, &events[*at]))
        .collect()
}

/// A pattern that does not fit, with how far it goes.
struct Stuck<'a> {
    subject: &'a Subject<'a>,
    program: &'a Program<'a>,
    events: &'a [SeenEvent],
    taken: Vec<usize>,
    wanted: Vec<usize>,
    or_the_end: bool,
}

impl Stuck<'_> {
    fn told(&self) -> Unmet {
        let at = self.taken.len();
        let seen = match self.events.get(at) {
            Some(seen) => format!(
                "event {} of {} is `{}`",
                at + 1,
                self.events.len(),
                self.subject.label(&seen.event)
            ),
            None => format!("the stream ends after {}", counted(at, "event")),
        };
        let wanted = self.wanted();
        let quoted: Vec<String> = wanted
            .iter()
            .map(|wanted| match wanted.as_str() {
                "the end" => wanted.clone(),
                _ => format!("`{wanted}`"),
            })
            .collect();
        let mut what = format!(
            "the events do not match: {seen}, expected {}",
            quoted.join(" or ")
        );
        if let Some(why) = self.argument() {
            what = format!("{what}; {why}");
        }
        let mut layout = Layout::under("expected", "seen");
        self.those_that_fit(&mut layout);
        self.first_difference(&mut layout, &wanted);
        Unmet::differs(what, layout.text())
    }

    /// What could have come next.
    fn wanted(&self) -> Vec<String> {
        let mut wanted: Vec<String> = Vec::new();
        for part in &self.wanted {
            let text = shortened(self.program.parts[*part].text, LEFT);
            if !wanted.contains(&text) {
                wanted.push(text);
            }
        }
        if self.or_the_end {
            wanted.push("the end".to_owned());
        }
        wanted
    }

    /// Which argument is another, where an event has the right type and tool: the next one, or one that a gap had to take.
    fn argument(&self) -> Option<String> {
        let at = self.taken.len();
        let is_gap = |part: &&usize| self.program.parts[**part].leaf.is_none();
        let gap = self.taken.iter().rev().take_while(is_gap).count();
        let wanted = self.wanted.iter();
        let leaves = wanted.filter_map(|part| self.program.parts[*part].leaf);
        let leaves: Vec<&Leaf> = leaves.filter(|leaf| !leaf.wanted.is_empty()).collect();
        let mut places = (at..self.events.len().min(at + 1)).chain(at - gap..at);
        places.find_map(|place| {
            let seen = &self.events[place];
            let leaf = leaves.iter().find(|leaf| is_called(leaf, seen))?;
            let why = self.other_argument(leaf, seen)?;
            Some(match place == at {
                true => why,
                false => format!("event {} is one, but {why}", place + 1),
            })
        })
    }

    fn other_argument(&self, leaf: &Leaf, seen: &SeenEvent) -> Option<String> {
        let value = looked_at(&seen.event);
        leaf.wanted
            .iter()
            .find_map(|wanted| match wanted.path.find(&value) {
                Ok(it) if wanted.is.met_by(it) => None,
                Ok(it) => Some(format!(
                    "its `{}` is {}",
                    wanted.path,
                    self.subject.show_value(it, 160)
                )),
                Err(why) => Some(self.subject.show(&why, 160)),
            })
    }

    /// Each step beside the events that it took.
    fn those_that_fit(&self, layout: &mut Layout) {
        let mut from = 0;
        for run in self.taken.chunk_by(|a, b| a == b) {
            let events = &self.events[from..from + run.len()];
            from += run.len();
            let part = &self.program.parts[run[0]];
            layout.same(shortened(part.text, LEFT), self.folded(events));
        }
    }

    /// What was wanted beside what came, and what is left of both.
    fn first_difference(&self, layout: &mut Layout, wanted: &[String]) {
        let left = &self.events[self.taken.len()..];
        let mut runs = left
            .chunk_by(|a, b| self.subject.label(&a.event) == self.subject.label(&b.event))
            .map(|run| self.folded(run));
        let came = runs.next().unwrap_or_else(|| "(the end)".to_owned());
        layout.differs(wanted.join(" or "), came);
        let step = self
            .wanted
            .iter()
            .map(|part| self.program.parts[*part].step)
            .max();
        let steps = match step {
            Some(step) => &self.program.steps[step + 1..],
            None => &[],
        };
        let mut steps = steps.iter();
        loop {
            match (steps.next(), runs.next()) {
                (None, None) => return,
                (step, run) => layout.same(
                    step.map_or(String::new(), |step| shortened(step, LEFT)),
                    run.unwrap_or_default(),
                ),
            }
        }
    }

    /// Events in a few words: `token×37`, `todo_update … tool_end(sql_query) (12 events)`.
    fn folded(&self, events: &[SeenEvent]) -> String {
        let mut labels: Vec<(String, usize)> = Vec::new();
        for seen in events {
            let label = self.subject.label(&seen.event);
            match labels.last_mut() {
                Some((last, count)) if *last == label => *count += 1,
                _ => labels.push((label, 1)),
            }
        }
        let written = |(label, count): &(String, usize)| match count {
            1 => label.clone(),
            _ => format!("{label}×{count}"),
        };
        match &labels[..] {
            [first, _, .., last] => format!(
                "{} … {} ({})",
                shortened(&written(first), RIGHT / 3),
                shortened(&written(last), RIGHT / 3),
                counted(events.len(), "event")
            ),
            few => few.iter().map(written).collect::<Vec<_>>().join(" "),
        }
    }
}

#[cfg(test)]
#[path = "events_tests.rs"]
mod tests;
