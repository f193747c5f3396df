//! End-to-end tests for KAI, a natural-language-to-analysis agent that runs as a Temporal worker.
//!
//! The harness starts the real services (Temporal, Postgres seeded with Indonesian cooperative data, Typesense), runs a
//! worker, sends a prompt the way a cloud client does, subscribes to the events that the worker streams, and judges the
//! run by what the subscriber, Temporal and Postgres saw of it.
//!
//! ```no_run
//! use kai_e2e::assert_run_snapshot;
//! use kai_e2e::harness::{Harness, Is, harness};
//! use rstest::rstest;
//!
//! #[rstest]
//! #[tokio::test]
//! async fn ranks_provinces_by_initial_capital(
//!     #[future(awt)] harness: Harness,
//! ) -> Result<(), Box<dyn std::error::Error>> {
//!     let run = harness
//!         .ask("Tampilkan top 5 provinsi dengan rata-rata modal awal koperasi tertinggi")
//!         .await?;
//!
//!     run.check()?; // every check of the catalogue, named when it fails
//!     run.expect_events("… tool_start(sql_query) tool_end(sql_query) sql_result chart_config … token+ suggestions done")?;
//!     run.expect().answer(Is::near(106_137_069.01, 0.005)).check()?; // and what else this run must do
//!     assert_run_snapshot!(run); // events, answer, SQL, history: redacted, stable, reviewable
//!     Ok(())
//! }
//! ```
//!
//! # Rooms
//!
//! A room may use the rooms below it, never the other way round.
//!
//! | room | what lives there |
//! | --- | --- |
//! | [`cli`] | the `kai-e2e` command; the only room that prints |
//! | [`report`] | what was found as text and JSON |
//! | [`eval`] | how often a model is right: questions with known answers, judged by executed results |
//! | [`harness`] | everything that one test needs, wired together; a [`Run`](harness::Run) and what can be asked of it |
//! | [`rows`] | results of statements, read as the role that may only read, and compared by what they say |
//! | [`checks`] | named checks over the evidence of a run; pure functions |
//! | [`worker`] | the KAI worker: workflow, activities, callbacks, heartbeats, health |
//! | [`agent`] | a question in, events and an answer out; knows nothing of Temporal |
//! | [`capture`] | the receiver: posts in, server-sent events out |
//! | [`stack`] | the three services: start, reach, share, stop; the only room that knows containers |
//! | [`mutants`] | defects on purpose, which prove that the checks find them |
//! | [`contract`] | the words of the wire contract as types |
//!
//! # Behaviour
//!
//! A service that cannot be started is an error with the service's last log lines, never a skipped test. Every wait is
//! bounded, by a variable that can be set (`docs/bounds.md`), and says what it last saw; a service that has died is named
//! first. A failing test leaves what explains it in `target/kai-e2e`, see [`Artefacts`](harness::Artefacts). Secrets (passwords, keys, connection URIs) are shown by no `Debug`, error or event.
//!
//! # Isolation
//!
//! The services are shared by all tests of the machine. On them every [`Harness`](harness::Harness) has a private world: a
//! database cloned from the seeded template, Typesense collections of its own with the same knowledge, a task queue, a
//! worker, workflow ids, sessions, a capture server and, on request, a Temporal namespace. It may change all of it, and
//! nobody else sees that. The world goes with the harness, stopped, dropped or killed.
//!
//! # Clean-up
//!
//! Containers carry the label `org.kai-e2e.session`. A small watcher outlives the process, SIGKILL included, and removes
//! what the process leaves; see [`stack`].

pub mod agent;
pub mod capture;
pub mod checks;
pub mod cli;
pub mod contract;
pub mod eval;
mod files;
pub mod harness;
pub mod mutants;
pub mod report;
pub mod rows;
pub mod stack;
pub mod worker;

/// The examples of the README, which are compiled.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
