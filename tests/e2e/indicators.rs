//! The indicators of the built-in catalogue that whole statements say: each runs as it stands, and means what its definition
//! says.

use kai_e2e::agent::Catalogue;
use kai_e2e::harness::{Harness, harness};
use rstest::rstest;
use serde_json::Value;

use crate::agent_alone::Conversation;
use crate::support::{Result, golden};

#[rstest]
#[tokio::test]
async fn every_statement_is_answered_by_each_of_its_names(
    #[future(awt)] harness: Harness,
) -> Result {
    let conversation = Conversation::none(&harness)?;
    let catalogue = Catalogue::embedded()?;
    let mut asked = 0;
    for term in catalogue.glossary() {
        if term.metadata["kind"] != "statement" {
            continue;
        }
        let expected = golden(&harness, &term.sql).await?;
        assert!(!expected.is_empty(), "{} has no rows", term.metric);
        for name in std::iter::once(&term.metric).chain(&term.alias) {
            let heard = conversation.ask(name).await?;
            // The grammar may understand the name by itself; then it must mean the same.
            let seen = sorted(heard.rows());
            let shown = sorted(expected.clone());
            assert!(
                close(&seen, &shown),
                "{name}: {}\n{:?}\nseen {:?}\nexpected {:?}",
                heard.answer,
                heard.sql_queries,
                seen.iter().take(3).collect::<Vec<_>>(),
                shown.iter().take(3).collect::<Vec<_>>()
            );
            asked += 1;
        }
    }
    assert!(asked > 80, "{asked} names");
    Ok(())
}

#[rstest]
#[tokio::test]
async fn every_verified_question_is_answered_by_its_statement(
    #[future(awt)] harness: Harness,
) -> Result {
    let conversation = Conversation::none(&harness)?;
    let catalogue = Catalogue::embedded()?;
    assert!(!catalogue.verified().is_empty());
    for entry in catalogue.verified() {
        let expected = golden(&harness, &entry.sql).await?;
        let heard = conversation.ask(&entry.prompt_text).await?;
        let text = &entry.prompt_text;
        assert!(
            close(&sorted(heard.rows()), &sorted(expected)),
            "{text}: {}",
            heard.answer
        );
        assert_eq!(
            heard.outputs("lookup_verified_sql")[0]["queries"][0]["match"],
            "exact",
            "{text}"
        );
    }
    Ok(())
}

/// Both in the order of their texts; a result shows a hundred rows at most.
fn sorted(mut rows: Vec<Vec<Option<String>>>) -> Vec<Vec<Option<String>>> {
    rows.truncate(100);
    rows.sort();
    rows
}

fn close(seen: &[Vec<Option<String>>], expected: &[Vec<Option<String>>]) -> bool {
    let same = |a: &Option<String>, b: &Option<String>| {
        let number = |text: &Option<String>| text.as_ref()?.parse::<f64>().ok();
        a == b
            || matches!((number(a), number(b)), (Some(a), Some(b)) if (a - b).abs() <= 0.000_051_f64.max(b.abs() * 1e-9))
    };
    seen.len() == expected.len()
        && seen
            .iter()
            .zip(expected)
            .all(|(a, b)| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)))
}

/// The five that one expression cannot say, against SQL that computes them in another way.
#[rstest]
#[case::cooperatives_by_residents(
    "Koperasi per 10.000 Penduduk Desa",
    r#"SELECT v.name, round(10000.0 * n / (v.total_u17 + v.total_a17), 4) FROM villages v
         JOIN (SELECT "villageId" AS id, count(*) AS n FROM cooperative GROUP BY 1) c ON c.id = v.village_id
        ORDER BY 2 DESC NULLS LAST, 1 LIMIT 100"#
)]
#[case::outlet_expansion(
    "Outlet Expansion Rate",
    r#"SELECT to_char(month, 'YYYY-MM'), round(100.0 * n / nullif(lag(n) OVER (ORDER BY month), 0) - 100, 4)
         FROM (SELECT date_trunc('month', created_at AT TIME ZONE 'UTC') AS month, count(*) AS n
                 FROM cooperative_outlets GROUP BY 1) AS monthly ORDER BY 1"#
)]
#[case::diversification(
    "KLU Diversification Index",
    r#"SELECT round(1 - sum(power(n / total, 2)), 4) FROM (
         SELECT count(*)::numeric AS n, sum(count(*)) OVER () AS total FROM cooperative_klus GROUP BY "kluId") AS shares"#
)]
#[case::partnership_growth(
    "Partnership Growth Rate",
    r#"SELECT round(avg(growth), 4) FROM (
         SELECT 100.0 * n / nullif(lag(n) OVER (ORDER BY month), 0) - 100 AS growth FROM (
           SELECT date_trunc('month', created_at AT TIME ZONE 'UTC') AS month, count(*) AS n
             FROM business_partnership_applications WHERE status = 'Verified' GROUP BY 1) AS monthly) AS grown"#
)]
#[case::geospatial_completeness(
    "Kelengkapan Data Geospasial",
    r#"SELECT round(100.0 * count(*) FILTER (WHERE slot <> '') / count(*), 4) FROM (
         SELECT unnest(ARRAY[longitude::text, latitude::text, btrim(address)]) AS slot FROM cooperative UNION ALL
         SELECT unnest(ARRAY[longitude::text, latitude::text, btrim(address)]) FROM upkdk) AS slots"#
)]
#[tokio::test]
async fn what_no_expression_says_is_right(
    #[future(awt)] harness: Harness,
    #[case] name: &str,
    #[case] sql: &str,
) -> Result {
    let run = harness.ask(name).await?;
    run.check()?;
    let expected = golden(&harness, sql).await?;
    let columns = run
        .sql_result()
        .map(|rows| rows.columns.clone())
        .unwrap_or_default();
    let seen: Vec<Vec<Option<String>>> = run
        .rows()
        .iter()
        .map(|row| {
            let cells = columns.iter().map(|column| match row.get(column) {
                None | Some(Value::Null) => None,
                Some(Value::String(text)) => Some(text.clone()),
                Some(other) => Some(other.to_string()),
            });
            cells.collect()
        })
        .collect();
    assert!(
        close(&seen, &expected),
        "seen {seen:?}\nexpected {expected:?}"
    );
    Ok(())
}
