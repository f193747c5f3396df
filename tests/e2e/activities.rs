//! The activities of the contract (§1) as another service's workflow calls them: by name, on the worker's queue.

use std::time::Duration;

use kai_e2e::harness::{Harness, WorkflowFailure, harness};
use kai_e2e::stack::free_port;
use kai_e2e::worker::{TemporalTarget, connect};
use rstest::rstest;
use serde_json::{Value, json};
use temporalio_client::{UntypedWorkflow, WorkflowStartOptions};
use temporalio_common::UntypedActivity;
use temporalio_common::data_converters::{PayloadConverter, RawValue};
use temporalio_common::worker::WorkerDeploymentOptions;
use temporalio_macros::{workflow, workflow_methods};
use temporalio_sdk::runtime::RuntimeOptions;
use temporalio_sdk::{
    ActivityOptions, Runtime, Worker, WorkerOptions, WorkflowContext, WorkflowResult,
};
use tokio::sync::oneshot;

use crate::configuring::{activity, done};
use crate::support;
use crate::support::CANONICAL;

/// A workflow of somebody else's: calls one activity on a queue that it is told.
#[workflow]
#[derive(Default)]
pub struct CallerWorkflow;

#[workflow_methods]
impl CallerWorkflow {
    #[run]
    pub async fn run(
        ctx: &mut WorkflowContext<Self>,
        argument: RawValue,
    ) -> WorkflowResult<RawValue> {
        let told: Value = argument
            .payloads
            .first()
            .and_then(|payload| serde_json::from_slice(&payload.data).ok())
            .unwrap_or_default();
        let arguments = told["arguments"].as_array().into_iter().flatten();
        let payloads = arguments.flat_map(|value| raw(value).payloads);
        let options = ActivityOptions::with_start_to_close_timeout(Duration::from_secs(60))
            .task_queue(told["queue"].as_str().unwrap_or_default().to_owned())
            .build();
        let name = told["activity"].as_str().unwrap_or_default().to_owned();
        Ok(ctx
            .execute_activity(
                UntypedActivity::new(name),
                RawValue::new(payloads.collect()),
                options,
            )
            .await?)
    }
}

fn raw(value: &Value) -> RawValue {
    RawValue::from_value(value, &PayloadConverter::default())
}

/// A worker that has only that workflow, on a thread of its own: the SDK's `run` cannot move between threads.
struct Caller {
    queue: String,
    stop: Box<dyn Fn() + Send>,
}

impl Drop for Caller {
    fn drop(&mut self) {
        (self.stop)();
    }
}

type Stop = Box<dyn Fn() + Send>;

impl Caller {
    async fn start(harness: &Harness) -> support::Result<Self> {
        let queue = format!("caller-{}", uuid::Uuid::new_v4().simple());
        let target = TemporalTarget::Address {
            address: harness.stack().endpoints().temporal_address.clone(),
            namespace: harness.namespace().to_owned(),
        };
        let (start, started) = oneshot::channel();
        let polled = queue.clone();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            match runtime {
                Ok(runtime) => runtime.block_on(poll(target, polled, start)),
                Err(error) => drop(start.send(Err(error.to_string()))),
            }
        });
        Ok(Self {
            queue,
            stop: started.await??,
        })
    }

    /// Calls an activity of the harness's worker and gives its result.
    async fn call(
        &self,
        harness: &Harness,
        name: &str,
        arguments: Value,
    ) -> support::Result<std::result::Result<Value, WorkflowFailure>> {
        let told = json!({"queue": harness.task_queue(), "activity": name, "arguments": arguments});
        let id = format!("caller-{}", uuid::Uuid::new_v4().simple());
        let options = WorkflowStartOptions::new(&self.queue, id).build();
        let workflow = UntypedWorkflow::new("CallerWorkflow");
        let handle = harness
            .client()
            .start_workflow(workflow, raw(&told), options)
            .await?;
        match handle.get_result(Default::default()).await {
            Ok(result) => {
                let payload = result.payloads.first().ok_or("there is no result")?;
                Ok(Ok(serde_json::from_slice(&payload.data)?))
            }
            Err(error) => match WorkflowFailure::of(&error) {
                Some(failure) => Ok(Err(failure)),
                None => Err(error.into()),
            },
        }
    }
}

async fn poll(
    target: TemporalTarget,
    queue: String,
    start: oneshot::Sender<std::result::Result<Stop, String>>,
) {
    let mut worker = match worker(target, queue).await {
        Ok(worker) => worker,
        Err(error) => return drop(start.send(Err(error.to_string()))),
    };
    if start.send(Ok(Box::new(worker.shutdown_handle()))).is_ok() {
        // How it ends, the calls have shown.
        drop(worker.run().await);
    }
}

async fn worker(target: TemporalTarget, queue: String) -> support::Result<Worker> {
    let client = connect(&target, "caller").await?;
    let runtime = RuntimeOptions::builder().heartbeat_interval(None).build()?;
    let options = WorkerOptions::new(queue)
        .deployment_options(WorkerDeploymentOptions::from_build_id("caller".to_owned()))
        .register_workflow_with_factory::<CallerWorkflow, _>(CallerWorkflow::default)?
        .build();
    Ok(Worker::new(
        &Runtime::from_current_tokio(runtime)?,
        client,
        options,
    )?)
}

fn keys(value: &Value) -> Vec<&String> {
    value
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, _)| key)
        .collect()
}

