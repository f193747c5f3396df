//! What the model may call, one file a tool (contract §8).
//!
//! A [`Tool`](tool::Tool) is a value: how the model sees it, and the function that a call runs. Most of them look something up
//! and tell what they [`found`](found::found). A tool's output is JSON text with `success`. A tool that fails says so to the model, which goes on; a service that does not answer is no tool's failure
//! and ends the run.

mod arguments;
mod context;
mod find_skills;
mod found;
mod generate_chart;
mod get_database_schema;
mod get_filterable_columns;
mod get_instructions;
mod get_table_details;
mod glossary;
mod list_tables;
mod load_skill;
mod lookup_metric;
mod lookup_verified_sql;
mod outcome;
mod recall;
mod remember;
mod search_metrics;
mod search_tables;
mod sql_query;
mod suggest_follow_ups;
mod tables;
mod tool;
mod toolbox;
mod write_todos;

pub(crate) use context::{Known, ToolContext};
pub(crate) use find_skills::matching_skills;
pub(crate) use outcome::{Finished, failure_output};
pub(crate) use toolbox::Toolbox;
pub use toolbox::tool_names;
