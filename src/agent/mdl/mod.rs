//! The semantic model of a database as one JSON document (MDL): models, which are tables with their columns, and the
//! relationships between them. The keys are those of Wren's modelling definition language, in camel case.
//!
//! [`Mdl::of_tables`] makes it of the scanned tables (`generate_mdl`); [`describe`] takes descriptions and relationships out
//! of one that people have worked on (`sync_config`). What neither knows is ignored.

mod describe;
mod generate;
mod manifest;
mod report;

pub(crate) use describe::describe;
pub use manifest::{Mdl, MdlColumn, MdlModel, MdlProperties, MdlRelationship, MdlTableReference};
pub use report::MdlReport;
