//! The query of an intent.

use super::super::failure::{Failure, Property};
use super::super::intent::{Direction, Extent, Figure, Intent, Operation, When};
use super::super::language::Language;
use super::super::sql::ident::alias;
use super::super::sql::{Output, Select};
use super::super::world::World;
use super::columns::{GroupColumn, group_column, in_words, reach};
use super::fact::{Fact, facts};
use super::narrowing::{compared, conditions, notes, scope, turned_round};
use super::titles::title;
use super::{Plan, having, names, ratio, whole};
use crate::agent::catalogue::metadata::{Format, Style};

/// Another table to count over is only for dimensions that the first does not lead to.
const DETOUR: usize = 20;

/// The query of an intent.
///
/// # Errors
/// When the metric and a dimension or value do not go together.
pub(in super::super) fn plan(
    world: &World,
    intent: &Intent,
    language: Language,
) -> Result<Plan, Failure> {
    if let Figure::Names(group) = intent.figure {
        return names::plan(world, intent, group, language);
    }
    let mut failure = None;
    for (index, fact) in facts(world, intent).iter().enumerate() {
        let outcome = match index > 0 || matches!(intent.figure, Figure::Counted { .. }) {
            true => turned_round(world, intent, fact),
            false => Ok(()),
        };
        match outcome.and_then(|()| plan_over(world, intent, fact, language)) {
            Ok(mut plan) => {
                plan.distance += index * DETOUR;
                return Ok(plan);
            }
            Err(other) => {
                failure.get_or_insert(other);
            }
        }
    }
    Err(failure.unwrap_or(Failure::NoMetric))
}

fn plan_over(
    world: &World,
    intent: &Intent,
    fact: &Fact,
    language: Language,
) -> Result<Plan, Failure> {
    let groups: Vec<_> = intent
        .groups
        .iter()
        .map(|group| group_column(world, *group))
        .collect();
    let has = |having| having::in_words(world, having, &fact.table, language);
    let part: Vec<_> = intent
        .part_having
        .iter()
        .map(has)
        .chain(
            intent
                .part
                .iter()
                .map(|filter| in_words(world, filter, language)),
        )
        .collect();
    let scope = scope(world, intent, &fact.table, language);
    let title = title(fact, &part, !scope.is_empty(), language);
    let names = Names::new(&groups, &title, language);

    let (select, distance) = match &fact.ratio {
        Some((numerator, denominator)) => {
            let sides = ratio::Sides {
                numerator,
                denominator,
            };
            ratio::select(world, intent, fact, &groups, &names, sides)?
        }
        None => {
            let (mut select, distance) = base(world, intent, fact, &groups)?;
            outputs(world, intent, fact, &groups, &names, &mut select)?;
            (select, distance)
        }
    };
    let mut select = if intent.all {
        let holders = intent.having.iter().chain(&intent.part_having);
        // Which of the groups are listed would depend on what they have.
        if holders.clone().any(|having| {
            groups
                .iter()
                .any(|group| group.table == having.holder.table)
        }) {
            return Err(Failure::AllOfThem {
                label: fact.label.clone(),
            });
        }
        whole::all_groups(world, intent, select, &groups, &names, fact)?
    } else {
        select
    };
    order(&mut select, intent, &groups, &names);

    Ok(Plan {
        sql: select.render(),
        title,
        groups: groups
            .iter()
            .map(|group| language.label(&group.label).to_owned())
            .collect(),
        scope,
        format: format(fact),
        compared: compared(world, intent),
        counts_present_only: fact.additive && !intent.all,
        order: intent.order,
        notes: notes(world, intent, fact, &groups),
        names_only: false,
        distance,
    })
}

/// The names of the result's columns.
#[derive(Debug)]
pub(super) struct Names {
    /// Of the groups.
    pub groups: Vec<String>,
    /// Of the figure.
    pub figure: String,
}

impl Names {
    fn new(groups: &[GroupColumn], title: &str, language: Language) -> Self {
        let mut names: Vec<String> = Vec::new();
        for text in groups
            .iter()
            .map(|group| language.label(&group.label))
            .chain([title])
        {
            let name = alias(text);
            let taken = names.iter().filter(|known| **known == name).count();
            names.push(if taken == 0 {
                name
            } else {
                format!("{name}_{}", taken + 1)
            });
        }
        let figure = names.pop().unwrap_or_default();
        Self {
            groups: names,
            figure,
        }
    }
}

