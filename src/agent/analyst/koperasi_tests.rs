//! The built-in catalogue: the SQL of a few questions, word by word, and the traps of the domain.

use serde_json::{Value, json};

use super::testing::{Domain, column, few, schema, table};

pub(super) fn koperasi() -> Domain {
    let key = |name: &str| column(name, "integer", None);
    Domain::koperasi(schema(&[
        (
            "provinces",
            "provinsi (province)",
            vec![few(
                "name",
                "",
                &["Aceh", "Bali", "Jambi", "Jawa Barat", "Jawa Timur"],
            )],
        ),
        (
            "districts",
            "kabupaten/kota (district)",
            vec![key("district_id"), column("name", "text", None)],
        ),
        (
            "cooperative",
            "koperasi (cooperative)",
            vec![
                key("cooperative_id"),
                key("provinceId"),
                column("districtId", "integer", Some("districts.district_id")),
                few(
                    "registration_type",
                    "jenis pendaftaran (registration type)",
                    &["Pendaftaran Baru", "Pengembangan", "Revitalisasi"],
                ),
                few(
                    "filling_method",
                    "cara pengisian (filling method)",
                    &["Mandiri", "Pendamping"],
                ),
            ],
        ),
        (
            "cooperative_members",
            "anggota (member)",
            vec![
                few(
                    "gender",
                    "jenis kelamin anggota (member gender)",
                    &["LAKI-LAKI", "PEREMPUAN"],
                ),
                few(
                    "bi_checking_verification",
                    "BI checking (credit check)",
                    &["Kurang Lancar", "Lancar", "Macet"],
                ),
            ],
        ),
        (
            "cooperative_management",
            "pengurus (manager)",
            vec![
                few(
                    "role",
                    "jabatan (role)",
                    &["Bendahara", "Ketua", "Pengawas", "Sekretaris"],
                ),
                few(
                    "gender",
                    "jenis kelamin pengurus (manager gender)",
                    &["Laki-laki", "Perempuan"],
                ),
            ],
        ),
        (
            "klus",
            "KLU (line of business)",
            vec![few(
                "sector",
                "sektor (sector)",
                &["Jasa", "Lainnya", "Pertanian"],
            )],
        ),
    ]))
}

/// The districts that a lookup finds.
fn districts(names: &[&str]) -> impl Fn(&str) -> Value {
    let names: Vec<Vec<Value>> = names.iter().map(|name| vec![json!(name)]).collect();
    move |sql| {
        if sql.starts_with("SELECT DISTINCT") {
            let rows: Vec<&[Value]> = names.iter().map(Vec::as_slice).collect();
            table(&["name"], &rows)
        } else {
            table(&["n"], &[&[json!(5)]])
        }
    }
}

#[test]
fn capitals_that_are_no_number_stay_out_and_provinces_are_joined_on_their_code() {
    assert_eq!(
        koperasi().sql("Tampilkan top 5 provinsi dengan rata-rata modal awal koperasi tertinggi"),
        "SELECT
  provinces.name AS provinsi,
  ROUND(AVG(CASE WHEN cooperative.capital ~ '^[0-9]+(\\.[0-9]+)?$' THEN cooperative.capital::numeric END), 2) AS rata_rata_modal_awal_koperasi
FROM cooperative
JOIN provinces ON provinces.code = cooperative.\"provinceId\"::text
GROUP BY provinces.code, provinces.name
ORDER BY rata_rata_modal_awal_koperasi DESC NULLS LAST, provinsi
LIMIT 5"
    );
}

#[test]
fn each_table_spells_gender_in_its_own_way() {
    assert_eq!(
        koperasi().sql("Berapa persen anggota koperasi yang perempuan?"),
        "SELECT
  ROUND(100.0 * COUNT(*) FILTER (WHERE cooperative_members.gender = 'PEREMPUAN') / NULLIF(COUNT(*), 0), 4) AS persentase_anggota_koperasi_dengan_jenis_kelamin
FROM cooperative_members"
    );
    let sql = koperasi().sql("How many female managers are there?");
    assert!(
        sql.contains("cooperative_management.gender = 'Perempuan'"),
        "{sql}"
    );
    assert!(
        sql.contains("role IN ('Ketua', 'Sekretaris', 'Bendahara')"),
        "{sql}"
    );
}

