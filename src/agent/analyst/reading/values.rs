//! Named values: `di Jawa Barat dan Bali`, `dengan status Verified`, `female members`.

use super::super::failure::Failure;
use super::super::lexicon::Word;
use super::super::matching::Sense;
use super::units::Units;

/// Values of one column that were named together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NamedValues {
    /// The column.
    pub column: usize,
    /// The values. A place that has yet to be looked up has none.
    pub values: Vec<usize>,
    /// How they are joined; `None` for a single one.
    pub joined: Option<Joined>,
    /// Where the first stands.
    pub at: usize,
    /// Whether the dimension's name stands beside one of them.
    pub named: bool,
    /// Whether all other values are meant: `bukan perempuan`, `di luar Bali`.
    pub negated: bool,
}

/// How several values are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Joined {
    /// `atau`: any of them will do.
    Or,
    /// `dan`, `dibandingkan dengan`, or commas alone: each of them.
    And,
}

/// Finds all named values.
pub(super) fn read(units: &mut Units) -> Result<Vec<NamedValues>, Failure> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < units.len() {
        match column_at(units, at) {
            Some(column) => {
                let (named, next) = list(units, at, column)?;
                found.push(named);
                at = next;
            }
            None => at += 1,
        }
    }
    Ok(found)
}

/// One list of values that begins at `first`, and the place after it.
fn list(units: &mut Units, first: usize, column: usize) -> Result<(NamedValues, usize), Failure> {
    let mut items = vec![first];
    let mut connectors = Vec::new();
    let Item {
        mut end,
        mut named,
        mut negated,
    } = item(units, first, column)?;
    loop {
        let mut at = end;
        let mut here = Vec::new();
        while let Some(word @ (Word::Comma | Word::And | Word::Or | Word::Versus)) = units.word(at)
        {
            here.push(word);
            at += 1;
        }
        if here.is_empty() {
            break;
        }
        let mut value = at;
        // `berapa di Jawa Barat dan berapa di Jawa Timur`
        if units.word(at - 1) == Some(Word::And) && units.word(value) == Some(Word::HowMany) {
            value += 1;
        }
        while matches!(units.word(value), Some(Word::In | Word::Of)) {
            value += 1;
        }
        if is_dimension_of(units, value, column) {
            value += 1;
        }
        if column_at(units, value) != Some(column) {
            break;
        }
        for place in end..value {
            units.take(place);
        }
        connectors.extend(here);
        let next = item(units, value, column)?;
        if next.negated {
            return Err(Failure::WrongSense);
        }
        (end, named) = (next.end, named || next.named);
        items.push(value);
    }
    let led = lead(units, first);
    if let Some(Word::Not | Word::Except) = before(units, led)
        && !negated
    {
        units.take(led - 1);
        lead(units, led - 1);
        negated = true;
    }
    let mut values = items
        .iter()
        .filter_map(|at| match units.sense(*at) {
            Some(Sense::Value { value, .. }) => Some(value),
            _ => None,
        })
        .collect::<Vec<_>>();
    values.dedup();
    let mut joined = joined(units, &items, &connectors)?;
    if negated && connectors.contains(&Word::Versus) {
        return Err(Failure::WrongSense);
    }
    // `di luar Bali dan NTB`: neither of them.
    if negated && joined == Some(Joined::And) {
        joined = Some(Joined::Or);
    }
    Ok((
        NamedValues {
            column,
            values,
            joined,
            at: first,
            named,
            negated,
        },
        end,
    ))
}

/// A value, and what stands around it.
struct Item {
    /// The place after it.
    end: usize,
    /// Whether the name of its dimension stands beside it.
    named: bool,
    /// Whether it is turned around between the two: `status bukan Verified`.
    negated: bool,
}

