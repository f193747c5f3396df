//! Where the services of a stack run, behind one trait.
//!
//! A [`Provider`] begins services, tells when one has ended and what it wrote, and finds and removes everything that carries
//! the labels of a session. What a service is ready for, how a stack is made of three of them, and when it goes, is the same
//! for all providers and lives outside this folder.

mod choose;
mod containers;
mod contract;
mod found;
mod instance;
mod order;
mod processes;

pub(super) use choose::{connect, of, reachable};
pub(super) use containers::Containers;
pub(super) use contract::{Provider, Scope};
pub(super) use found::Found;
pub(super) use instance::Instance;
pub(super) use order::{Begun, Order, Ports};