#[test]
fn all_provinces_are_listed_only_when_all_are_asked_for() {
    let some = koperasi().sql("Jumlah koperasi per provinsi");
    assert!(!some.contains("LEFT JOIN"), "{some}");
    assert_eq!(
        koperasi().sql("Jumlah koperasi untuk semua provinsi"),
        "WITH counted AS (
  SELECT
    provinces.code AS group_key,
    COUNT(*) AS jumlah_koperasi
  FROM cooperative
  JOIN provinces ON provinces.code = cooperative.\"provinceId\"::text
  GROUP BY provinces.code, provinces.name
)
SELECT
  provinces.name AS provinsi,
  COALESCE(counted.jumlah_koperasi, 0) AS jumlah_koperasi
FROM provinces
LEFT JOIN counted ON counted.group_key = provinces.code
ORDER BY jumlah_koperasi DESC NULLS LAST, provinsi"
    );
}

#[test]
fn a_ratio_of_two_tables_computes_each_for_itself() {
    assert_eq!(
        koperasi().sql("Rata-rata anggota per koperasi di Bali"),
        "WITH denominator AS (
  SELECT
    COUNT(*) AS figure
  FROM cooperative
  JOIN provinces ON provinces.code = cooperative.\"provinceId\"::text
  WHERE provinces.name = 'Bali'
), numerator AS (
  SELECT
    COUNT(*) AS figure
  FROM cooperative_members
  JOIN cooperative ON cooperative.cooperative_id = cooperative_members.\"cooperativeId\"
  JOIN provinces ON provinces.code = cooperative.\"provinceId\"::text
  WHERE provinces.name = 'Bali'
)
SELECT
  ROUND(COALESCE(numerator.figure, 0)::numeric / NULLIF(denominator.figure, 0), 4) AS rata_rata_anggota_per_koperasi
FROM denominator
LEFT JOIN numerator ON TRUE"
    );
}

#[test]
fn districts_are_looked_up_before_they_are_counted() {
    let played = koperasi().play(
        "Berapa koperasi di Kota Bandung?",
        districts(&[
            "KABUPATEN BANDUNG",
            "KABUPATEN BANDUNG BARAT",
            "KOTA BANDUNG",
        ]),
    );
    assert_eq!(played.statements.len(), 2, "{:?}", played.statements);
    assert!(
        played.statements[0].contains("LOWER(districts.name) LIKE '%bandung%'"),
        "{:?}",
        played.statements
    );
    assert!(
        played.statements[1].ends_with("WHERE districts.name = 'KOTA BANDUNG'"),
        "{:?}",
        played.statements
    );
    assert_eq!(played.answer, "Jumlah koperasi di KOTA BANDUNG adalah 5.");
}

#[test]
fn a_district_is_not_mistaken_for_the_province_of_its_name() {
    let played = koperasi().play("Berapa koperasi di Kota Jambi?", districts(&["KOTA JAMBI"]));
    assert!(
        played.statements[1].ends_with("WHERE districts.name = 'KOTA JAMBI'"),
        "{:?}",
        played.statements
    );
    let province = koperasi().sql("Berapa koperasi di Jambi?");
    assert!(
        province.ends_with("WHERE provinces.name = 'Jambi'"),
        "{province}"
    );
}

