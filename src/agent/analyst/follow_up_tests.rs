//! Conversations: short questions after whole ones, and what is offered to ask next.

use serde_json::{Value, json};

use super::koperasi_tests::koperasi;
use super::library_tests::library;
use super::testing::{Domain, Played, table};

/// The one statement that answers a question after others.
fn sql(domain: &Domain, earlier: &[&str], question: &str) -> String {
    let played = domain.after(earlier, question);
    match &played.statements[..] {
        [one] => one.clone(),
        _ => panic!("{question}: {:?}\n{}", played.statements, played.answer),
    }
}

/// A short question means the same as a whole one.
fn means(domain: &Domain, earlier: &[&str], question: &str, whole: &str) {
    assert_eq!(
        sql(domain, earlier, question),
        domain.sql(whole),
        "{earlier:?} {question}"
    );
}

const RANKING: &str = "Tampilkan top 5 provinsi dengan rata-rata modal awal koperasi tertinggi";

#[test]
fn the_other_end_of_a_ranking() {
    let whole = "Tampilkan 5 provinsi dengan rata-rata modal awal koperasi terendah";
    for question in [
        "kalau yang terendah?",
        "Yang terendah?",
        "bagaimana dengan yang terendah?",
        "and the lowest?",
        "terendah",
    ] {
        let said = sql(&koperasi(), &[RANKING], question);
        assert!(
            said.contains(" ASC NULLS LAST") && said.ends_with("LIMIT 5"),
            "{question}\n{said}"
        );
    }
    means(&koperasi(), &[RANKING], "kalau yang terendah?", whole);
    means(
        &koperasi(),
        &[RANKING],
        "kalau 10?",
        &RANKING.replace("5", "10"),
    );
    means(
        &koperasi(),
        &["Provinsi mana yang koperasinya paling banyak?"],
        "kalau paling sedikit?",
        "Provinsi mana yang koperasinya paling sedikit?",
    );
    means(
        &koperasi(),
        &["Jumlah koperasi per provinsi"],
        "yang paling banyak?",
        "Provinsi mana yang jumlah koperasinya paling banyak?",
    );
}

#[test]
fn another_place_or_value() {
    let bali = "Berapa jumlah koperasi di Bali?";
    means(
        &koperasi(),
        &["Berapa jumlah koperasi di Jawa Barat?"],
        "bagaimana dengan Bali?",
        bali,
    );
    means(
        &koperasi(),
        &["Berapa jumlah koperasi?"],
        "kalau di Bali?",
        bali,
    );
    means(
        &koperasi(),
        &["Jumlah koperasi per provinsi"],
        "Bagaimana dengan Bali?",
        bali,
    );
    means(
        &koperasi(),
        &[RANKING],
        "bagaimana dengan Bali?",
        "Berapa rata-rata modal awal koperasi di Bali?",
    );
    means(
        &koperasi(),
        &["Berapa persen anggota koperasi yang perempuan?"],
        "kalau laki-laki?",
        "Berapa persen anggota koperasi yang laki-laki?",
    );
    means(
        &koperasi(),
        &["Berapa persen anggota koperasi yang perempuan?"],
        "kalau di Bali?",
        "Berapa persen anggota koperasi di Bali yang perempuan?",
    );
    means(
        &koperasi(),
        &["How many cooperatives are in Bali?"],
        "what about Aceh?",
        "How many cooperatives are in Aceh?",
    );
}

#[test]
fn another_breakdown_or_metric() {
    means(
        &koperasi(),
        &["Jumlah koperasi per provinsi"],
        "kalau per jenis pendaftaran?",
        "Jumlah koperasi per jenis pendaftaran",
    );
    means(
        &koperasi(),
        &["Berapa jumlah koperasi di Bali?"],
        "dan anggota?",
        "Berapa jumlah anggota di Bali?",
    );
    // The mean is an indicator of its own in the catalogue; its total is that of the quantity behind it.
    let total = sql(
        &koperasi(),
        &["Berapa rata-rata modal awal koperasi?"],
        "kalau totalnya?",
    );
    assert!(
        total.contains("SUM(CASE") && !total.contains("AVG"),
        "{total}"
    );
    means(
        &koperasi(),
        &["Berapa jumlah koperasi di Bali?"],
        "per provinsi?",
        "Jumlah koperasi per provinsi",
    );
}

#[test]
fn a_conversation_goes_on_and_on() {
    let thread = [
        "Jumlah koperasi per provinsi",
        "kalau anggota?",
        "yang terbanyak?",
    ];
    means(
        &koperasi(),
        &thread[..2],
        thread[2],
        "Provinsi mana yang anggotanya paling banyak?",
    );
    means(
        &koperasi(),
        &thread,
        "kalau di Bali?",
        "Berapa jumlah anggota di Bali?",
    );
}

