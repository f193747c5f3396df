//! What a statement is, read off its text: whether it orders its rows, and whether it only looks names up.

use sqlparser::ast::{Expr, Query, SelectItem, SetExpr, Statement};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;

/// Whether the order of a statement's rows is part of the answer: it orders them itself (an `ORDER BY` of a window or a
/// sub-query does not count), and does not add those that tie with the last.
pub(crate) fn is_ordered(sql: &str) -> bool {
    query(sql).is_some_and(|query| {
        query.order_by.is_some() && !query.fetch.is_some_and(|fetch| fetch.with_ties)
    })
}

/// Whether a statement only asks which names there are: `SELECT DISTINCT` of plain columns.
pub(crate) fn is_look_up(sql: &str) -> bool {
    let plain = |item: &SelectItem| {
        matches!(
            item,
            SelectItem::UnnamedExpr(Expr::Identifier(_) | Expr::CompoundIdentifier(_))
                | SelectItem::ExprWithAlias {
                    expr: Expr::Identifier(_) | Expr::CompoundIdentifier(_),
                    ..
                }
        )
    };
    query(sql).is_some_and(|query| match *query.body {
        SetExpr::Select(select) => select.distinct.is_some() && select.projection.iter().all(plain),
        _ => false,
    })
}

fn query(sql: &str) -> Option<Query> {
    let mut statements = Parser::parse_sql(&PostgreSqlDialect {}, sql).ok()?;
    match (statements.pop()?, statements.is_empty()) {
        (Statement::Query(query), true) => Some(*query),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_statements_own_order_counts() {
        assert!(is_ordered("SELECT a FROM t ORDER BY a LIMIT 3"));
        assert!(!is_ordered(
            "SELECT a FROM t ORDER BY a FETCH FIRST 1 ROW WITH TIES"
        ));
        assert!(!is_ordered(
            "SELECT rank() OVER (ORDER BY a) FROM (SELECT a FROM t ORDER BY a) x"
        ));
        assert!(!is_ordered("no statement ORDER BY"));
    }

    #[test]
    fn a_look_up_asks_for_names_and_computes_nothing() {
        assert!(is_look_up("select distinct d.name AS n FROM districts d"));
        assert!(!is_look_up("SELECT DISTINCT count(*) FROM t"));
        assert!(!is_look_up("SELECT name FROM t"));
        assert!(!is_look_up("SELECT DISTINCT a FROM t; SELECT 1"));
    }
}
