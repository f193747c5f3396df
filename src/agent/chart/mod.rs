//! Charts of a statement's rows (contract §5, `chart_config`).
//!
//! [`suiting`] chooses by what the rows hold, and knows no words: one figure is a KPI, figures over periods are a line,
//! shares of a few parts a pie, other figures by name bars, and everything else a table. [`asked`] draws what a model asks
//! for, where the rows allow it.

mod asked;
mod columns;
mod config;
mod periods;
mod suiting;

pub(crate) use asked::asked;
pub(crate) use config::Chart;
pub(crate) use suiting::suiting;
