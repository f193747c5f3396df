//! Rows of every kind of value, from Postgres through worker, callback and stream to a subscriber: valid JSON, and exact.

use kai_e2e::agent::models::{ChatSettings, Endpoint, ModelChoice, Reply, ScriptedServer};
use kai_e2e::contract::{Event, SqlResultEvent};
use kai_e2e::harness::{Harness, HarnessSettings, Run, harness};
use rstest::rstest;
use serde_json::{Value, json};

use crate::configuring::done;
use crate::models::told;
use crate::support::{Result, golden};

const TABLE: &str = r#"
    CREATE TYPE warna AS ENUM ('merah', 'biru');
    CREATE DOMAIN positif AS int CHECK (VALUE > 0);
    CREATE TABLE nilai (
        id int, single real, double double precision, exact numeric, big bigint, truth boolean,
        day date, moment timestamp, instant timestamptz, clock time, zoned timetz, span interval,
        bytes bytea, identity uuid, word text, color warna, positive positif, address inet, flags bit varying,
        whole int[], words text[], floats double precision[], moments date[], doc json, docb jsonb
    );
    INSERT INTO nilai VALUES
    (1, 'NaN', 'NaN', 'NaN', 9223372036854775807, true,
     'infinity', 'infinity', '-infinity', '24:00', '01:02:03.4+07', '1 year 2 mons -3 days 04:05:06.789',
     '\x00ff10', '00000000-0000-0000-0000-00000000000a', E'a "b" \\ \n\t\u0001 \u2028 </script> 😀', 'biru', 7, '10.0.0.0/8', B'10100',
     '{1,NULL,3}', '{{"a","b,c"},{"NULL",NULL}}', '{NaN,Infinity,0.1}', '{2024-02-29,infinity}',
     '{"b": [1, {"a": null}], "a": 1.50, "a": 2}', '{"big": 12345678901234567890123, "x": [true]}'),
    (2, 'Infinity', '-Infinity', 'Infinity', -9223372036854775808, false,
     '2024-02-29', '2024-02-29 23:59:59.000001', '2024-02-29 23:59:59+07', '00:00:00.5', '00:00-03:30', '-00:00:00.5',
     '', 'ffffffff-ffff-ffff-ffff-ffffffffffff', '', 'merah', 2147483647, '::1', B'',
     '{}', '{""}', '{1e308,-0.5}', '{}', '[]', '{"nested": {"deep": [[1, 2], ["x"]]}}'),
    (3, 0.1, 0.1, 123456789012345678901234567890.123456789012345678901234567890, 0, NULL,
     '0044-03-15 BC', '12024-01-01', '1900-01-01 00:00:00+00', NULL, NULL, '0',
     NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'null', '"text"'),
    (4, 16777216, 1e308, -0.000000000000000000000000000001, 9007199254740993, NULL,
     '9999-12-31', NULL, NULL, NULL, NULL, '178000000 years',
     NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '1e400', '0.1234567890123456789'),
    (5, NULL, 5e-324, 99999999999999999999, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
     NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
    GRANT SELECT ON nilai TO kai_reader"#;

/// The rows as they must arrive.
fn wanted() -> Value {
    json!([
        {
            "id": 1, "single": "NaN", "double": "NaN", "exact": "NaN", "big": 9_223_372_036_854_775_807_i64, "truth": true,
            "day": "infinity", "moment": "infinity", "instant": "-infinity", "clock": "24:00:00", "zoned": "01:02:03.4+07:00",
            "span": "P1Y2M-3DT4H5M6.789S", "bytes": "00ff10", "identity": "00000000-0000-0000-0000-00000000000a",
            "word": "a \"b\" \\ \n\t\u{1} \u{2028} </script> 😀", "color": "biru", "positive": 7, "address": "10.0.0.0/8",
            "flags": "10100", "whole": [1, null, 3], "words": [["a", "b,c"], ["NULL", null]],
            "floats": ["NaN", "Infinity", 0.1], "moments": ["2024-02-29", "infinity"],
            "doc": {"b": [1, {"a": null}], "a": 2}, "docb": "{\"x\": [true], \"big\": 12345678901234567890123}"
        },
        {
            "id": 2, "single": "Infinity", "double": "-Infinity", "exact": "Infinity", "big": -9_223_372_036_854_775_808_i64,
            "truth": false, "day": "2024-02-29", "moment": "2024-02-29T23:59:59.000001", "instant": "2024-02-29T16:59:59Z",
            "clock": "00:00:00.5", "zoned": "00:00:00-03:30", "span": "PT-0.5S", "bytes": "",
            "identity": "ffffffff-ffff-ffff-ffff-ffffffffffff", "word": "", "color": "merah", "positive": 2_147_483_647,
            "address": "::1", "flags": "", "whole": [], "words": [""], "floats": [1e308, -0.5], "moments": [], "doc": [],
            "docb": {"nested": {"deep": [[1, 2], ["x"]]}}
        },
        {
            "id": 3, "single": 0.1, "double": 0.1, "exact": "123456789012345678901234567890.123456789012345678901234567890",
            "big": 0, "truth": null, "day": "-0043-03-15", "moment": "+12024-01-01T00:00:00", "instant": "1900-01-01T00:00:00Z",
            "clock": null, "zoned": null, "span": "PT0S", "bytes": null, "identity": null, "word": null, "color": null,
            "positive": null, "address": null, "flags": null, "whole": null, "words": null, "floats": null, "moments": null,
            "doc": null, "docb": "text"
        },
        {
            "id": 4, "single": 16_777_216.0, "double": 1e308, "exact": -1e-30,
            "big": 9_007_199_254_740_993_i64, "truth": null, "day": "9999-12-31", "moment": null, "instant": null, "clock": null,
            "zoned": null, "span": "P178000000Y", "bytes": null, "identity": null, "word": null, "color": null, "positive": null,
            "address": null, "flags": null, "whole": null, "words": null, "floats": null, "moments": null, "doc": "1e400",
            "docb": "0.1234567890123456789"
        },
        {
            "id": 5, "single": null, "double": 5e-324, "exact": "99999999999999999999", "big": 1, "truth": null, "day": null,
            "moment": null, "instant": null, "clock": null, "zoned": null, "span": null, "bytes": null, "identity": null,
            "word": null, "color": null, "positive": null, "address": null, "flags": null, "whole": null, "words": null,
            "floats": null, "moments": null, "doc": null, "docb": null
        }
    ])
}

/// A run that makes one query, on a worker with a scripted model.
async fn queried(harness: &Harness, sql: &str) -> Result<(Run, Vec<Value>)> {
    let call = Reply::calls(&[("sql_query", json!({ "query": sql }))]);
    let server = ScriptedServer::replies(vec![call, Reply::says(&["Selesai."])]).await?;
    let model = ChatSettings::new(Endpoint::new(&server.url())?, "scripted");
    let settings = HarnessSettings {
        model: ModelChoice::chat(model),
        ..HarnessSettings::from_env()?
    };
    let with = Harness::on(harness.shared_stack(), settings).await?;
    golden(&with, TABLE).await?;
    done(
        &with,
        "scan_schema",
        json!([with.connection_id(), ["nilai"]]),
    )
    .await?;
    let run = with.ask("Apa isinya?").await?;
    Ok((run, server.requests()))
}

fn result(run: &Run) -> Result<&SqlResultEvent> {
    let last = run
        .events()
        .iter()
        .rev()
        .find_map(|seen| match &seen.event {
            Event::SqlResult(rows) => Some(rows),
            _ => None,
        });
    Ok(last.ok_or("there are rows")?)
}

#[rstest]
#[tokio::test]
async fn every_value_arrives_exactly(#[future(awt)] harness: Harness) -> Result {
    let (run, requests) = queried(&harness, "SELECT * FROM nilai ORDER BY id").await?;
    run.check_only("stream.sql-rows")?;
    let rows = result(&run)?;
    let wanted = wanted();
    for (row, wanted) in rows
        .data
        .iter()
        .zip(wanted.as_array().into_iter().flatten())
    {
        for (column, value) in wanted.as_object().into_iter().flatten() {
            assert_eq!(
                row.get(column),
                Some(value),
                "row {}, column {column}",
                row["id"]
            );
        }
        assert_eq!(row.len(), rows.columns.len());
    }
    assert_eq!(rows.data.len(), 5);

    // The digits too: what reads back the same may have been written differently.
    let text = serde_json::to_string(&rows.data)?;
    for digits in [
        "9223372036854775807",
        "9007199254740993",
        "5e-324",
        "-0.5",
        "\"big\":1",
    ] {
        assert!(text.contains(digits), "{digits}: {text}");
    }
    // The model was given the same rows.
    let output = told(&requests)?;
    assert_eq!(output["rows"], serde_json::to_value(&rows.data)?);
    Ok(())
}

#[rstest]
#[tokio::test]
async fn columns_of_the_same_name_are_all_there(#[future(awt)] harness: Harness) -> Result {
    let sql = "SELECT nilai.id, big AS id, truth AS id_2, nilai.id, a.* FROM nilai, (SELECT 'x' AS id, 'y' AS \"a b\") a \
               WHERE nilai.id = 1";
    let (run, _) = queried(&harness, sql).await?;
    let rows = result(&run)?;
    assert_eq!(rows.columns, ["id", "id_3", "id_2", "id_4", "id_5", "a b"]);
    let row: Value = rows.data.first().cloned().ok_or("a row")?.into();
    assert_eq!(
        row,
        json!({"id": 1, "id_3": 9_223_372_036_854_775_807_i64, "id_2": true, "id_4": 1, "id_5": "x", "a b": "y"})
    );
    run.check_only("stream.sql-rows")?;
    Ok(())
}

#[rstest]
#[case::a_range("SELECT int4range(1, 2) AS r FROM nilai", "function")]
#[case::a_point("SELECT p FROM titik", "no JSON form")]
#[tokio::test]
async fn a_value_without_a_json_form_is_an_error_that_says_so(
    #[future(awt)] harness: Harness,
    #[case] sql: &str,
    #[case] said: &str,
) -> Result {
    golden(
        &harness,
        "CREATE TABLE titik (p point); INSERT INTO titik VALUES ('(1,2)'); GRANT SELECT ON titik TO kai_reader",
    )
    .await?;
    done(
        &harness,
        "scan_schema",
        json!([harness.connection_id(), ["titik"]]),
    )
    .await?;
    let model = std::sync::Arc::new(crate::scripted::Scripted::calling(&[(
        "sql_query",
        json!({ "query": sql }),
    )]));
    let heard = crate::agent_alone::Conversation::with(&harness, model, None)?
        .ask("apa?")
        .await?;
    let output = heard.outputs("sql_query").remove(0);
    assert_eq!(output["success"], false);
    assert!(
        output["error"]
            .as_str()
            .is_some_and(|error| error.contains(said)),
        "{output}"
    );
    Ok(())
}