#[rstest]
#[case::chat("chat")]
#[case::autonomous_chat("autonomous_chat")]
#[tokio::test]
async fn the_activities_without_a_stream_give_what_the_one_with_a_stream_gives(
    #[future(awt)] harness: Harness,
    #[case] name: &str,
) -> support::Result {
    let caller = Caller::start(&harness).await?;
    let id = harness.connection_id();
    let streamed = caller
        .call(
            &harness,
            "chat_streaming",
            json!([CANONICAL, id, null, null]),
        )
        .await??;
    let quiet = caller
        .call(&harness, name, json!([CANONICAL, id, null]))
        .await??;
    assert_eq!(keys(&quiet), keys(&streamed));
    for key in [
        "status",
        "final_answer",
        "sql_queries",
        "stages_completed",
        "error",
    ] {
        assert_eq!(quiet[key], streamed[key], "{key}");
    }
    assert_eq!(quiet["status"], "completed", "{quiet}");
    assert!(
        quiet["sql_queries"]
            .as_array()
            .is_some_and(|all| all.len() == 1),
        "{quiet}"
    );
    assert_eq!(
        (&quiet["events_sent"], &quiet["events_failed"]),
        (&json!(0), &json!(0))
    );

    let failure = caller
        .call(
            &harness,
            name,
            json!([CANONICAL, id, null, "http://127.0.0.1:1/events/x"]),
        )
        .await?
        .expect_err("it takes no callback URL");
    assert_eq!(
        (failure.kind.as_str(), failure.non_retryable),
        ("InvalidInput", true)
    );
    assert!(
        failure.message.contains("4 arguments came; at most 3"),
        "{failure}"
    );
    let failure = caller
        .call(&harness, name, json!([CANONICAL, "nobody", null]))
        .await?
        .expect_err("nobody knows it");
    assert_eq!(
        (failure.kind.as_str(), failure.non_retryable),
        ("UnknownConnection", true)
    );
    Ok(())
}

#[rstest]
#[tokio::test]
async fn the_activities_without_a_stream_belong_to_conversations_too(
    #[future(awt)] harness: Harness,
) -> support::Result {
    let caller = Caller::start(&harness).await?;
    let id = harness.connection_id();
    let ask = async |name: &str, prompt: &str| {
        let answered = caller
            .call(&harness, name, json!([prompt, id, "obrolan"]))
            .await??;
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(answered["sql_queries"].clone())
    };
    ask("chat", "Berapa jumlah koperasi di Bali?").await?;
    let continued = ask("autonomous_chat", "Kalau di Aceh?").await?;
    let text = continued.to_string();
    assert!(text.contains("Aceh") && text.contains("COUNT"), "{text}");
    Ok(())
}

#[rstest]
#[tokio::test]
async fn a_stored_connection_is_encrypted_and_can_be_tested(
    #[future(awt)] harness: Harness,
) -> support::Result {
    let postgres = harness.postgres();
    let uri = postgres.reader_url(&postgres.database);
    let stored = done(
        &harness,
        "store_connection",
        json!(["baru", uri, "Koperasi"]),
    )
    .await?;
    assert_eq!(
        (&stored["id"], &stored["alias"]),
        (&json!("baru"), &json!("Koperasi"))
    );
    let kept = stored["connection_uri"].as_str().ok_or("a URI")?;
    let password = postgres.reader_password.reveal();
    // A Fernet token, of which no part is the URI.
    assert!(kept.starts_with("gAAAA"), "{kept}");
    assert!(!stored.to_string().contains(password));
    let tested = done(&harness, "test_connection", json!(["baru"])).await?;
    assert_eq!(tested["status"], "success", "{tested}");

    let closed = free_port()?;
    for (id, uri) in [
        ("salah", uri.replace(password, "wrong-password-5521")),
        (
            "tutup",
            format!("postgresql://kai_reader:wrong-password-5521@127.0.0.1:{closed}/koperasi"),
        ),
    ] {
        done(&harness, "store_connection", json!([id, uri, id])).await?;
        let tested = done(&harness, "test_connection", json!([id])).await?;
        assert_eq!(tested["status"], "error", "{tested}");
        let message = tested["message"].as_str().ok_or("a message")?;
        assert!(
            !message.is_empty() && !message.contains("wrong-password-5521"),
            "{message}"
        );
    }
    let failure = activity(&harness, "test_connection", json!(["nobody"]))
        .await?
        .expect_err("nobody knows it");
    assert_eq!(
        (failure.kind.as_str(), failure.non_retryable),
        ("UnknownConnection", true)
    );
    Ok(())
}

#[rstest]
#[tokio::test]
async fn a_database_without_tables_is_scanned_and_says_so(
    #[future(awt)] harness: Harness,
) -> support::Result {
    let uri = harness.postgres().reader_url("postgres");
    done(
        &harness,
        "store_connection",
        json!(["kosong", uri, "kosong"]),
    )
    .await?;
    let scanned = done(&harness, "scan_schema", json!(["kosong", null])).await?;
    assert_eq!(
        scanned,
        json!({"status": "no_tables_found", "scanned_count": 0, "tables": []})
    );
    let run = harness
        .ask("Berapa jumlah koperasi?")
        .connection("kosong")
        .await?;
    assert_eq!(run.result()?.sql_queries, Vec::<String>::new());
    Ok(())
}
