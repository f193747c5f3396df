//! Why a statement is refused, in words that help to write a better one.

/// The most bytes that a statement may have.
pub(super) const MAX_STATEMENT_BYTES: usize = 8_000;

/// Why a statement is refused before it reaches the database.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GuardError {
    /// There is no statement.
    #[error("the statement is empty: send one SELECT")]
    Empty,
    /// The statement is too long.
    #[error("the statement has {bytes} bytes; at most {MAX_STATEMENT_BYTES} are accepted")]
    TooLong {
        /// Its size in bytes.
        bytes: usize,
    },
    /// The statement holds a NUL character.
    #[error("the statement contains a NUL character")]
    Nul,
    /// The statement nests or chains more than is sensible.
    #[error("the statement is too complex: {reason}")]
    TooComplex {
        /// Which limit.
        reason: &'static str,
    },
    /// It is no SQL.
    #[error("the statement is not valid SQL: {reason}")]
    Syntax {
        /// The parser's words, with the place.
        reason: String,
    },
    /// There is more than one statement.
    #[error("{count} statements were sent; exactly one SELECT is accepted")]
    NotOne {
        /// How many.
        count: usize,
    },
    /// It is a statement, but no query.
    #[error("`{kind}` is not accepted: only a query that reads (SELECT) is")]
    NotAQuery {
        /// The statement's first word.
        kind: String,
    },
    /// The query uses a clause that is not accepted.
    #[error("{clause} is not accepted")]
    Clause {
        /// The clause.
        clause: &'static str,
    },
    /// A relation is not one of the scanned tables.
    #[error("the relation `{name}` is not one of the tables of this connection")]
    Relation {
        /// The name as written.
        name: String,
    },
    /// A qualified column is not one of its table's.
    #[error("there is no column `{column}` in `{qualifier}`")]
    Column {
        /// The column as written.
        column: String,
        /// What stands before it.
        qualifier: String,
    },
    /// A name cannot be used.
    #[error("the name `{name}` is not accepted: {reason}")]
    Name {
        /// The name as written.
        name: String,
        /// Why.
        reason: &'static str,
    },
    /// A function is not on the list of harmless ones.
    #[error("the function `{name}` is not accepted: {reason}")]
    Function {
        /// The name as written.
        name: String,
        /// Why.
        reason: &'static str,
    },
    /// A type is not on the list of plain ones.
    #[error(
        "the type `{name}` is not accepted: only plain types are (text, numbers, booleans, dates and times, json)"
    )]
    Type {
        /// The type as written.
        name: String,
    },
    /// An expression is of a kind that is not accepted.
    #[error("the expression `{text}` is not accepted")]
    Expression {
        /// The expression as read, cut to its beginning.
        text: String,
    },
    /// The parser reads its own writing differently, so its reading cannot be trusted.
    #[error("the statement cannot be read without doubt: write it in a simpler way")]
    Ambiguous,
}
