//! Questions about periods: over the built-in catalogue, and over a made-up schema of which no line is in the code.

use serde_json::{Value, json};

use super::koperasi_tests::koperasi;
use super::testing::{Domain, column, few, schema, table};

const YEAR: &str = "cooperative.created_at AT TIME ZONE 'UTC' >= '2024-01-01'
  AND cooperative.created_at AT TIME ZONE 'UTC' < '2025-01-01'";

fn refused(domain: &Domain, question: &str, part: &str) {
    let answer = domain.refuses(question);
    assert!(answer.contains(part), "{question}: {answer}");
}

#[test]
fn a_period_narrows_the_moment_of_what_is_counted() {
    assert_eq!(
        koperasi().sql("Berapa koperasi tahun 2024?"),
        format!("SELECT\n  COUNT(*) AS jumlah_koperasi\nFROM cooperative\nWHERE {YEAR}")
    );
    assert_eq!(
        koperasi().sql("5 provinsi dengan anggota terbanyak pada Maret 2025"),
        "SELECT
  provinces.name AS provinsi,
  COUNT(*) AS jumlah_anggota_koperasi
FROM cooperative_members
JOIN cooperative ON cooperative.cooperative_id = cooperative_members.\"cooperativeId\"
JOIN provinces ON provinces.code = cooperative.\"provinceId\"::text
WHERE cooperative_members.created_at AT TIME ZONE 'UTC' >= '2025-03-01'
  AND cooperative_members.created_at AT TIME ZONE 'UTC' < '2025-04-01'
GROUP BY provinces.code, provinces.name
ORDER BY jumlah_anggota_koperasi DESC NULLS LAST, provinsi
LIMIT 5"
    );
}

#[test]
fn a_period_beside_what_is_had_must_say_which_moment_it_narrows() {
    for question in [
        "Berapa koperasi yang belum punya gerai tahun 2024?",
        "Berapa koperasi yang punya domain pada 2024?",
        "Koperasi mana yang belum punya anggota di Bali pada 2024?",
        "How many cooperatives have no outlets in 2024?",
        "Berapa koperasi yang terdaftar pada 2024 yang belum punya gerai?",
    ] {
        refused(&koperasi(), question, "2024");
    }
    let sql = koperasi().sql("Berapa koperasi yang tidak di Bali tahun 2024?");
    assert!(sql.contains("<> 'Bali'") && sql.contains(YEAR), "{sql}");
}

#[test]
fn a_period_goes_with_sums_shares_groups_trends_and_places() {
    for (question, parts) in [
        (
            "Total modal awal koperasi di Bali tahun 2024",
            &["SUM(CASE", "provinces.name = 'Bali'", YEAR][..],
        ),
        (
            "Average initial capital of cooperatives by province in 2024",
            &["AVG(CASE", "GROUP BY provinces.code", YEAR],
        ),
        (
            "Berapa persen koperasi mandiri pada tahun 2024?",
            &[
                "FILTER (WHERE cooperative.filling_method = 'Mandiri')",
                YEAR,
            ],
        ),
        (
            "Jumlah koperasi per bulan selama 2024",
            &["'YYYY-MM') AS", YEAR, "ORDER BY bulan_pendaftaran_koperasi"],
        ),
        ("Jumlah koperasi per bulan 2024", &[YEAR]),
        (
            "Komposisi koperasi menurut jenis pendaftaran tahun 2024",
            &["SUM(COUNT(*)) OVER ()", YEAR],
        ),
        (
            "Jumlah koperasi untuk semua provinsi pada tahun 2024",
            &[
                "LEFT JOIN counted",
                "    AND cooperative.created_at AT TIME ZONE 'UTC' < '2025-01-01'",
            ],
        ),
        (
            "Pada tahun 2024, provinsi mana yang koperasinya paling banyak?",
            &["WITH TIES", YEAR],
        ),
        (
            "Berapa koperasi sektor pertanian tahun 2024?",
            &["COUNT(DISTINCT cooperative_klus", YEAR],
        ),
        (
            "Berapa koperasi yang terdaftar sejak 2024?",
            &["WHERE cooperative.created_at AT TIME ZONE 'UTC' >= '2024-01-01'"],
        ),
        (
            "Jenis pendaftaran apa yang paling umum tahun 2024?",
            &["cooperative.registration_type", YEAR],
        ),
    ] {
        let sql = koperasi().sql(question);
        for part in parts {
            assert!(sql.contains(part), "{question}: {part} is not in\n{sql}");
        }
    }
}

