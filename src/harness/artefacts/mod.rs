//! What a failing test leaves behind, so that nobody has to run it again to see what happened.
//!
//! A test that uses a harness and fails leaves a directory `target/kai-e2e/TEST/`, in which `::` of the test's name is `.`:
//!
//! | file | what is in it |
//! | --- | --- |
//! | `events.jsonl` | every event that the harness's subscriber received, of finished runs and of those under way |
//! | `history.json` | each run with the history of its workflow, in the proto JSON that `kai-e2e history replay` and other SDKs' replayers read |
//! | `temporal.log`, `postgres.log`, `typesense.log` | what the services wrote since the test began |
//! | `statements.jsonl` | the SQL that ran in the test's database, and its errors |
//! | `environment.json` | the failures, versions, images, addresses and settings |
//! | `repeat.txt` | the one command that repeats the test |
//!
//! The path is the last line of the failure's text. A file that could not be had says why. Secrets are replaced by
//! `[redacted]`. `KAI_E2E_ARTEFACTS` names another directory than `target/kai-e2e`.
//!
//! A test has failed when it panics, or when an error of this room ([`HarnessError`](super::HarnessError),
//! [`BrokenPromises`](super::BrokenPromises), [`ExpectationError`](super::ExpectationError)) is still alive when its harness
//! is dropped: it is on its way out of the test. One that was expected, looked at and dropped leaves nothing, unless it was
//! made into text: a text that names a directory must not lie. An error of the test's own, made of nothing of this room,
//! leaves nothing either, for nobody here sees it.

mod collect;
mod hook;
mod mark;
mod place;
mod record;
mod repeat;
mod scrub;
mod test_record;
mod witness;

pub use mark::Artefacts;

pub(super) use mark::ending;
pub(super) use record::{RunRecord, SharedEvents};
pub(super) use scrub::Scrubber;
pub(super) use witness::{RunWitness, Witness, failed_here, mark_without_harness};
