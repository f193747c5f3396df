//! Event sequences as tests write them: `… tool_start(sql_query) tool_end(sql_query) sql_result token+ done`.
//!
//! | written | takes |
//! | --- | --- |
//! | `token` | one event of that type |
//! | `tool_start(sql_query)` | one of that tool; `tool_start(list_tables\|search_tables)` of either |
//! | `tool_start(sql_query, query~"provinsi")` | one whose argument holds a text; `=` asks for the very value |
//! | `error("no connection")` | an error whose text holds this |
//! | `_` | any one event |
//! | `…` or `...` | any number of events |
//! | `(chart_config \| no_data_warning)` | one of several sequences; `(tool_start tool_end)` keeps a sequence together |
//! | `x?` `x*` `x+` `x{8}` `x{2,5}` `x{2,}` `x{,5}` | how often: at most once, any number, at least once, … |

mod align;
mod argument;
mod error;
mod parse;
mod program;
mod reader;
mod syntax;

pub use error::PatternError;

pub(super) use align::{Alignment, align};
pub(super) use program::Program;
pub(super) use syntax::{Leaf, Pattern};