#[test]
fn the_answer_says_the_period_and_the_moment() {
    let one = |_: &str| table(&["n"], &[&[json!(5)]]);
    assert_eq!(
        koperasi()
            .play("Berapa koperasi di Bali pada Maret 2025?", one)
            .answer,
        "Jumlah koperasi di provinsi Bali pada Maret 2025 adalah 5.\n\nCatatan: Periode dihitung menurut tanggal pendaftaran koperasi."
    );
    assert_eq!(
        koperasi()
            .play("How many members joined in Q1 2025?", one)
            .answer,
        "The number of cooperative members in Q1 2025 is 5.\n\nNote: The period goes by the date of joining."
    );
}

#[test]
fn what_names_no_period_is_refused() {
    for (question, part) in [
        ("Berapa koperasi tahun 1800?", "“tahun 1800”"),
        ("Berapa koperasi tahun ini?", "“tahun ini”"),
        ("Berapa anggota yang bergabung bulan lalu?", "“bulan lalu”"),
        ("How many members joined last month?", "“last month”"),
        ("Berapa koperasi pada bulan Maret?", "pada tahun berapa"),
        ("Berapa koperasi pada 5 Maret 2025?", "5 Maret 2025”"),
        ("Berapa koperasi hingga 2024?", "“hingga 2024”"),
        ("How many cooperatives from 2024?", "“from 2024”"),
        ("Berapa koperasi per Maret 2025?", "“per”"),
        ("Berapa koperasi bukan tahun 2024?", "“bukan”"),
        ("Berapa koperasi awal tahun 2024?", "“awal”"),
        (
            "Berapa koperasi tahun 2024 dan tahun 2025?",
            "bersama-sama atau satu per satu",
        ),
        ("Total modal awal koperasi 2024", "“2024”"),
        ("Berapa modal 2024?", "“2024”"),
        ("Jumlah koperasi per provinsi 2024 tertinggi", "“2024”"),
        ("Berapa total modal awal pada 2024 koperasi?", ""),
        ("5 koperasi", "“5”"),
    ] {
        refused(&koperasi(), question, part);
    }
}

#[test]
fn a_moment_that_is_not_there_or_not_the_only_one_is_asked_for() {
    for (question, part) in [
        (
            "Berapa pengurus koperasi tahun 2024?",
            "tidak mencatat tanggal untuk pengurus koperasi",
        ),
        (
            "Berapa provinsi tahun 2024?",
            "tidak mencatat tanggal untuk provinsi",
        ),
        (
            "Rata-rata anggota per koperasi tahun 2024",
            "tidak mencatat tanggal",
        ),
        (
            "Berapa anggota dari koperasi mandiri tahun 2024?",
            "tanggal bergabung anggota atau tanggal pendaftaran koperasi",
        ),
        (
            "10 koperasi dengan anggota terbanyak tahun 2024",
            "menurut tanggal yang mana",
        ),
        (
            "Berapa persen koperasi di Bali yang terdaftar pada 2024?",
            "yang mana",
        ),
        (
            "Berapa persen anggota perempuan yang bergabung pada 2024?",
            "yang mana",
        ),
    ] {
        refused(&koperasi(), question, part);
    }
    // What was asked back is answered.
    let before = ["Berapa anggota dari koperasi mandiri tahun 2024?"];
    let played = koperasi().after(&before, "tanggal bergabung");
    assert!(
        played.statements.len() == 1
            && played.statements[0]
                .contains("cooperative_members.created_at AT TIME ZONE 'UTC' >="),
        "{:?} {}",
        played.statements,
        played.answer
    );
    let played = koperasi().after(&["Berapa koperasi pada bulan Maret?"], "2025");
    assert_eq!(
        played.statements,
        [koperasi().sql("Berapa koperasi pada bulan Maret 2025?")]
    );
}

