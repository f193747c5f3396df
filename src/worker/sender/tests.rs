//! The sender against receivers that behave, refuse, hang, come and go.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use rstest::rstest;
use serde_json::Value;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::time::Instant;
use url::Url;

use super::*;
use crate::contract::{Callback, Event, SessionId};
use crate::worker::SenderSettings;
use crate::worker::heartbeat::{DeliveryCounts, Heartbeats, Pulse};

struct Silent;

#[async_trait]
impl Pulse for Silent {
    async fn beat(&self, _details: String) {}
}

/// How a receiver answers the n-th request, from 0; none for a request that hangs.
type Manner = fn(usize, &Callback) -> Option<Response>;

#[derive(Clone)]
struct Receiver {
    manner: Manner,
    bodies: Arc<Mutex<Vec<Callback>>>,
}

async fn receive(State(receiver): State<Receiver>, body: axum::body::Bytes) -> Response {
    let callback = Callback::from_slice(&body).expect("the sender sends valid bodies");
    let reply = {
        let mut bodies = receiver.bodies.lock().expect("no test panics with it");
        bodies.push(callback.clone());
        (receiver.manner)(bodies.len() - 1, &callback)
    };
    match reply {
        Some(reply) => reply,
        None => std::future::pending().await,
    }
}

fn ok() -> Option<Response> {
    Some(StatusCode::OK.into_response())
}

fn says(status: u16) -> Option<Response> {
    let status = StatusCode::from_u16(status).expect("a status");
    Some(status.into_response())
}

fn kind(callback: &Callback) -> &str {
    callback.event["type"].as_str().expect("a type")
}

async fn receiver(manner: Manner) -> (Url, Arc<Mutex<Vec<Callback>>>) {
    let bodies = Arc::new(Mutex::new(Vec::new()));
    let app = axum::Router::new()
        .route("/events/s", post(receive))
        .with_state(Receiver {
            manner,
            bodies: Arc::clone(&bodies),
        });
    let (listener, url) = listener().await;
    tokio::spawn(async move { axum::serve(listener, app).await });
    (url, bodies)
}

async fn listener() -> (TcpListener, Url) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("a bound listener");
    let url = Url::parse(&format!("http://{address}/events/s")).expect("a URL");
    (listener, url)
}

/// A sender, and what counts for it.
fn sender_to(
    pulse: Arc<dyn Pulse>,
    url: Url,
    settings: SenderSettings,
) -> (CallbackSender, Heartbeats) {
    let heartbeats = Heartbeats::start(pulse, Duration::from_secs(3600));
    let destination = Destination {
        url,
        session: SessionId::new("s"),
        attempt: 2,
    };
    let client = reqwest::Client::builder()
        .no_proxy()
        .build()
        .expect("a client");
    let listener = heartbeats.listener();
    let sender = CallbackSender::start(client, Some(destination), settings, listener);
    (sender, heartbeats)
}

/// Sends so many events and a `done`, with a pulse that may be of any kind.
async fn send_with(
    pulse: Arc<dyn Pulse>,
    url: Url,
    count: usize,
    settings: SenderSettings,
) -> Arc<DeliveryCounts> {
    let (mut sender, heartbeats) = sender_to(pulse, url, settings);
    for n in 0..count {
        sender.send(&token(n)).await;
    }
    sender.finish(Some(done())).await;
    heartbeats.counts()
}

async fn send_all(url: Url, count: usize, settings: SenderSettings) -> Arc<DeliveryCounts> {
    send_with(Arc::new(Silent), url, count, settings).await
}

/// Quick tries, a small queue, and any budget.
fn settings(budget: Duration) -> SenderSettings {
    SenderSettings {
        request_timeout: Duration::from_millis(50),
        queue: 4,
        attempts: 3,
        retry_pause: Duration::from_millis(1),
        budget,
    }
}

/// As [`settings`], for receivers that answer, however slow the machine is.
fn unhurried() -> SenderSettings {
    SenderSettings {
        request_timeout: Duration::from_secs(60),
        ..settings(Duration::from_secs(300))
    }
}

