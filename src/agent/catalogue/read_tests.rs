//! The built-in catalogue is whole, and a catalogue that cannot be used says where it is wrong.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::*;
use crate::contract::documents::GlossaryEntry;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/catalogue")
}

/// Writes a catalogue of one glossary entry and reads it.
fn with_glossary(glossary: &str) -> Result<Catalogue, CatalogueError> {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join(INSTRUCTIONS), "[]").expect("written");
    std::fs::write(folder.path().join(GLOSSARY), glossary).expect("written");
    Catalogue::from_dir(folder.path())
}

#[test]
fn the_embedded_files_are_those_of_the_directory() {
    let embedded = Catalogue::embedded().expect("the built-in catalogue");
    let read = Catalogue::from_dir(&fixtures()).expect("the same from its directory");
    assert_eq!(embedded, read);
    assert!(embedded.glossary().count() > 80);
    assert_eq!(embedded.skills().len(), 4);
    assert!(embedded.instructions().iter().any(|rule| rule.is_default));
}

#[test]
fn documents_have_ids_of_their_own_that_stay_the_same() {
    let catalogue = Catalogue::embedded().expect("the built-in catalogue");
    let documents = catalogue.documents("koperasi");
    assert_eq!(documents, catalogue.documents("koperasi"));
    let ids: BTreeSet<_> = documents
        .glossary
        .iter()
        .map(|entry| entry.id.as_str())
        .chain(documents.instructions.iter().map(|rule| rule.id.as_str()))
        .chain(documents.skills.iter().map(|skill| skill.id.as_str()))
        .chain(documents.verified.iter().map(|entry| entry.id.as_str()))
        .collect();
    let all = documents.glossary.len()
        + documents.instructions.len()
        + documents.skills.len()
        + documents.verified.len();
    assert_eq!(ids.len(), all);
    assert!(ids.contains("koperasi.glossary.simpanan-pokok"), "{ids:?}");
    assert!(ids.iter().all(|id| id.starts_with("koperasi.")), "{ids:?}");
}

/// The domain's indicators; 23, 25, 26, 39 and 50 do not exist.
#[test]
fn every_indicator_is_a_term_with_both_names_its_grain_and_whether_it_adds_up() {
    let catalogue = Catalogue::embedded().expect("the built-in catalogue");
    let mut found = BTreeSet::new();
    for term in catalogue.glossary() {
        let metadata = &term.metadata;
        let Some(kpi) = metadata.get("kpi").and_then(Value::as_str) else {
            continue;
        };
        assert!(found.insert(kpi.to_owned()), "{kpi} twice");
        let additive = metadata.get("additive").and_then(Value::as_bool);
        for named in ["label", "grain"] {
            for language in ["id", "en"] {
                let text = metadata
                    .get(named)
                    .and_then(|label| label[language].as_str());
                assert!(
                    text.is_some_and(|text| !text.is_empty()),
                    "{kpi}: {named}.{language}"
                );
            }
        }
        assert!(additive.is_some(), "{kpi}: additive");
        assert!(!term.alias.is_empty(), "{kpi}: no other word for it");
        let adds_up = additive == Some(true);
        let derived = ["AVG(", " / ", "DISTINCT"]
            .iter()
            .any(|part| term.sql.contains(part));
        assert!(
            !(adds_up && derived),
            "{kpi}: means, ratios and distinct counts do not add up"
        );
    }
    let expected = (1..=54)
        .filter(|number| ![23, 25, 26, 39, 50].contains(number))
        .map(|number| format!("{number:02}"));
    assert_eq!(found, expected.collect());
}

#[test]
fn a_dimension_is_found_by_the_words_for_its_values() {
    let catalogue = Catalogue::embedded().expect("the built-in catalogue");
    let documents = catalogue.documents("c");
    let province: &GlossaryEntry = documents
        .glossary
        .iter()
        .find(|entry| entry.metric == "Provinsi")
        .expect("the dimension");
    for word in ["provinsi", "west java", "Jawa Barat"] {
        assert!(province.alias.iter().any(|alias| alias == word), "{word}");
    }
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    let metric = |metadata: &str| {
        format!(r#"[{{"metric": "X", "alias": [], "sql": "1", "metadata": {metadata}}}]"#)
    };
    for (glossary, expected) in [
        (
            metric(r#"{"type": "entity", "label": {"id": "x"}}"#),
            "the catalogue file `glossary.json`, entry 1 (`X`): metadata.table is missing",
        ),
        (
            metric(r#"{"type": "entity", "table": "t", "label": {"id": "x"}, "colour": 1}"#),
            "metadata.colour is no key of this kind; known are kind, type, table",
        ),
        (
            metric(r#"{"type": "sum", "table": "t", "label": {"id": "x"}}"#),
            "unknown variant `sum`, expected one of `entity`, `measure`, `aggregate`, `ratio`",
        ),
        (metric(r#"{"kind": "fact"}"#), "unknown variant `fact`"),
        (
            metric(r#"{"type": "ratio", "label": {"id": "x"}}"#),
            "metadata.numerator and metadata.denominator belong to a metric of type `ratio`",
        ),
        (
            metric(
                r#"{"type": "measure", "table": "t", "label": {"id": "x"}, "key": "t.id", "name": "t.name"}"#,
            ),
            "belong to a metric of type `entity`",
        ),
        (
            metric(r#"{"kind": "relation", "from": "a"}"#),
            "missing field `to`",
        ),
    ] {
        let error = with_glossary(&glossary).expect_err(&glossary).to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn two_entries_of_one_name_are_refused() {
    let entry = r#"{"metric": "Total X", "sql": "1", "metadata": {"type": "entity", "table": "t", "label": {"id": "x"}}}"#;
    let error = with_glossary(&format!(
        "[{entry}, {}]",
        entry.replace("Total X", "total-x")
    ))
    .expect_err("a name twice");
    assert_eq!(
        error.to_string(),
        "the catalogue file `glossary.json`, entry 2 (`total-x`): entry 1 has the same name"
    );
}

#[test]
fn broken_json_is_named_with_its_line() {
    let error = with_glossary("[\n  {\"metric\": 7}\n]").expect_err("no text");
    assert_eq!(
        error.to_string(),
        "the catalogue file `glossary.json` is no list of the expected shape"
    );
    let cause = std::error::Error::source(&error)
        .expect("the cause")
        .to_string();
    assert!(cause.contains("line 2"), "{cause}");
}

#[test]
fn a_missing_file_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let error = Catalogue::from_dir(folder.path())
        .expect_err("an empty folder")
        .to_string();
    assert!(
        error.contains("instructions.json` cannot be read"),
        "{error}"
    );
}

#[test]
fn a_skill_with_an_unknown_key_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in [INSTRUCTIONS, GLOSSARY] {
        std::fs::write(folder.path().join(name), "[]").expect("written");
    }
    let skills = folder.path().join(SKILLS);
    std::fs::create_dir_all(skills.join("a")).expect("created");
    std::fs::write(skills.join("a/SKILL.md"), "---\nid: a\nlabels: x\n---\n").expect("written");
    let error = Catalogue::from_dir(folder.path())
        .expect_err("an unknown key")
        .to_string();
    assert_eq!(
        error,
        "the catalogue file `skills/a/SKILL.md`, line 3: `labels` is no key of a skill; known are id, name, description, category, tags, active"
    );
}
