//! Figures that need more than the groups' own rows: parts of the whole, and groups without any row.

use super::super::failure::Failure;
use super::super::intent::Intent;
use super::super::sql::ident::qualified;
use super::super::sql::{Output, Select};
use super::super::world::{Join, World};
use super::build::Names;
use super::columns::{GroupColumn, condition};
use super::fact::Fact;

/// The query that counts, where another one lists the groups.
const COUNTED: &str = "counted";

/// Which part of the whole each group is.
pub(super) fn makeup(fact: &Fact, select: &Select) -> String {
    if fact.additive {
        return format!("100.0 * {0} / NULLIF(SUM({0}) OVER (), 0)", fact.sql);
    }
    // Things that are in several groups would be counted several times in a sum of the groups.
    let whole = Select {
        outputs: vec![Output {
            sql: fact.sql.clone(),
            alias: "whole".to_owned(),
        }],
        group_by: Vec::new(),
        ..select.clone()
    };
    let text: Vec<_> = whole
        .render()
        .lines()
        .map(|line| line.trim().to_owned())
        .collect();
    let text = text.join(" ");
    format!("100.0 * {} / NULLIF(({text}), 0)", fact.sql)
}

/// The same query with a row for every group, also for those without rows.
pub(super) fn all_groups(
    world: &World,
    intent: &Intent,
    mut counted: Select,
    groups: &[GroupColumn],
    names: &Names,
    fact: &Fact,
) -> Result<Select, Failure> {
    let group = match groups {
        [group] if counted.with.is_empty() => group,
        _ => {
            return Err(Failure::AllOfThem {
                label: fact.label.clone(),
            });
        }
    };
    let key = group.key.clone().unwrap_or_else(|| group.sql.clone());
    let empty = fact.additive;
    let figure = counted.outputs.pop();
    counted.outputs = vec![Output {
        sql: key.clone(),
        alias: "group_key".to_owned(),
    }];
    counted.outputs.extend(figure);
    let value = qualified(COUNTED, &names.figure);
    let mut all = Select {
        outputs: vec![
            Output {
                sql: group.sql.clone(),
                alias: names.groups[0].clone(),
            },
            Output {
                sql: if empty {
                    format!("COALESCE({value}, 0)")
                } else {
                    value
                },
                alias: names.figure.clone(),
            },
        ],
        from: group.table.clone(),
        left_joins: vec![Join {
            table: COUNTED.to_owned(),
            on: format!("{} = {key}", qualified(COUNTED, "group_key")),
        }],
        conditions: group.condition.iter().cloned().collect(),
        with: vec![(COUNTED.to_owned(), counted)],
        ..Select::default()
    };
    // `semua kabupaten di Jawa Barat`: what narrows the groups themselves also says which of them are listed.
    for filter in &intent.filters {
        let column = &world.columns[filter.column];
        if let Ok(path) = world.graph.path(&group.table, &column.table)
            && path.iter().all(|join| all.join(join))
        {
            all.conditions.extend(condition(world, filter));
        }
    }
    Ok(all)
}
