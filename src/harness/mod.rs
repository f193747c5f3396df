//! A stack, a worker, a capture server and a client, wired for one test.
//!
//! [`Harness::shared`] attaches to the machine's stack (and starts it when it is the first), launches a worker of its
//! own on a task queue of its own, and gives it a private world: a copy of the seeded database, and collections that hold
//! what the worker's own activities learnt of the original, once a stack.
//! [`Harness::ask`] sends one prompt the way a cloud client does and returns a [`Run`]: everything that was seen of it,
//! from the subscriber, from Temporal and from Postgres.

mod activities;
mod artefacts;
mod ask;
pub mod battery;
mod bounds;
mod collect;
mod diagnosis;
mod error;
mod eventually;
mod expect;
pub mod faults;
mod fixture;
mod history;
mod history_file;
mod live;
mod local_model;
mod master;
mod namespace;
mod normal_form;
mod observe;
mod outcome;
mod patience;
mod proto_json;
mod received;
mod replay;
mod residence;
mod run;
mod run_again;
mod running;
mod settings;
mod setup;
mod snapshot;
mod stack;
mod turns;
mod variables;
mod wiring;
mod workers;

pub use artefacts::Artefacts;
pub use ask::Ask;
pub use error::HarnessError;
pub use eventually::{EventuallyError, expect_eventually, expect_eventually_within};
pub use expect::{
    Call, ExpectationError, Expectations, Is, PatternError, Reason, Row, SameRows, Times,
    Trajectory, Unmet,
};
pub use fixture::harness;
pub use history::RunHistory;
pub use live::Harness;
pub use local_model::LocalModel;
pub use replay::HistoryError;
pub use run::{BrokenPromises, Outcome, Run, WorkflowFailure};
pub use running::RunningAsk;
pub use settings::{HarnessSettings, Isolation};
pub use stack::AnyStack;
pub use variables::stack_variables;
pub use workers::{WorkerCommand, WorkerProcess, WorkerProcessError};

#[doc(hidden)]
pub use insta as __insta;