#[test]
fn an_ambiguous_or_missing_district_is_never_counted() {
    let played = koperasi().play(
        "Berapa koperasi di Bandung?",
        districts(&["KABUPATEN BANDUNG", "KOTA BANDUNG"]),
    );
    assert_eq!(played.statements.len(), 1, "{:?}", played.statements);
    assert_eq!(
        played.answer,
        "“Bandung” dapat berarti “KABUPATEN BANDUNG” atau “KOTA BANDUNG”. Mana yang Anda maksud?"
    );
    let played = koperasi().play("Berapa koperasi di Wakanda?", districts(&[]));
    assert!(
        played
            .answer
            .starts_with("Saya tidak menemukan kabupaten/kota bernama “Wakanda”"),
        "{}",
        played.answer
    );
    // Nothing is looked up for a question that would not be understood anyway.
    koperasi().refuses("Bagaimana cuaca di Bandung?");
}

#[test]
fn a_property_of_cooperatives_is_not_taken_for_one_of_their_members() {
    let played = koperasi().ask("Berapa anggota mandiri?");
    assert_eq!(played.statements, Vec::<String>::new());
    assert!(
        played
            .answer
            .contains("Yang memiliki cara pengisian adalah koperasi"),
        "{}",
        played.answer
    );
    let sql = koperasi().sql("Berapa anggota dari koperasi mandiri?");
    assert!(
        sql.contains("cooperative.filling_method = 'Mandiri'"),
        "{sql}"
    );
}

#[test]
fn what_ranks_a_place_must_be_said() {
    for question in [
        "Berapa anggota di provinsi terbesar?",
        "Berapa anggota di provinsi dengan koperasi terbanyak?",
        "Rata-rata modal awal 5 koperasi terbesar",
        "Berapa koperasi yang anggotanya perempuan?",
        "Berapa koperasi lainnya di Bali?",
        "Who are the managers in each province?",
        "Daftar koperasi per provinsi",
        "Jumlah koperasi per provinsi 2024 tertinggi",
    ] {
        koperasi().refuses(question);
    }
}

#[test]
fn a_place_that_was_named_and_has_no_row_is_said() {
    let rows = |_: &str| table(&["provinsi", "n"], &[&[json!("Bali"), json!(102)]]);
    let played = koperasi().play("Bandingkan jumlah koperasi di Bali dan Aceh", rows);
    assert!(
        played.answer.ends_with("Tidak ada data untuk Aceh."),
        "{}",
        played.answer
    );
}

#[test]
fn figures_carry_the_notes_of_the_catalogue() {
    let rows = |_: &str| table(&["n"], &[&[json!("8205600008.50")]]);
    let played = koperasi().play("Berapa total modal awal koperasi di Bali?", rows);
    assert!(played.answer.starts_with("Total modal awal koperasi di provinsi Bali adalah Rp 8.205.600.008,50.\n\nCatatan: Modal yang bukan angka murni"), "{}", played.answer);
}

#[test]
fn the_questions_are_well_formed() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/questions");
    let mut ids = std::collections::BTreeSet::new();
    let (mut answerable, mut refused) = (0, 0);
    let files = std::fs::read_dir(&folder).expect("a folder").flatten();
    let files = files.map(|entry| entry.path());
    for file in files.filter(|path| path.extension().is_some_and(|ending| ending == "jsonl")) {
        let text = std::fs::read_to_string(&file).expect("a text");
        for line in text.lines() {
            let question: Value = serde_json::from_str(line).expect(line);
            assert!(
                question["question"]
                    .as_str()
                    .is_some_and(|text| !text.is_empty()),
                "{line}"
            );
            assert!(
                ids.insert(question["id"].as_str().expect(line).to_owned()),
                "{line}"
            );
            match question["sql"].as_str() {
                Some(sql) => {
                    assert!(
                        sql.starts_with("SELECT ") && question["lookup"].is_null(),
                        "{line}"
                    );
                    answerable += 1;
                }
                None => {
                    assert!(question["sql"].is_null(), "{line}");
                    refused += 1;
                }
            }
        }
    }
    assert!(
        answerable >= 60 && refused >= 20,
        "{answerable} and {refused}"
    );
}
