//! Defects on purpose: each [`Mutant`] is one that a worker or a receiver may have, and names the checks that must find it.
//!
//! `KAI_MUTANT=done-twice kai-e2e worker` is a worker with that defect and no other; `kai-e2e checks --format markdown` lists
//! all of them beside the checks. They prove that the checks can fail, and each for its own reason. A process has at most one,
//! from its start to its end, and only the commands `worker` and `check` ever switch one on: a worker in a test's own process
//! is always healthy.

mod catalogue;
mod mutant;
mod outgoing;
mod switch;

pub use mutant::{Mutant, Part, UnknownMutant};
pub(crate) use outgoing::Outgoing;
pub(crate) use switch::{
    becomes_newest, is, is_first_to_take, newest, secret, strike, struck, switch_on_from_env,
};
