//! Which mutant this process is.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{LazyLock, Mutex, OnceLock, PoisonError};

use url::Url;

use super::{Mutant, UnknownMutant};
use crate::contract::EventId;

/// The variable that names it.
const VARIABLE: &str = "KAI_MUTANT";

static ACTIVE: OnceLock<Mutant> = OnceLock::new();

/// Whether something has happened that kills the mutant's run.
static STRUCK: AtomicBool = AtomicBool::new(false);

/// Which events a stream has taken away from the others.
static TAKEN: LazyLock<Mutex<HashSet<(usize, EventId)>>> = LazyLock::new(Mutex::default);

/// Where the newest run posts to.
static NEWEST: Mutex<Option<Url>> = Mutex::new(None);

/// Makes this process the mutant that its environment names, if it names one.
///
/// # Errors
/// When there is no such mutant.
pub(crate) fn switch_on_from_env() -> Result<Option<Mutant>, UnknownMutant> {
    let name = std::env::var(VARIABLE).unwrap_or_default();
    if name.trim().is_empty() {
        return Ok(None);
    }
    let mutant: Mutant = name.trim().parse()?;
    Ok(Some(*ACTIVE.get_or_init(|| mutant)))
}

/// Whether this process is that mutant.
pub(crate) fn is(mutant: Mutant) -> bool {
    ACTIVE.get() == Some(&mutant)
}

/// A secret to give away: the key of the stored connections, as the worker's environment has it.
pub(crate) fn secret() -> String {
    std::env::var("ENCRYPT_KEY").unwrap_or_default()
}

/// What kills the run of this mutant has happened.
pub(crate) fn strike(mutant: Mutant) {
    if is(mutant) {
        STRUCK.store(true, Ordering::Release);
    }
}

/// Whether it has, since this was asked last.
pub(crate) fn struck() -> bool {
    STRUCK.swap(false, Ordering::AcqRel)
}

/// A run begins that posts there.
pub(crate) fn becomes_newest(url: &Url) {
    if is(Mutant::OneSessionForAll) {
        *NEWEST.lock().unwrap_or_else(PoisonError::into_inner) = Some(url.clone());
    }
}

/// Where a run posts to whose own URL this is.
pub(crate) fn newest(own: &Url) -> Url {
    if !is(Mutant::OneSessionForAll) {
        return own.clone();
    }
    let newest = NEWEST.lock().unwrap_or_else(PoisonError::into_inner);
    newest.clone().unwrap_or_else(|| own.clone())
}

/// Whether no other stream of a session (by its place in memory) has taken an event yet. Takes it.
pub(crate) fn is_first_to_take(session: usize, event: EventId) -> bool {
    let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
    taken.insert((session, event))
}
