//! The table that a figure is computed from, and the expression.

use super::super::intent::{Figure, Intent, Operation};
use super::super::world::World;
use crate::agent::catalogue::metadata::{
    AverageOver, Format, Label, MetricMeta, Shape, Side, Style,
};

/// A figure over the rows of one table.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fact {
    /// The table.
    pub table: String,
    /// The expression: an aggregate, or that of one row for [`Operation::Each`].
    pub sql: String,
    /// A condition that the rows must meet.
    pub filter: Option<String>,
    /// Whether groups add up to the whole.
    pub additive: bool,
    /// What is measured.
    pub label: Label,
    /// How the figures are written.
    pub format: Format,
    /// What a reader must know.
    pub note: Option<Label>,
    /// How the metric is put to use.
    pub operation: Operation,
    /// The sides of a ratio of two tables.
    pub ratio: Option<(Side, Side)>,
}

/// The ways to compute an intent's figure, the metric's own table first.
pub(super) fn facts(world: &World, intent: &Intent) -> Vec<Fact> {
    match intent.figure {
        Figure::Metric { metric, operation } => {
            let known = &world.metrics[metric];
            let first = own(&known.sql, &known.meta, operation);
            let others = known.meta.via.iter().map(|side| Fact {
                operation,
                format: first.format.clone(),
                ..over(side, &known.meta.label)
            });
            std::iter::once(first.clone()).chain(others).collect()
        }
        Figure::Things {
            dimension,
            operation,
        } => {
            let known = &world.dimensions[dimension];
            let column = world.column_of(dimension);
            vec![Fact {
                table: column.table.clone(),
                sql: "COUNT(*)".to_owned(),
                filter: known
                    .prefix
                    .as_deref()
                    .map(|prefix| begins(&column.sql, prefix)),
                additive: operation == Operation::Count,
                label: known.label.clone(),
                format: Format::default(),
                note: known.note.clone(),
                operation,
                ratio: None,
            }]
        }
        // Has a query of its own.
        Figure::Names(_) => Vec::new(),
        Figure::Counted {
            dimension,
            operation,
        } => {
            let known = &world.dimensions[dimension];
            known
                .counts
                .iter()
                .map(|side| Fact {
                    operation,
                    ..over(side, &known.label)
                })
                .collect()
        }
    }
}

/// The condition that a name begins with a word.
pub(in super::super) fn begins(sql: &str, prefix: &str) -> String {
    format!(
        "{sql} LIKE {}",
        super::super::sql::ident::literal(&format!("{prefix} %"))
    )
}

fn over(side: &Side, label: &Label) -> Fact {
    Fact {
        table: side.table.clone(),
        sql: side.sql.clone(),
        filter: side.filter.clone(),
        additive: side.additive,
        label: side.label.clone().unwrap_or_else(|| label.clone()),
        format: Format::default(),
        note: side.note.clone(),
        operation: Operation::Count,
        ratio: None,
    }
}

fn own(sql: &str, meta: &MetricMeta, operation: Operation) -> Fact {
    let aggregate = match (operation, meta.average) {
        (Operation::Sum, _) => format!("SUM({sql})"),
        (Operation::Average, AverageOver::Present) => format!("AVG({sql})"),
        (Operation::Average, AverageOver::Rows) => format!("SUM({sql}) / NULLIF(COUNT(*), 0)"),
        (Operation::Maximum, _) => format!("MAX({sql})"),
        (Operation::Minimum, _) => format!("MIN({sql})"),
        _ => sql.to_owned(),
    };
    let mut format = meta.format.clone();
    if operation == Operation::Average && format.style == Style::Count {
        format.style = Style::Decimal;
    }
    let ratio = meta.numerator.clone().zip(meta.denominator.clone());
    let table = match (&ratio, meta.shape) {
        (Some((_, denominator)), Shape::Ratio) => denominator.table.clone(),
        _ => meta.table.clone(),
    };
    Fact {
        table,
        sql: aggregate,
        filter: meta.filter.clone(),
        additive: meta.additive
            && matches!(
                operation,
                Operation::Count | Operation::Sum | Operation::Finished | Operation::Makeup
            ),
        label: meta.label.clone(),
        format,
        note: meta.note.clone(),
        operation,
        ratio,
    }
}
