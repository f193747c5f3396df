//! The two rooms under test and what they use, compiled from the harness's own files, and a door to each property.
//!
//! Compiled here rather than linked: the harness as a whole brings Temporal, containers and models, none of which is
//! under test, and each of which would be instrumented.

#![allow(dead_code, unused_imports, missing_docs, rustdoc::all)]

#[path = "../../src/capture/mod.rs"]
pub mod capture;
#[path = "../../src/contract/mod.rs"]
pub mod contract;
#[path = "../../src/mutants/mod.rs"]
pub mod mutants;

pub use capture::fuzzing::{deliveries, stream};
pub use contract::sse_fuzzing::sse;
