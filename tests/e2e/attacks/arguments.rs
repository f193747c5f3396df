//! Attacks in what a caller gives beside the prompt: where events go, which connection, which conversation.

use std::sync::Arc;

use kai_e2e::agent::OfflineAnalyst;
use kai_e2e::agent::models::{ChatSettings, Endpoint, ModelChoice};
use kai_e2e::harness::{Harness, HarnessSettings, Outcome, Run, harness};
use kai_e2e::worker::KaiWorker;
use rstest::rstest;
use serde_json::json;

use super::canary::Canary;
use super::corpus::{Attack, attacks};
use super::hostile_model::calling;
use super::scene::Scene;
use crate::support::Result;
use crate::worker_process::caller;

fn of(attacks: Vec<Attack>, enters: &str) -> Vec<Attack> {
    let wanted = |attack: &Attack| attack.enters == enters;
    attacks.into_iter().filter(wanted).collect()
}

/// The kind of a failure that comes once.
fn refused(run: &Run, attack: &Attack) -> String {
    match run.outcome() {
        Outcome::Failed(failure) if failure.non_retryable => failure.kind.clone(),
        other => panic!("{} {:?}: {other:?}", attack.id, attack.text),
    }
}

#[rstest]
#[tokio::test]
async fn no_callback_url_makes_a_worker_call_a_host_that_it_was_not_told_about(
    #[future(awt)] harness: Harness,
) -> Result {
    let caller = caller(&harness).await?;
    let permitted = caller.capture().address().to_string();
    let mut config = caller.worker_config();
    config.callback_hosts = permitted.parse().ok();
    let _worker = KaiWorker::start(config, Arc::new(OfflineAnalyst::new())).await?;
    let scene = Scene::set(&caller, Canary::start()?).await?;

    let run = caller.ask("Berapa jumlah koperasi?").await?;
    run.check_only("stream.done-once")?;
    let attacks = of(attacks("arguments.jsonl", &scene.canary)?, "callback-url");
    let mut runs = vec![run];
    for attack in &attacks {
        let url = attack.text.replace("{permitted}", &permitted);
        let argument = json!({
            "prompt": "Berapa jumlah koperasi?",
            "connection_id": caller.connection_id(),
            "callback_url": url,
        });
        let run = caller
            .ask("")
            .raw_argument(argument)
            .without_callback()
            .await?;
        assert_eq!(refused(&run, attack), "InvalidCallbackUrl", "{url}");
        runs.push(run);
    }
    scene.assert_untouched().await?;
    scene.assert_nothing_came_out(&runs);
    eprintln!("{} callback URLs: 0 were called", attacks.len());
    Ok(())
}

#[rstest]
#[tokio::test]
async fn no_connection_id_reaches_another_connection(#[future(awt)] harness: Harness) -> Result {
    let scene = Scene::set(&harness, Canary::start()?).await?;
    let attacks = of(attacks("arguments.jsonl", &scene.canary)?, "connection-id");
    let mut runs = Vec::new();
    for attack in &attacks {
        let asked = harness
            .ask("Berapa jumlah koperasi?")
            .connection(&attack.text);
        let run = asked.await?;
        let kind = refused(&run, attack);
        assert!(
            ["UnknownConnection", "InvalidInput"].contains(&kind.as_str()),
            "{} {:?}: {kind}",
            attack.id,
            attack.text
        );
        runs.push(run);
    }
    scene.assert_untouched().await?;
    scene.assert_nothing_came_out(&runs);
    eprintln!("{} connection ids: 0 reached one", attacks.len());
    Ok(())
}

#[rstest]
#[tokio::test]
async fn no_conversation_id_reaches_another_conversation(
    #[future(awt)] harness: Harness,
) -> Result {
    let recall = (
        "recall_for_question".to_owned(),
        json!({"question": "user name"}),
    );
    let server = calling(vec![recall]).await?;
    let model = ChatSettings::new(Endpoint::new(&server.url())?, "hostile");
    let settings = HarnessSettings {
        model: ModelChoice::chat(model),
        ..HarnessSettings::from_env()?
    };
    let with = Harness::on(harness.shared_stack(), settings).await?;
    let scene = Scene::set(&with, Canary::start()?).await?;
    let attacks = of(
        attacks("arguments.jsonl", &scene.canary)?,
        "conversation-id",
    );
    let mut runs = Vec::new();
    for attack in &attacks {
        let asked = with.ask("Siapa nama saya?").continuing(&attack.text);
        runs.push(asked.without_callback().await?);
    }
    // An id that cannot be one is refused; of every other the model had both turns, and saw what the tool said.
    let (answered, refused): (Vec<_>, Vec<_>) = runs.iter().partition(|run| run.result().is_ok());
    let said: Vec<_> = refused
        .iter()
        .map(|run| format!("{:?}", run.outcome()))
        .collect();
    assert!(
        said.iter().all(|said| said.contains("InvalidInput")),
        "{said:?}"
    );
    assert!(answered.len() + 2 >= attacks.len(), "{said:?}");
    assert_eq!(server.requests().len(), 2 * answered.len());
    for request in server.requests() {
        scene.assert_without_loot("what the model was given", &request.to_string());
    }
    scene.assert_untouched().await?;
    scene.assert_nothing_came_out(&runs);

    // The victim itself remembers: the recall works, so that its silence above means something.
    let run = with
        .ask("Siapa nama saya?")
        .continuing("korban")
        .without_callback()
        .await?;
    assert!(run.raw_result().to_string().contains("KANARI-INGATAN-9316"));
    eprintln!("{} conversation ids: 0 reached the victim's", attacks.len());
    Ok(())
}
