//! Which expressions a query may use. The parts of an expression are visited on their own.

use sqlparser::ast::{AccessExpr, BinaryOperator, CastKind, Expr, Ident, UnaryOperator, Value};

use super::error::GuardError;
use super::functions;
use super::names::Names;
use super::relations::{Relations, folded};
use super::types;

/// Names that Postgres reads as calls when they are not quoted.
const CALLS_IN_DISGUISE: [&str; 8] = [
    "current_catalog",
    "current_role",
    "current_schema",
    "current_user",
    "session_user",
    "system_user",
    "user",
    "tableoid",
];

/// How much of an expression is quoted in an error.
const QUOTED: usize = 80;

/// Judges one expression.
pub(super) fn of_expr(expr: &Expr, relations: &Relations, names: &Names) -> Result<(), GuardError> {
    match expr {
        Expr::Identifier(ident) => of_name(ident),
        Expr::CompoundIdentifier(parts) => of_column(parts, relations, names),
        Expr::Function(call) => functions::of_call(call),
        Expr::Cast {
            kind: CastKind::Cast | CastKind::DoubleColon,
            data_type,
            format: None,
            ..
        } => types::of_type(data_type),
        Expr::TypedString(typed) if !typed.uses_odbc_syntax => types::of_type(&typed.data_type),
        Expr::BinaryOp { op, .. }
        | Expr::AnyOp {
            compare_op: op,
            is_some: false,
            ..
        }
        | Expr::AllOp { compare_op: op, .. } => of_operator(op, expr),
        Expr::UnaryOp {
            op: UnaryOperator::Plus | UnaryOperator::Minus | UnaryOperator::Not,
            ..
        } => Ok(()),
        // An element of an array; `(row).field` would be a call in Postgres's functional notation.
        Expr::CompoundFieldAccess { access_chain, .. }
            if access_chain
                .iter()
                .all(|access| matches!(access, AccessExpr::Subscript(_))) =>
        {
            Ok(())
        }
        Expr::IsFalse(_)
        | Expr::IsNotFalse(_)
        | Expr::IsTrue(_)
        | Expr::IsNotTrue(_)
        | Expr::IsNull(_)
        | Expr::IsNotNull(_)
        | Expr::IsUnknown(_)
        | Expr::IsNotUnknown(_)
        | Expr::IsDistinctFrom(..)
        | Expr::IsNotDistinctFrom(..)
        | Expr::InList { .. }
        | Expr::InSubquery { .. }
        | Expr::Between { .. }
        | Expr::Like { any: false, .. }
        | Expr::ILike { any: false, .. }
        | Expr::SimilarTo { .. }
        | Expr::AtTimeZone { .. }
        | Expr::Extract { .. }
        | Expr::Ceil { .. }
        | Expr::Floor { .. }
        | Expr::Position { .. }
        | Expr::Substring { special: false, .. }
        | Expr::Trim {
            trim_characters: None,
            ..
        }
        | Expr::Overlay { .. }
        | Expr::Nested(_)
        | Expr::Value(_)
        | Expr::Case { .. }
        | Expr::Exists { .. }
        | Expr::Subquery(_)
        | Expr::GroupingSets(_)
        | Expr::Cube(_)
        | Expr::Rollup(_)
        | Expr::Tuple(_)
        | Expr::Array(_)
        | Expr::Interval(_) => Ok(()),
        // The argument of `count(*)`.
        Expr::Wildcard(_) | Expr::QualifiedWildcard(..) => Ok(()),
        _ => refuse(expr),
    }
}

fn refuse(expr: &Expr) -> Result<(), GuardError> {
    let mut text = expr.to_string();
    if let Some((end, _)) = text.char_indices().nth(QUOTED) {
        text.truncate(end);
        text.push('…');
    }
    Err(GuardError::Expression { text })
}

fn of_name(ident: &Ident) -> Result<(), GuardError> {
    if ident.quote_style.is_none() && CALLS_IN_DISGUISE.contains(&folded(ident).as_str()) {
        return Err(GuardError::Name {
            name: ident.value.clone(),
            reason: "it asks about the session, not about the data",
        });
    }
    Ok(())
}

fn of_column(parts: &[Ident], relations: &Relations, names: &Names) -> Result<(), GuardError> {
    if let [before @ .., column] = parts
        && let Some(qualifier) = before.last()
        && before.len() <= 2
        && names.allow(relations, &folded(qualifier), &folded(column))
    {
        return Ok(());
    }
    let written = |parts: &[Ident]| {
        parts
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(".")
    };
    let (before, column) = parts.split_at(parts.len().saturating_sub(1));
    Err(GuardError::Column {
        column: written(column),
        qualifier: written(before),
    })
}

fn of_operator(op: &BinaryOperator, expr: &Expr) -> Result<(), GuardError> {
    use BinaryOperator as Op;
    match op {
        Op::Plus
        | Op::Minus
        | Op::Multiply
        | Op::Divide
        | Op::Modulo
        | Op::StringConcat
        | Op::Gt
        | Op::Lt
        | Op::GtEq
        | Op::LtEq
        | Op::Eq
        | Op::NotEq
        | Op::And
        | Op::Or
        | Op::PGExp
        | Op::PGRegexMatch
        | Op::PGRegexIMatch
        | Op::PGRegexNotMatch
        | Op::PGRegexNotIMatch
        | Op::Arrow
        | Op::LongArrow
        | Op::HashArrow
        | Op::HashLongArrow
        | Op::AtArrow
        | Op::ArrowAt => Ok(()),
        _ => refuse(expr),
    }
}

/// Judges a literal: plain strings, numbers, booleans and null. The other spellings of strings have escapes of their
/// own, and a placeholder has no value.
pub(super) fn of_value(value: &Value) -> Result<(), GuardError> {
    match value {
        Value::Number(_, false)
        | Value::SingleQuotedString(_)
        | Value::Boolean(_)
        | Value::Null => Ok(()),
        Value::Placeholder(_) => Err(GuardError::Clause {
            clause: "a placeholder",
        }),
        _ => Err(GuardError::Clause {
            clause: "a string literal in other than single quotes, or with a prefix",
        }),
    }
}
