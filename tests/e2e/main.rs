//! The end-to-end suite: one binary, a module a topic, all tests on one stack that the first of them starts.
//!
//! `make test` runs it. A service that cannot be started fails every test with the reason: nothing is skipped.

mod activities;
mod agent_alone;
mod artefacts;
mod attacks;
mod browser;
mod cancellation;
mod canonical;
mod capture_process;
mod command;
mod configuring;
mod conversations;
mod deleted_state;
mod doctor;
mod evaluation;
mod expectations;
mod external_callers;
mod faults;
mod fixture_questions;
mod indicators;
mod inputs;
mod killed;
mod memories;
mod models;
mod mutants;
mod new_table;
mod page;
mod process_table;
mod processes;
mod python_worker;
mod questions;
mod repetition;
mod scripted;
mod seed;
mod seeded_image;
mod sharing;
mod stream_ends;
mod support;
mod tools;
mod values;
mod worker_process;
mod worlds;