fn seqs(bodies: &Mutex<Vec<Callback>>) -> Vec<u64> {
    let bodies = bodies.lock().expect("no test panics with it");
    bodies.iter().filter_map(|body| body.seq).collect()
}

#[tokio::test]
async fn events_arrive_in_order_with_seq_attempt_and_one_done() {
    let (url, bodies) = receiver(|_, _| ok()).await;
    let counts = send_all(url, 50, unhurried()).await;
    assert_eq!(seqs(&bodies), (1..=51).collect::<Vec<_>>());
    let bodies = bodies.lock().expect("no test panics with it");
    assert!(
        bodies
            .iter()
            .all(|body| body.attempt == Some(2) && body.session_id == "s")
    );
    assert_eq!(bodies.last().map(kind), Some("done"));
    assert_eq!((counts.sent(), counts.failed()), (51, 0));
}

/// An attempt that is cut off from its receiver and from Temporal learns that it has been replaced when both are back.
#[tokio::test]
async fn a_done_that_did_not_arrive_is_not_tried_again_once_another_attempt_has_taken_over() {
    let (url, bodies) = receiver(|n, _| if n == 1 { says(503) } else { ok() }).await;
    let (mut sender, heartbeats) = sender_to(Arc::new(Silent), url, unhurried());
    sender.send(&token(0)).await;
    let asked = AtomicUsize::new(0);
    let unless = || std::future::ready(asked.fetch_add(1, Ordering::SeqCst) == 1);
    sender.finish_unless(Some(done()), unless).await;
    assert_eq!(asked.load(Ordering::SeqCst), 2);
    assert_eq!(seqs(&bodies), [1, 2], "the first try");
    let counts = heartbeats.counts();
    assert_eq!((counts.sent(), counts.failed()), (1, 0));
}

#[tokio::test]
async fn what_fails_for_a_while_is_tried_again_as_the_same_event() {
    let (url, bodies) = receiver(|n, _| match n {
        1 => says(500),
        2 => says(429),
        4 => says(503),
        _ => ok(),
    })
    .await;
    let counts = send_all(url, 3, unhurried()).await;
    assert_eq!(seqs(&bodies), [1, 2, 2, 2, 3, 3, 4]);
    let bodies = bodies.lock().expect("no test panics with it");
    assert!(
        bodies[1] == bodies[2] && bodies[2] == bodies[3],
        "{bodies:?}"
    );
    assert_eq!((counts.sent(), counts.failed()), (4, 0));
}

#[tokio::test]
async fn a_connection_that_is_closed_in_the_middle_loses_nothing() {
    let (front, url) = listener().await;
    let (back, bodies) = receiver(|_, _| ok()).await;
    let back = (
        back.host_str().expect("a host").to_owned(),
        back.port().expect("a port"),
    );
    tokio::spawn(async move {
        // Two requests are cut off, one with its head and one without; then everything passes.
        for bytes in [40, 0] {
            let (mut cut, _) = front.accept().await.expect("a connection");
            let mut some = vec![0; bytes];
            cut.read_exact(&mut some).await.expect("a request");
        }
        while let Ok((mut near, _)) = front.accept().await {
            let mut far = tokio::net::TcpStream::connect(&back)
                .await
                .expect("a receiver");
            tokio::spawn(async move { tokio::io::copy_bidirectional(&mut near, &mut far).await });
        }
    });
    let counts = send_all(url, 3, unhurried()).await;
    assert_eq!(seqs(&bodies), [1, 2, 3, 4]);
    assert_eq!((counts.sent(), counts.failed()), (4, 0));
}

#[tokio::test]
async fn what_will_not_change_is_not_tried_again() {
    for status in [404, 413, 422, 301] {
        let (url, bodies) = receiver(match status {
            404 => |_, _| says(404),
            413 => |_, _| says(413),
            422 => |_, _| says(422),
            _ => |_, _| says(301),
        })
        .await;
        let counts = send_all(url, 2, unhurried()).await;
        assert_eq!(seqs(&bodies), [1, 2, 3], "{status}");
        assert_eq!((counts.sent(), counts.failed()), (0, 3), "{status}");
    }
}

