//! The names that a query makes up itself: aliases of columns and tables.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use sqlparser::ast::{
    Expr, Ident, ObjectName, Query, Select, SelectItem, TableAlias, TableFactor, Visit, Visitor,
};

use super::relations::{Relations, folded};

/// What the query calls things, wherever in it.
#[derive(Default)]
pub(super) struct Names {
    /// Output names: `… AS name`, the column lists of aliases, and the names that Postgres gives to function calls.
    columns: HashSet<String>,
    /// What each qualifier stands for: a relation's name, or none for a sub-query or renamed columns.
    qualifiers: HashMap<String, Vec<Option<ObjectName>>>,
}

impl Names {
    /// Reads them off a query.
    pub(super) fn of(query: &Query) -> Self {
        let mut names = Self::default();
        // It never breaks off.
        let _ = query.visit(&mut names);
        names
    }

    /// Whether `qualifier.column` can be a column: of the scanned table that the qualifier stands for, else any known
    /// column or output name. Anything else could be a function call: Postgres reads `table.name` as `name(table)`
    /// when the table has no such column.
    pub(super) fn allow(&self, relations: &Relations, qualifier: &str, column: &str) -> bool {
        let made_here = || self.columns.contains(column) || relations.has_column(column);
        match self.qualifiers.get(qualifier) {
            None => made_here(),
            Some(meanings) => meanings.iter().any(|meaning| {
                match meaning.as_ref().and_then(|name| relations.columns(name)) {
                    Some(columns) => columns.contains(column),
                    None => made_here(),
                }
            }),
        }
    }

    fn relation(&mut self, name: &ObjectName, alias: Option<&TableAlias>) {
        let own = name.0.last().and_then(|part| part.as_ident());
        let renamed = alias.is_some_and(|alias| !alias.columns.is_empty());
        if let Some(called) = alias.map(|alias| &alias.name).or(own) {
            self.qualifier(called, (!renamed).then(|| name.clone()));
        }
    }

    fn qualifier(&mut self, called: &Ident, meaning: Option<ObjectName>) {
        self.qualifiers
            .entry(folded(called))
            .or_default()
            .push(meaning);
    }

    fn column_list(&mut self, alias: &TableAlias) {
        self.columns
            .extend(alias.columns.iter().map(|column| folded(&column.name)));
    }
}

impl Visitor for Names {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        for cte in query.with.iter().flat_map(|with| &with.cte_tables) {
            self.column_list(&cte.alias);
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        for item in &select.projection {
            match item {
                SelectItem::ExprWithAlias { alias, .. } => {
                    self.columns.insert(folded(alias));
                }
                SelectItem::UnnamedExpr(Expr::Function(call)) => {
                    self.columns.extend(
                        call.name
                            .0
                            .last()
                            .and_then(|part| part.as_ident())
                            .map(folded),
                    );
                }
                _ => {}
            }
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        let alias = match factor {
            TableFactor::Table { name, alias, .. } => {
                self.relation(name, alias.as_ref());
                alias
            }
            TableFactor::Derived { alias, .. } | TableFactor::NestedJoin { alias, .. } => {
                if let Some(alias) = alias {
                    self.qualifier(&alias.name, None);
                }
                alias
            }
            _ => &None,
        };
        if let Some(alias) = alias {
            self.column_list(alias);
        }
        ControlFlow::Continue(())
    }
}
