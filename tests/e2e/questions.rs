//! Other questions, in both languages, against golden rows of hand-written SQL over the traps of the database.

use kai_e2e::harness::{Harness, Run, harness};
use rstest::rstest;
use serde_json::Value;

use crate::support::{Result, Rows, golden};

#[rstest]
#[case::text_capitals_stay_out_of_the_sum(
    "Berapa total modal awal koperasi?",
    r"SELECT sum(capital::numeric) FROM cooperative WHERE capital ~ '^[0-9]+(\.[0-9]+)?$'"
)]
#[case::the_province_code_is_no_surrogate_id(
    "Berapa jumlah koperasi di Jawa Barat?",
    r#"SELECT count(*) FROM cooperative c JOIN provinces p ON p.code = c."provinceId"::text WHERE p.name = 'Jawa Barat'"#
)]
#[case::members_spell_gender_in_upper_case(
    "Berapa persen anggota koperasi yang perempuan?",
    "SELECT round(100.0 * count(*) FILTER (WHERE gender = 'PEREMPUAN') / count(*), 4) FROM cooperative_members"
)]
#[case::managers_spell_gender_in_title_case(
    "What percentage of managers are women?",
    "SELECT round(100.0 * count(*) FILTER (WHERE gender = 'Perempuan') / count(*), 4) FROM cooperative_management
      WHERE role IN ('Ketua', 'Sekretaris', 'Bendahara')"
)]
#[case::provinces_without_rows_are_not_listed(
    "Jumlah koperasi per provinsi",
    r#"SELECT p.name, count(*) FROM cooperative c JOIN provinces p ON p.code = c."provinceId"::text GROUP BY p.name"#
)]
#[case::a_share_by_category(
    "Berapa jumlah koperasi per jenis pendaftaran?",
    "SELECT registration_type, count(*) FROM cooperative GROUP BY registration_type"
)]
#[case::an_average_in_english(
    "What is the average principal saving per member?",
    "SELECT round(avg(principal_saving), 2) FROM cooperative_members"
)]
#[case::members_through_their_cooperative_by_province(
    "Tampilkan 3 provinsi dengan jumlah anggota terbanyak",
    r#"SELECT p.name, count(*) FROM cooperative_members m
         JOIN cooperative c ON c.cooperative_id = m."cooperativeId"
         JOIN provinces p ON p.code = c."provinceId"::text
        GROUP BY p.name ORDER BY 2 DESC, 1 LIMIT 3"#
)]
#[case::a_verified_share_has_all_applications_below_it(
    "Berapa persen aplikasi kemitraan yang terverifikasi?",
    "SELECT round(100.0 * count(*) FILTER (WHERE status = 'Verified') / count(*), 4) FROM business_partnership_applications"
)]
#[case::a_bottom_ranking_by_average(
    "Which 5 provinces have the lowest average initial capital?",
    r#"SELECT p.name, round(avg(c.capital::numeric), 2) FROM cooperative c JOIN provinces p ON p.code = c."provinceId"::text
        WHERE c.capital ~ '^[0-9]+(\.[0-9]+)?$' GROUP BY p.name ORDER BY 2 LIMIT 5"#
)]
#[case::a_district_is_filtered_by_its_id(
    "Berapa jumlah koperasi di Kabupaten Bandung?",
    r#"SELECT count(*) FROM cooperative c JOIN districts d ON d.district_id = c."districtId" WHERE d.name = 'KABUPATEN BANDUNG'"#
)]
#[tokio::test]
async fn question(
    #[future(awt)] harness: Harness,
    #[case] prompt: &str,
    #[case] sql: &str,
) -> Result {
    let run = harness.ask(prompt).await?;
    run.check()?;
    assert_same_rows(&run, &golden(&harness, sql).await?);
    Ok(())
}

/// The run's last rows equal the golden ones: in order for rankings (which both queries order), numbers within one part
/// in a million million, because Postgres's numeric and JSON's doubles print differently.
#[track_caller]
pub fn assert_same_rows(run: &Run, golden: &Rows) {
    let columns = run.sql_result().map_or(&[][..], |rows| &rows.columns);
    let seen: Rows = run
        .rows()
        .iter()
        .map(|row| {
            columns
                .iter()
                .map(|column| row.get(column).and_then(text))
                .collect()
        })
        .collect();
    let ordered = run.result().is_ok_and(|result| {
        result
            .sql_queries
            .last()
            .map(|sql| sql.to_uppercase())
            .is_some_and(|sql| sql.contains("LIMIT") || sql.contains("FETCH FIRST"))
    });
    let (mut seen, mut golden) = (seen, golden.clone());
    if !ordered {
        seen.sort();
        golden.sort();
    }
    let same = seen.len() == golden.len()
        && seen.iter().zip(&golden).all(|(seen, golden)| {
            seen.len() == golden.len()
                && seen
                    .iter()
                    .zip(golden)
                    .all(|(seen, golden)| same_value(seen, golden))
        });
    assert!(
        same,
        "\"{}\" gave other rows than hand-written SQL\n  seen:   {seen:?}\n  golden: {golden:?}\n  its SQL: {:?}",
        run.prompt(),
        run.result().map(|result| &result.sql_queries)
    );
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

fn same_value(seen: &Option<String>, golden: &Option<String>) -> bool {
    if seen == golden {
        return true;
    }
    let number = |text: &Option<String>| text.as_ref().and_then(|text| text.parse::<f64>().ok());
    match (number(seen), number(golden)) {
        (Some(seen), Some(golden)) => (seen - golden).abs() <= golden.abs() * 1e-12,
        _ => false,
    }
}
