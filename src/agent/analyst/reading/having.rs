//! Who has and who lacks something: `koperasi yang belum punya gerai`, `tanpa anggota perempuan`, `that have no domain`.
//!
//! Nothing here knows any table. What is had must be a noun whose rows lead to those of the noun before, by the joins of the
//! catalogue and the foreign keys of the schema, and the noun before is the nearest one.

use super::super::failure::Failure;
use super::super::intent::{Filter, Having, Noun};
use super::super::lexicon::Word;
use super::super::matching::Sense;
use super::super::world::World;
use super::Draft;
use super::nouns::{holder, thing};
use super::units::Units;
use super::values::{Joined, NamedValues};

/// That something has or lacks something, as the question says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Clause {
    /// What it says.
    pub having: Having,
    /// Where the thing stands.
    pub at: usize,
    /// Where its holder stands.
    pub holder_at: usize,
}

/// The words between a holder and what it has: `belum punya`, `tanpa`, `with no`.
struct Link {
    start: usize,
    end: usize,
    negated: bool,
}

/// Finds all clauses. Values that say what kind of thing it is go into them and out of the draft.
pub(super) fn read(units: &mut Units, draft: &mut Draft) -> Result<(), Failure> {
    let mut at = 0;
    while at < units.len() {
        let found = match link(units, at) {
            Some(link) => clause(units, draft, &link)?,
            None => None,
        };
        at = match found {
            Some(clause) => {
                let next = clause.at + 1;
                draft.clauses.push(clause);
                next
            }
            None => at + 1,
        };
    }
    Ok(())
}

fn link(units: &Units, at: usize) -> Option<Link> {
    let open = |at: usize| units.word(at).filter(|_| units.open(at));
    let has = |word| matches!(word, Word::Have | Word::HavePlural);
    let (length, negated) = match (units.word(at)?, open(at + 1)) {
        (Word::Not | Word::NotYet, Some(word)) if units.open(at) && has(word) => (2, true),
        (Word::Without, _) if units.open(at) => (1, true),
        (word, Some(Word::Without)) if word == Word::With || has(word) => (2, true),
        // `with` may have been taken for the value after it: `with female members`.
        (Word::With, _) => (1, false),
        (word, _) if has(word) && units.open(at) => (1, false),
        _ => return None,
    };
    Some(Link {
        start: at,
        end: at + length,
        negated,
    })
}

/// What a link joins, when it joins a holder and a thing of it.
fn clause(units: &mut Units, draft: &mut Draft, link: &Link) -> Result<Option<Clause>, Failure> {
    // `yang punya gerai terbanyak` says what is ranked; only of a share it is clear what the rank is about.
    let ranked = units.has_word(Word::is_rank) && !units.has_word(|word| word == Word::Share);
    if ranked && !link.negated {
        return Ok(None);
    }
    let mut at = link.end;
    let names_value = |at| {
        matches!(
            units.sense(at),
            Some(Sense::Value { .. } | Sense::Dimension(_))
        )
    };
    while !units.open(at) && names_value(at) {
        at += 1;
    }
    let open = |at: usize| units.sense(at).filter(|_| units.open(at));
    let Some(thing) = open(at).and_then(|sense| thing(units.world, sense)) else {
        return Ok(None);
    };
    let Some((holder_at, holder)) = nearest(units, link.start) else {
        return Ok(None);
    };
    if !leads(units.world, &thing.table, &holder.table) {
        return Ok(None);
    }
    // `per provinsi yang belum punya gerai` does not say which of the two nouns has none.
    if is_grouping(units, holder_at) {
        return Err(Failure::TwoReadings);
    }
    // `desa yang punya koperasi tanpa gerai`: the village or its cooperatives? `… dan tidak punya gerai` says which.
    let former = draft.clauses.last();
    let joined = joined(units, link.start);
    if joined.is_none()
        && former.is_some_and(|former| {
            former.at > holder_at && leads(units.world, &thing.table, &former.having.thing.table)
        })
    {
        return Err(Failure::TwoReadings);
    }
    if let Some(place) = joined
        && former.is_some_and(|former| former.holder_at == holder_at)
    {
        units.take(place);
    }
    let scope = (link.end, end_of_scope(units, at + 1));
    let inside = inside(units, draft, &holder, &thing, scope)?;
    for place in link.start..link.end {
        units.take(place);
    }
    units.take(at);
    Ok(Some(Clause {
        having: Having {
            holder,
            thing,
            inside,
            negated: link.negated,
        },
        at,
        holder_at,
    }))
}

