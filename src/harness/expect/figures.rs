//! Numbers as people write them in answers: `Rp 1.234.567,89`, `1,234.5`, `44,77 %`, `3,5 juta`.

/// A number in a text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Figure {
    /// As it is written, with its sign and its unit.
    pub(super) text: String,
    /// What it may mean: one number, or two where the text leaves it open.
    pub(super) readings: Vec<f64>,
    /// Whether it is a percentage.
    pub(super) percent: bool,
}

/// Which sign stands before the decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Writing {
    /// A comma: `1.234,56`.
    Indonesian,
    /// A point: `1,234.56`.
    English,
    /// Both, or the text does not show it.
    Unknown,
}

/// What follows a number and multiplies it.
const SCALES: [(&str, f64); 14] = [
    ("ribu", 1e3),
    ("rb", 1e3),
    ("juta", 1e6),
    ("jt", 1e6),
    ("miliar", 1e9),
    ("milyar", 1e9),
    ("triliun", 1e12),
    ("trilyun", 1e12),
    ("thousand", 1e3),
    ("million", 1e6),
    ("millions", 1e6),
    ("billion", 1e9),
    ("billions", 1e9),
    ("trillion", 1e12),
];
const PERCENT: [&str; 3] = ["%", "persen", "percent"];
/// What may stand between a minus sign and its digits.
const CURRENCIES: [&str; 4] = ["Rp", "IDR", "USD", "$"];

impl Writing {
    /// How the numbers of a text are written, as far as those show it that can be read in one way only.
    pub(super) fn of(text: &str) -> Self {
        let shown: Vec<Self> = digits(text)
            .iter()
            .filter_map(|found| shown_by(&text[found.clone()]))
            .collect();
        match shown.split_first() {
            Some((first, rest)) if rest.iter().all(|other| other == first) => *first,
            _ => Self::Unknown,
        }
    }
}

/// The numbers of a text, in order.
pub(super) fn figures(text: &str, writing: Writing) -> Vec<Figure> {
    digits(text)
        .into_iter()
        .filter_map(|found| {
            let readings = readings(&text[found.clone()], writing);
            if readings.is_empty() {
                return None;
            }
            let (scale, percent, end) = unit(text, found.end);
            let start = minus(text, found.start);
            let sign = if start.is_some() { -1.0 } else { 1.0 };
            Some(Figure {
                text: text[start.unwrap_or(found.start)..end].to_owned(),
                readings: readings.into_iter().map(|it| sign * it * scale).collect(),
                percent,
            })
        })
        .collect()
}

/// Where digits stand, with the points and commas between them.
fn digits(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = text[from..].find(|c: char| c.is_ascii_digit()) {
        let start = from + start;
        let length = text[start..]
            .find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ',')))
            .unwrap_or(text.len() - start);
        let written = text[start..start + length].trim_end_matches(['.', ',']);
        found.push(start..start + written.len());
        from = start + length;
    }
    found
}

/// How a number is written, where only one way is possible.
fn shown_by(digits: &str) -> Option<Writing> {
    use Writing::{English, Indonesian};
    match (reading(digits, '.', ','), reading(digits, ',', '.')) {
        (Some(_), None) => Some(Indonesian),
        (None, Some(_)) => Some(English),
        _ => None,
    }
}

/// What digits mean in a way of writing; nothing when they mean nothing in it.
fn readings(digits: &str, writing: Writing) -> Vec<f64> {
    let mut found: Vec<f64> = match writing {
        Writing::Indonesian => reading(digits, '.', ',').into_iter().collect(),
        Writing::English => reading(digits, ',', '.').into_iter().collect(),
        Writing::Unknown => {
            let both = [reading(digits, '.', ','), reading(digits, ',', '.')];
            both.into_iter().flatten().collect()
        }
    };
    if found.is_empty() && writing != Writing::Unknown {
        // A text that is written in one way may still quote a number that is written in the other.
        found = readings(digits, Writing::Unknown);
        if found.len() > 1 {
            found.clear();
        }
    }
    found.dedup();
    found
}

fn reading(digits: &str, thousands: char, decimal: char) -> Option<f64> {
    let (whole, fraction) = match digits.split_once(decimal) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (digits, None),
    };
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !fraction.is_none_or(all_digits) {
        return None;
    }
    let groups: Vec<&str> = whole.split(thousands).collect();
    let (first, rest) = groups.split_first()?;
    let grouped = rest.is_empty() || (first.len() <= 3 && !first.starts_with('0'));
    if !all_digits(first)
        || !grouped
        || !rest.iter().all(|part| part.len() == 3 && all_digits(part))
    {
        return None;
    }
    let plain = format!("{}.{}", groups.concat(), fraction.unwrap_or("0"));
    plain.parse().ok()
}

