//! A query as the question that asks for it.

use super::super::intent::{Direction, Extent, Group, Intent};
use super::super::language::{Conjunction, Language, capitalised};
use super::super::plan::Plan;
use super::super::world::World;

/// The question.
pub(super) fn question(world: &World, intent: &Intent, plan: &Plan, language: Language) -> String {
    let what = match plan.scope.as_str() {
        "" => plan.title.clone(),
        scope => format!("{} {scope}", plan.title),
    };
    let groups: Vec<&str> = intent
        .groups
        .iter()
        .zip(&plan.groups)
        .map(|(group, label)| name(world, *group, language).unwrap_or(label))
        .collect();
    let groups = language.list(&groups, Conjunction::And);
    let Some(order) = plan.order else {
        return match (plan.groups.is_empty(), language) {
            (true, Language::Indonesian) => format!("Berapa {what}?"),
            (true, Language::English) => format!("What is the {what}?"),
            (false, Language::Indonesian) => format!("{} per {groups}", capitalised(&what)),
            (false, Language::English) => format!("{} by {groups}", capitalised(&what)),
        };
    };
    let end = match order.direction {
        Direction::Descending => language.pick("tertinggi", "highest"),
        Direction::Ascending => language.pick("terendah", "lowest"),
    };
    match (order.extent, language) {
        (Extent::Best, Language::Indonesian) => {
            format!("{} mana dengan {what} {end}?", capitalised(&groups))
        }
        (Extent::Best, Language::English) => format!("Which {groups} has the {end} {what}?"),
        (Extent::First(amount), Language::Indonesian) => {
            format!("Tampilkan {amount} {groups} dengan {what} {end}")
        }
        (Extent::First(amount), Language::English) => {
            format!("Show the {amount} {groups} with the {end} {what}")
        }
        (Extent::All, Language::Indonesian) => {
            format!(
                "{} per {groups}, urutkan dari yang {end}",
                capitalised(&what)
            )
        }
        (Extent::All, Language::English) => {
            format!("{} by {groups}, sorted from the {end}", capitalised(&what))
        }
    }
}

/// What people call a place, where the schema calls it the name of one.
fn name(world: &World, group: Group, language: Language) -> Option<&str> {
    let Group::Dimension(dimension) = group else {
        return None;
    };
    let known = &world.dimensions[dimension];
    let column = world.column_of(dimension);
    (column.place && known.prefix.is_none()).then(|| language.label(&column.label))
}
