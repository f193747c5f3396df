//! The walk over a query: which names are in scope where, and every part handed to the rule that judges it.

use std::collections::HashSet;
use std::ops::ControlFlow;

use sqlparser::ast::{
    Expr, Ident, ObjectName, Query, Select, Statement, TableFactor, ValueWithSpan, Visit, Visitor,
};

use super::error::GuardError;
use super::names::Names;
use super::relations::{Relations, folded};
use super::{clauses, expressions};

/// Postgres cuts longer names, so that two different ones can become the same.
const MAX_NAME_BYTES: usize = 63;

/// Judges every part of a query.
pub(super) fn query(query: &Query, relations: &Relations) -> Result<(), GuardError> {
    let mut check = Check {
        relations,
        names: Names::of(query),
        frames: Vec::new(),
    };
    match query.visit(&mut check) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(error) => Err(*error),
    }
}

struct Check<'a> {
    relations: &'a Relations,
    names: Names,
    /// One for each query that is being visited, outermost first.
    frames: Vec<Frame>,
}

/// The common table expressions of one query: `pending` until their own query has been visited, then `visible`,
/// because without RECURSIVE each sees only those before it. A name that is used elsewhere would mean a real table.
#[derive(Default)]
struct Frame {
    pending: Vec<String>,
    visible: HashSet<String>,
}

impl Check<'_> {
    fn cte_in_scope(&self, name: &ObjectName) -> bool {
        let [part] = name.0.as_slice() else {
            return false;
        };
        part.as_ident().is_some_and(|ident| {
            let name = folded(ident);
            self.frames
                .iter()
                .any(|frame| frame.visible.contains(&name))
        })
    }

    fn enter(&mut self, query: &Query) -> Result<(), GuardError> {
        clauses::of_query(query)?;
        let mut frame = Frame::default();
        for cte in query.with.iter().flat_map(|with| &with.cte_tables) {
            let name = folded(&cte.alias.name);
            if self.relations.has_table(&name) || name.starts_with("pg_") {
                return Err(GuardError::Name {
                    name,
                    reason: "a common table expression must not be called like a table",
                });
            }
            frame.pending.push(name);
        }
        frame.pending.reverse();
        self.frames.push(frame);
        Ok(())
    }

    fn leave(&mut self) {
        self.frames.pop();
        // The queries that are left inside a frame come in order: first those of its WITH, each making its name
        // visible to what follows, then all others.
        if let Some(frame) = self.frames.last_mut()
            && let Some(name) = frame.pending.pop()
        {
            frame.visible.insert(name);
        }
    }
}

fn flow(result: Result<(), GuardError>) -> ControlFlow<Box<GuardError>> {
    match result {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => ControlFlow::Break(Box::new(error)),
    }
}

impl Visitor for Check<'_> {
    type Break = Box<GuardError>;

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<Self::Break> {
        flow(self.enter(query))
    }

    fn post_visit_query(&mut self, _: &Query) -> ControlFlow<Self::Break> {
        self.leave();
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<Self::Break> {
        flow(clauses::of_select(select))
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<Self::Break> {
        flow(clauses::of_table_factor(factor))
    }

    fn pre_visit_relation(&mut self, name: &ObjectName) -> ControlFlow<Self::Break> {
        flow(
            if self.cte_in_scope(name) || self.relations.columns(name).is_some() {
                Ok(())
            } else {
                Err(GuardError::Relation {
                    name: name.to_string(),
                })
            },
        )
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<Self::Break> {
        flow(expressions::of_expr(expr, self.relations, &self.names))
    }

    fn pre_visit_value(&mut self, value: &ValueWithSpan) -> ControlFlow<Self::Break> {
        flow(expressions::of_value(&value.value))
    }

    fn pre_visit_ident(&mut self, ident: &Ident) -> ControlFlow<Self::Break> {
        flow(if ident.value.len() > MAX_NAME_BYTES {
            Err(GuardError::Name {
                name: ident.value.clone(),
                reason: "names have at most 63 bytes",
            })
        } else {
            Ok(())
        })
    }

    fn pre_visit_statement(&mut self, statement: &Statement) -> ControlFlow<Self::Break> {
        flow(Err(clauses::nested_statement(statement)))
    }
}
