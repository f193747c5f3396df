//! From text to a query that may run.

use sqlparser::ast::{Query, Statement};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, Tokenizer};

use super::error::{GuardError, MAX_STATEMENT_BYTES};
use super::{Relations, check};

/// How deep brackets, sub-queries and the like may nest.
const MAX_DEPTH: usize = 40;
/// How many words and signs a statement may have. A chain of operators becomes a tree as deep as the chain is long,
/// and comparing, writing and dropping such a tree takes stack.
const MAX_TOKENS: usize = 1_500;

/// A query that passed the guard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Guarded(String);

impl Guarded {
    /// The text to send.
    pub(crate) fn sql(&self) -> &str {
        &self.0
    }
}

/// Lets one read-only query over `relations` through.
///
/// # Errors
/// The first rule that is broken.
pub(crate) fn guard(sql: &str, relations: &Relations) -> Result<Guarded, GuardError> {
    if sql.len() > MAX_STATEMENT_BYTES {
        return Err(GuardError::TooLong { bytes: sql.len() });
    }
    if sql.contains('\0') {
        return Err(GuardError::Nul);
    }
    let query = one_query(sql)?;
    check::query(&query, relations)?;
    let written = query.to_string();
    match one_query(&written) {
        Ok(again) if again == query => Ok(Guarded(written)),
        _ => Err(GuardError::Ambiguous),
    }
}

fn one_query(sql: &str) -> Result<Query, GuardError> {
    let dialect = PostgreSqlDialect {};
    let tokens = Tokenizer::new(&dialect, sql)
        .tokenize()
        .map_err(|error| GuardError::Syntax {
            reason: error.to_string(),
        })?;
    let count = tokens
        .iter()
        .filter(|token| !matches!(token, Token::Whitespace(_)))
        .count();
    if count > MAX_TOKENS {
        return Err(GuardError::TooComplex {
            reason: "it has more than 1500 words and signs",
        });
    }
    let mut statements = Parser::new(&dialect)
        .with_recursion_limit(MAX_DEPTH)
        .with_tokens(tokens)
        .parse_statements()
        .map_err(|error| match error {
            ParserError::RecursionLimitExceeded => GuardError::TooComplex {
                reason: "it nests too deep",
            },
            ParserError::TokenizerError(reason) | ParserError::ParserError(reason) => {
                GuardError::Syntax { reason }
            }
        })?;
    let statement = match (statements.pop(), statements.len()) {
        (None, _) => return Err(GuardError::Empty),
        (Some(statement), 0) => statement,
        (Some(_), others) => return Err(GuardError::NotOne { count: others + 1 }),
    };
    match statement {
        Statement::Query(query) => Ok(*query),
        other => Err(GuardError::NotAQuery {
            kind: other
                .to_string()
                .split_whitespace()
                .next()
                .unwrap_or_default()
                .to_owned(),
        }),
    }
}