#[tokio::test]
async fn a_receiver_that_wants_to_be_left_alone_for_long_is() {
    let (url, bodies) = receiver(|n, _| match n {
        0 => Some((StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "0")]).into_response()),
        1 => ok(),
        _ => Some((StatusCode::TOO_MANY_REQUESTS, [("retry-after", "86400")]).into_response()),
    })
    .await;
    let counts = send_all(url, 2, unhurried()).await;
    assert_eq!(seqs(&bodies), [1, 1, 2, 3]);
    assert_eq!((counts.sent(), counts.failed()), (1, 2));
}

#[tokio::test]
async fn a_receiver_that_is_broken_costs_one_event_all_its_tries_and_the_others_one() {
    // It recovers for event 4, and breaks again.
    let (url, bodies) = receiver(|_, callback| match callback.seq {
        Some(4) => ok(),
        _ => says(500),
    })
    .await;
    let counts = send_all(url, 6, unhurried()).await;
    let done = [7; 3];
    assert_eq!(
        seqs(&bodies),
        [&[1, 1, 1, 2, 3, 4, 5, 5, 5, 6][..], &done].concat()
    );
    assert_eq!((counts.sent(), counts.failed()), (1, 6));
}

#[tokio::test]
async fn a_receiver_that_is_gone_counts_as_failed() {
    let (listener, url) = listener().await;
    drop(listener);
    let counts = send_all(url, 3, unhurried()).await;
    assert_eq!((counts.sent(), counts.failed()), (0, 4));
}

#[tokio::test]
async fn a_host_that_has_no_address_counts_as_failed() {
    let url = Url::parse("http://no-such-host.invalid/events/s").expect("a URL");
    let counts = send_all(url, 3, unhurried()).await;
    assert_eq!((counts.sent(), counts.failed()), (0, 4));
}

#[tokio::test]
async fn a_hanging_receiver_costs_the_budget_and_still_gets_its_done() {
    let (url, bodies) = receiver(|_, callback| match kind(callback) {
        "done" => ok(),
        _ => None,
    })
    .await;
    // The time of one request is `done`'s alone: enough of it on a busy machine, too.
    let settings = SenderSettings {
        request_timeout: Duration::from_secs(1),
        ..settings(Duration::from_secs(3))
    };
    let counts = send_all(url, 100, settings).await;
    assert_eq!(
        counts.sent() + counts.failed(),
        101,
        "every event is accounted for"
    );
    assert_eq!(counts.sent(), 1, "only done was acknowledged");
    let seqs = seqs(&bodies);
    assert!(seqs.len() < 100, "most events were given up: {seqs:?}");
    assert_eq!(seqs.last(), Some(&101), "done keeps its place in the count");
}

/// With a clock that stands still but for what is waited for.
#[rstest]
#[case::with_room_for_all(1024, 300)]
#[case::with_a_full_queue(2, 5000)]
#[case::without_a_queue(0, 300)]
#[tokio::test(start_paused = true)]
async fn a_hanging_receiver_holds_a_run_up_no_longer_than_the_budget(
    #[case] queue: usize,
    #[case] events: usize,
) {
    let (listener, url) = listener().await;
    let settings = SenderSettings {
        queue,
        ..SenderSettings::default()
    };
    let began = Instant::now();
    let counts = send_all(url, events, settings).await;
    let took = began.elapsed();
    drop(listener);
    let all = u64::try_from(events).expect("few") + 1;
    assert_eq!((counts.sent(), counts.failed()), (0, all));
    assert!(
        took <= settings.budget + Duration::from_millis(50),
        "{took:?}"
    );
}

/// Panics once, where the task of the sender calls it.
struct Panics(AtomicUsize);

#[async_trait]
impl Pulse for Panics {
    async fn beat(&self, _details: String) {
        assert!(self.0.fetch_add(1, Ordering::Relaxed) > 0, "on purpose");
    }
}

#[tokio::test]
async fn a_panic_of_the_sender_does_not_take_done_with_it() {
    let (url, bodies) = receiver(|_, _| ok()).await;
    let pulse = Arc::new(Panics(AtomicUsize::default()));
    let counts = send_with(pulse, url, 20, unhurried()).await;
    let bodies = bodies.lock().expect("no test panics with it");
    assert_eq!(bodies.last().and_then(|body| body.seq), Some(21));
    assert_eq!(bodies.last().map(kind), Some("done"));
    assert_eq!(counts.sent() + counts.failed(), 21, "all are accounted for");
}

