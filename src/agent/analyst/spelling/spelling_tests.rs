//! What is put right, and what is left as it was written.

use serde_json::json;

use super::{Vocabulary, corrected, may_be_misspelt};
use crate::agent::analyst::outputs::{SchemaOutput, TermsOutput};
use crate::agent::analyst::testing::glossary;

/// The words of the built-in catalogue, with some values of the schema.
fn vocabulary() -> Vocabulary {
    let terms: TermsOutput = serde_json::from_value(json!({"terms": glossary()})).expect("terms");
    let schema: SchemaOutput = serde_json::from_value(json!({"tables": [{
        "table_name": "provinces",
        "columns": [{"name": "name", "categories": ["Aceh", "Bali", "Banten", "Jawa Barat", "Lampung"]}]
    }]}))
    .expect("a schema");
    Vocabulary::new(&schema, &terms)
}

#[test]
fn slips_are_put_right() {
    let vocabulary = vocabulary();
    for (written, read) in [
        ("Berapa koprasi di Bali?", "Berapa koperasi di Bali?"),
        ("Berapa Kopersai?", "Berapa koperasi?"),
        ("berapa kooperasi", "berapa koperasi"),
        ("jumlah koprasinya", "jumlah koperasinya"),
        ("Jumlah anggta per provnsi", "Jumlah anggota per provinsi"),
        ("penguruss di Bali", "pengurus di Bali"),
        ("How many coperatives?", "How many cooperatives?"),
        ("jumlh gerai, per kecamtan", "jumlah gerai, per kecamatan"),
    ] {
        assert_eq!(corrected(written, &vocabulary).0, read);
        assert!(may_be_misspelt(written), "{written}");
    }
    let (_, corrections) = corrected("koprasi dan Koprasi di Bali", &vocabulary);
    let words: Vec<_> = corrections
        .iter()
        .map(|one| (one.written.as_str(), one.read.as_str()))
        .collect();
    assert_eq!(words, [("koprasi", "koperasi"), ("Koprasi", "koperasi")]);
}

#[test]
fn words_of_their_own_are_left() {
    let vocabulary = vocabulary();
    for word in [
        // Other things than those that are known.
        "modem",
        "gereja",
        "model",
        "modul",
        "medal",
        "gerak",
        "kotak",
        "rektor",
        "vektor",
        "radio",
        "operasi",
        "korporasi",
        "pengaduan",
        "pengakuan",
        "pengawasan",
        "simpangan",
        "layangan",
        "person",
        "county",
        "capitol",
        "villagers",
        "jembatan",
        "tender",
        "karyawati",
        "nasabah",
        "pinjaman",
        "hutang",
        "saham",
        "truk",
        "sekolah",
        "rumah",
        "desain",
        "keluaran",
        "keluarga",
        "laba",
        "omzet",
        "aset",
        "presiden",
        "cuaca",
        "corporation",
        "umur",
        "penjualan",
        // Values, and places of which only some are known.
        "Lampun",
        "Bantn",
        "perempun",
        "Bandung",
        "mandir",
        "Lancr",
        // Periods and numbers.
        "Januri",
        "Septembr",
        "Febuari",
        "20245",
        // Negations, opposites, and what ranks.
        "tidakk",
        "tidka",
        "bukann",
        "tanpaa",
        "terendahh",
        "terkecill",
        "tertingi",
        "kecualli",
        "withot",
        "lowst",
        "highst",
        "higest",
        "belumm",
        "excpet",
        // Known, or too short.
        "koperasi",
        "bulan",
        "bukan",
        "kprsi",
        "desaa",
        "otlt",
    ] {
        let text = format!("Berapa {word}?");
        assert_eq!(corrected(&text, &vocabulary), (text.clone(), Vec::new()));
    }
}

#[test]
fn a_name_after_a_preposition_is_left() {
    let vocabulary = vocabulary();
    for text in [
        "Berapa anggota di Koprasi?",
        "Berapa anggota di Kabupaten Koprasi?",
        "Berapa anggota dari Kota Gerrai",
    ] {
        assert_eq!(corrected(text, &vocabulary), (text.to_owned(), Vec::new()));
    }
}
