//! Why a question is not answered. Each becomes an answer that says so (see [`super::answer::refusal`]).

use crate::agent::catalogue::metadata::Label;

/// Why there is no query for a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure {
    /// It wants to change data.
    Write {
        /// The words that say so.
        words: Vec<String>,
    },
    /// A name is that of several things.
    AmbiguousValue {
        /// As it was written.
        text: String,
        /// What it could be.
        options: Vec<String>,
    },
    /// A name was looked up and is not there.
    NoSuchName {
        /// As it was written.
        text: String,
        /// What was looked for.
        label: Label,
        /// Names that contain it.
        similar: Vec<String>,
    },
    /// A quantity could be summed or averaged.
    WhichAggregate {
        /// The quantity.
        label: Label,
    },
    /// Two values where only one can hold.
    Conflict {
        /// What they are values of.
        label: Label,
        /// The values.
        values: Vec<String>,
    },
    /// Several values are joined in a way that could mean their sum or each.
    SumOrEach {
        /// The values.
        values: Vec<String>,
    },
    /// Two orders, two amounts, or two ways of counting at once.
    Contradiction {
        /// The words.
        words: Vec<String>,
    },
    /// A share without saying which part, or with several ways to split it.
    WhichPart {
        /// The whole.
        label: Label,
    },
    /// The metric and the dimension do not go together.
    Unreachable {
        /// The metric.
        metric: Label,
        /// The dimension.
        dimension: Label,
    },
    /// A value is a property of something that the question does not name.
    WhoseProperty(Box<Property>),
    /// The way of counting does not go with the metric.
    NotThatWay {
        /// The metric.
        metric: Label,
        /// The words for the way.
        words: Vec<String>,
    },
    /// Groups without rows cannot be listed for this metric.
    AllOfThem {
        /// The metric.
        label: Label,
    },
    /// Several metrics.
    TwoMetrics {
        /// The metrics.
        labels: Vec<Label>,
    },
    /// A thing is named, but not what is asked about it.
    WhatAboutIt {
        /// The thing.
        label: Label,
    },
    /// A ranking of which nothing says what is ranked.
    NothingToRank,
    /// Words that are not known, or not in this place.
    Unclear {
        /// The words.
        words: Vec<String>,
        /// Whether they are not known at all.
        unknown: bool,
    },
    /// Nothing says what is to be measured.
    NoMetric,
    /// The same, though values are named.
    OnlyValues {
        /// The values, and what they are values of.
        values: Vec<(String, Label)>,
    },
    /// A period is named, and what is measured has no moment that it could narrow.
    NoDate {
        /// The period's words.
        words: String,
        /// What is measured.
        label: Label,
    },
    /// A period is named, and what is measured has several moments.
    WhichDate {
        /// The period's words.
        words: String,
        /// The moments.
        options: Vec<Label>,
    },
    /// A month of which nothing says the year.
    WhichYear {
        /// Its words.
        words: String,
    },
    /// It continues another question, and there is none that was understood.
    NothingBefore,
    /// Two readings of the question lead to different queries.
    TwoReadings,
    /// This combination of meanings makes no sense; another may.
    WrongSense,
}

/// A property that was said of something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Property {
    /// What it was said of.
    pub metric: Label,
    /// The property.
    pub property: Label,
    /// What has it.
    pub owner: Label,
}

impl Failure {
    /// Whether all words were understood, and only what they ask for cannot be done: whoever said them knows what the
    /// conversation is about.
    pub fn is_understood(&self) -> bool {
        matches!(
            self,
            Self::NotThatWay { .. }
                | Self::WhichAggregate { .. }
                | Self::WhichPart { .. }
                | Self::WhatAboutIt { .. }
                | Self::Conflict { .. }
                | Self::SumOrEach { .. }
                | Self::Unreachable { .. }
                | Self::WhoseProperty(_)
                | Self::AllOfThem { .. }
                | Self::NoDate { .. }
                | Self::WhichDate { .. }
                | Self::NothingToRank
        )
    }

    /// Whether words that nothing knows may be the reason.
    pub fn may_be_misspelt(&self) -> bool {
        matches!(
            self,
            Self::Unclear { unknown: true, .. }
                | Self::NoMetric
                | Self::OnlyValues { .. }
                | Self::NothingBefore
        )
    }

    /// How much a reader learns from it: of the failures of several readings the highest is reported.
    pub fn weight(&self) -> u8 {
        match self {
            Self::Write { .. } => 15,
            Self::AmbiguousValue { .. } => 14,
            Self::NoSuchName { .. } => 13,
            Self::Unclear { unknown: true, .. } => 12,
            Self::Conflict { .. } | Self::SumOrEach { .. } => 11,
            Self::WhichDate { .. } | Self::WhichYear { .. } => 11,
            Self::WhichAggregate { .. } | Self::NoDate { .. } => 10,
            Self::Contradiction { .. } => 9,
            Self::WhichPart { .. } => 8,
            Self::NotThatWay { .. } => 7,
            Self::Unreachable { .. } | Self::WhoseProperty(_) => 6,
            Self::WhatAboutIt { .. } => 5,
            Self::TwoMetrics { .. } | Self::AllOfThem { .. } => 5,
            Self::NothingBefore => 4,
            Self::NothingToRank => 4,
            Self::Unclear { .. } => 3,
            Self::OnlyValues { .. } => 3,
            Self::NoMetric => 2,
            Self::TwoReadings => 2,
            Self::WrongSense => 1,
        }
    }
}
