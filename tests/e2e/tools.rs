//! Every tool of the contract (§8) against the real services, called as a model would.

use std::sync::Arc;

use kai_e2e::agent::Catalogue;
use kai_e2e::harness::{Harness, harness};
use rstest::rstest;
use serde_json::{Value, json};

use crate::agent_alone::{Conversation, Heard};
use crate::scripted::Scripted;
use crate::support::{Result, golden};

/// Calls tools in one turn of a run that belongs to no conversation.
async fn call(harness: &Harness, calls: &[(&str, Value)]) -> Result<Heard> {
    let model = Arc::new(Scripted::calling(calls));
    let heard = Conversation::with(harness, model, None)?
        .ask("apa?")
        .await?;
    assert_eq!(heard.failure, None);
    Ok(heard)
}

/// The output of one call.
async fn output(harness: &Harness, tool: &str, arguments: Value) -> Result<Value> {
    let heard = call(harness, &[(tool, arguments)]).await?;
    let mut outputs = heard.outputs(tool);
    assert_eq!(outputs.len(), 1);
    Ok(outputs.remove(0))
}

fn names<'a>(list: &'a Value, key: &str) -> Vec<&'a str> {
    let items = list.as_array().into_iter().flatten();
    items.filter_map(|item| item[key].as_str()).collect()
}

#[rstest]
#[tokio::test]
async fn tables_are_listed_searched_and_shown(#[future(awt)] harness: Harness) -> Result {
    let heard = call(
        &harness,
        &[
            ("get_database_schema", json!({})),
            ("list_tables", json!({})),
            ("search_tables", json!({"pattern": "*gender*"})),
            ("get_table_details", json!({"table_name": "cooperative"})),
            (
                "get_filterable_columns",
                json!({"table_name": "public.cooperative_management"}),
            ),
        ],
    )
    .await?;
    let of = |tool| heard.outputs(tool).remove(0);
    let tables = golden(
        &harness,
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1",
    )
    .await?;
    let tables: Vec<&str> = tables.iter().filter_map(|row| row[0].as_deref()).collect();
    assert_eq!(
        names(&of("get_database_schema")["tables"], "table_name"),
        tables
    );
    assert_eq!(names(&of("list_tables")["tables"], "table_name"), tables);

    let found = of("search_tables");
    assert_eq!(
        names(&found["tables"], "table_name"),
        ["cooperative_management", "cooperative_members"]
    );
    assert_eq!(names(&found["tables"][0]["columns"], "name"), ["gender"]);

    let details = of("get_table_details");
    assert!(
        details["ddl"]
            .as_str()
            .is_some_and(|ddl| ddl.contains("\"provinceId\" integer")),
        "{details}"
    );
    assert!(
        details["examples"]
            .as_array()
            .is_some_and(|rows| !rows.is_empty()),
        "{details}"
    );

    let filterable = of("get_filterable_columns");
    assert_eq!(
        names(&filterable["columns"], "name"),
        ["role", "gender", "status"]
    );
    assert_eq!(
        filterable["columns"][1]["values"],
        json!(["Laki-laki", "Perempuan"])
    );
    Ok(())
}

#[rstest]
#[case::no_such_table("get_table_details", json!({"table_name": "pg_shadow"}), "there is no table `pg_shadow`")]
#[case::no_table_named("get_filterable_columns", json!({}), "the argument `table_name` is missing")]
#[case::no_pattern("search_tables", json!({"pattern": 7}), "the argument `pattern` must be a string")]
#[case::no_such_metric("lookup_metric", json!({"metric_name": "ojek"}), "the glossary has no term `ojek`")]
#[case::no_such_skill("load_skill", json!({"skill_id": "x"}), "there is no skill `x`; there are modal-koperasi,")]
#[case::nothing_to_draw("generate_chart", json!({"widget_type": "pie"}), "no query has run yet")]
#[case::no_such_chart("generate_chart", json!({"widget_type": "radar"}), "must be kpi, line, pie, bar or table")]
#[case::no_suggestions("suggest_follow_ups", json!({"questions": []}), "must be a list of 1 to 5 questions")]
#[case::no_conversation("remember", json!({"namespace": "a", "key": "b", "content": "c"}), "belongs to no conversation")]
#[case::no_todos("write_todos", json!({"todos": "x"}), "the argument `todos` must be a list")]
#[case::no_query("sql_query", json!({"query": " "}), "the argument `query` is empty")]
#[case::no_such_tool("drop_tables", json!({}), "there is no tool `drop_tables`; the tools are get_instructions,")]
#[tokio::test]
async fn a_call_that_cannot_be_made_says_why_and_the_run_goes_on(
    #[future(awt)] harness: Harness,
    #[case] tool: &str,
    #[case] arguments: Value,
    #[case] said: &str,
) -> Result {
    let heard = call(&harness, &[(tool, arguments)]).await?;
    let output = heard.outputs(tool).remove(0);
    assert_eq!(output["success"], false);
    assert!(
        output["error"]
            .as_str()
            .is_some_and(|error| error.contains(said)),
        "{output}"
    );
    assert_eq!(heard.answer, "done");
    Ok(())
}

