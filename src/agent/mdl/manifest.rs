//! The document.

use serde::{Deserialize, Serialize};

/// A semantic model. Keys that are not here are ignored.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Mdl {
    /// A name for the whole: the connection's id.
    #[serde(default)]
    pub catalog: String,
    /// The schema of models that name none.
    #[serde(default)]
    pub schema: String,
    /// The tables.
    #[serde(default)]
    pub models: Vec<MdlModel>,
    /// How they belong together.
    #[serde(default)]
    pub relationships: Vec<MdlRelationship>,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MdlModel {
    /// Its name in the model; the table's own unless that would be said twice.
    pub name: String,
    /// The table that it stands for; one of the model's name when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table_reference: Option<MdlTableReference>,
    /// Its columns in order.
    #[serde(default)]
    pub columns: Vec<MdlColumn>,
    /// The column that tells two rows apart, when one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub primary_key: Option<String>,
    /// What it holds.
    #[serde(default)]
    pub properties: MdlProperties,
}

/// Where a table is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MdlTableReference {
    /// Its schema.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// Its name, as Postgres stores it.
    pub table: String,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MdlColumn {
    /// Its name, as Postgres stores it.
    pub name: String,
    /// Postgres's name of the type.
    #[serde(default, rename = "type")]
    pub kind: String,
    /// Whether it is computed rather than stored; always false for a scanned column.
    #[serde(default)]
    pub is_calculated: bool,
    /// What it holds.
    #[serde(default)]
    pub properties: MdlProperties,
}

/// What people say of a model or a column.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MdlProperties {
    /// In a sentence, or as a list of names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// A join between two models.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MdlRelationship {
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// The two models.
    pub models: Vec<String>,
    /// `MANY_TO_ONE`, `ONE_TO_MANY` or `ONE_TO_ONE`.
    #[serde(default)]
    pub join_type: String,
    /// The condition: `model.column = model.column`, names with capitals quoted.
    pub condition: String,
}
