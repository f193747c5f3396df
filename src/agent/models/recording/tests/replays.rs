//! Answers from a recording.

use super::*;

#[tokio::test]
async fn a_replay_says_the_same_in_the_same_pieces() {
    let model = ReplayModel::of(usual().await, ReplayPace::Full)
        .await
        .expect("a model");
    assert_eq!(model.name(), "m-1");
    let (first, heard) = turn(&model, &[user("Berapa?")]).await;
    let call = &first.expect("a turn").tool_calls[0];
    assert_eq!(
        (call.id.as_str(), &call.arguments["query"]),
        ("call_sql_query_0", &json!("SELECT 1"))
    );
    assert_eq!(heard.0, [ModelDelta::ToolCall]);
    let (second, heard) = turn(&model, &conversation("call_sql_query_0", OUTPUT)).await;
    assert_eq!(second.expect("a turn").content, "Ada – 5.");
    let pieces = ["Ada – ", "5."].map(|text| ModelDelta::Text(text.to_owned()));
    assert_eq!(heard.0, pieces);
}

#[tokio::test]
async fn chunks_arrive_cut_as_they_were() {
    let recording = usual().await;
    let wanted: Vec<_> = recording.exchanges[1]
        .response
        .chunks
        .iter()
        .map(|chunk| chunk.bytes.clone())
        .collect();
    assert!(
        wanted
            .iter()
            .any(|chunk| std::str::from_utf8(chunk).is_err())
    );
    let server = ReplayServer::start(recording.clone(), ReplayPace::Full)
        .await
        .expect("a server");
    let request = &recording.exchanges[1].request;
    let mut body = request.parameters.clone();
    body.insert("model".into(), json!(request.model));
    body.insert("messages".into(), json!(request.messages));
    body.insert("tools".into(), json!(request.tools));
    let answer = reqwest::Client::new()
        .post(format!("{}/chat/completions", server.url()))
        .json(&body)
        .send()
        .await
        .expect("an answer");
    let chunks: Vec<_> = answer
        .bytes_stream()
        .map(|chunk| chunk.expect("a chunk"))
        .collect()
        .await;
    assert_eq!(chunks, wanted);
}

#[tokio::test]
async fn what_is_asked_decides_and_not_when_or_under_which_id() {
    let model = ReplayModel::of(usual().await, ReplayPace::Full)
        .await
        .expect("a model");
    for _ in 0..2 {
        let (second, _) = turn(&model, &conversation("another-id", OUTPUT)).await;
        assert_eq!(second.expect("a turn").content, "Ada – 5.");
        let (first, _) = turn(&model, &[user("Berapa?")]).await;
        assert_eq!(first.expect("a turn").tool_calls.len(), 1);
    }
}

#[tokio::test]
async fn times_in_outputs_are_no_difference_and_times_in_questions_are() {
    let at = |time: &str| format!(r#"{{"success":true,"at":"{time}"}}"#);
    let (early, late) = ("2024-05-01T10:20:30Z", "2025-06-02T11:21:31.5+07:00");
    let asked = conversation("c", &at(early));
    let (recorder, _server) = recorded(vec![Reply::says(&["5"])], &[&asked]).await;
    let model = ReplayModel::of(recorder.finish().await, ReplayPace::Full)
        .await
        .expect("a model");
    let (later, _) = turn(&model, &conversation("c", &at(late))).await;
    assert_eq!(later.expect("a turn").content, "5");

    let (recorder, _server) = recorded(vec![Reply::says(&["5"])], &[&[user(early)]]).await;
    let model = ReplayModel::of(recorder.finish().await, ReplayPace::Full)
        .await
        .expect("a model");
    assert!(turn(&model, &[user(late)]).await.0.is_err());
}

#[tokio::test]
async fn a_connection_that_broke_off_breaks_off_again_and_the_next_attempt_gets_the_next_answer() {
    let first = [user("Berapa?")];
    let replies = vec![
        Reply::stream().text(&["Ad"]).cut(),
        Reply::says(&["Ada 5."]),
    ];
    let (recorder, _server) = recorded(replies, &[&first, &first]).await;
    let recording = recorder.finish().await;
    let ends: Vec<_> = recording
        .exchanges
        .iter()
        .map(|exchange| exchange.response.end)
        .collect();
    assert_eq!(ends, [End::Cut, End::Complete]);
    let model = ReplayModel::of(recording, ReplayPace::Full)
        .await
        .expect("a model");
    let (broken, heard) = turn(&model, &first).await;
    assert!(
        matches!(broken, Err(ModelError::Unavailable { .. })),
        "{broken:?}"
    );
    assert_eq!(heard.0, [ModelDelta::Text("Ad".to_owned())]);
    for _ in 0..2 {
        assert_eq!(
            turn(&model, &first).await.0.expect("a turn").content,
            "Ada 5."
        );
    }
}

#[tokio::test]
async fn a_busy_server_is_replayed_without_its_waits() {
    let first = [user("Berapa?")];
    let busy = || Reply::error(429, "slow down").retry_after("7");
    let replies = vec![busy(), Reply::says(&["5"])];
    // The recorded wait is seven seconds; whoever recorded it did not wait here.
    let (recorder, _server) = recorded(replies, &[]).await;
    let url = format!("{}/chat/completions", recorder.url());
    let body = json!({"model": "m-1", "messages": [{"role": "user", "content": "Berapa?"}],
                      "tools": tools().map(|tool| json!({"type": "function", "function": {
                          "name": tool.name, "description": tool.description, "parameters": tool.parameters}})),
                      "stream": true, "stream_options": {"include_usage": true}});
    for _ in 0..2 {
        let answer = reqwest::Client::new()
            .post(&url)
            .json(&body)
            .send()
            .await
            .expect("an answer");
        answer.bytes().await.expect("a body");
    }
    let recording = recorder.finish().await;
    assert_eq!(
        recording.exchanges[0].response.retry_after.as_deref(),
        Some("7")
    );
    let model = ReplayModel::of(recording, ReplayPace::Full)
        .await
        .expect("a model");
    assert_eq!(turn(&model, &first).await.0.expect("a turn").content, "5");
}
