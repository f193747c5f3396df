//! The types that a value may be cast to: plain ones, whose reading of text reaches nothing outside the value.

use sqlparser::ast::DataType;

use super::error::GuardError;

/// Judges the target of a cast.
pub(super) fn of_type(kind: &DataType) -> Result<(), GuardError> {
    let plain = matches!(
        kind,
        DataType::Text
            | DataType::Character(_)
            | DataType::Char(_)
            | DataType::CharacterVarying(_)
            | DataType::CharVarying(_)
            | DataType::Varchar(_)
            | DataType::Uuid
            | DataType::Numeric(_)
            | DataType::Decimal(_)
            | DataType::Dec(_)
            | DataType::Float(_)
            | DataType::Float4
            | DataType::Float8
            | DataType::Real
            | DataType::DoublePrecision
            | DataType::SmallInt(None)
            | DataType::Int2(None)
            | DataType::Int(None)
            | DataType::Int4(None)
            | DataType::Int8(None)
            | DataType::Integer(None)
            | DataType::BigInt(None)
            | DataType::Bool
            | DataType::Boolean
            | DataType::Date
            | DataType::Time(..)
            | DataType::Timestamp(..)
            | DataType::Interval { .. }
            | DataType::JSON
            | DataType::JSONB
    );
    if plain {
        Ok(())
    } else {
        Err(GuardError::Type {
            name: kind.to_string(),
        })
    }
}