#[rstest]
#[tokio::test]
async fn business_terms_are_found_by_name_and_in_questions(
    #[future(awt)] harness: Harness,
) -> Result {
    let heard = call(
        &harness,
        &[
            ("get_business_glossary", json!({})),
            (
                "lookup_metric",
                json!({"metric_name": "indeks diversifikasi KLU"}),
            ),
            (
                "search_metrics_in_question",
                json!({"question": "Berapa anggota per provinsi?"}),
            ),
            ("get_instructions", json!({})),
            (
                "find_skills_for_question",
                json!({"question": "5 provinsi dengan modal tertinggi"}),
            ),
            ("load_skill", json!({"skill_id": "peringkat-wilayah"})),
        ],
    )
    .await?;
    let of = |tool| heard.outputs(tool).remove(0);
    let catalogue = Catalogue::embedded()?;
    let terms = of("get_business_glossary");
    assert_eq!(
        names(&terms["terms"], "metric").len(),
        catalogue.glossary().count()
    );

    let found = of("lookup_metric");
    assert_eq!(
        names(&found["terms"], "metric"),
        ["KLU Diversification Index"]
    );
    let metadata = &found["terms"][0]["metadata"];
    assert_eq!(
        (&metadata["kpi"], &metadata["additive"]),
        (&json!("32"), &json!(false))
    );

    let found = of("search_metrics_in_question");
    assert_eq!(
        names(&found["metrics"], "metric"),
        ["Total Anggota Koperasi"]
    );
    assert_eq!(names(&found["dimensions"], "metric"), ["Provinsi"]);

    let rules = of("get_instructions");
    assert_eq!(
        names(&rules["instructions"], "rules").len(),
        catalogue.instructions().len()
    );
    let skills = of("find_skills_for_question");
    assert_eq!(
        names(&skills["skills"], "skill_id"),
        ["modal-koperasi", "peringkat-wilayah"]
    );
    assert_eq!(of("load_skill")["content"], skills["skills"][1]["content"]);
    Ok(())
}

#[rstest]
#[tokio::test]
async fn verified_sql_is_offered_in_the_guards_spelling_and_runs(
    #[future(awt)] harness: Harness,
) -> Result {
    let question = json!({"question": "Berapa koperasi yang belum memiliki gerai"});
    let found = output(&harness, "lookup_verified_sql", question).await?;
    let first = &found["queries"][0];
    assert_eq!(first["match"], "exact", "{found}");
    let query = json!({"query": first["sql"]});
    let rows = output(&harness, "sql_query", query).await?;
    let counted = golden(
        &harness,
        r#"SELECT count(*) FROM cooperative c LEFT JOIN cooperative_outlets o ON o."cooperativeId" = c.cooperative_id
            WHERE o."cooperativeId" IS NULL"#,
    )
    .await?;
    assert_eq!(
        rows["rows"][0]["koperasi_tanpa_gerai"].to_string(),
        counted[0][0].clone().unwrap_or_default()
    );
    let none = output(
        &harness,
        "lookup_verified_sql",
        json!({"question": "Apa kabar?"}),
    )
    .await?;
    assert_eq!(none["queries"], json!([]));
    Ok(())
}

#[rstest]
#[tokio::test]
async fn verified_sql_that_the_guard_refuses_is_not_offered(
    #[future(awt)] harness: Harness,
) -> Result {
    let directory = tempfile::tempdir()?;
    let write =
        |name: &str, value: Value| std::fs::write(directory.path().join(name), value.to_string());
    write("instructions.json", json!([]))?;
    write("glossary.json", json!([]))?;
    let bad = [
        "DELETE FROM cooperative",
        "SELECT rolpassword FROM pg_authid",
        "SELECT 1; SELECT 2",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT * FROM cooperative FOR UPDATE",
    ];
    let mut entries: Vec<Value> = bad
        .iter()
        .enumerate()
        .map(|(number, sql)| json!({"prompt_text": format!("pertanyaan jahat {number}"), "sql": sql}))
        .collect();
    entries.push(json!({"prompt_text": "pertanyaan jahat dan baik", "sql": "select 1 as satu"}));
    write("verified.json", entries.into())?;
    harness
        .load_catalogue(&Catalogue::from_dir(directory.path())?)
        .await?;

    for number in 0..bad.len() {
        let question = json!({"question": format!("pertanyaan jahat {number}")});
        let found = output(&harness, "lookup_verified_sql", question).await?;
        assert_eq!(
            names(&found["queries"], "sql"),
            ["SELECT 1 AS satu"],
            "{found}"
        );
    }
    Ok(())
}

