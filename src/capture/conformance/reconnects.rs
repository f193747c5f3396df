//! Client and server together: a stream that breaks off anywhere goes on without loss or repetition.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use super::cutting_proxy::CuttingProxy;
use super::recordings;
use crate::capture::start_at::StartAt;
use crate::capture::test_support::{accept, done, numbered, server, session, soon, token};
use crate::capture::{CaptureServer, StreamEnd, Subscriber, SubscriberOptions, Transcript};
use crate::contract::sse::{Frame, Parser};

/// What the server sends after an id, as frames.
fn rest(server: &CaptureServer, transcript: &Transcript, last_id: Option<&str>) -> Vec<Frame> {
    let at: StartAt = last_id.unwrap_or_default().parse().expect("an id of ours");
    let session = server
        .shared
        .store
        .get(&transcript.session_id)
        .expect("there");
    let (start, _) = session.start(at);
    assert!(start.whole, "{last_id:?} is an id of this log");
    let frames = session.read(start.position, usize::MAX).found.frames;
    let wanted = recordings::frames(transcript);
    frames
        .into_iter()
        .map(|(id, ..)| {
            let id = Some(id.to_string());
            let frame = wanted.iter().find(|frame| frame.id == id);
            frame.expect("an event of the transcript").clone()
        })
        .collect()
}

#[tokio::test]
async fn every_recording_broken_off_at_every_byte_goes_on_exactly_there() {
    for (name, transcript) in recordings::transcripts() {
        let server = recordings::played(&transcript).await;
        let text = recordings::sent(&server, &transcript).await;
        let wanted = recordings::frames(&transcript);
        let mut rests: HashMap<Option<String>, Vec<Frame>> = HashMap::new();
        let (mut parser, mut seen) = (Parser::new(16 << 20, None), VecDeque::new());
        for (cut, byte) in text.bytes().enumerate() {
            let last_id = parser.last_id().map(str::to_owned);
            let rest = rests
                .entry(last_id)
                .or_insert_with_key(|id| rest(&server, &transcript, id.as_deref()));
            let both = seen.iter().chain(rest.iter());
            assert!(
                both.eq(wanted.iter()),
                "{name}, broken off after {cut} bytes"
            );
            parser.push(&[byte], &mut seen).expect("small enough");
        }
        assert_eq!(
            rests.len(),
            wanted.len(),
            "{name}: one rest for each position"
        );
    }
}

/// The same over connections, of which the first is cut at every byte of what the server sends, the chunks' own
/// framing included.
#[tokio::test]
async fn a_subscriber_whose_connection_is_cut_anywhere_gets_every_event_once() {
    let server = server(|_| {}).await;
    let (id, client) = (session("s"), reqwest::Client::new());
    let events = [token("Rp 1.000 – é 漢 👍"), token("b"), done()];
    for (seq, event) in (1..).zip(&events) {
        let body = numbered(1, seq, event.clone());
        accept(&client, &server.callback_url(&id), &body).await;
    }
    let stream_url = server.stream_url(&id);
    let proxy = CuttingProxy::start(server.address()).await;
    let url = stream_url.replace(&server.address().to_string(), &proxy.address().to_string());
    let (mut cut, mut reconnected) = (0, 0);
    loop {
        proxy.cut_next_after(cut);
        let options = SubscriberOptions {
            pause: Some(Duration::ZERO),
            ..SubscriberOptions::default()
        };
        let mut subscriber = Subscriber::connect_with(&url, options)
            .await
            .expect("connects");
        let received = soon("the end", subscriber.rest()).await;
        let received = received.unwrap_or_else(|error| panic!("cut at {cut}: {error}"));
        let ids: Vec<_> = received
            .iter()
            .filter_map(|event| event.id.as_deref())
            .collect();
        assert_eq!(ids, ["1-1-1", "1-1-2", "1-1-3"], "cut at {cut}");
        for (event, sent) in received.iter().zip(&events) {
            assert_eq!(Some(&event.event), sent.as_object(), "cut at {cut}");
        }
        assert_eq!(subscriber.end(), Some(StreamEnd::Done), "cut at {cut}");
        reconnected += subscriber.reconnects();
        if proxy.last_was_whole() {
            break;
        }
        cut += 1;
    }
    assert!(
        cut > 200 && reconnected > 200,
        "{cut} cuts, {reconnected} reconnections"
    );
}