#[test]
fn a_name_that_has_to_be_looked_up_is_looked_up() {
    let districts = |names: &'static [&'static str]| {
        move |sql: &str| match sql.starts_with("SELECT DISTINCT") {
            true => {
                let rows: Vec<Vec<Value>> = names.iter().map(|name| vec![json!(name)]).collect();
                let rows: Vec<&[Value]> = rows.iter().map(Vec::as_slice).collect();
                table(&["name"], &rows)
            }
            false => table(&["n"], &[&[json!(5)]]),
        }
    };
    for question in ["bagaimana dengan Kota Bandung?", "kalau di Kota Bandung?"] {
        let rows = districts(&["KABUPATEN BANDUNG", "KOTA BANDUNG"]);
        let played = koperasi().play_after(&["Berapa jumlah koperasi di Bali?"], question, rows);
        assert_eq!(
            played.answer, "Jumlah koperasi di KOTA BANDUNG adalah 5.",
            "{question}"
        );
    }
    let rows = districts(&["KABUPATEN BANDUNG", "KOTA BANDUNG"]);
    let played = koperasi().play_after(
        &["Berapa jumlah koperasi di Bali?"],
        "bagaimana dengan Bandung?",
        rows,
    );
    assert!(
        played.answer.starts_with("“Bandung” dapat berarti"),
        "{}",
        played.answer
    );
}

#[test]
fn a_question_of_its_own_is_no_continuation() {
    let whole = "Berapa jumlah anggota?";
    means(
        &koperasi(),
        &["Berapa jumlah koperasi di Bali?"],
        whole,
        whole,
    );
    means(
        &library(),
        &["Berapa buku?"],
        "Berapa peminjaman?",
        "Berapa peminjaman?",
    );
}

#[test]
fn a_question_that_points_back_is_about_the_same_place() {
    let before = ["Berapa jumlah koperasi di Bali?"];
    let members = "Berapa jumlah anggota di Bali?";
    for question in [
        "Berapa jumlah anggotanya?",
        "Berapa jumlah anggota koperasi tersebut?",
    ] {
        means(&koperasi(), &before, question, members);
    }
    // What it points to stands in the question itself.
    let ranked = "Provinsi mana yang koperasinya paling banyak?";
    means(&koperasi(), &before, ranked, ranked);
    means(
        &koperasi(),
        &[],
        "Berapa jumlah anggotanya?",
        "Berapa jumlah anggota?",
    );
}

#[test]
fn the_place_before_is_meant_by_there() {
    let before = ["Berapa jumlah koperasi di Bali?"];
    means(
        &koperasi(),
        &before,
        "Berapa anggota di sana?",
        "Berapa anggota di Bali?",
    );
    for earlier in [&[][..], &["Berapa jumlah koperasi?"][..]] {
        let played = koperasi().after(earlier, "Berapa anggota di sana?");
        assert_eq!(played.statements, Vec::<String>::new(), "{}", played.answer);
    }
}

#[test]
fn a_short_question_that_cannot_be_answered_does_not_end_the_thread() {
    let before = ["Jumlah anggota per provinsi", "rata-ratanya?"];
    means(
        &koperasi(),
        &before,
        "yang perempuan?",
        "Jumlah anggota perempuan per provinsi",
    );
}

#[test]
fn a_continuation_of_nothing_is_asked_for_in_full() {
    for (question, said) in [
        ("Bagaimana dengan Bali?", "melanjutkan pertanyaan lain"),
        ("what about Bali?", "continues another one"),
    ] {
        let answer = koperasi().refuses(question);
        assert!(answer.contains(said), "{answer}");
    }
}

#[test]
fn what_was_asked_back_is_answered() {
    means(
        &koperasi(),
        &["Berapa modal awal koperasi di Bali?"],
        "rata-rata",
        "Berapa rata-rata modal awal koperasi di Bali?",
    );
    means(
        &koperasi(),
        &["Berapa persen anggota?"],
        "yang perempuan",
        "Berapa persen anggota yang perempuan?",
    );
    let districts = |sql: &str| match sql.starts_with("SELECT DISTINCT") {
        true => table(
            &["name"],
            &[&[json!("KABUPATEN BANDUNG")], &[json!("KOTA BANDUNG")]],
        ),
        false => table(&["n"], &[&[json!(5)]]),
    };
    let before = ["Berapa koperasi di Bandung?"];
    let played = koperasi().play_after(&before, "yang kota", districts);
    assert_eq!(played.answer, "Jumlah koperasi di KOTA BANDUNG adalah 5.");
    // And the conversation goes on from there.
    let played = koperasi().play_after(
        &["Berapa koperasi di Bandung?", "yang kota"],
        "kalau anggota?",
        districts,
    );
    assert_eq!(
        played.answer,
        "Jumlah anggota koperasi di KOTA BANDUNG adalah 5."
    );
}

