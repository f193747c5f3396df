//! What comes before what.

use super::events::places;
use super::layout::Layout;
use super::{Expectations, Unmet};

/// Which of the events are compared.
#[derive(Clone, Copy)]
enum Which {
    First,
    All,
    Each,
}

impl Expectations<'_> {
    /// Both events are there, and the first `earlier` comes before the first `later`.
    pub fn before(self, earlier: &str, later: &str) -> Self {
        self.ordered(Which::First, earlier, later)
    }

    /// Both events are there, and every `earlier` comes before every `later`.
    pub fn all_before(self, earlier: &str, later: &str) -> Self {
        self.ordered(Which::All, earlier, later)
    }

    /// Both events are there, and each `later` has an `earlier` of its own before it: the second `later` comes after the second
    /// `earlier`, and so on.
    pub fn each_before(self, earlier: &str, later: &str) -> Self {
        self.ordered(Which::Each, earlier, later)
    }

    fn ordered(self, which: Which, earlier: &str, later: &str) -> Self {
        let verdict = come_so(&self, which, earlier, later)
            .map_err(|unmet| unmet.about(&format!("`{earlier}` before `{later}`")));
        self.judged(verdict)
    }
}

fn come_so(
    expectations: &Expectations<'_>,
    which: Which,
    earlier: &str,
    later: &str,
) -> Result<(), Unmet> {
    let (first, second) = (expectations.single(earlier)?, expectations.single(later)?);
    let events = expectations.subject.events()?;
    let (befores, afters) = (places(&first, events), places(&second, events));
    let place = |at: Option<&usize>| match at {
        Some(at) => format!("event {}", at + 1),
        None => "not there".to_owned(),
    };
    let (what, before, after) = match which {
        _ if befores.is_empty() || afters.is_empty() => {
            ("they are not both there", befores.first(), afters.first())
        }
        Which::First if befores[0] < afters[0] => return Ok(()),
        Which::First => (
            "the first of one comes after the first of the other",
            befores.first(),
            afters.first(),
        ),
        Which::All if befores.last() < afters.first() => return Ok(()),
        Which::All => (
            "the last of one comes after the first of the other",
            befores.last(),
            afters.first(),
        ),
        Which::Each => {
            let alone =
                (0..afters.len()).find(|at| befores.get(*at).is_none_or(|it| *it > afters[*at]));
            let Some(at) = alone else {
                return Ok(());
            };
            (
                "one has none of its own before it",
                befores.get(at),
                afters.get(at),
            )
        }
    };
    let mut layout = Layout::under("expected, in this order", "seen");
    layout.differs(earlier, place(before));
    layout.differs(later, place(after));
    Err(Unmet::differs(
        format!("`{earlier}` does not come before `{later}`: {what}"),
        layout.text(),
    ))
}
