//! A query, part by part, and its layout.

use super::ident::ident;
use crate::agent::analyst::world::Join;

/// A column of the result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Output {
    /// The expression.
    pub sql: String,
    /// Its name.
    pub alias: String,
}

/// A query.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in super::super) struct Select {
    /// Queries that this one reads, by name.
    pub with: Vec<(String, Select)>,
    /// The columns.
    pub outputs: Vec<Output>,
    /// The first table.
    pub from: String,
    /// Tables of which each row has at most one.
    pub joins: Vec<Join>,
    /// Tables of which a row may have none.
    pub left_joins: Vec<Join>,
    /// Conditions, all of which hold.
    pub conditions: Vec<String>,
    /// Expressions.
    pub group_by: Vec<String>,
    /// Expressions with their direction.
    pub order_by: Vec<String>,
    /// The most rows.
    pub limit: Option<u32>,
    /// Only the first row, and those that are equal to it in the order.
    pub best: bool,
}

impl Select {
    /// Adds a join unless the table is joined already. False when it is joined in another way.
    pub fn join(&mut self, join: &Join) -> bool {
        match self.joins.iter().find(|known| known.table == join.table) {
            Some(known) => known.on == join.on,
            None => {
                self.joins.push(join.clone());
                true
            }
        }
    }

    /// The query as text, laid out for people.
    pub fn render(&self) -> String {
        let mut text = String::new();
        if !self.with.is_empty() {
            let parts: Vec<_> = self
                .with
                .iter()
                .map(|(name, query)| {
                    format!("{} AS (\n{}\n)", ident(name), indent(&query.render()))
                })
                .collect();
            text.push_str(&format!("WITH {}\n", parts.join(", ")));
        }
        let outputs: Vec<_> = self
            .outputs
            .iter()
            .map(|output| format!("  {} AS {}", output.sql, ident(&output.alias)))
            .collect();
        text.push_str(&format!(
            "SELECT\n{}\nFROM {}",
            outputs.join(",\n"),
            ident(&self.from)
        ));
        for (kind, joins) in [("JOIN", &self.joins), ("LEFT JOIN", &self.left_joins)] {
            for join in joins {
                text.push_str(&format!("\n{kind} {} ON {}", ident(&join.table), join.on));
            }
        }
        for (index, condition) in self.conditions.iter().enumerate() {
            let word = if index == 0 { "WHERE" } else { "  AND" };
            text.push_str(&format!("\n{word} {condition}"));
        }
        if !self.group_by.is_empty() {
            text.push_str(&format!("\nGROUP BY {}", self.group_by.join(", ")));
        }
        if !self.order_by.is_empty() {
            text.push_str(&format!("\nORDER BY {}", self.order_by.join(", ")));
        }
        if let Some(limit) = self.limit {
            text.push_str(&format!("\nLIMIT {limit}"));
        }
        if self.best {
            text.push_str("\nFETCH FIRST 1 ROWS WITH TIES");
        }
        text
    }
}

fn indent(text: &str) -> String {
    text.lines()
        .map(|line| format!("  {line}"))
        .collect::<Vec<_>>()
        .join("\n")
}
