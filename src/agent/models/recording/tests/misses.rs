//! What was not recorded.

use super::*;

#[tokio::test]
async fn what_was_not_recorded_is_explained_by_what_is_nearest() {
    let model = ReplayModel::of(usual().await, ReplayPace::Full)
        .await
        .expect("a model");
    let other = r#"{"success":true,"rows":[{"n":7}]}"#;
    let (missed, _) = turn(&model, &conversation("c", other)).await;
    let error = missed.expect_err("nothing was recorded");
    assert!(matches!(error, ModelError::Refused { .. }), "{error}");
    let said = error.to_string();
    let (said, server) = said.rsplit_once(" (").expect("the server's address");
    assert!(server.starts_with("http://127.0.0.1:"), "{server}");
    assert_eq!(
        said,
        "the model `m-1` gave no usable answer: it said 404 Not Found: nothing was recorded for this request; the \
         nearest is request 2 of 2\n\
         message 3, tool (call-1), differs from character 30 on\n  \
         recorded: {\"success\":true,\"rows\":[{\"n\":5}]}\n  \
         asked:    {\"success\":true,\"rows\":[{\"n\":7}]}"
    );
}

#[test]
fn each_difference_is_named() {
    let request = |change: &dyn Fn(&mut Value)| {
        let mut body = json!({
            "model": "m-1", "temperature": 0, "messages": [{"role": "user", "content": "a"}],
            "tools": [{"function": {"name": "one"}}],
        });
        change(&mut body);
        RecordedRequest::read(body.to_string().as_bytes()).expect("a request")
    };
    let recorded = Exchange {
        request: request(&|_| {}),
        response: answer(&[], End::Complete),
    };
    let said = |change: &dyn Fn(&mut Value)| {
        let text = super::nearest::explain(&request(change), std::slice::from_ref(&recorded));
        text.lines()
            .skip(1)
            .map(str::to_owned)
            .collect::<Vec<_>>()
            .join("\n")
    };
    assert_eq!(
        said(&|body| body["model"] = json!("m-2")),
        "its model is `m-1`, and `m-2` is asked"
    );
    assert_eq!(
        said(&|body| body["temperature"] = json!(1)),
        "its parameter `temperature` is 0, and 1 is asked"
    );
    assert_eq!(
        said(&|body| body["seed"] = json!(1)),
        "its parameter `seed` is nothing, and 1 is asked"
    );
    assert_eq!(
        said(&|body| body["tools"] = json!([{"function": {"name": "two"}}])),
        "it has the tool `one`, which is not asked with"
    );
    assert_eq!(
        said(&|body| body["tools"][0]["function"]["description"] = json!("x")),
        "the tool `one` differs from character 15 on\n  recorded: {\"function\":{\"name\":\"one\"}}\n  \
         asked:    {\"function\":{\"description\":\"x\",\"name\":\"one\"}}"
    );
    assert_eq!(
        said(&|body| body["messages"] =
            json!([{"role": "user", "content": "a"}, {"role": "user", "content": "b"}])),
        "it ends after message 1; asked is also message 2, user: b"
    );
    assert_eq!(
        said(&|body| body["messages"] = json!([])),
        "it has 1 messages, of which the first 0 are asked"
    );
}

fn answer(chunks: &[&str], end: End) -> Response {
    Response {
        status: 200,
        content_type: Some("text/event-stream".to_owned()),
        retry_after: None,
        delay: Duration::ZERO,
        chunks: chunks
            .iter()
            .map(|chunk| Chunk {
                delay: Duration::ZERO,
                bytes: chunk.as_bytes().to_vec().into(),
            })
            .collect(),
        end,
    }
}