/// A receiver that answers nothing before the gate is opened, and says when the first event has come.
async fn gated(come: Arc<Notify>, gate: Arc<Notify>) -> (Url, Arc<Mutex<Vec<Callback>>>) {
    let (target, bodies) = receiver(|_, _| ok()).await;
    let (front, url) = listener().await;
    let app = axum::Router::new().route(
        "/events/s",
        post(move |body: String| {
            let (come, gate, target) = (Arc::clone(&come), Arc::clone(&gate), target.clone());
            async move {
                come.notify_one();
                gate.notified().await;
                gate.notify_one();
                let sent = reqwest::Client::new().post(target).body(body).send().await;
                sent.expect("the receiver is there")
                    .status()
                    .as_u16()
                    .to_string()
            }
        }),
    );
    tokio::spawn(async move { axum::serve(front, app).await });
    (url, bodies)
}

/// A sender with a queue of its own length.
fn sender_with(url: Url, queue: usize) -> (CallbackSender, Heartbeats) {
    let settings = SenderSettings {
        queue,
        ..unhurried()
    };
    sender_to(Arc::new(Silent), url, settings)
}

fn token(n: usize) -> Event {
    Event::Token {
        content: n.to_string(),
    }
}

fn done() -> Event {
    let done = ("type".to_owned(), Value::from("done"));
    Event::Other([done].into_iter().collect())
}

/// A run that is cancelled while it waits for room in the queue, as one is whose receiver is slow.
#[tokio::test]
async fn an_event_whose_run_is_cancelled_while_it_waits_for_room_is_not_lost() {
    let gate = Arc::new(Notify::new());
    let (url, bodies) = gated(Arc::default(), Arc::clone(&gate)).await;
    let (mut sender, _heartbeats) = sender_with(url, 1);
    let mut handed_over = 0;
    // One is posted, one waits in the queue, and one waits for room there: until nothing moves any more.
    loop {
        let event = token(handed_over);
        let sending = sender.send(&event);
        handed_over += 1;
        let cancelled = tokio::time::timeout(Duration::from_millis(100), sending).await;
        if cancelled.is_err() {
            break;
        }
    }
    gate.notify_one();
    sender.finish(Some(done())).await;
    let wanted = u64::try_from(handed_over).expect("a few") + 1;
    assert_eq!(seqs(&bodies), (1..=wanted).collect::<Vec<_>>());
}

#[tokio::test]
async fn without_a_queue_the_agent_goes_on_when_the_receiver_has_answered() {
    let (come, gate) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (url, bodies) = gated(Arc::clone(&come), Arc::clone(&gate)).await;
    let (mut sender, heartbeats) = sender_with(url, 0);
    let event = token(0);
    let mut sending = Box::pin(sender.send(&event));
    tokio::select! {
        biased;
        () = &mut sending => panic!("nobody has answered yet"),
        () = come.notified() => {}
    }
    assert!(futures::poll!(&mut sending).is_pending());
    assert_eq!(heartbeats.counts().sent(), 0);
    gate.notify_one();
    sending.await;
    assert_eq!(heartbeats.counts().sent(), 1, "counted before it goes on");
    sender.send(&token(1)).await;
    sender.finish(Some(done())).await;
    assert_eq!(seqs(&bodies), [1, 2, 3]);
}

#[tokio::test]
async fn without_a_queue_a_run_that_is_cancelled_at_an_event_tells_it_once() {
    let (come, gate) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (url, bodies) = gated(Arc::clone(&come), Arc::clone(&gate)).await;
    let (mut sender, _heartbeats) = sender_with(url, 0);
    let event = token(0);
    tokio::select! {
        biased;
        () = sender.send(&event) => panic!("nobody has answered yet"),
        () = come.notified() => {}
    }
    gate.notify_one();
    sender.finish(Some(done())).await;
    assert_eq!(seqs(&bodies), [1, 2]);
}