/// Marks a value and the name of its dimension beside it (`provinsi Bali`, `Verified status`).
fn item(units: &mut Units, at: usize, column: usize) -> Result<Item, Failure> {
    units.take(at);
    let mut end = at + 1;
    let mut named = false;
    let mut before = at;
    let turns = |word| matches!(word, Word::Not | Word::Except);
    while before > 0
        && units
            .word(before - 1)
            .is_some_and(|word| word == Word::Is || turns(word))
    {
        before -= 1;
    }
    let turning = (before..at).filter(|place| units.word(*place).is_some_and(turns));
    let turning = turning.count();
    let mut negated = false;
    if before > 0 && is_dimension_of(units, before - 1, column) && !grouping(units, before - 1) {
        fits(units, before - 1, at)?;
        for place in before - 1..at {
            units.take(place);
        }
        (named, negated) = (true, turning > 0);
        if turning > 1 {
            return Err(Failure::WrongSense);
        }
    } else if is_dimension_of(units, end, column) && !asked(units, end) {
        fits(units, end, at)?;
        units.take(end);
        end += 1;
        named = true;
    }
    let weak = matches!(units.sense(at), Some(Sense::Value { weak: true, .. }));
    if weak && !named {
        return Err(Failure::WrongSense);
    }
    Ok(Item {
        end,
        named,
        negated,
    })
}

/// The word before a place that nothing has explained yet.
fn before(units: &Units, at: usize) -> Option<Word> {
    let place = at.checked_sub(1).filter(|place| units.open(*place))?;
    units.word(place)
}

/// Marks the words that lead to a value: `yang berada di`, `with`, `memiliki` before a dimension's name. The first of them.
fn lead(units: &mut Units, first: usize) -> usize {
    let mut at = first;
    let mut through_name = false;
    while at > 0 {
        let word = units.word(at - 1);
        match word {
            Some(Word::In | Word::With | Word::Is | Word::That | Word::Of) => {}
            Some(Word::Have | Word::HavePlural) if through_name => {}
            None if !units.open(at - 1)
                && matches!(units.sense(at - 1), Some(Sense::Dimension(_))) =>
            {
                through_name = true;
            }
            _ => break,
        }
        units.take(at - 1);
        at -= 1;
    }
    at
}

fn joined(units: &Units, items: &[usize], connectors: &[Word]) -> Result<Option<Joined>, Failure> {
    let or = connectors.contains(&Word::Or);
    let and = connectors
        .iter()
        .any(|word| matches!(word, Word::And | Word::Versus));
    let written = || {
        items
            .iter()
            .filter_map(|at| units.get(*at))
            .map(|unit| unit.written.clone())
            .collect()
    };
    match (items.len(), or, and) {
        (1, ..) => Ok(None),
        (_, true, true) => Err(Failure::SumOrEach { values: written() }),
        (_, true, false) => Ok(Some(Joined::Or)),
        (_, false, _) => Ok(Some(Joined::And)),
    }
}

fn column_at(units: &Units, at: usize) -> Option<usize> {
    match units.sense(at)? {
        Sense::Value { column, .. } | Sense::Place { column } if units.open(at) => Some(column),
        _ => None,
    }
}

fn is_dimension_of(units: &Units, at: usize, column: usize) -> bool {
    matches!(units.sense(at), Some(Sense::Dimension(d)) if units.open(at) && units.world.dimensions[d].column == column)
}

/// Whether a dimension's name is part of a grouping: `per provinsi Bali` names no value of it.
fn grouping(units: &Units, at: usize) -> bool {
    at > 0 && units.word(at - 1) == Some(Word::Per)
}

/// Whether a dimension's name is asked for: `di Bali, provinsi mana …`.
fn asked(units: &Units, at: usize) -> bool {
    matches!(units.word(at + 1), Some(Word::Which | Word::What))
}

/// `kota` before a name must be the beginning of the name, where the dimension has a prefix.
fn fits(units: &Units, dimension: usize, value: usize) -> Result<(), Failure> {
    let (Some(Sense::Dimension(dimension)), Some(Sense::Value { column, value, .. })) =
        (units.sense(dimension), units.sense(value))
    else {
        return Ok(());
    };
    match &units.world.dimensions[dimension].prefix {
        Some(prefix)
            if !units
                .world
                .value(column, value)
                .starts_with(&format!("{prefix} ")) =>
        {
            Err(Failure::WrongSense)
        }
        _ => Ok(()),
    }
}