#[test]
fn what_cannot_be_a_continuation_is_refused_without_sql() {
    let count = "Berapa jumlah koperasi di Bali?";
    for (earlier, question) in [
        // Nothing before, or nothing that was understood.
        (&[][..], "kalau yang terendah?"),
        (&["Siapa presiden Prancis?"][..], "kalau di Bali?"),
        (&[count, "Berapa ojek di Aceh?"][..], "kalau di Aceh?"),
        // Words that nothing explains.
        (&[count][..], "kalau bukan di Bali?"),
        (&[count][..], "kalau lebih dari 10?"),
        (&[count][..], "kalau tahun lalu?"),
        (&[count][..], "kenapa?"),
        (&[count][..], "terima kasih"),
        (&[count][..], "Bandung?"),
        (&[count][..], "dan?"),
        (&[count][..], "bandingkan dengan Aceh?"),
        // Nothing to rank, nothing to list.
        (&[count][..], "yang terendah?"),
        (&[count][..], "kalau 10?"),
        (&[count][..], "kalau provinsi?"),
        // A property of something else.
        (&["Berapa jumlah gerai?"][..], "kalau perempuan?"),
    ] {
        koperasi().refuses_after(earlier, question);
    }
}

#[test]
fn words_of_an_earlier_question_give_no_meaning_to_a_later_one() {
    let mut library = library();
    library.glossary.push(json!({"metric": "Judul", "alias": ["karya", "buku fiksi"], "sql": "COUNT(DISTINCT book.title)", "metadata": {"type": "entity", "table": "book", "label": {"id": "judul"}}}));
    let whole = "Berapa buku di cabang Utara?";
    assert_eq!(
        sql(&library, &["Berapa karya per cabang?"], whole),
        library.sql(whole)
    );
}

fn answered(domain: &Domain, earlier: &[&str], question: &str) -> Played {
    let rows = |_: &str| {
        table(
            &["name", "n"],
            &[&[json!("A"), json!(2)], &[json!("B"), json!(1)]],
        )
    };
    domain.play_after(earlier, question, rows)
}

#[test]
fn everything_that_is_offered_is_understood() {
    let mut offered = 0;
    for (domain, questions) in [
        (
            koperasi(),
            &[
                RANKING,
                "Jumlah koperasi per provinsi",
                "Berapa jumlah koperasi di Bali?",
                "Berapa persen anggota koperasi yang perempuan?",
                "Which 5 provinces have the lowest average initial capital?",
                "How many cooperatives are in Bali?",
                "Rata-rata anggota per koperasi di Bali",
                "Jumlah koperasi untuk semua provinsi",
            ][..],
        ),
        (
            library(),
            &[
                "Berapa buku?",
                "Loans by state",
                "Tampilkan 2 cabang dengan rata-rata lama pinjam tertinggi",
            ][..],
        ),
    ] {
        for question in questions {
            let played = answered(&domain, &[], question);
            assert!(played.suggestions.len() <= 3, "{:?}", played.suggestions);
            for suggestion in &played.suggestions {
                offered += 1;
                let next = answered(&domain, &[question], suggestion);
                assert_eq!(
                    next.statements.len(),
                    1,
                    "{question} → {suggestion}: {}",
                    next.answer
                );
                assert_ne!(next.statements, played.statements, "{suggestion}");
            }
        }
    }
    assert!(offered > 15, "only {offered} questions were offered");
}

#[test]
fn the_neighbours_of_a_ranking_are_offered() {
    let played = answered(&koperasi(), &[], RANKING);
    assert_eq!(
        played.suggestions,
        [
            "Tampilkan 5 provinsi dengan rata-rata modal awal koperasi terendah",
            "Berapa rata-rata modal awal koperasi?"
        ]
    );
    let last = &played.tools[played.tools.len() - 1];
    assert_eq!(last, "suggest_follow_ups");
}

#[test]
fn nothing_is_offered_where_nothing_was_found() {
    assert_eq!(koperasi().ask(RANKING).suggestions, Vec::<String>::new());
    assert_eq!(
        answered(&koperasi(), &[], "Siapa presiden?").suggestions,
        Vec::<String>::new()
    );
}
