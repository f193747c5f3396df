//! A figure divided by another of another table. Each is computed for itself, so that joining them multiplies nothing.

use super::super::failure::Failure;
use super::super::intent::Intent;
use super::super::sql::ident::qualified;
use super::super::sql::{Output, Select};
use super::super::world::{Join, World};
use super::build::{Names, base, rounded};
use super::columns::GroupColumn;
use super::fact::Fact;
use crate::agent::catalogue::metadata::Side;

const NUMERATOR: &str = "numerator";
const DENOMINATOR: &str = "denominator";

/// The two figures.
pub(super) struct Sides<'a> {
    /// What is divided.
    pub numerator: &'a Side,
    /// What it is divided by.
    pub denominator: &'a Side,
}

/// The query: the groups are those of the denominator; a group without numerator has 0.
pub(super) fn select(
    world: &World,
    intent: &Intent,
    fact: &Fact,
    groups: &[GroupColumn],
    names: &Names,
    sides: Sides<'_>,
) -> Result<(Select, usize), Failure> {
    let mut distance = 0;
    let mut parts = Vec::new();
    for (name, side) in [
        (DENOMINATOR, sides.denominator),
        (NUMERATOR, sides.numerator),
    ] {
        let one = Fact {
            table: side.table.clone(),
            filter: side.filter.clone(),
            sql: side.sql.clone(),
            ..fact.clone()
        };
        let (mut select, far) = base(world, intent, &one, groups)?;
        distance += far;
        for (index, group) in groups.iter().enumerate() {
            let key = group.key.clone().unwrap_or_else(|| group.sql.clone());
            select.outputs.push(Output {
                sql: key.clone(),
                alias: format!("key_{}", index + 1),
            });
            select.outputs.push(Output {
                sql: group.sql.clone(),
                alias: names.groups[index].clone(),
            });
            select.group_by.extend([key, group.sql.clone()]);
        }
        select.group_by.dedup();
        select.outputs.push(Output {
            sql: side.sql.clone(),
            alias: "figure".to_owned(),
        });
        parts.push((name.to_owned(), select));
    }
    let value = format!(
        "COALESCE({}, 0)::numeric / NULLIF({}, 0)",
        qualified(NUMERATOR, "figure"),
        qualified(DENOMINATOR, "figure")
    );
    let keys: Vec<_> = (1..=groups.len())
        .map(|index| {
            let key = format!("key_{index}");
            format!(
                "{} IS NOT DISTINCT FROM {}",
                qualified(NUMERATOR, &key),
                qualified(DENOMINATOR, &key)
            )
        })
        .collect();
    let mut outputs: Vec<_> = names
        .groups
        .iter()
        .map(|name| Output {
            sql: qualified(DENOMINATOR, name),
            alias: name.clone(),
        })
        .collect();
    outputs.push(Output {
        sql: rounded(&value, &fact.format, fact.operation),
        alias: names.figure.clone(),
    });
    Ok((
        Select {
            with: parts,
            outputs,
            from: DENOMINATOR.to_owned(),
            left_joins: vec![Join {
                table: NUMERATOR.to_owned(),
                on: if keys.is_empty() {
                    "TRUE".to_owned()
                } else {
                    keys.join(" AND ")
                },
            }],
            ..Select::default()
        },
        distance,
    ))
}
