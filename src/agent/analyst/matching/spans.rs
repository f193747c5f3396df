//! The question cut into known phrases, longest first.

use super::super::lexicon::{Word, number};
use super::super::period::{Certainty, Named, named};
use super::super::tokens::Token;
use super::{Phrasebook, Sense};

/// Some words of the question that belong together.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct Span {
    /// The first word's place.
    pub start: usize,
    /// The place after the last word.
    pub end: usize,
    /// What they can stand for; never empty.
    pub senses: Vec<Sense>,
    /// Whether the phrase itself says what kind of figure is meant (`total koperasi terdaftar`).
    pub quantified: bool,
}

impl Span {
    /// The words as they were written.
    pub fn written(&self, tokens: &[Token]) -> String {
        tokens[self.start..self.end]
            .iter()
            .map(|token| token.written.as_str())
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// The words as they are matched.
    pub fn words(&self, tokens: &[Token]) -> Vec<String> {
        tokens[self.start..self.end]
            .iter()
            .map(|token| token.text.clone())
            .collect()
    }
}

/// Cuts the question into phrases. The longest known phrase wins, of equally long ones the first; what is left over
/// becomes spans of unknown words.
pub(in super::super) fn spans(tokens: &[Token], book: &Phrasebook) -> Vec<Span> {
    let texts: Vec<String> = tokens.iter().map(|token| token.text.clone()).collect();
    let mut taken = vec![false; texts.len()];
    let mut found = periods(tokens);
    for span in &found {
        taken[span.start..span.end].fill(true);
    }
    for length in (1..=book.longest().max(3)).rev() {
        for start in 0..(texts.len() + 1).saturating_sub(length) {
            let end = start + length;
            if taken[start..end].contains(&true) {
                continue;
            }
            let words = &texts[start..end];
            let mut senses = book.senses(words);
            if let Some(number) = number(words) {
                senses.push(Sense::Number(number));
            }
            if !senses.is_empty() {
                taken[start..end].fill(true);
                found.push(Span {
                    start,
                    end,
                    senses,
                    quantified: is_quantified(words, book),
                });
            }
        }
    }
    let mut at = 0;
    while at < texts.len() {
        let length = taken[at..].iter().take_while(|taken| !**taken).count();
        if length > 0 {
            found.push(Span {
                start: at,
                end: at + length,
                senses: vec![Sense::Unknown],
                quantified: false,
            });
        }
        at += length.max(1);
    }
    found.sort_by_key(|span| span.start);
    big_after_numbers_only(&mut found);
    found
}

/// The periods that the question names. They go first: `Maret` is no name of a place, nor 2025 an amount.
fn periods(tokens: &[Token]) -> Vec<Span> {
    named(tokens)
        .into_iter()
        .map(|period| {
            let senses = match period.meaning {
                Named::Period(period, certainty) => {
                    let mut senses = vec![Sense::Period { period, certainty }];
                    if certainty == Certainty::Bare
                        && let Some(from) = period.from
                    {
                        senses.push(Sense::Number(from.year()));
                    }
                    senses
                }
                Named::WhichYear => vec![Sense::WhichYear],
                Named::Nonsense => vec![Sense::Unknown],
            };
            Span {
                start: period.start,
                end: period.end,
                senses,
                quantified: false,
            }
        })
        .collect()
}

fn is_quantified(words: &[String], book: &Phrasebook) -> bool {
    words.len() > 1
        && (1..=2.min(words.len() - 1)).any(|length| {
            words.windows(length).any(|part| {
                book.senses(part)
                    .iter()
                    .any(|sense| matches!(sense, Sense::Word(word) if word.is_quantity()))
            })
        })
}

/// `besar` orders in `5 besar`; anywhere else it belongs to a name (`Aceh Besar`).
fn big_after_numbers_only(spans: &mut [Span]) {
    for at in 0..spans.len() {
        let after_number = at > 0
            && spans[at - 1]
                .senses
                .iter()
                .any(|s| matches!(s, Sense::Number(_)));
        if !after_number && spans[at].senses == [Sense::Word(Word::Big)] {
            spans[at].senses = vec![Sense::Unknown];
        }
    }
}
