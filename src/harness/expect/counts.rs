//! How often an event is there.

use std::fmt;
use std::ops::{Range, RangeFrom, RangeInclusive, RangeTo, RangeToInclusive};

use super::events::places;
use super::layout::Layout;
use super::{Expectations, Unmet};

/// How often: `3`, `1..`, `..=5`, `2..=5`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    least: usize,
    /// None: any number.
    most: Option<usize>,
}

impl Times {
    fn hold(self, count: usize) -> bool {
        self.least <= count && self.most.is_none_or(|most| count <= most)
    }

    fn is_empty(self) -> bool {
        self.most.is_some_and(|most| most < self.least)
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.least, self.most) {
            (0, Some(0)) => write!(f, "none"),
            (least, Some(most)) if least == most => write!(f, "exactly {least}"),
            (0, Some(most)) => write!(f, "at most {most}"),
            (0, None) => write!(f, "any number"),
            (least, None) => write!(f, "at least {least}"),
            (least, Some(most)) => write!(f, "{least} to {most}"),
        }
    }
}

impl From<usize> for Times {
    fn from(exactly: usize) -> Self {
        (exactly..=exactly).into()
    }
}

impl From<RangeFrom<usize>> for Times {
    fn from(range: RangeFrom<usize>) -> Self {
        Self {
            least: range.start,
            most: None,
        }
    }
}

impl From<RangeInclusive<usize>> for Times {
    fn from(range: RangeInclusive<usize>) -> Self {
        Self {
            least: *range.start(),
            most: Some(*range.end()),
        }
    }
}

impl From<RangeToInclusive<usize>> for Times {
    fn from(range: RangeToInclusive<usize>) -> Self {
        (0..=range.end).into()
    }
}

impl From<Range<usize>> for Times {
    fn from(range: Range<usize>) -> Self {
        match range.end.checked_sub(1) {
            Some(last) => (range.start..=last).into(),
            // Nothing is below 0.
            None => Self {
                least: range.start.max(1),
                most: Some(0),
            },
        }
    }
}

impl From<RangeTo<usize>> for Times {
    fn from(range: RangeTo<usize>) -> Self {
        (0..range.end).into()
    }
}

impl Expectations<'_> {
    /// An event is there so often: exactly (`3`), at least (`1..`), at most (`..=5`), between (`2..=5`). The event is a step as in
    /// [`events`](Self::events), with its tool and its arguments if they count.
    pub fn count(self, event: &str, times: impl Into<Times>) -> Self {
        let verdict = so_often(&self, event, times.into())
            .map_err(|unmet| unmet.about(&format!("count of `{event}`")));
        self.judged(verdict)
    }
}

fn so_often(expectations: &Expectations<'_>, event: &str, times: Times) -> Result<(), Unmet> {
    let pattern = expectations.single(event)?;
    if times.is_empty() {
        return Err(Unmet::unreadable(
            "no number is in the range; write `3`, `1..`, `..=5` or `2..=5`",
        ));
    }
    let places = places(&pattern, expectations.subject.events()?);
    if times.hold(places.len()) {
        return Ok(());
    }
    let seen = match places[..] {
        [] => "none".to_owned(),
        [at] => format!("1: event {}", at + 1),
        [first, .., last] => format!("{}: events {} to {}", places.len(), first + 1, last + 1),
    };
    let mut layout = Layout::under("expected", "seen");
    layout.differs(times.to_string(), seen);
    Err(Unmet::differs(
        format!("`{event}` is not there as often as expected"),
        layout.text(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_range_of_numbers_is_a_count() {
        for (times, said, holds) in [
            (Times::from(3), "exactly 3", [false, true, false]),
            (Times::from(3..), "at least 3", [false, true, true]),
            (Times::from(..=3), "at most 3", [true, true, false]),
            (Times::from(..4), "at most 3", [true, true, false]),
            (Times::from(2..=3), "2 to 3", [true, true, false]),
            (Times::from(3..5), "3 to 4", [false, true, true]),
            (Times::from(0), "none", [false, false, false]),
        ] {
            assert_eq!(times.to_string(), said);
            assert_eq!([2, 3, 4].map(|count| times.hold(count)), holds, "{said}");
            assert!(!times.is_empty(), "{said}");
        }
        #[allow(clippy::reversed_empty_ranges)]
        for empty in [Times::from(5..=2), Times::from(3..3), Times::from(..0)] {
            assert!(empty.is_empty());
        }
    }
}
