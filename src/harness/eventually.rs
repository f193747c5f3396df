//! Waiting for something to become true, with a bound, and with what was last seen when it did not.

use std::error::Error;
use std::fmt::{self, Debug};
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::Artefacts;
use super::artefacts::{ending, failed_here};
use super::bounds;
use crate::stack::Backoff;

/// What was waited for and did not come.
///
/// `Debug` shows the same text as `Display`: that is what a test shows that returns it with `?`.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum EventuallyError {
    /// It was looked at, and was never as wanted.
    #[error("not within {bound:?}: {what}; last seen {last_seen}, after {looks} looks{}", ending(.artefacts))]
    Late {
        /// What was waited for.
        what: String,
        /// How long.
        bound: Duration,
        /// What was seen last, as `Debug` shows it.
        last_seen: String,
        /// How often it was looked at.
        looks: usize,
        /// Where the artefacts of the test lie.
        artefacts: Option<Artefacts>,
    },
    /// A look had no answer within the bound.
    #[error("not within {bound:?}: {what}; the last look had no answer, {}{}", before(.last_seen), ending(.artefacts))]
    NoAnswer {
        /// What was waited for.
        what: String,
        /// How long.
        bound: Duration,
        /// What was seen before, as `Debug` shows it.
        last_seen: Option<String>,
        /// Where the artefacts of the test lie.
        artefacts: Option<Artefacts>,
    },
    /// A look failed.
    #[error("it could not be seen whether {what}: {reason}{}", ending(.artefacts))]
    Look {
        /// What was waited for.
        what: String,
        /// Why, with its causes.
        reason: String,
        /// Where the artefacts of the test lie.
        artefacts: Option<Artefacts>,
    },
}

fn before(last_seen: &Option<String>) -> String {
    match last_seen {
        Some(seen) => format!("and the one before saw {seen}"),
        None => "and it was the first".to_owned(),
    }
}

impl fmt::Debug for EventuallyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl EventuallyError {
    fn in_this_test(mut self) -> Self {
        let kept = failed_here(&self);
        match &mut self {
            Self::Late { artefacts, .. }
            | Self::NoAnswer { artefacts, .. }
            | Self::Look { artefacts, .. } => *artefacts = kept,
        }
        self
    }
}

/// Looks again and again, with growing pauses, until what is seen is as wanted, and returns it. The bound is 20 seconds,
/// `KAI_E2E_EVENTUALLY_TIMEOUT`.
///
/// ```no_run
/// # async fn test(harness: kai_e2e::harness::Harness) -> Result<(), Box<dyn std::error::Error>> {
/// use kai_e2e::harness::expect_eventually;
///
/// expect_eventually("somebody polls the queue", || harness.polled(), |polled| *polled).await?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// When it is not as wanted within the bound, with what was last seen; when a look has no answer within the bound, or fails:
/// what may fail at first belongs into what is seen.
pub async fn expect_eventually<T, E, Looking>(
    what: &str,
    look: impl FnMut() -> Looking,
    wanted: impl FnMut(&T) -> bool,
) -> Result<T, EventuallyError>
where
    T: Debug,
    E: Into<Box<dyn Error + Send + Sync>>,
    Looking: Future<Output = Result<T, E>>,
{
    expect_eventually_within(bounds::EVENTUALLY.get(), what, look, wanted).await
}

/// As [`expect_eventually`], within a bound of its own.
///
/// # Errors
/// As [`expect_eventually`].
pub async fn expect_eventually_within<T, E, Looking>(
    bound: Duration,
    what: &str,
    mut look: impl FnMut() -> Looking,
    mut wanted: impl FnMut(&T) -> bool,
) -> Result<T, EventuallyError>
where
    T: Debug,
    E: Into<Box<dyn Error + Send + Sync>>,
    Looking: Future<Output = Result<T, E>>,
{
    let deadline = Instant::now() + bound;
    let mut backoff = Backoff::new();
    let mut last_seen = None;
    let mut looks = 0;
    loop {
        looks += 1;
        let Ok(seen) = timeout_at(deadline, look()).await else {
            let error = EventuallyError::NoAnswer {
                what: what.to_owned(),
                bound,
                last_seen,
                artefacts: None,
            };
            return Err(error.in_this_test());
        };
        let seen = seen.map_err(|error| {
            let error = EventuallyError::Look {
                what: what.to_owned(),
                reason: crate::contract::error_chain(&*error.into()),
                artefacts: None,
            };
            error.in_this_test()
        })?;
        if wanted(&seen) {
            return Ok(seen);
        }
        if Instant::now() >= deadline {
            let error = EventuallyError::Late {
                what: what.to_owned(),
                bound,
                last_seen: format!("{seen:?}"),
                looks,
                artefacts: None,
            };
            return Err(error.in_this_test());
        }
        last_seen = Some(format!("{seen:?}"));
        // The last look is at the deadline, however long the pause before it would be.
        let _ = timeout_at(deadline, backoff.pause()).await;
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::convert::Infallible;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_comes_is_returned() {
        let looks = Cell::new(0);
        let look = async || {
            looks.set(looks.get() + 1);
            Ok::<_, Infallible>(looks.get())
        };
        let seen = expect_eventually("five looks", look, |seen| *seen == 5).await;
        assert_eq!(seen.expect("it came"), 5);
        assert_eq!(looks.get(), 5);
    }

    #[tokio::test(start_paused = true)]
    async fn what_does_not_come_is_told_with_what_was_last_seen() {
        let looks = Cell::new(0);
        let look = async || {
            looks.set(looks.get() + 1);
            Ok::<_, Infallible>(Some("waiting"))
        };
        let bound = Duration::from_millis(100);
        let late =
            expect_eventually_within(bound, "it is ready", look, |seen| *seen == Some("ready"))
                .await;
        let said = late.expect_err("it never is").to_string();
        let wanted = format!(
            "not within 100ms: it is ready; last seen Some(\"waiting\"), after {} looks",
            looks.get()
        );
        assert_eq!(said, wanted);
        assert!(looks.get() > 3, "{said}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_look_that_hangs_is_bounded_too() {
        let bound = Duration::from_secs(1);
        let look = std::future::pending::<Result<u8, Infallible>>;
        let said = expect_eventually_within(bound, "it is ready", look, |_| true).await;
        assert_eq!(
            said.expect_err("no answer").to_string(),
            "not within 1s: it is ready; the last look had no answer, and it was the first"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_look_that_fails_ends_the_wait() {
        let look = async || Err::<u8, _>("the door is shut");
        let said = expect_eventually("it is ready", look, |_| true).await;
        assert_eq!(
            said.expect_err("it failed").to_string(),
            "it could not be seen whether it is ready: the door is shut"
        );
    }
}
