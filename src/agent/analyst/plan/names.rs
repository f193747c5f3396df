//! The names of those that have or lack something.

use super::super::failure::Failure;
use super::super::intent::{Group, Intent, Operation};
use super::super::language::Language;
use super::super::sql::Output;
use super::super::sql::ident::{alias, ident};
use super::super::world::World;
use super::Plan;
use super::build::base;
use super::columns::group_column;
use super::fact::Fact;
use super::narrowing::{notes, scope};
use crate::agent::catalogue::metadata::{Format, Label};

/// The query: one row for each, also where two have the same name.
pub(super) fn plan(
    world: &World,
    intent: &Intent,
    group: Group,
    language: Language,
) -> Result<Plan, Failure> {
    let column = group_column(world, group);
    let label = many(world, group).unwrap_or_else(|| column.label.clone());
    if !intent.groups.is_empty() || intent.order.is_some() || intent.all {
        return Err(Failure::WhatAboutIt { label });
    }
    let fact = Fact {
        table: column.table.clone(),
        sql: column.sql.clone(),
        filter: column.condition.clone(),
        additive: false,
        label: label.clone(),
        format: Format::default(),
        note: column.note.clone(),
        operation: Operation::Each,
        ratio: None,
    };
    let (mut select, distance) = base(world, intent, &fact, &[])?;
    let name = alias(language.label(&column.label));
    select.order_by.push(ident(&name));
    select.outputs.push(Output {
        sql: column.sql,
        alias: name,
    });
    Ok(Plan {
        sql: select.render(),
        title: language.label(&label).to_owned(),
        groups: vec![language.label(&column.label).to_owned()],
        scope: scope(world, intent, &fact.table, language),
        format: Format::default(),
        compared: Vec::new(),
        order: None,
        counts_present_only: false,
        notes: notes(world, intent, &fact, &[]),
        names_only: true,
        distance,
    })
}

/// What several are called.
fn many(world: &World, group: Group) -> Option<Label> {
    match group {
        Group::Entity(metric) => Some(world.metrics[metric].meta.label.clone()),
        Group::Dimension(_) | Group::Column(_) => None,
    }
}