/// What follows a number: how it is multiplied, whether it is a percentage, and where that ends.
fn unit(text: &str, end: usize) -> (f64, bool, usize) {
    let after = &text[end..];
    let spaces = after.len() - after.trim_start_matches([' ', '\u{a0}', '\u{202f}']).len();
    let rest = &after[spaces..];
    let word = match rest.strip_prefix('%') {
        Some(_) => "%",
        None => {
            let length = rest
                .find(|c: char| !c.is_alphabetic())
                .unwrap_or(rest.len());
            &rest[..length]
        }
    };
    let lower = word.to_lowercase();
    let stop = end + spaces + word.len();
    if PERCENT.contains(&lower.as_str()) {
        return (1.0, true, stop);
    }
    match SCALES.iter().find(|(name, _)| *name == lower) {
        Some((_, scale)) => (*scale, false, stop),
        None => (1.0, false, end),
    }
}

/// Where the minus sign of a number stands, if it has one: not a hyphen between words or numbers.
fn minus(text: &str, start: usize) -> Option<usize> {
    let is_minus = |c: char| matches!(c, '-' | '−');
    let mut before = text[..start].trim_end_matches([' ', '\u{a0}', '\u{202f}']);
    if !before.ends_with(is_minus) {
        let currency = CURRENCIES.iter().find_map(|name| before.strip_suffix(name));
        before = currency?.trim_end_matches([' ', '\u{a0}', '\u{202f}']);
    } else if before.len() < start {
        // `- 5` is an item of a list.
        return None;
    }
    let sign = before.strip_suffix(is_minus)?;
    let opens = |c: char| c.is_whitespace() || matches!(c, '(' | '|' | '"' | ':');
    (sign.is_empty() || sign.ends_with(opens)).then_some(sign.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<Vec<f64>> {
        let found = figures(text, Writing::of(text));
        found.into_iter().map(|figure| figure.readings).collect()
    }

    #[test]
    fn both_ways_of_writing_are_read() {
        for (text, wanted) in [
            ("Rp 1.234.567,89", 1_234_567.89),
            ("1,234,567.89", 1_234_567.89),
            ("Rp15.000.000", 15e6),
            ("44,77 %", 44.77),
            ("0.125", 0.125),
            ("0,125", 0.125),
            ("1234", 1234.0),
            ("1234.567", 1234.567),
            ("7.", 7.0),
            ("3,5 juta", 3.5e6),
            ("3.5 million", 3.5e6),
            ("12 ribu", 12e3),
            ("2 Miliar", 2e9),
            ("1,2 triliun", 1.2e12),
            ("-Rp 15.000.000", -15e6),
            ("(-5)", -5.0),
            ("−2,5", -2.5),
            ("Rp -7,25", -7.25),
        ] {
            assert_eq!(values(text), [[wanted]], "{text}");
        }
    }

    #[test]
    fn an_open_number_is_read_as_the_others_are() {
        assert_eq!(values("1.234"), [[1234.0, 1.234]]);
        assert_eq!(values("1.234 dan 44,7"), [[1234.0], [44.7]]);
        assert_eq!(values("1.234 and 44.7"), [[1.234], [44.7]]);
        assert_eq!(values("1,234 and 1,234,567"), [[1234.0], [1_234_567.0]]);
        // They contradict one another.
        assert_eq!(
            values("1.234, 44,7, 44.7"),
            [vec![1234.0, 1.234], vec![44.7], vec![44.7]]
        );
    }

    #[test]
    fn hyphens_and_other_points_are_no_numbers() {
        assert_eq!(values("2020-2021"), [[2020.0], [2021.0]]);
        assert_eq!(values("- 5 provinsi"), [[5.0]]);
        assert_eq!(values("1.2.3 and 1,2.3,4"), Vec::<Vec<f64>>::new());
        assert_eq!(values("tidak ada"), Vec::<Vec<f64>>::new());
    }

    #[test]
    fn units_belong_to_the_text() {
        let found = figures("naik 3,5 juta atau 44,77 % atau -Rp 5", Writing::Unknown);
        let texts: Vec<&str> = found.iter().map(|figure| figure.text.as_str()).collect();
        assert_eq!(texts, ["3,5 juta", "44,77 %", "-Rp 5"]);
        assert!(found[1].percent && !found[0].percent);
    }
}
