//! Delivers the events of one attempt to the callback URL (contract §3): in order, over one keep-alive connection, each until
//! the receiver has acknowledged it or its tries are used up.
//!
//! The agent hands events over and goes on. A receiver that is slow, refuses, hangs or is gone costs a run at most the budget
//! of [`SenderSettings`](super::SenderSettings), the end of the stream included: what is not delivered by then counts as failed.
//!
//! - **One event** is tried [`attempts`](super::SenderSettings::attempts) times under the same number, so that a receiver that
//!   had it already can tell, with pauses that double. Tried again is what may go better: no connection, no answer in time,
//!   408, 425, 429 and every 5xx but 501. A `Retry-After` is kept to when it is shorter than a request's time-out.
//! - **After an event that could not be delivered** every further one is tried once, until one gets through: a receiver that is
//!   gone must not cost each event all its tries.
//! - **When the queue is full** the agent waits for room, out of the budget; without a queue it waits for each delivery.
//! - **When the budget is spent** the request under way is given up, and what waits counts as failed without being posted.
//! - **`done`** has a part of the budget to itself. It is posted last, once all others are delivered or counted, and has all its
//!   tries again, whatever happened before.

mod asking;
mod callback_sender;
mod poster;
mod reply;

pub(super) use callback_sender::{CallbackSender, Destination};

#[cfg(test)]
mod tests;
