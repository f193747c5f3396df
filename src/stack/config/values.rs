//! Values that can only be right.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A PostgreSQL major version that the seed and the harness work on.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub enum PostgresMajor {
    /// PostgreSQL 15: the oldest, because the statement log in JSON came with it.
    V15,
    /// PostgreSQL 16.
    V16,
    /// PostgreSQL 17, the default.
    #[default]
    V17,
}

impl PostgresMajor {
    /// What a variable may hold, for messages.
    pub(super) const EXPECTED: &'static str = "15, 16 or 17";

    /// The number alone.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V15 => "15",
            Self::V16 => "16",
            Self::V17 => "17",
        }
    }
}

impl FromStr for PostgresMajor {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "15" => Ok(Self::V15),
            "16" => Ok(Self::V16),
            "17" => Ok(Self::V17),
            _ => Err(Self::EXPECTED),
        }
    }
}

impl fmt::Display for PostgresMajor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where the services of a new stack are to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProviderChoice {
    /// In containers when a container engine answers, as processes of this machine otherwise.
    #[default]
    Auto,
    /// In containers.
    Containers,
    /// As processes of this machine.
    Processes,
}

impl ProviderChoice {
    pub(super) const EXPECTED: &'static str = "auto, containers or processes";
}

impl FromStr for ProviderChoice {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "auto" => Ok(Self::Auto),
            "containers" => Ok(Self::Containers),
            "processes" => Ok(Self::Processes),
            _ => Err(Self::EXPECTED),
        }
    }
}

/// The factor on the row counts of the seed: a plain number above 0 and at most 100, with up to six decimals.
///
/// Kept as it was written, because the seed reads it as text; `1` is the size that the tests rely on and `13` about the
/// real registry's.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SeedScale(String);

impl SeedScale {
    pub(super) const EXPECTED: &'static str =
        "a plain number above 0 and at most 100, such as 1, 13 or 0.05";

    /// The number, as the seed reads it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for SeedScale {
    fn default() -> Self {
        Self("1".to_owned())
    }
}

impl FromStr for SeedScale {
    type Err = &'static str;

    // The same rule as the seed's own (`00-settings.sql`), applied before any container starts.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (whole, decimals) = match text.split_once('.') {
            Some((whole, decimals)) => (whole, Some(decimals)),
            None => (text, None),
        };
        let digits = |part: &str, most: usize| {
            (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())
        };
        let well_formed = digits(whole, 3) && decimals.is_none_or(|part| digits(part, 6));
        let in_range = text
            .parse::<f64>()
            .is_ok_and(|number| number > 0.0 && number <= 100.0);
        if well_formed && in_range {
            Ok(Self(text.to_owned()))
        } else {
            Err(Self::EXPECTED)
        }
    }
}

impl fmt::Display for SeedScale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_is_a_plain_number_in_range() {
        for good in ["1", "13", "0.05", "100", "100.0", "0.000001"] {
            assert_eq!(good.parse::<SeedScale>().unwrap().as_str(), good);
        }
        for bad in [
            "",
            "0",
            "0.0",
            "-1",
            "+1",
            "1e2",
            "101",
            "100.000001",
            ".5",
            "1.",
            "1.0000001",
            "inf",
            "1 ",
            "0001",
        ] {
            assert_eq!(
                bad.parse::<SeedScale>(),
                Err(SeedScale::EXPECTED),
                "{bad:?}"
            );
        }
    }

    #[test]
    fn only_the_tested_majors_are_accepted() {
        assert_eq!("16".parse(), Ok(PostgresMajor::V16));
        for bad in ["", "14", "18", "17.1", "latest"] {
            assert_eq!(
                bad.parse::<PostgresMajor>(),
                Err(PostgresMajor::EXPECTED),
                "{bad:?}"
            );
        }
    }
}
