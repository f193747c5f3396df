use futures::StreamExt;
use serde_json::json;

use super::*;
use crate::capture::test_support::{
    accept, done, ids, numbered, plain, server, session, soon, token,
};
use crate::capture::{EventJson, Subscriber};

/// The transcript of a session with most of what can happen in one, recorded by a server.
async fn recorded() -> Transcript {
    let server = server(|config| config.reorder_window = 0).await;
    let (id, client) = (session("s"), reqwest::Client::new());
    for body in [
        numbered(1, 1, token("a")),
        numbered(1, 3, json!({"type": "sql_result", "data": [[1.50]]})),
        numbered(2, 1, token("A")),
        numbered(1, 4, done()),
        numbered(2, 2, done()),
    ] {
        accept(&client, &server.callback_url(&id), &body).await;
    }
    server.transcript(&id).expect("there")
}

#[tokio::test]
async fn subscribers_of_a_replay_see_what_subscribers_saw() {
    let recorded = recorded().await;
    let server = server(|_| {}).await;
    let played = server.replay(&recorded, Pace::Full);
    soon("the replay", played).await.expect("room");
    let mut subscriber = Subscriber::connect(&server.stream_url(&recorded.session_id))
        .await
        .expect("connects");
    let events = soon("the end", subscriber.rest())
        .await
        .expect("a whole stream");
    let seen: Vec<_> = events
        .into_iter()
        .map(|event| (event.id, event.event))
        .collect();
    let wanted: Vec<_> = recorded
        .events
        .iter()
        .filter(|event| event.streamed)
        .map(|event| (Some(event.id().to_string()), event.event.object().clone()))
        .collect();
    assert_eq!(seen, wanted);
    assert_eq!(seen.len(), 4);

    // And the transcript of the replay is the one that was played.
    let again = server.transcript(&recorded.session_id).expect("there");
    assert_eq!(again, recorded);
}

#[tokio::test]
async fn a_session_that_has_events_is_not_played_over() {
    let recorded = recorded().await;
    let server = server(|_| {}).await;
    let url = server.callback_url(&recorded.session_id);
    accept(&reqwest::Client::new(), &url, &plain(token("a"))).await;
    let error = server
        .replay(&recorded, Pace::Full)
        .await
        .expect_err("occupied");
    assert_eq!(
        error.to_string(),
        "session `s` has events already; play the transcript on a server where it is new"
    );
}

#[tokio::test]
async fn a_transcript_that_is_too_long_says_where() {
    let recorded = recorded().await;
    let server = server(|config| config.limits.session_events = 2).await;
    let error = server
        .replay(&recorded, Pace::Full)
        .await
        .expect_err("too long");
    assert!(
        error
            .to_string()
            .starts_with("event 4 of the transcript has no room: the session already has 2 events"),
        "{error}"
    );
}

/// Events that were received so many milliseconds after the first, the last of them a `done`.
fn timed(offsets: &[u64]) -> Transcript {
    let events = offsets.iter().zip(1..).map(|(offset, seq)| {
        let last = usize::try_from(seq) == Ok(offsets.len());
        let event = if last { done() } else { token(seq) };
        TranscriptEvent {
            run: 1,
            attempt: 1,
            seq,
            delivery: seq,
            received_at: SystemTime::UNIX_EPOCH + Duration::from_millis(*offset),
            sent_at: None,
            body_session_id: None,
            streamed: true,
            event: EventJson::new(&event.to_string()).expect("an object"),
        }
    });
    Transcript {
        violations: Vec::new(),
        session_id: session("s"),
        finished: true,
        attempts: Vec::new(),
        events: events.collect(),
        faults: Vec::new(),
        duplicates: 0,
        refused: 0,
    }
}

#[tokio::test(start_paused = true)]
async fn real_pace_has_the_pauses_of_the_recording() {
    let server = server(|_| {}).await;
    // The second event came after the third, which waited for it.
    let transcript = timed(&[1_000, 1_500, 1_200, 61_000]);
    let start = Instant::now();
    let (session, grown) = server.shared.store.subscribe(&session("s")).expect("room");
    let reader = crate::capture::stream::tests_reader(session, grown, &server.shared);
    let reading = async {
        let mut seen = Vec::new();
        let mut stream = std::pin::pin!(reader);
        while let Some(Ok(text)) = stream.next().await {
            let ids = ids(&String::from_utf8_lossy(&text));
            let at = start.elapsed().as_millis();
            seen.extend(ids.into_iter().map(|id| (id, at)));
        }
        seen
    };
    let (played, seen) = tokio::join!(server.replay(&transcript, Pace::Real), reading);
    played.expect("room");
    let seen: Vec<_> = seen.iter().map(|(id, at)| (id.as_str(), *at)).collect();
    let wanted = [
        ("1-1-1", 0),
        ("1-1-2", 500),
        ("1-1-3", 500),
        ("1-1-4", 60_000),
    ];
    for ((id, at), (wanted_id, wanted_at)) in seen.iter().zip(wanted) {
        assert_eq!(*id, wanted_id);
        // Timers have a granularity of a millisecond.
        assert!((wanted_at..=wanted_at + 2).contains(at), "{seen:?}");
    }
    assert_eq!(seen.len(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_stop_ends_a_replay() {
    let server = server(|_| {}).await;
    let transcript = timed(&[0, 3_600_000]);
    let (played, ()) = tokio::join!(server.replay(&transcript, Pace::Real), async {
        server.shared.stop.cancel();
    });
    assert!(matches!(played, Err(ReplayError::Stopped)), "{played:?}");
}

#[tokio::test]
async fn a_subscriber_is_waited_for() {
    let server = server(|_| {}).await;
    let id = session("s");
    let waiting = server.subscribed(&id);
    tokio::pin!(waiting);
    assert!(futures::poll!(&mut waiting).is_pending());
    let subscriber = Subscriber::connect(&server.stream_url(&id))
        .await
        .expect("connects");
    soon("the subscriber", waiting).await;
    drop(subscriber);
    let (session, kept) = server.shared.store.watch(&id).expect("there");
    assert_eq!(session.accepted(), 0);
    drop(kept);
}

#[tokio::test]
async fn what_a_replay_pushes_out_is_given_back() {
    let recorded = recorded().await;
    let server = server(|config| {
        config.limits.session_events = 2;
        config.limits.overflow = crate::capture::Overflow::DropOldest;
    })
    .await;
    let played = server.replay(&recorded, Pace::Full);
    soon("the replay", played).await.expect("room is made");
    let store = &server.shared.store;
    let (contents, _) = store.get(&recorded.session_id).expect("there").contents();
    let kept = contents.events.iter().map(|(record, _)| record.cost());
    assert!(contents.dropped.is_some());
    assert_eq!(store.bytes(), kept.sum::<usize>());
}