/// FROM, JOIN and WHERE: the rows that the figure is about.
pub(super) fn base(
    world: &World,
    intent: &Intent,
    fact: &Fact,
    groups: &[GroupColumn],
) -> Result<(Select, usize), Failure> {
    let mut select = Select {
        from: fact.table.clone(),
        conditions: fact.filter.iter().cloned().collect(),
        ..Select::default()
    };
    let mut distance = 0;
    for group in groups {
        distance += reach(
            world,
            &mut select,
            fact,
            &group.table,
            group.inherited,
            &group.label,
        )?;
        select.conditions.extend(group.condition.clone());
    }
    for filter in intent.filters.iter().chain(&intent.part) {
        let column = &world.columns[filter.column];
        if let Some(owner) = &column.owner
            && !filter.owned
            && column.table != fact.table
        {
            return Err(Failure::WhoseProperty(Box::new(Property {
                metric: fact.label.clone(),
                property: column.label.clone(),
                owner: owner.clone(),
            })));
        }
        distance += reach(
            world,
            &mut select,
            fact,
            &column.table,
            column.inherited,
            &column.label,
        )?;
    }
    for having in intent.having.iter().chain(&intent.part_having) {
        let holder = &having.holder;
        distance += reach(world, &mut select, fact, &holder.table, true, &holder.label)?;
    }
    let (conditions, _) = conditions(world, intent)?;
    select.conditions.extend(conditions);
    if let Some(When { date, period }) = intent.period {
        let date = &world.dates[date];
        distance += reach(world, &mut select, fact, &date.table, true, &date.label)?;
        select.conditions.extend(period.conditions(&date.sql));
    }
    Ok((select, distance))
}

fn outputs(
    world: &World,
    intent: &Intent,
    fact: &Fact,
    groups: &[GroupColumn],
    names: &Names,
    select: &mut Select,
) -> Result<(), Failure> {
    group_outputs(select, groups, names);
    if fact.operation == Operation::Each {
        select.group_by.clear();
    }
    let sql = match fact.operation {
        Operation::Share => {
            let (_, part) = conditions(world, intent)?;
            format!(
                "100.0 * {0} FILTER (WHERE {1}) / NULLIF({0}, 0)",
                fact.sql,
                part.join(" AND ")
            )
        }
        Operation::Makeup => whole::makeup(fact, select),
        _ => fact.sql.clone(),
    };
    select.outputs.push(Output {
        sql: rounded(&sql, &format(fact), fact.operation),
        alias: names.figure.clone(),
    });
    Ok(())
}

/// The columns of the groups, and GROUP BY.
pub(super) fn group_outputs(select: &mut Select, groups: &[GroupColumn], names: &Names) {
    for (group, name) in groups.iter().zip(&names.groups) {
        select.outputs.push(Output {
            sql: group.sql.clone(),
            alias: name.clone(),
        });
        let keys = group.key.iter().chain([&group.sql]);
        for key in keys {
            if !select.group_by.contains(key) {
                select.group_by.push(key.clone());
            }
        }
    }
}

/// Rounds to what an answer shows at most, so that figures survive as numbers.
pub(super) fn rounded(sql: &str, format: &Format, operation: Operation) -> String {
    let exact = matches!(
        operation,
        Operation::Count
            | Operation::Sum
            | Operation::Each
            | Operation::Maximum
            | Operation::Minimum
    ) || format.style == Style::Count;
    match (exact, format.style) {
        (true, _) => sql.to_owned(),
        (false, Style::Currency) => format!("ROUND({sql}, 2)"),
        (false, _) => format!("ROUND({sql}, 4)"),
    }
}

fn format(fact: &Fact) -> Format {
    match fact.operation {
        Operation::Share | Operation::Makeup => Format {
            style: Style::Percent,
            ..Format::default()
        },
        _ => fact.format.clone(),
    }
}

fn order(select: &mut Select, intent: &Intent, groups: &[GroupColumn], names: &Names) {
    use super::super::sql::ident::ident;
    if groups.is_empty() {
        return;
    }
    let labels = names.groups.iter().map(|name| ident(name));
    let extent = intent.order.map_or(Extent::All, |order| order.extent);
    let by_time = intent.order.is_none() && groups.iter().any(|group| group.time);
    if !by_time {
        let direction = match intent.order.map(|order| order.direction) {
            Some(Direction::Ascending) => "ASC",
            _ => "DESC",
        };
        select
            .order_by
            .push(format!("{} {direction} NULLS LAST", ident(&names.figure)));
    }
    match extent {
        // Names would tell equals apart, and the answer would pick one of them.
        Extent::Best => select.best = true,
        Extent::First(limit) => {
            select.order_by.extend(labels);
            select.limit = Some(limit);
        }
        Extent::All => select.order_by.extend(labels),
    }
}
