//! What counts when two results are compared.

/// What counts when a result is compared with the golden one.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Rule {
    /// Whether the order of the rows counts.
    pub ordered: bool,
    /// How many columns there may be beside the golden ones.
    pub extra_columns: usize,
    /// How the golden columns are found among the others.
    pub columns: ColumnsBy,
    /// How far apart two numbers may be; none: as far as the shorter one is written, at least two decimals and at most four.
    pub tolerance: Option<f64>,
}

/// How the golden columns are found in a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColumnsBy {
    /// By what they hold, wherever they stand and whatever they are called.
    #[default]
    Content,
    /// By their place: the first is compared with the first.
    Place,
    /// By their name.
    Name,
}
