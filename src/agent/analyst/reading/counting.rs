//! Dimensions whose things are counted: `berapa kabupaten/kota di Jawa Barat`.

use super::super::lexicon::Word;
use super::super::matching::Sense;
use super::Draft;
use super::units::Units;

/// Finds the dimension that is counted, when a question asks how many of it there are and names no metric.
pub(super) fn read(units: &mut Units, draft: &mut Draft) {
    let metric = !units
        .open_where(|sense| matches!(sense, Sense::Metric(_)))
        .is_empty();
    if metric || units.has_word(Word::is_rank) {
        return;
    }
    let dimensions = units.open_where(|sense| matches!(sense, Sense::Dimension(_)));
    if let [at] = dimensions[..]
        && let Some(Sense::Dimension(dimension)) = units.sense(at)
        && units.world.dimensions[dimension].countable
        && units
            .before(at, |word| matches!(word, Word::Of | Word::All))
            .and_then(|before| units.word(before))
            .is_some_and(|word| {
                matches!(word, Word::HowMany | Word::Total | Word::Tally)
                    || word == Word::Share && draft.is_holder(at)
            })
    {
        units.take(at);
        draft.counted = Some(dimension);
    }
}
