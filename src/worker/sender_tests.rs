//! The sender against receivers that behave, refuse, hang and are gone.

use super::*;
use crate::worker::heartbeat::{DeliveryCounts, Heartbeats, Pulse};
use async_trait::async_trait;
use axum::extract::State;
use axum::routing::post;
use std::sync::Mutex;

struct Silent;

#[async_trait]
impl Pulse for Silent {
    async fn beat(&self, _details: String) {}
}

#[derive(Clone, Copy)]
enum Manner {
    Accepts,
    Refuses,
    Hangs,
}

#[derive(Clone)]
struct Receiver {
    manner: Manner,
    bodies: Arc<Mutex<Vec<Callback>>>,
}

async fn receive(
    State(receiver): State<Receiver>,
    body: axum::body::Bytes,
) -> axum::http::StatusCode {
    let callback = Callback::from_slice(&body).expect("the sender sends valid bodies");
    let last = callback.event.get("type") == Some(&Value::from("done"));
    receiver
        .bodies
        .lock()
        .expect("no test panics with it")
        .push(callback);
    match receiver.manner {
        Manner::Hangs if !last => std::future::pending().await,
        Manner::Refuses => axum::http::StatusCode::INTERNAL_SERVER_ERROR,
        _ => axum::http::StatusCode::OK,
    }
}

async fn receiver(manner: Manner) -> (Url, Arc<Mutex<Vec<Callback>>>) {
    let bodies = Arc::new(Mutex::new(Vec::new()));
    let app = axum::Router::new()
        .route("/events/s", post(receive))
        .with_state(Receiver {
            manner,
            bodies: Arc::clone(&bodies),
        });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a free port");
    let address = listener.local_addr().expect("a bound listener");
    tokio::spawn(async move { axum::serve(listener, app).await });
    let url = Url::parse(&format!("http://{address}/events/s")).expect("a URL");
    (url, bodies)
}

async fn send_all(url: Url, count: usize, settings: SenderSettings) -> Arc<DeliveryCounts> {
    let heartbeats = Heartbeats::start(Arc::new(Silent), Duration::from_secs(3600));
    let destination = Destination {
        url,
        session: SessionId::new("s"),
        attempt: 2,
    };
    let mut sender = CallbackSender::start(
        reqwest::Client::new(),
        Some(destination),
        settings,
        heartbeats.listener(),
    );
    for n in 0..count {
        sender
            .send(&Event::Token {
                content: n.to_string(),
            })
            .await;
    }
    let last = Event::Other(
        [("type".to_owned(), Value::from("done"))]
            .into_iter()
            .collect(),
    );
    sender.finish(Some(last)).await;
    heartbeats.counts()
}

fn settings(budget: Duration) -> SenderSettings {
    SenderSettings {
        request_timeout: Duration::from_millis(50),
        queue: 4,
        budget,
    }
}

#[tokio::test]
async fn events_arrive_in_order_with_seq_attempt_and_one_done() {
    let (url, bodies) = receiver(Manner::Accepts).await;
    let counts = send_all(url, 50, settings(Duration::from_secs(10))).await;
    let bodies = bodies.lock().expect("no test panics with it");
    let seqs: Vec<_> = bodies.iter().map(|body| body.seq).collect();
    assert_eq!(seqs, (1..=51).map(Some).collect::<Vec<_>>());
    assert!(
        bodies
            .iter()
            .all(|body| body.attempt == Some(2) && body.session_id == "s")
    );
    assert_eq!(
        bodies.last().and_then(|body| body.event.get("type")),
        Some(&Value::from("done"))
    );
    assert_eq!((counts.sent(), counts.failed()), (51, 0));
}

#[tokio::test]
async fn refusals_count_as_failed() {
    let (url, _bodies) = receiver(Manner::Refuses).await;
    let counts = send_all(url, 7, settings(Duration::from_secs(10))).await;
    assert_eq!((counts.sent(), counts.failed()), (0, 8));
}

#[tokio::test]
async fn a_receiver_that_is_gone_counts_as_failed() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a free port");
    let url = Url::parse(&format!(
        "http://{}/events/s",
        listener.local_addr().expect("bound")
    ))
    .expect("a URL");
    drop(listener);
    let counts = send_all(url, 3, settings(Duration::from_secs(10))).await;
    assert_eq!((counts.sent(), counts.failed()), (0, 4));
}

#[tokio::test]
async fn a_hanging_receiver_costs_the_budget_and_still_gets_its_done() {
    let (url, bodies) = receiver(Manner::Hangs).await;
    let counts = send_all(url, 100, settings(Duration::from_millis(200))).await;
    assert_eq!(
        counts.sent() + counts.failed(),
        101,
        "every event is accounted for"
    );
    assert_eq!(counts.sent(), 1, "only done was acknowledged");
    let bodies = bodies.lock().expect("no test panics with it");
    assert!(
        bodies.len() < 100,
        "most events were given up, not posted: {}",
        bodies.len()
    );
    let done = bodies.last().expect("something was posted");
    assert_eq!(done.seq, Some(101), "done keeps its place in the count");
}
