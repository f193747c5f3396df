//! How soon an event is there.

use std::time::Duration;

use super::events::places;
use super::layout::Layout;
use super::pattern::PatternError;
use super::{Expectations, Unmet};
use crate::harness::Run;

impl Run {
    /// From the start of the workflow to the moment in which the subscriber had the first event of this kind, a step as in
    /// [`Expectations::events`]: `token` for the first token, `_` for the first event. None when there was none.
    ///
    /// # Errors
    /// When the step cannot be read, or names a type or a tool that nobody knows.
    pub fn time_to_first(&self, event: &str) -> Result<Option<Duration>, PatternError> {
        let expectations = self.expect();
        let pattern = expectations.single(event)?;
        let first = places(&pattern, self.events()).first().copied();
        Ok(first.and_then(|at| since_start(&expectations, at)))
    }
}

/// How long after the start of the workflow an event was received.
fn since_start(expectations: &Expectations<'_>, at: usize) -> Option<Duration> {
    let evidence = expectations.subject.evidence;
    let received = evidence.events[at].received_at;
    // A clock that was set back in between makes it nothing, not an error.
    Some(
        received
            .duration_since(evidence.started_at?)
            .unwrap_or_default(),
    )
}

impl Expectations<'_> {
    /// The first event of this kind is with the subscriber so soon after the start of the workflow; `_` is any event.
    ///
    /// The time is that of this machine under its load at this moment: choose a bound that only something broken exceeds.
    pub fn first_within(self, event: &str, bound: Duration) -> Self {
        let verdict = soon_enough(&self, event, bound)
            .map_err(|unmet| unmet.about(&format!("first `{event}`")));
        self.judged(verdict)
    }

    /// The first token is with the subscriber so soon: [`first_within`](Self::first_within) for `token`.
    pub fn first_token_within(self, bound: Duration) -> Self {
        self.first_within("token", bound)
    }
}

fn soon_enough(expectations: &Expectations<'_>, event: &str, bound: Duration) -> Result<(), Unmet> {
    let pattern = expectations.single(event)?;
    let first = places(&pattern, expectations.subject.events()?)
        .first()
        .copied();
    let mut layout = Layout::under("expected", "seen");
    let expected = format!("after {bound:?} at most");
    let Some(at) = first else {
        layout.differs(expected, "none");
        return Err(Unmet::differs(
            format!("there is no `{event}`"),
            layout.text(),
        ));
    };
    let Some(time) = since_start(expectations, at) else {
        return Err(Unmet::not_judged(
            "it is not known when the run was started",
        ));
    };
    if time <= bound {
        return Ok(());
    }
    layout.differs(expected, format!("after {time:?}: event {}", at + 1));
    Err(Unmet::differs(
        format!("the first `{event}` comes too late"),
        layout.text(),
    ))
}
