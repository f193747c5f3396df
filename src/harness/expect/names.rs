//! Whether the names in a pattern are any: a name with a letter wrong would make "there is none of these" hold for ever.

use super::pattern::{Pattern, PatternError};
use super::subject::Subject;
use crate::agent::tool_names;
use crate::contract::Event;

/// How many letters may be wrong in a name for another to be what is meant.
const MOST_WRONG: usize = 3;

/// The names that may stand in a pattern: the contract's, those of the run, and those that the test declares.
#[derive(Debug, Default)]
pub(super) struct Names {
    kinds: Vec<String>,
    tools: Vec<String>,
}

impl Names {
    /// Those of the contract and of a run.
    pub(super) fn of(subject: &Subject<'_>, declared: &[String]) -> Self {
        let mut names = Self::default();
        names.kinds.extend(Event::KINDS.map(str::to_owned));
        names.tools.extend(tool_names().map(str::to_owned));
        for seen in subject.all_events() {
            add(&mut names.kinds, seen.event.kind());
            if let Some(tool) = seen.event.tool() {
                add(&mut names.tools, tool);
            }
        }
        for name in declared {
            add(&mut names.kinds, name);
            add(&mut names.tools, name);
        }
        names
    }

    /// # Errors
    /// Names the first type or tool that nobody knows, and the one that may be meant.
    pub(super) fn check(&self, pattern: &Pattern) -> Result<(), PatternError> {
        for leaf in pattern.leaves() {
            if let Some(kind) = &leaf.kind
                && let Some(reason) = unknown("event type", &kind.text, &self.kinds)
            {
                return Err(PatternError::new(&pattern.written, kind.column, reason));
            }
            for tool in &leaf.tools {
                if let Some(reason) = unknown("tool", &tool.text, &self.tools) {
                    return Err(PatternError::new(&pattern.written, tool.column, reason));
                }
            }
        }
        Ok(())
    }

    /// Why a tool's name is none.
    pub(super) fn unknown_tool(&self, name: &str) -> Option<String> {
        unknown("tool", name, &self.tools)
    }
}

fn add(names: &mut Vec<String>, name: &str) {
    if !names.iter().any(|known| known == name) {
        names.push(name.to_owned());
    }
}

fn unknown(what: &str, name: &str, known: &[String]) -> Option<String> {
    if known.iter().any(|one| one == name) {
        return None;
    }
    let nearest = known
        .iter()
        .map(|one| (wrong_letters(one, name), one))
        .min()
        .filter(|(wrong, _)| *wrong <= MOST_WRONG.min(name.chars().count() / 2));
    let advice = match nearest {
        Some((_, one)) => format!("is `{one}` meant?"),
        None => format!(
            "declare a {what} of your own with `.knowing([\"{name}\"])`, unless one of these is meant: {}",
            known.join(", ")
        ),
    };
    Some(format!(
        "`{name}` is no {what} of the contract or of this run; {advice}"
    ))
}

/// How many letters must be changed, added or left out to make one word into the other.
fn wrong_letters(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (number, letter) in one.chars().enumerate() {
        let mut corner = row[0];
        row[0] = number + 1;
        for at in 0..other.len() {
            let change = corner + usize::from(letter != other[at]);
            corner = row[at + 1];
            row[at + 1] = change.min(corner + 1).min(row[at] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_letter_is_found() {
        for (one, other, wrong) in [
            ("sql_query", "sql_qury", 1),
            ("token", "tokens", 1),
            ("done", "", 4),
            ("abc", "abc", 0),
            ("abcd", "badc", 3),
        ] {
            assert_eq!(wrong_letters(one, other), wrong, "{one} {other}");
        }
    }

    #[test]
    fn what_is_meant_is_named_where_it_can_be_told() {
        let known = ["sql_query".to_owned(), "list_tables".to_owned()];
        assert_eq!(unknown("tool", "sql_query", &known), None);
        assert_eq!(
            unknown("tool", "sql_qeury", &known).as_deref(),
            Some("`sql_qeury` is no tool of the contract or of this run; is `sql_query` meant?")
        );
        let said = unknown("tool", "my_tool", &known).unwrap_or_default();
        assert!(said.ends_with(
            "declare a tool of your own with `.knowing([\"my_tool\"])`, unless one of these is meant: sql_query, list_tables"
        ), "{said}");
    }
}
