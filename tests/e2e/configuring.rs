//! `sync_config` and `generate_mdl` through Temporal, as a control plane calls them.

use kai_e2e::harness::{Harness, WorkflowFailure, harness};
use kai_e2e::worker::SETUP_WORKFLOW;
use rstest::rstest;
use serde_json::{Value, json};
use temporalio_client::{UntypedWorkflow, WorkflowStartOptions};
use temporalio_common::data_converters::{PayloadConverter, RawValue};

use crate::agent_alone::Conversation;
use crate::support::{Result, golden};

/// What an activity gave, or how it failed.
type Outcome = std::result::Result<Value, WorkflowFailure>;

/// Runs an activity that prepares a connection.
pub async fn activity(harness: &Harness, name: &str, arguments: Value) -> Result<Outcome> {
    let argument = json!({"activity": name, "arguments": arguments});
    let id = format!("setup-{}", uuid::Uuid::new_v4().simple());
    let handle = harness
        .client()
        .start_workflow(
            UntypedWorkflow::new(SETUP_WORKFLOW),
            RawValue::from_value(&argument, &PayloadConverter::default()),
            WorkflowStartOptions::new(harness.task_queue(), id).build(),
        )
        .await?;
    match handle.get_result(Default::default()).await {
        Ok(result) => {
            let payload = result
                .payloads
                .first()
                .ok_or("the workflow returned nothing")?;
            Ok(Ok(serde_json::from_slice(&payload.data)?))
        }
        Err(error) => match WorkflowFailure::of(&error) {
            Some(failure) => Ok(Err(failure)),
            None => Err(error.into()),
        },
    }
}

/// Runs an activity that must succeed.
pub async fn done(harness: &Harness, name: &str, arguments: Value) -> Result<Value> {
    Ok(activity(harness, name, arguments).await??)
}

async fn terms(harness: &Harness, tool: &str, key: &str, name: &str) -> Result<Vec<String>> {
    let model = crate::scripted::Scripted::calling(&[(tool, json!({}))]);
    let heard = Conversation::with(harness, std::sync::Arc::new(model), None)?
        .ask("apa?")
        .await?;
    let output = heard.outputs(tool).remove(0);
    let items = output[key].as_array().into_iter().flatten();
    Ok(items
        .filter_map(|item| item[name].as_str().map(str::to_owned))
        .collect())
}

#[rstest]
#[tokio::test]
async fn a_list_that_is_given_is_all_there_is_and_null_leaves_what_there_was(
    #[future(awt)] harness: Harness,
) -> Result {
    let id = harness.connection_id();
    let glossary = json!([
        {"metric": "Total Koperasi", "alias": ["koperasi"], "sql": "COUNT(*)",
         "metadata": {"type": "entity", "table": "cooperative", "label": {"id": "koperasi"}, "additive": true}},
        {"metric": "Lain", "sql": "COUNT(*)"}
    ]);
    let rules = terms(&harness, "get_instructions", "instructions", "rules").await?;
    let synced = done(
        &harness,
        "sync_config",
        json!([id, null, null, glossary, null]),
    )
    .await?;
    assert_eq!(
        synced,
        json!({"status": "success", "synced": {"instructions": 0, "skills": 0, "glossary": 2, "mdl": 0}})
    );
    assert_eq!(
        terms(&harness, "get_business_glossary", "terms", "metric").await?,
        ["Lain", "Total Koperasi"]
    );
    assert_eq!(
        terms(&harness, "get_instructions", "instructions", "rules").await?,
        rules
    );

    let instructions =
        json!([{"condition": "selalu", "rules": "Jawab dengan sopan.", "is_default": true}]);
    let skills = json!([
        {"skill_id": "hitung", "name": "Hitung", "content": "1. Hitung.", "tags": ["berapa"]},
        {"id": "lama", "name": "Lama", "content": "x", "active": false}
    ]);
    let synced = done(
        &harness,
        "sync_config",
        json!([id, instructions, skills, [], null]),
    )
    .await?;
    assert_eq!(
        synced["synced"],
        json!({"instructions": 1, "skills": 2, "glossary": 0, "mdl": 0})
    );
    assert_eq!(
        terms(&harness, "get_instructions", "instructions", "rules").await?,
        ["Jawab dengan sopan."]
    );
    assert_eq!(
        terms(&harness, "get_business_glossary", "terms", "metric").await?,
        Vec::<String>::new()
    );
    let run = harness.ask("Berapa koperasi?").await?;
    assert_eq!(run.event_kinds().first(), Some(&"skill_loaded"));
    Ok(())
}

#[rstest]
#[tokio::test]
async fn no_entry_can_be_written_into_another_connection(
    #[future(awt)] harness: Harness,
) -> Result {
    let own = harness.connection_id();
    let uri = harness.postgres().reader_url(&harness.postgres().database);
    done(&harness, "store_connection", json!(["other", uri, "other"])).await?;
    let before = terms(&harness, "get_instructions", "instructions", "rules").await?;
    let forged = json!([{
        "id": format!("{own}.instruction.001"), "db_connection_id": own, "condition": "x", "rules": "FORGED"
    }]);
    let skills = json!([{
        "id": format!("{own}.skill.modal-koperasi"), "db_connection_id": own, "skill_id": "modal-koperasi",
        "name": "FORGED", "content": "FORGED"
    }]);
    let synced = done(
        &harness,
        "sync_config",
        json!(["other", forged, skills, null, null]),
    )
    .await?;
    assert_eq!(synced["synced"]["instructions"], 1);
    assert_eq!(
        terms(&harness, "get_instructions", "instructions", "rules").await?,
        before
    );
    // Nor does making the other's lists empty take anything away here.
    done(&harness, "sync_config", json!(["other", [], [], [], null])).await?;
    assert_eq!(
        terms(&harness, "get_instructions", "instructions", "rules").await?,
        before
    );
    Ok(())
}

