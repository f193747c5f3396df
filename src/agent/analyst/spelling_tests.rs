//! Misspelt words in whole conversations.

use serde_json::json;

use super::koperasi_tests::koperasi;
use super::testing::table;

#[test]
fn a_slip_is_read_as_what_is_meant_and_said() {
    let one = |_: &str| table(&["n"], &[&[json!(5)]]);
    let played = koperasi().play("Berapa koprasi di Bali?", one);
    assert_eq!(
        played.answer,
        "Saya membaca “koprasi” sebagai “koperasi”.\n\nJumlah koperasi di provinsi Bali adalah 5."
    );
    assert_eq!(
        played.statements,
        [koperasi().sql("Berapa koperasi di Bali?")]
    );
    assert!(
        played.tools.contains(&"get_business_glossary".to_owned()),
        "{:?}",
        played.tools
    );
    let played = koperasi().play("How many coperatives are in Bali?", one);
    assert_eq!(
        played.answer,
        "I read “coperatives” as “cooperatives”.\n\nThe number of cooperatives in province Bali is 5."
    );
}

#[test]
fn short_forms_and_mixed_language_are_understood() {
    for (question, whole) in [
        (
            "brp jml koprasi per provinsi?",
            "Jumlah koperasi per provinsi",
        ),
        (
            "Brp anggota yg perempuan?",
            "Berapa anggota yang perempuan?",
        ),
        (
            "rata2 modal awal koprasi per provinsi",
            "Rata-rata modal awal koperasi per provinsi",
        ),
        (
            "Number of koperasi per province in 2024",
            "Number of cooperatives per province in 2024",
        ),
        ("Berapa koperasi thn 2024?", "Berapa koperasi tahun 2024?"),
    ] {
        assert_eq!(
            koperasi().sql(question).replace("number_of", ""),
            koperasi().sql(whole).replace("number_of", ""),
            "{question}"
        );
    }
}

#[test]
fn a_conversation_goes_on_after_a_slip() {
    let played = koperasi().after(&["Berapa koprasi di Bali?"], "kalau di Aceh?");
    assert_eq!(
        played.statements,
        [koperasi().sql("Berapa koperasi di Aceh?")],
        "{}",
        played.answer
    );
    // What was misspelt before has been said before.
    assert!(!played.answer.contains("membaca"), "{}", played.answer);
}

#[test]
fn what_is_no_slip_is_refused_as_it_was_written() {
    for (question, part) in [
        ("Berapa modem koperasi di Bali?", "“modem”"),
        ("Berapa gereja di Bali?", "“gereja”"),
        ("Berapa pengaduan koperasi?", "“pengaduan”"),
        ("Berapa anggota perempun?", "“perempun”"),
        ("Provinsi dengan koperasi tertingi", "“tertingi”"),
        ("Berapa koperasi tidakk mandiri?", "“tidakk”"),
        ("Berapa koprasi yang sehat?", "“sehat”"),
    ] {
        let answer = koperasi().refuses(question);
        assert!(answer.contains(part), "{question}: {answer}");
    }
}
