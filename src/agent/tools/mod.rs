//! What the model may call, one file a tool (contract §8).
//!
//! A tool's output is JSON text with `success`. A tool that fails says so to the model, which goes on; a service that
//! does not answer is no tool's failure and ends the run.

mod arguments;
mod context;
mod find_skills;
mod get_database_schema;
mod get_instructions;
mod outcome;
mod search_metrics;
mod sql_query;
mod tool;
mod toolbox;
mod words;
mod write_todos;

pub(crate) use context::{Known, ToolContext};
pub(crate) use find_skills::matching_skills;
pub(crate) use outcome::{Finished, failure_output};
pub(crate) use toolbox::Toolbox;