/// The nearest noun before a place.
fn nearest(units: &Units, start: usize) -> Option<(usize, Noun)> {
    let is_noun = |sense| matches!(sense, Sense::Metric(_) | Sense::Dimension(_));
    let mut before = (0..start).rev().filter(|at| units.open(*at));
    let at = before.find(|at| units.sense(*at).is_some_and(is_noun))?;
    let noun = holder(units.world, units.sense(at)?)?;
    Some((at, noun))
}

fn is_grouping(units: &Units, at: usize) -> bool {
    let mut before = (0..at).rev();
    let last = before.find(|at| units.word(*at) != Some(Word::In));
    last.and_then(|at| units.word(at)) == Some(Word::Per)
}

/// Whether each row of one table belongs to one row of another.
fn leads(world: &World, from: &str, to: &str) -> bool {
    from != to && world.graph.path(from, to).is_ok()
}

/// The place of the next link or noun: what is said of a thing ends there.
fn end_of_scope(units: &Units, from: usize) -> usize {
    (from..units.len())
        .find(|at| {
            let noun = matches!(
                units.sense(*at),
                Some(Sense::Metric(_) | Sense::Dimension(_))
            );
            let word = units.word(*at);
            let links = word.is_some_and(|word| {
                matches!(
                    word,
                    Word::Have | Word::HavePlural | Word::Without | Word::And | Word::But
                )
            });
            units.open(*at) && (noun || links)
        })
        .unwrap_or(units.len())
}

/// Takes the values that can only be said of the thing out of the draft.
fn inside(
    units: &Units,
    draft: &mut Draft,
    holder: &Noun,
    thing: &Noun,
    (start, end): (usize, usize),
) -> Result<Vec<Filter>, Failure> {
    let world = units.world;
    let mut inside = Vec::new();
    let mut others = Vec::new();
    for named in std::mem::take(&mut draft.named) {
        let table = &world.columns[named.column].table;
        let here = (start..end).contains(&named.at);
        let of_holder = world.graph.path(&holder.table, table).is_ok();
        let of_thing = world.graph.path(&thing.table, table).is_ok();
        if here && of_thing && !of_holder {
            inside.push(filter(units, &named)?);
            continue;
        }
        if here && of_thing && !is_the_same(world, holder, thing, named.column) {
            return Err(Failure::TwoReadings);
        }
        others.push(named);
    }
    draft.named = others;
    Ok(inside)
}

fn filter(units: &Units, named: &NamedValues) -> Result<Filter, Failure> {
    if named.joined == Some(Joined::And) {
        // One thing of each, or one of either.
        let values = named.values.iter();
        return Err(Failure::SumOrEach {
            values: values
                .map(|value| units.world.value(named.column, *value).to_owned())
                .collect(),
        });
    }
    Ok(Filter {
        column: named.column,
        values: named.values.clone(),
        owned: true,
        negated: named.negated,
    })
}

/// Whether a value says the same of a thing and of its holder: the thing has it through the holder (`koperasi yang tidak punya
/// anggota di Bali`), or both are places of which one lies in the other.
fn is_the_same(world: &World, holder: &Noun, thing: &Noun, column: usize) -> bool {
    let column = &world.columns[column];
    let is_place = |table: &str| {
        let mut columns = world.columns.iter();
        columns.any(|column| column.place && column.table == table)
    };
    let through = column.table == holder.table
        || world
            .graph
            .path(&thing.table, &column.table)
            .is_ok_and(|path| path.iter().any(|join| join.table == holder.table));
    through || column.place && is_place(&holder.table)
}

/// The word that joins a clause to the one before: `punya anggota tetapi belum punya gerai`.
fn joined(units: &Units, start: usize) -> Option<usize> {
    let mut before = (0..start).rev();
    let last =
        before.find(|at| !matches!(units.word(*at), Some(Word::That | Word::Do | Word::Who)));
    last.filter(|at| matches!(units.word(*at), Some(Word::And | Word::But)))
}
