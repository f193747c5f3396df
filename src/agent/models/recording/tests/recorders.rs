//! Standing between a client and a server.

use super::*;

#[tokio::test]
async fn what_was_given_up_is_not_recorded() {
    let server = ScriptedServer::replies(vec![Reply::stream().text(&["Ad"]).hang()])
        .await
        .expect("a server");
    let upstream = Endpoint::new(&server.url()).expect("a base URL");
    let recorder = Recorder::start(&upstream, Duration::from_secs(5))
        .await
        .expect("a recorder");
    let mut impatient = settings(&recorder.url());
    impatient.timeouts.idle = Duration::from_millis(50);
    let client = ChatCompletions::new(impatient).expect("a client");
    assert!(turn(&client, &[user("Berapa?")]).await.0.is_err());
    server.abandoned(1).await;
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("a.jsonl");
    let error = recorder
        .write(&path, None)
        .await
        .expect_err("nothing to write");
    assert!(
        error
            .to_string()
            .ends_with("no model call was recorded: a call was given up before it was answered"),
        "{error}"
    );
    assert!(!path.exists());
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_is_named() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let base = format!("http://{}/v1", listener.local_addr().expect("an address"));
    drop(listener);
    let upstream = Endpoint::new(&base).expect("a base URL");
    let recorder = Recorder::start(&upstream, Duration::from_secs(5))
        .await
        .expect("a recorder");
    let client = ChatCompletions::new(settings(&recorder.url())).expect("a client");
    let error = turn(&client, &[user("Berapa?")])
        .await
        .0
        .expect_err("no turn");
    assert!(
        error
            .to_string()
            .contains("the model's server cannot be reached"),
        "{error}"
    );
    let error = recorder
        .write("never.jsonl", None)
        .await
        .expect_err("nothing to write");
    assert!(error.to_string().contains("cannot be reached"), "{error}");
}

#[tokio::test]
async fn the_key_is_handed_on_and_kept_nowhere() {
    let (recorder, server) = recorded(vec![Reply::says(&["5"])], &[&[user("Berapa?")]]).await;
    assert_eq!(server.authorizations(), [Some(format!("Bearer {KEY}"))]);
    let lines = recorder.finish().await.lines();
    assert!(
        !lines.contains(KEY) && !lines.contains("127.0.0.1"),
        "{lines}"
    );
}

#[tokio::test]
async fn two_conversations_at_once_are_kept_in_the_order_of_their_calls() {
    let gate = Arc::new(tokio::sync::Notify::new());
    let slow = Reply::stream().wait(&gate).text(&["satu"]).finish("stop");
    let server =
        ScriptedServer::start(
            move |request| match request["messages"][0]["content"].as_str() {
                Some("1") => slow.clone(),
                _ => Reply::says(&["dua"]),
            },
        )
        .await
        .expect("a server");
    let upstream = Endpoint::new(&server.url()).expect("a base URL");
    let recorder = Recorder::start(&upstream, Duration::from_secs(5))
        .await
        .expect("a recorder");
    let client = ChatCompletions::new(settings(&recorder.url())).expect("a client");
    let (one, two) = ([user("1")], [user("2")]);
    let second = async {
        while server.requests().is_empty() {
            tokio::task::yield_now().await;
        }
        let second = turn(&client, &two).await;
        gate.notify_one();
        second
    };
    let (first, second) = tokio::join!(turn(&client, &one), second);
    assert_eq!(first.0.expect("a turn").content, "satu");
    assert_eq!(second.0.expect("a turn").content, "dua");
    let recording = recorder.finish().await;
    let asked: Vec<_> = recording
        .exchanges
        .iter()
        .map(|exchange| exchange.request.messages[0]["content"].clone())
        .collect();
    assert_eq!(asked, ["1", "2"]);
}