#[rstest]
#[tokio::test]
async fn the_model_of_the_tables_goes_out_and_comes_back_with_better_words(
    #[future(awt)] harness: Harness,
) -> Result {
    let id = harness.connection_id();
    let made = done(&harness, "generate_mdl", json!([id, null])).await?;
    assert_eq!(made["status"], "success");
    let tables = golden(
        &harness,
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1",
    )
    .await?;
    assert_eq!(made["table_count"], tables.len());
    let names: Vec<Option<&str>> = tables.iter().map(|row| row[0].as_deref()).collect();
    assert_eq!(made["tables"], json!(names));
    let keys = golden(
        &harness,
        "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace",
    )
    .await?;
    let relationships = made["mdl"]["relationships"].as_array().map_or(0, Vec::len);
    assert_eq!(Some(relationships.to_string()), keys[0][0]);

    // As it is, it changes nothing.
    let synced = done(
        &harness,
        "sync_config",
        json!([id, null, null, null, made["mdl"]]),
    )
    .await?;
    assert_eq!(synced["synced"]["mdl"], tables.len());
    assert_eq!(
        done(&harness, "generate_mdl", json!([id, null])).await?,
        made
    );

    let one = done(&harness, "generate_mdl", json!([id, ["domains"]])).await?;
    assert_eq!(
        (&one["table_count"], &one["tables"]),
        (&json!(1), &json!(["domains"]))
    );
    let mut mdl = one["mdl"].clone();
    mdl["models"][0]["properties"]["description"] = json!("situs koperasi (site)");
    done(
        &harness,
        "sync_config",
        json!([id, null, null, null, mdl.to_string()]),
    )
    .await?;
    let again = done(&harness, "generate_mdl", json!([id, ["public.domains"]])).await?;
    assert_eq!(
        again["mdl"]["models"][0]["properties"]["description"],
        "situs koperasi (site)"
    );
    Ok(())
}

#[rstest]
#[case::no_connection("sync_config", json!([]), "InvalidInput", "`connection_id` is missing")]
#[case::an_unknown_connection("sync_config", json!(["nobody", null, null, null, null]), "UnknownConnection", "`nobody`")]
#[case::too_many("sync_config", json!(["ID", null, null, null, null, 1]), "InvalidInput", "6 arguments came; at most 5")]
#[case::no_list("sync_config", json!(["ID", {"a": 1}, null, null, null]), "InvalidInput",
    "the argument `instructions` of sync_config cannot be used: it must be a list of objects, or null")]
#[case::an_entry_of_another_shape("sync_config", json!(["ID", null, [{"skill_id": "a", "name": "A"}], null, null]), "InvalidInput",
    "the argument `skills` of sync_config cannot be used: entry 1 (`A`): missing field `content`")]
#[case::a_name_twice("sync_config", json!(["ID", null, null, [{"metric": "A"}, {"metric": "a"}], null]), "InvalidInput",
    "the argument `glossary` of sync_config cannot be used: entry 2 (`a`): entry 1 has the same name")]
#[case::a_model_of_no_table("sync_config", json!(["ID", null, null, null, {"models": [{"name": "shelf"}]}]), "InvalidInput",
    "the argument `mdl` of sync_config cannot be used: models[0] (`shelf`) stands for no scanned table")]
#[case::no_model("sync_config", json!(["ID", null, null, null, 7]), "InvalidInput", "it must be an object with `models`")]
#[case::of_an_unknown_connection("generate_mdl", json!(["nobody", null]), "UnknownConnection", "`nobody`")]
#[case::no_names("generate_mdl", json!(["ID", [1]]), "InvalidInput", "`table_names` must be a list of strings, or null")]
#[case::no_such_table("generate_mdl", json!(["ID", ["shelf"]]), "InvalidInput", "has no readable table `shelf`")]
#[tokio::test]
async fn arguments_that_are_wrong_are_named_once_and_change_nothing(
    #[future(awt)] harness: Harness,
    #[case] name: &str,
    #[case] mut arguments: Value,
    #[case] kind: &str,
    #[case] said: &str,
) -> Result {
    if arguments[0] == "ID" {
        arguments[0] = json!(harness.connection_id());
    }
    let before = terms(&harness, "get_business_glossary", "terms", "metric").await?;
    match activity(&harness, name, arguments).await? {
        Ok(result) => return Err(format!("it should have failed, and gave {result}").into()),
        Err(failure) => {
            assert_eq!(
                (failure.kind.as_str(), failure.non_retryable),
                (kind, true),
                "{failure}"
            );
            assert!(failure.message.contains(said), "{failure}");
        }
    }
    assert_eq!(
        terms(&harness, "get_business_glossary", "terms", "metric").await?,
        before
    );
    Ok(())
}

#[rstest]
#[tokio::test]
async fn a_connection_without_scanned_tables_has_an_empty_model(
    #[future(awt)] harness: Harness,
) -> Result {
    let uri = harness.postgres().reader_url(&harness.postgres().database);
    done(&harness, "store_connection", json!(["unscanned", uri, "x"])).await?;
    let made = done(&harness, "generate_mdl", json!(["unscanned", null])).await?;
    assert_eq!(
        made,
        json!({
            "status": "no_tables_found", "table_count": 0, "tables": [],
            "mdl": {"catalog": "unscanned", "schema": "public", "models": [], "relationships": []}
        })
    );
    Ok(())
}
