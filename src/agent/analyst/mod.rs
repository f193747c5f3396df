//! The offline analyst: a deterministic model that answers questions over whatever catalogue the tools describe.
//!
//! [`OfflineAnalyst`] reads the outputs of `get_database_schema` and `search_metrics_in_question`, finds the one query
//! that the question means, and writes the answer from its rows. The rule that keeps it honest: every word of a question
//! must be explained by the language, the catalogue or a value, and exactly one query must follow; else it asks back or
//! says which words it did not understand, and runs nothing.
//!
//! ```text
//! tokens ─▶ matching (lexicon, world) ─▶ reading ─▶ intent ─▶ plan ─▶ sql ─▶ rows ─▶ answer
//!   words      phrases and meanings       rules     slots    tables   text
//! ```
//!
//! `period` reads the periods that a question names, and `when` says which moment of the rows they narrow.
//! `spelling` reads words that nothing knows as the one known word that is one slip away, and says so.
//! `interpret` tries every meaning of every phrase and demands that one query remains; `places` has names looked up that
//! are too many to be known. `follow_up` reads a short question as a `change` of the one before it, or as the answer to what
//! was asked back (`clarify`), `stated` takes a whole
//! statement that somebody wrote for the very question, and `suggest` offers questions that would be understood. What belongs to a domain is data ([`crate::agent::catalogue`]); what belongs to Indonesian
//! and English is in `lexicon` and `answer`.

mod answer;
mod change;
mod clarify;
mod conversation;
mod failure;
mod follow_up;
mod intent;
mod interpret;
mod language;
mod lexicon;
mod matching;
mod model;
mod outputs;
mod period;
mod pieces;
mod places;
mod plan;
mod reading;
mod spelling;
mod sql;
mod stated;
mod suggest;
mod todos;
mod tokens;
mod told;
mod when;
mod work;
mod world;

pub use model::OfflineAnalyst;

#[cfg(test)]
mod follow_up_tests;
#[cfg(test)]
mod koperasi_tests;
#[cfg(test)]
mod library_tests;
#[cfg(test)]
mod model_tests;
#[cfg(test)]
mod period_tests;
#[cfg(test)]
mod spelling_tests;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod without_tests;
