//! Having and lacking as SQL: `EXISTS` over the rows that lead to the holder's, which multiplies nothing.

use super::super::failure::Failure;
use super::super::intent::Having;
use super::super::language::Language;
use super::super::sql::Select;
use super::super::sql::ident::ident;
use super::super::world::{NoPath, World};
use super::columns::{condition as value_condition, in_words as value_in_words};

/// The condition on a row of the holder's table.
pub(super) fn condition(world: &World, having: &Having) -> Result<String, Failure> {
    let (thing, holder) = (&having.thing, &having.holder);
    let mut path = world
        .graph
        .path(&thing.table, &holder.table)
        .map_err(|why| no_way(having, why))?;
    // The last join leads to the row that is asked about, which is outside.
    let Some(to_holder) = path.pop() else {
        return Err(no_way(having, NoPath::None));
    };
    let mut rows = Select::default();
    for join in &path {
        rows.join(join);
    }
    let mut conditions = vec![to_holder.on];
    conditions.extend(thing.filter.clone());
    for filter in &having.inside {
        let table = &world.columns[filter.column].table;
        let path = world
            .graph
            .path(&thing.table, table)
            .map_err(|why| no_way(having, why))?;
        if !path.iter().all(|join| rows.join(join)) {
            return Err(Failure::TwoReadings);
        }
        conditions.extend(value_condition(world, filter));
    }
    let joins: Vec<_> = rows
        .joins
        .iter()
        .map(|join| format!(" JOIN {} ON {}", ident(&join.table), join.on))
        .collect();
    Ok(format!(
        "{}EXISTS (SELECT 1 FROM {}{} WHERE {})",
        if having.negated { "NOT " } else { "" },
        ident(&thing.table),
        joins.concat(),
        conditions.join(" AND ")
    ))
}

fn no_way(having: &Having, why: NoPath) -> Failure {
    match why {
        NoPath::Ambiguous => Failure::TwoReadings,
        NoPath::None => Failure::Unreachable {
            metric: having.holder.label.clone(),
            dimension: having.thing.label.clone(),
        },
    }
}

/// In words, said of the rows of a table: `yang tidak punya gerai`; of the rows of another, `dari koperasi yang …`.
pub(super) fn in_words(world: &World, having: &Having, table: &str, language: Language) -> String {
    let inside = having.inside.iter();
    let inside = inside.map(|filter| value_in_words(world, filter, language));
    let thing = std::iter::once(language.label(&having.thing.label).to_owned());
    let thing = thing.chain(inside).collect::<Vec<_>>().join(" ");
    let holder = language.label(&having.holder.label);
    let of_holder = having.holder.table != table;
    let (link, holder) = match (having.negated, language) {
        (true, Language::Indonesian) => ("yang tidak punya", format!("dari {holder} ")),
        (false, Language::Indonesian) => ("yang punya", format!("dari {holder} ")),
        (true, Language::English) => ("without", format!("of {holder} ")),
        (false, Language::English) => ("with", format!("of {holder} ")),
    };
    let holder = if of_holder { holder } else { String::new() };
    format!("{holder}{link} {thing}")
}
