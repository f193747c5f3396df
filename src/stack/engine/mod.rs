//! The container engine: where it is, what it holds, and what is wrong when it does not answer.
//!
//! Containers are created through `testcontainers`; everything that it does not offer (labels, images, exit codes, logs of
//! the dead, removal by label) is asked of the same engine directly. Nothing here outlives a call: an [`Engine`] belongs to
//! the runtime that made it, and other processes and runtimes find containers by label.

mod address;
mod background;
mod build;
mod client;
mod containers;
mod explain;
mod images;
mod logs;
mod tar;

pub(in crate::stack) use address::EngineAddress;
pub(in crate::stack) use background::run;
pub(in crate::stack) use build::BuildContext;
pub(in crate::stack) use client::Engine;
pub(in crate::stack) use containers::FoundContainer;
pub(in crate::stack) use images::{ImageFacts, PullFailure};
