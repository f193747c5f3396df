//! A new table, metric and synonym by data alone: the database gets a table, the worker scans it and is given its words, and
//! the question that was refused before is answered.

use kai_e2e::agent::Catalogue;
use kai_e2e::harness::{Harness, harness};
use rstest::rstest;
use serde_json::{Value, json};

use crate::configuring::done;
use crate::questions::assert_same_rows;
use crate::support::{Result, golden};

const TABLE: &str = r#"
    CREATE TABLE trainings (
        training_id int PRIMARY KEY,
        "cooperativeId" int REFERENCES cooperative,
        topic text,
        hours int
    );
    COMMENT ON TABLE trainings IS 'pelatihan (training)';
    COMMENT ON COLUMN trainings.topic IS 'topik pelatihan, topik (training topic, topic)';
    INSERT INTO trainings
    SELECT n, 1 + (n * 37) % 5000, (ARRAY['Akuntansi', 'Digital', 'Pemasaran'])[1 + n % 3], 2 + n % 7
      FROM generate_series(1, 900) AS n;
    GRANT SELECT ON trainings TO kai_reader"#;

/// The built-in terms, and those of the new table.
fn glossary() -> Result<Value> {
    let mut terms: Vec<Value> = Vec::new();
    for term in Catalogue::embedded()?.documents("c").glossary {
        terms.push(json!({"metric": term.metric, "alias": term.alias, "sql": term.sql, "metadata": term.metadata}));
    }
    let of_trainings = json!([
        {
            "metric": "Total Pelatihan", "alias": ["pelatihan", "diklat", "training", "trainings"], "sql": "COUNT(*)",
            "metadata": {"type": "entity", "table": "trainings", "label": {"id": "pelatihan", "en": "trainings"}, "additive": true}
        },
        {
            "metric": "Jam Pelatihan", "alias": ["jam pelatihan", "jam diklat", "training hours"], "sql": "trainings.hours",
            "metadata": {"type": "measure", "table": "trainings", "label": {"id": "jam pelatihan", "en": "training hours"}, "additive": true}
        },
        {
            "metric": "Topik", "alias": ["topik", "tema", "topic"], "sql": "trainings.topic",
            "metadata": {"kind": "dimension", "table": "trainings", "label": {"id": "topik", "en": "topic"},
                         "values": {"Akuntansi": ["pembukuan"]}}
        }
    ]);
    terms.extend(of_trainings.as_array().into_iter().flatten().cloned());
    Ok(terms.into())
}

#[rstest]
#[tokio::test]
async fn a_new_table_is_asked_about_without_new_code(#[future(awt)] harness: Harness) -> Result {
    let id = harness.connection_id();
    let questions = [
        ("Berapa jumlah diklat?", "SELECT count(*) FROM trainings"),
        (
            "Berapa diklat dengan tema pembukuan?",
            "SELECT count(*) FROM trainings WHERE topic = 'Akuntansi'",
        ),
        (
            "Rata-rata jam pelatihan per topik",
            "SELECT topic, round(avg(hours), 4) FROM trainings GROUP BY topic",
        ),
        (
            "Tampilkan 3 provinsi dengan jumlah pelatihan terbanyak",
            r#"SELECT p.name, count(*) FROM trainings t JOIN cooperative c ON c.cooperative_id = t."cooperativeId"
                 JOIN provinces p ON p.code = c."provinceId"::text GROUP BY p.name ORDER BY 2 DESC, 1 LIMIT 3"#,
        ),
        (
            "How many trainings are in Jawa Barat?",
            r#"SELECT count(*) FROM trainings t JOIN cooperative c ON c.cooperative_id = t."cooperativeId" WHERE c."provinceId" = 32"#,
        ),
    ];
    golden(&harness, TABLE).await?;
    for (question, _) in questions {
        let run = harness.ask(question).await?;
        assert_eq!(
            run.result()?.sql_queries,
            Vec::<String>::new(),
            "{question} before"
        );
    }

    let scanned = done(&harness, "scan_schema", json!([id, ["trainings"]])).await?;
    assert_eq!(
        scanned,
        json!({"status": "success", "scanned_count": 1, "tables": ["trainings"]})
    );
    let glossary = glossary()?;
    let terms = glossary.as_array().map_or(0, Vec::len);
    let synced = done(
        &harness,
        "sync_config",
        json!([id, null, null, glossary, null]),
    )
    .await?;
    assert_eq!(synced["synced"]["glossary"], terms);

    for (question, sql) in questions {
        let run = harness.ask(question).await?;
        run.check()?;
        assert_same_rows(&run, &golden(&harness, sql).await?);
    }
    // What was known before still is.
    let run = harness.ask("Berapa jumlah koperasi?").await?;
    assert_same_rows(
        &run,
        &golden(&harness, "SELECT count(*) FROM cooperative").await?,
    );
    Ok(())
}
