//! What a mutant is.

use std::fmt;
use std::str::FromStr;

use super::catalogue::{ALL, Entry};

pub use super::catalogue::Mutant;

/// Whose defect it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Part {
    /// The worker has it.
    Worker,
    /// The receiver has it.
    Receiver,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Worker => "worker",
            Self::Receiver => "receiver",
        })
    }
}

impl Mutant {
    /// Every mutant, in the order of the catalogue.
    pub fn all() -> impl Iterator<Item = Self> {
        ALL.iter().map(|entry| entry.mutant)
    }

    /// Its name, as `KAI_MUTANT` has it.
    pub fn name(self) -> &'static str {
        self.entry().name
    }

    /// What is wrong with it, in one sentence.
    pub fn defect(self) -> &'static str {
        self.entry().defect
    }

    /// Whose defect it is.
    pub fn part(self) -> Part {
        self.entry().part
    }

    /// The names of the scenarios that show it ([`Scenario::id`](crate::checks::Scenario::id)).
    pub fn scenarios(self) -> &'static [&'static str] {
        self.entry().scenarios
    }

    /// The ids of the checks that it breaks in those scenarios, and no others but [`may_break`](Self::may_break).
    pub fn breaks(self) -> &'static [&'static str] {
        self.entry().breaks
    }

    /// The ids of checks that it may break besides, as it happens: what follows depends on what came first.
    pub fn may_break(self) -> &'static [&'static str] {
        self.entry().may_break
    }

    fn entry(self) -> &'static Entry {
        // Every variant has its entry: the macro that makes the list makes both.
        ALL.iter()
            .find(|entry| entry.mutant == self)
            .unwrap_or(&ALL[0])
    }
}

/// A name that no mutant has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no mutant `{name}`; these are: {}", names())]
pub struct UnknownMutant {
    name: String,
}

fn names() -> String {
    let names: Vec<_> = Mutant::all().map(Mutant::name).collect();
    names.join(", ")
}

impl FromStr for Mutant {
    type Err = UnknownMutant;

    fn from_str(name: &str) -> Result<Self, UnknownMutant> {
        Self::all()
            .find(|mutant| mutant.name() == name)
            .ok_or_else(|| UnknownMutant {
                name: name.to_owned(),
            })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::checks::{Scenario, catalogue};

    #[test]
    fn names_are_unique_and_read_back() {
        let names: HashSet<_> = Mutant::all().map(Mutant::name).collect();
        assert_eq!(names.len(), ALL.len());
        for mutant in Mutant::all() {
            assert_eq!(mutant.name().parse(), Ok(mutant));
        }
        let said = "done-thrice".parse::<Mutant>().unwrap_err().to_string();
        assert!(
            said.starts_with("there is no mutant `done-thrice`; these are: "),
            "{said}"
        );
    }

    #[test]
    fn each_breaks_checks_that_there_are() {
        let known: HashSet<_> = catalogue().iter().map(|check| check.id).collect();
        for mutant in Mutant::all() {
            assert!(!mutant.breaks().is_empty(), "{mutant:?}");
            assert!(!mutant.scenarios().is_empty(), "{mutant:?}");
            for name in mutant.scenarios() {
                assert!(
                    Scenario::ALL.iter().any(|scenario| scenario.id() == *name),
                    "{mutant:?} names {name}"
                );
            }
            for id in mutant.breaks().iter().chain(mutant.may_break()) {
                assert!(known.contains(id), "{mutant:?} names {id}");
            }
        }
    }

    #[test]
    fn there_are_at_least_forty_of_them() {
        assert!(ALL.len() >= 40, "{}", ALL.len());
    }
}
