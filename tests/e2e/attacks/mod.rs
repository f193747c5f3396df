//! The attacks of `fixtures/attacks/`, each tried on real services with both fences, and the statements also with the
//! database's fence alone. The guard alone is tested beside it (`src/agent/sql/guard/attack_tests.rs`).

mod arguments;
mod canary;
mod corpus;
mod database_alone;
mod hostile_model;
mod planted;
mod prompts;
mod scene;
mod statements;
