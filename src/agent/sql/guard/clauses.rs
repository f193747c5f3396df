//! Which clauses a query may have. Everything else that the parser knows is refused, also when Postgres would.

use sqlparser::ast::{
    GroupByExpr, LimitClause, OrderByKind, Query, Select, SelectFlavor, SelectItem,
    SelectItemQualifiedWildcardKind, SetExpr, Statement, TableFactor, WildcardAdditionalOptions,
};

use super::error::GuardError;

fn refuse_when(present: bool, clause: &'static str) -> Result<(), GuardError> {
    if present {
        Err(GuardError::Clause { clause })
    } else {
        Ok(())
    }
}

/// The parts of a query around its body, and what the body is made of.
pub(super) fn of_query(query: &Query) -> Result<(), GuardError> {
    let Query {
        with,
        body,
        order_by,
        limit_clause,
        fetch: _,
        locks,
        for_clause,
        settings,
        format_clause,
        pipe_operators,
    } = query;
    if let Some(with) = with {
        refuse_when(with.recursive, "WITH RECURSIVE")?;
        refuse_when(
            with.cte_tables.iter().any(|cte| cte.from.is_some()),
            "FROM in a WITH",
        )?;
    }
    refuse_when(
        !locks.is_empty(),
        "a locking clause (FOR UPDATE, FOR SHARE)",
    )?;
    refuse_when(for_clause.is_some(), "a FOR clause")?;
    refuse_when(settings.is_some(), "SETTINGS")?;
    refuse_when(format_clause.is_some(), "FORMAT")?;
    refuse_when(!pipe_operators.is_empty(), "the pipe operator")?;
    if let Some(order) = order_by {
        refuse_when(order.interpolate.is_some(), "INTERPOLATE")?;
        refuse_when(matches!(order.kind, OrderByKind::All(_)), "ORDER BY ALL")?;
    }
    if let Some(LimitClause::OffsetCommaLimit { .. }) = limit_clause {
        refuse_when(true, "LIMIT with two numbers")?;
    }
    of_body(body)
}

fn of_body(body: &SetExpr) -> Result<(), GuardError> {
    match body {
        // These are visited as what they are.
        SetExpr::Select(_) | SetExpr::Query(_) | SetExpr::Values(_) => Ok(()),
        SetExpr::SetOperation { left, right, .. } => {
            of_body(left)?;
            of_body(right)
        }
        SetExpr::Insert(statement)
        | SetExpr::Update(statement)
        | SetExpr::Delete(statement)
        | SetExpr::Merge(statement) => Err(nested_statement(statement)),
        SetExpr::Table(_) => refuse_when(true, "TABLE"),
    }
}

/// A statement inside a query can only be one that writes.
pub(super) fn nested_statement(statement: &Statement) -> GuardError {
    GuardError::NotAQuery {
        kind: statement
            .to_string()
            .split_whitespace()
            .next()
            .unwrap_or_default()
            .to_owned(),
    }
}

/// The parts of one SELECT.
pub(super) fn of_select(select: &Select) -> Result<(), GuardError> {
    let Select {
        select_token: _,
        optimizer_hints,
        distinct: _,
        select_modifiers,
        top,
        top_before_distinct: _,
        projection,
        exclude,
        into,
        from: _,
        lateral_views,
        prewhere,
        selection: _,
        connect_by,
        group_by,
        cluster_by,
        distribute_by,
        sort_by,
        having: _,
        named_window: _,
        qualify,
        window_before_qualify: _,
        value_table_mode,
        flavor,
    } = select;
    refuse_when(into.is_some(), "SELECT INTO")?;
    refuse_when(!optimizer_hints.is_empty(), "an optimizer hint")?;
    refuse_when(select_modifiers.is_some(), "a SELECT modifier")?;
    refuse_when(top.is_some(), "TOP")?;
    refuse_when(exclude.is_some(), "EXCLUDE")?;
    refuse_when(!lateral_views.is_empty(), "LATERAL VIEW")?;
    refuse_when(prewhere.is_some(), "PREWHERE")?;
    refuse_when(!connect_by.is_empty(), "CONNECT BY")?;
    refuse_when(!cluster_by.is_empty(), "CLUSTER BY")?;
    refuse_when(!distribute_by.is_empty(), "DISTRIBUTE BY")?;
    refuse_when(!sort_by.is_empty(), "SORT BY")?;
    refuse_when(qualify.is_some(), "QUALIFY")?;
    refuse_when(value_table_mode.is_some(), "SELECT AS")?;
    refuse_when(
        !matches!(flavor, SelectFlavor::Standard),
        "FROM before SELECT",
    )?;
    match group_by {
        GroupByExpr::All(_) => refuse_when(true, "GROUP BY ALL")?,
        GroupByExpr::Expressions(_, modifiers) => {
            refuse_when(!modifiers.is_empty(), "a GROUP BY modifier")?;
        }
    }
    projection.iter().try_for_each(of_item)
}

fn of_item(item: &SelectItem) -> Result<(), GuardError> {
    match item {
        SelectItem::UnnamedExpr(_) | SelectItem::ExprWithAlias { .. } => Ok(()),
        SelectItem::ExprWithAliases { .. } => refuse_when(true, "an expression with several names"),
        SelectItem::QualifiedWildcard(kind, options) => {
            refuse_when(
                matches!(kind, SelectItemQualifiedWildcardKind::Expr(_)),
                "the expansion of an expression",
            )?;
            of_wildcard(options)
        }
        SelectItem::Wildcard(options) => of_wildcard(options),
    }
}

fn of_wildcard(options: &WildcardAdditionalOptions) -> Result<(), GuardError> {
    refuse_when(
        *options != WildcardAdditionalOptions::default(),
        "an option after *",
    )
}

/// What may stand in FROM: tables, sub-queries, and joins of them.
pub(super) fn of_table_factor(factor: &TableFactor) -> Result<(), GuardError> {
    match factor {
        TableFactor::Table {
            name: _,
            alias,
            args,
            with_hints,
            version,
            with_ordinality,
            partitions,
            json_path,
            sample,
            index_hints,
        } => {
            refuse_when(args.is_some() || *with_ordinality, "a function in FROM")?;
            refuse_when(sample.is_some(), "TABLESAMPLE")?;
            refuse_when(
                !with_hints.is_empty()
                    || version.is_some()
                    || !partitions.is_empty()
                    || json_path.is_some()
                    || !index_hints.is_empty(),
                "an option after a table's name",
            )?;
            refuse_when(
                alias.as_ref().is_some_and(|alias| alias.at.is_some()),
                "AT after an alias",
            )
        }
        TableFactor::Derived { sample, .. } => refuse_when(sample.is_some(), "TABLESAMPLE"),
        TableFactor::NestedJoin { .. } => Ok(()),
        _ => refuse_when(true, "a function in FROM"),
    }
}
