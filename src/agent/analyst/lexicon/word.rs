//! What a word of the language does in a question.

/// What a word does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in super::super) enum Word {
    /// Nothing: politeness, commands to show, articles.
    Filler,
    /// Nothing but that a figure is wanted: `hitung`, `calculate`.
    Compute,
    /// `,`
    Comma,
    /// Asks for a figure: `berapa`, `how many`.
    HowMany,
    /// Asks which one: `mana`, `which`.
    Which,
    /// Asks in general: `apa`, `what`.
    What,
    /// Counts things and sums quantities: `jumlah`, `total`.
    Total,
    /// Counts things only: `banyaknya`, `number of`.
    Tally,
    /// Sums quantities only: `sum of`.
    Sum,
    /// `rata-rata`, `average`.
    Average,
    /// `maksimum`.
    Maximum,
    /// `minimum`.
    Minimum,
    /// A part of the whole: `persen`, `percentage`.
    Share,
    /// How many in each group: `sebaran`, `distribution`.
    Spread,
    /// Which part in each group: `komposisi`.
    Makeup,
    /// Groups: `per`, `menurut`, `by`, `in each`.
    Per,
    /// Narrows: `di`, `in`.
    In,
    /// Belongs: `dari`, `of`.
    Of,
    /// `dengan`, `with`.
    With,
    /// `yang`, `that`.
    That,
    /// `who`: like `that` inside a question, but at its beginning it asks for names.
    Who,
    /// Asks for a list, of names unless something else is said: `daftar`, `sebutkan`.
    List,
    /// `memiliki`, `has`.
    Have,
    /// `have`, of several.
    HavePlural,
    /// `adalah`, `is`.
    Is,
    /// `do`, `does`, where `have` may end the question.
    Do,
    /// `tertinggi`, `most`.
    High,
    /// `terendah`, `fewest`.
    Low,
    /// `top`.
    Top,
    /// `bottom`.
    Bottom,
    /// `besar` in `5 besar`.
    Big,
    /// Lists in order: `urutkan`, `sorted`.
    Sort,
    /// `semua`, `all`.
    All,
    /// `dan`, `and`.
    And,
    /// `atau`, `or`.
    Or,
    /// `dibandingkan dengan`, `versus`.
    Versus,
    /// `bandingkan`, `compare`.
    Compare,
    /// `antara`, `between`.
    Between,
    /// `ke` in `dari tertinggi ke terendah`.
    To,
    /// Turns around what follows: `tidak`, `not`.
    Not,
    /// The same, of what may still come: `belum`, `not yet`. Of a state it does not say whether what ended otherwise counts, so
    /// it is understood only of having.
    NotYet,
    /// Has none: `tanpa`, `belum ada`, `no`.
    Without,
    /// All but: `selain`, `di luar`, `except`.
    Except,
    /// Points elsewhere; understood nowhere but inside the catalogue's own phrases: `lainnya`, `others`.
    Elsewhere,
    /// Joins what one might not expect: `tetapi`, `but`.
    But,
    /// Asks which ones: `mana saja`.
    WhichOnes,
    /// Asks for a yes or a no: `apakah`.
    Whether,
    /// Compares with a number; understood nowhere yet: `lebih dari`, `at least`.
    Than,
    /// Goes on from the question before: `bagaimana dengan`, `what about`. Understood only at the beginning of a question that
    /// does.
    Lead,
    /// The place of the question before: `di sana`.
    There,
    /// A period that depends on what day it is: `tahun ini`, `last month`. Never understood, but named.
    Relative,
    /// Wants to change data: `hapus`, `delete`.
    Write,
}

impl Word {
    /// Whether the word says what kind of figure is wanted.
    pub fn is_quantity(self) -> bool {
        matches!(
            self,
            Self::HowMany
                | Self::Total
                | Self::Tally
                | Self::Sum
                | Self::Average
                | Self::Maximum
                | Self::Minimum
                | Self::Share
                | Self::Spread
                | Self::Makeup
        )
    }

    /// Whether the word says that things are put in order.
    pub fn is_rank(self) -> bool {
        matches!(
            self,
            Self::High | Self::Low | Self::Top | Self::Bottom | Self::Sort
        )
    }

    /// Whether the word may stand anywhere without changing what is asked. It may still tell where a part begins.
    pub fn is_soft(self) -> bool {
        matches!(
            self,
            Self::What
                | Self::Whether
                | Self::That
                | Self::Who
                | Self::List
                | Self::Is
                | Self::In
                | Self::Of
                | Self::Comma
                | Self::Filler
        )
    }

    /// Whether what follows is said *about* what came before: `anggota yang …`, `members are …`.
    pub fn opens_predicate(self) -> bool {
        matches!(
            self,
            Self::That | Self::Who | Self::Is | Self::With | Self::Have | Self::HavePlural
        )
    }
}
