//! What names a period, what only seems to, and that what is said of one is read again.

use super::{Certainty, Month, Named, Period, named};
use crate::agent::analyst::language::Language;
use crate::agent::analyst::tokens::tokens;

/// The one period of a text, as conditions on `t`.
fn conditions(text: &str) -> Vec<String> {
    match &named(&tokens(text))[..] {
        [found] => match found.meaning {
            Named::Period(period, _) => period.conditions("t").collect(),
            other => panic!("{text}: {other:?}"),
        },
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn periods_are_half_open() {
    for (texts, from, until) in [
        (
            &[
                "tahun 2024",
                "pada 2024",
                "in 2024",
                "thn 2024",
                "in the year 2024",
            ][..],
            "2024-01-01",
            "2025-01-01",
        ),
        (
            &[
                "Maret 2025",
                "bulan Maret 2025",
                "pada bulan maret tahun 2025",
                "March 2025",
                "in Mar 2025",
                "March of 2025",
            ],
            "2025-03-01",
            "2025-04-01",
        ),
        (
            &["Desember 2024", "Dec 2024", "des 2024"],
            "2024-12-01",
            "2025-01-01",
        ),
        (&["may 2025", "Mei 2025"], "2025-05-01", "2025-06-01"),
        (
            &[
                "tahun 2023 sampai 2025",
                "dari tahun 2023 sampai tahun 2025",
                "2023 hingga 2025",
                "from 2023 to 2025",
                "between 2023 and 2025",
                "antara tahun 2023 dan 2025",
                "tahun 2023-2025",
                "2023 s/d 2025",
                "selama 2023–2025",
            ],
            "2023-01-01",
            "2026-01-01",
        ),
        (
            &[
                "Januari sampai Maret 2025",
                "dari Januari hingga Maret 2025",
                "between January and March 2025",
                "kuartal 1 2025",
                "kuartal pertama tahun 2025",
                "Q1 2025",
                "2025 Q1",
                "triwulan I 2025",
                "the first quarter of 2025",
            ],
            "2025-01-01",
            "2025-04-01",
        ),
        (
            &[
                "semester 2 2024",
                "second half of 2024",
                "H2 2024",
                "semester kedua tahun 2024",
            ],
            "2024-07-01",
            "2025-01-01",
        ),
        (
            &["dari November 2024 sampai Feb 2025"],
            "2024-11-01",
            "2025-03-01",
        ),
    ] {
        for text in texts {
            assert_eq!(
                conditions(text),
                [format!("t >= '{from}'"), format!("t < '{until}'")],
                "{text}"
            );
        }
    }
}

#[test]
fn one_side_may_be_open() {
    for (text, condition) in [
        ("sejak 2024", "t >= '2024-01-01'"),
        ("since March 2025", "t >= '2025-03-01'"),
        ("mulai tahun 2024", "t >= '2024-01-01'"),
        ("dari 2024 sampai sekarang", "t >= '2024-01-01'"),
        ("sebelum 2024", "t < '2024-01-01'"),
        ("before May 2024", "t < '2024-05-01'"),
        ("setelah tahun 2024", "t >= '2025-01-01'"),
        ("after December 2024", "t >= '2025-01-01'"),
    ] {
        assert_eq!(conditions(text), [condition], "{text}");
    }
}

#[test]
fn a_number_alone_is_hardly_a_year() {
    for (text, expected) in [
        ("modal 2024", Certainty::Bare),
        ("pada 2024", Certainty::Likely),
        ("tahun 2024", Certainty::Sure),
    ] {
        match &named(&tokens(text))[..] {
            [found] => assert!(
                matches!(found.meaning, Named::Period(_, certainty) if certainty == expected),
                "{text}: {found:?}"
            ),
            other => panic!("{text}: {other:?}"),
        }
    }
    for text in [
        "5 koperasi",
        "top 10",
        "1800",
        "20245",
        "tahun 5 besar",
        "per tahun",
        "may I ask",
        "mar",
        "per bulan",
        "half of the members",
    ] {
        assert_eq!(named(&tokens(text)), [], "{text}");
    }
}

#[test]
fn what_only_seems_to_be_a_period_is_named() {
    for text in [
        "tahun 1800",
        "tahun 20245",
        "in the year 2300",
        "5 Maret 2025",
        "Maret 1850",
        "dari 2024",
        "from 2024",
        "hingga 2024",
        "until March 2025",
        "tahun 2025 sampai 2023",
        "kuartal 2",
        "tahun 2024/2025",
        "pada 2025-03-01",
    ] {
        match &named(&tokens(text))[..] {
            [found] => {
                assert_eq!(found.meaning, Named::Nonsense, "{text}");
                assert_eq!(found.end, tokens(text).len(), "{text}");
            }
            other => panic!("{text}: {other:?}"),
        }
    }
    for text in [
        "pada Maret",
        "bulan Mei",
        "in September",
        "Januari sampai Maret",
    ] {
        match &named(&tokens(text))[..] {
            [found] => assert_eq!(found.meaning, Named::WhichYear, "{text}"),
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn what_is_said_of_a_period_is_read_as_the_same() {
    let first = Month::first_of(2024);
    for from in [
        None,
        Some(first),
        Some(first.later(3)),
        Some(first.later(7)),
    ] {
        for length in [
            None,
            Some(1),
            Some(3),
            Some(6),
            Some(11),
            Some(12),
            Some(24),
        ] {
            let until = match (from, length) {
                (Some(from), Some(length)) => Some(from.later(length)),
                (None, Some(length)) => Some(first.later(length)),
                (_, None) => None,
            };
            let period = Period { from, until };
            if period.conditions("t").next().is_none() {
                continue;
            }
            for language in [Language::Indonesian, Language::English] {
                let said = period.in_words(language);
                match &named(&tokens(&said))[..] {
                    [found] => assert!(
                        matches!(found.meaning, Named::Period(read, _) if read == period),
                        "{said}: {found:?}"
                    ),
                    other => panic!("{said}: {other:?}"),
                }
            }
        }
    }
}
