//! Rows as Postgres prints them, with what their columns hold.

use tokio_postgres::types::Type;

/// The rows of a statement.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows {
    /// The columns, in order.
    pub columns: Vec<Column>,
    /// The rows: a text for each column, none for null.
    pub rows: Vec<Vec<Option<String>>>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name, for people: names are not compared.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
}

/// What a column holds, as far as it matters when cells are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Numbers of any type.
    Number,
    /// Dates and points in time.
    Time,
    /// True and false.
    Truth,
    /// Everything else, by its text.
    Text,
}

impl Kind {
    pub(super) fn of(kind: &Type) -> Self {
        match *kind {
            Type::INT2
            | Type::INT4
            | Type::INT8
            | Type::FLOAT4
            | Type::FLOAT8
            | Type::NUMERIC
            | Type::OID => Self::Number,
            Type::DATE | Type::TIMESTAMP | Type::TIMESTAMPTZ => Self::Time,
            Type::BOOL => Self::Truth,
            _ => Self::Text,
        }
    }
}