#[test]
fn a_short_question_changes_the_period() {
    let count = "Berapa jumlah koperasi di Bali?";
    let of_2024 = "Berapa jumlah koperasi di Bali tahun 2024?";
    for (earlier, question, whole) in [
        (&[count][..], "kalau 2024?", of_2024),
        (&[count], "pada tahun 2024?", of_2024),
        (
            &[of_2024],
            "bagaimana dengan Maret 2025?",
            "Berapa jumlah koperasi di Bali pada Maret 2025?",
        ),
        (
            &[of_2024],
            "kalau 2025?",
            "Berapa jumlah koperasi di Bali tahun 2025?",
        ),
        (
            &[of_2024],
            "bagaimana dengan Aceh?",
            "Berapa jumlah koperasi di Aceh tahun 2024?",
        ),
        (
            &[of_2024],
            "kalau anggota?",
            "Berapa jumlah anggota di Bali tahun 2024?",
        ),
        (
            &[of_2024, "kalau anggota?"],
            "sejak Maret 2025?",
            "Berapa jumlah anggota di Bali sejak Maret 2025?",
        ),
        (
            &["Berapa koperasi tahun 2024?"],
            "per provinsi?",
            "Jumlah koperasi per provinsi tahun 2024",
        ),
    ] {
        let played = koperasi().after(earlier, question);
        assert_eq!(
            played.statements,
            [koperasi().sql(whole)],
            "{question}: {}",
            played.answer
        );
    }
    for question in ["kalau tahun lalu?", "kalau 1800?", "kalau bukan 2024?"] {
        koperasi().refuses_after(&[count], question);
    }
    let played = koperasi().after(&["Berapa pengurus di Bali?"], "kalau 2024?");
    assert!(
        played.answer.contains("tidak mencatat tanggal"),
        "{}",
        played.answer
    );
}

/// Trees that are planted and felled: two moments, of which only the schema knows.
fn forest(catalogued: &[Value]) -> Domain {
    let schema = schema(&[
        (
            "tree",
            "pohon (tree)",
            vec![
                column("tree_id", "integer", None),
                few("kind", "jenis pohon (kind of tree)", &["Jati", "Sengon"]),
                json!({"name": "planted_on", "description": "tanggal tanam, ditanam (date of planting, planted)", "data_type": "date"}),
                json!({"name": "felledAt", "description": "tanggal tebang, ditebang (date of felling, felled)", "data_type": "timestamp with time zone"}),
            ],
        ),
        (
            "fire",
            "kebakaran (fire)",
            vec![
                column("fire_id", "integer", None),
                json!({"name": "seen_at", "description": "", "data_type": "timestamp(3) without time zone"}),
            ],
        ),
    ]);
    let metric = |name: &str, alias: &[&str], table: &str| {
        json!({"metric": name, "alias": alias, "sql": "COUNT(*)", "metadata":
            {"type": "entity", "table": table, "label": {"id": name}, "additive": true}})
    };
    let mut glossary = vec![
        metric("pohon", &["tree", "trees"], "tree"),
        metric("kebakaran", &["fire", "fires"], "fire"),
    ];
    glossary.extend_from_slice(catalogued);
    Domain { schema, glossary }
}

#[test]
fn periods_follow_the_moments_of_any_schema() {
    assert_eq!(
        forest(&[]).sql("How many fires since May 2024?"),
        "SELECT\n  COUNT(*) AS number_of_kebakaran\nFROM fire\nWHERE fire.seen_at >= '2024-05-01'"
    );
    let sql = forest(&[]).sql("Berapa pohon jati yang ditanam tahun 2024?");
    for part in [
        "tree.kind = 'Jati'",
        "tree.planted_on >= '2024-01-01'",
        "tree.planted_on < '2025-01-01'",
    ] {
        assert!(sql.contains(part), "{sql}");
    }
    let sql = forest(&[]).sql("How many trees were felled in 2024?");
    assert!(
        sql.contains("tree.\"felledAt\" AT TIME ZONE 'UTC' >= '2024-01-01'"),
        "{sql}"
    );
    refused(
        &forest(&[]),
        "Berapa pohon tahun 2024?",
        "“tahun 2024” menurut tanggal yang mana: tanggal tanam atau tanggal tebang?",
    );
}

#[test]
fn the_catalogue_chooses_among_the_moments() {
    let date = |name: &str, sql: &str, usual: bool| {
        json!({"metric": name, "alias": ["tanggal", "date"], "sql": sql, "metadata":
            {"kind": "dimension", "role": "date", "table": "tree", "label": {"id": name}, "usual": usual}})
    };
    let planted = date("tanggal tanam", "tree.planted_on", true);
    let felled = date(
        "tanggal tebang",
        "tree.\"felledAt\" AT TIME ZONE 'Asia/Jakarta'",
        false,
    );
    let both = forest(&[planted.clone(), felled]);
    let sql = both.sql("Berapa pohon tahun 2024?");
    assert!(sql.contains("tree.planted_on >= '2024-01-01'"), "{sql}");
    // What is said of the trees may have come about at another moment.
    refused(
        &both,
        "Berapa pohon jati tahun 2024?",
        "menurut tanggal yang mana",
    );
    let sql = forest(&[planted]).sql("Berapa pohon jati tahun 2024?");
    assert!(sql.contains("tree.planted_on >= '2024-01-01'"), "{sql}");
}