#[rstest]
#[case::one_figure("SELECT COUNT(*) AS n FROM cooperative", "kpi", json!([null, "n"]))]
#[case::months(
    "SELECT TO_CHAR(created_at AT TIME ZONE 'UTC', 'YYYY-MM') AS bulan, COUNT(*) AS n FROM cooperative_outlets GROUP BY bulan ORDER BY bulan",
    "line",
    json!(["bulan", "n"])
)]
#[case::years_as_numbers(
    "SELECT EXTRACT(YEAR FROM created_at AT TIME ZONE 'UTC') AS tahun, COUNT(*) AS n FROM cooperative_outlets GROUP BY tahun ORDER BY tahun",
    "line",
    json!(["tahun", "n"])
)]
#[case::shares(
    "SELECT gender, ROUND(100.0 * COUNT(*) / SUM(COUNT(*)) OVER (), 2) AS persen FROM cooperative_members GROUP BY gender",
    "pie",
    json!(["gender", "persen"])
)]
#[case::a_ranking(
    "SELECT role, COUNT(*) AS n FROM cooperative_management GROUP BY role ORDER BY n DESC",
    "bar",
    json!(["role", "n"])
)]
#[case::names("SELECT name FROM provinces ORDER BY name", "table", json!([null, null]))]
#[tokio::test]
async fn the_chart_that_suits_follows_the_rows_at_once(
    #[future(awt)] harness: Harness,
    #[case] sql: &str,
    #[case] widget: &str,
    #[case] axes: Value,
) -> Result {
    let heard = call(&harness, &[("sql_query", json!({"query": sql}))]).await?;
    assert_eq!(heard.line(), "sql_query() sql_result chart_config token");
    let chart = heard.events[3].to_object();
    assert_eq!(chart["widget_type"], widget, "{chart:?}");
    assert_eq!(json!([chart["x_axis_key"], chart["y_axis_key"]]), axes);
    let rows = heard.events[2].to_object();
    assert_eq!(chart["widget_data"], rows["data"]);
    Ok(())
}

#[rstest]
#[tokio::test]
async fn no_rows_have_no_chart_and_a_model_may_choose_another(
    #[future(awt)] harness: Harness,
) -> Result {
    let nothing = "SELECT name FROM provinces WHERE name = 'Atlantis'";
    let heard = call(&harness, &[("sql_query", json!({"query": nothing}))]).await?;
    assert_eq!(heard.line(), "sql_query() token");

    let sql = "SELECT role, COUNT(*) AS n FROM cooperative_management GROUP BY role";
    let drawn = json!({"widget_type": "pie", "x_axis_key": "role", "y_axis_key": "n"});
    let heard = call(
        &harness,
        &[
            ("sql_query", json!({"query": sql})),
            ("generate_chart", drawn),
        ],
    )
    .await?;
    assert_eq!(
        heard.line(),
        "sql_query() sql_result chart_config generate_chart() token"
    );
    let chart = &heard.outputs("generate_chart")[0]["chart"];
    assert_eq!(
        (&chart["widget_type"], &chart["y_axis_key"]),
        (&json!("pie"), &json!("n"))
    );
    assert_eq!(chart["widget_data"].as_array().map(Vec::len), Some(4));
    Ok(())
}

#[rstest]
#[tokio::test]
async fn suggestions_come_after_the_answer_whenever_they_were_made(
    #[future(awt)] harness: Harness,
) -> Result {
    let offered = json!({"questions": ["Berapa koperasi?", "Berapa anggota?"]});
    let plan = json!({"todos": [{"content": "a", "status": "pending"}]});
    let heard = call(
        &harness,
        &[("suggest_follow_ups", offered), ("write_todos", plan)],
    )
    .await?;
    assert_eq!(
        heard.line(),
        "suggest_follow_ups() write_todos() todo_update token suggestions"
    );
    assert_eq!(heard.suggestions(), ["Berapa koperasi?", "Berapa anggota?"]);
    Ok(())
}
