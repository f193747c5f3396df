//! The sentences of an answer.

use super::super::intent::{Direction, Extent};
use super::super::language::{Conjunction, Language, capitalised};
use super::super::plan::Plan;
use super::rows::Row;

/// Nothing was found.
pub(super) fn nothing_found(plan: &Plan, language: Language) -> String {
    let what = scoped(plan);
    match language {
        Language::Indonesian => format!("Tidak ada data yang ditemukan untuk {what}."),
        Language::English => format!("No data was found for the {what}."),
    }
}

/// One figure without groups.
pub(super) fn one_figure(plan: &Plan, row: &Row, language: Language) -> String {
    let what = scoped(plan);
    match language {
        Language::Indonesian => format!("{} adalah {}.", capitalised(&what), row.figure),
        Language::English => format!("The {what} is {}.", row.figure),
    }
}

/// The one that is best.
pub(super) fn the_best(plan: &Plan, row: &Row, language: Language) -> String {
    let what = scoped(plan);
    let (group, name) = (plan.groups.join(", "), row.groups.join(", "));
    let end = end(plan, language);
    match language {
        Language::Indonesian => format!(
            "{} dengan {what} {end} adalah {name}: {}.",
            capitalised(&group),
            row.figure
        ),
        Language::English => {
            format!(
                "The {group} with the {end} {what} is {name}: {}.",
                row.figure
            )
        }
    }
}

/// Several that are equally good.
pub(super) fn equally_good(plan: &Plan, rows: &[Row], language: Language) -> String {
    let what = scoped(plan);
    let names: Vec<_> = rows.iter().map(|row| row.groups.join(", ")).collect();
    let names = language.list(&names, Conjunction::And);
    let figure = rows.first().map_or("", |row| row.figure.as_str());
    let (group, count, end) = (plan.groups.join(", "), rows.len(), end(plan, language));
    match language {
        Language::Indonesian => {
            format!("{count} {group} sama-sama memiliki {what} {end}, yaitu {figure}: {names}.")
        }
        Language::English => {
            format!("{count} share the {end} {what} ({group}), which is {figure}: {names}.")
        }
    }
}

/// The sentence before a table.
pub(super) fn lead(plan: &Plan, rows: usize, language: Language) -> String {
    let what = scoped(plan);
    let groups = language.list(&plan.groups, Conjunction::And);
    let end = end(plan, language);
    let Some(order) = plan.order else {
        return match language {
            Language::Indonesian => format!("{} menurut {groups}:", capitalised(&what)),
            Language::English => format!("{} by {groups}:", capitalised(&what)),
        };
    };
    let fewer = matches!(order.extent, Extent::First(limit) if rows < limit as usize);
    let all = order.extent == Extent::All;
    match (all, fewer, language) {
        (true, _, Language::Indonesian) => {
            format!("{} menurut {groups}, dari yang {end}:", capitalised(&what))
        }
        (true, _, Language::English) => {
            format!("{} by {groups}, from the {end}:", capitalised(&what))
        }
        (_, true, Language::Indonesian) => {
            format!("Hanya ada {rows} {groups} dengan data, dari {what} {end}:")
        }
        (_, true, Language::English) => {
            format!("Only {rows} have data ({groups}), from the {end} {what}:")
        }
        (_, false, Language::Indonesian) => format!("{rows} {groups} dengan {what} {end}:"),
        (_, false, Language::English) => {
            format!("The {rows} with the {end} {what} ({groups}):")
        }
    }
}

/// The figure with what narrows it.
pub(super) fn scoped(plan: &Plan) -> String {
    if plan.scope.is_empty() {
        plan.title.clone()
    } else {
        format!("{} {}", plan.title, plan.scope)
    }
}

fn end(plan: &Plan, language: Language) -> &'static str {
    match plan.order.map(|order| order.direction) {
        Some(Direction::Ascending) => language.pick("terendah", "lowest"),
        _ => language.pick("tertinggi", "highest"),
    }
}
