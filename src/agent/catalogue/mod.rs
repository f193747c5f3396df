//! What the agent is told about a domain: instructions, a glossary, verified SQL and skills, as data.
//!
//! A [`Catalogue`] is read from a directory ([`Catalogue::from_dir`]) or from the copy that is built in
//! ([`Catalogue::embedded`], the koperasi domain of `fixtures/catalogue/`), and turned into the documents of contract
//! §7 for one connection ([`Catalogue::documents`]). Nothing of a domain is in code: a new table, metric or synonym is
//! a new line in a catalogue.
//!
//! ```text
//! instructions.json   [{condition, rules, is_default}]
//! glossary.json       [{metric, alias[], sql, metadata}]     metadata: see `metadata`
//! verified.json       [{prompt_text, sql, labels[]}]         may be missing
//! skills/*/SKILL.md   front matter (id, name, description, category, tags), then the procedure
//! ```

mod documents;
mod embedded;
mod error;
mod front_matter;
mod glossary;
pub mod metadata;
mod read;

pub use documents::CatalogueDocuments;
pub(crate) use documents::slug;
pub use error::CatalogueError;
pub use glossary::GlossaryTerm;
pub use read::{Catalogue, CatalogueInstruction, CatalogueSkill, CatalogueVerified};
