//! Time is paused and no socket is involved, so that every wait is exact.

use std::time::Duration;

use futures::{FutureExt, StreamExt};

use super::*;
use crate::capture::config::CaptureConfig;
use crate::capture::store::Store;
use crate::capture::test_support::{
    delivery, done, id, ids, numbered, plain, session, token, whole,
};

struct Bench {
    store: Store,
    config: CaptureConfig,
    stop: CancellationToken,
}

impl Bench {
    fn new() -> Self {
        let config = CaptureConfig::default();
        Self {
            store: Store::new(config.clone(), None),
            config,
            stop: CancellationToken::new(),
        }
    }

    fn put(&self, body: &serde_json::Value) {
        self.store
            .append(&session("s"), delivery(body))
            .expect("room");
    }

    fn reader(&self, at: &str) -> Reader {
        let at: StartAt = at.parse().expect("a place");
        let (session, grown) = self.store.subscribe(&session("s")).expect("room");
        let start = (session.start(at).0, at);
        Reader::new(session, grown, start, &self.config, self.stop.clone())
    }

    /// A stream as its subscriber sees it, one piece of text at a time.
    fn stream(&self, at: &str) -> impl Stream<Item = Result<Bytes, Infallible>> + Unpin {
        Box::pin(self.reader(at).into_stream())
    }
}

/// The next piece of text.
async fn next(stream: &mut (impl Stream<Item = Result<Bytes, Infallible>> + Unpin)) -> String {
    let Ok(bytes) = stream.next().await.expect("the stream goes on");
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

#[tokio::test(start_paused = true)]
async fn a_frame_has_an_id_the_type_and_the_event() {
    let bench = Bench::new();
    bench.put(&plain(token("a")));
    bench.put(&plain(done()));
    assert_eq!(
        whole(bench.stream("")).await,
        format!(
            "retry: 500\nid: 1-1-1\nevent: token\ndata: {}\n\nid: 1-1-2\nevent: done\ndata: {}\n\n",
            token("a"),
            done()
        )
    );
}

#[tokio::test(start_paused = true)]
async fn a_subscriber_may_come_first_and_is_woken_by_each_event() {
    let bench = Bench::new();
    let mut stream = bench.stream("");
    assert!(
        stream.next().now_or_never().is_none(),
        "nothing to read yet"
    );
    for n in 1..=3 {
        bench.put(&plain(token(n)));
        assert_eq!(ids(&next(&mut stream).await), [format!("1-1-{n}")]);
    }
    bench.put(&plain(done()));
    assert_eq!(ids(&whole(stream).await), ["1-1-4"]);
}

#[tokio::test(start_paused = true)]
async fn every_position_resumes_without_loss_or_repetition() {
    let bench = Bench::new();
    for n in 1..=9 {
        bench.put(&plain(token(n)));
    }
    bench.put(&plain(done()));
    let all = ids(&whole(bench.stream("")).await);
    assert_eq!(all.len(), 10);
    for (index, seen) in all.iter().enumerate() {
        let reader = bench.reader("");
        let (start, over) = reader.session.start(StartAt::After(id(seen)));
        assert_eq!(
            (start.position, start.whole, over),
            (index as u64 + 1, true, index + 1 == all.len())
        );
        let rest = whole(bench.stream(seen)).await;
        assert_eq!(ids(&rest), all[index + 1..]);
        assert!(!rest.contains("history_dropped"), "{rest}");
    }
}

#[tokio::test(start_paused = true)]
async fn silence_is_bridged_by_comments_and_ends_with_a_timeout() {
    let bench = Bench::new();
    bench.put(&plain(token("a")));
    let mut stream = bench.stream("");
    next(&mut stream).await;

    let start = Instant::now();
    for n in 1..=19 {
        assert_eq!(next(&mut stream).await, ": keep-alive\n");
        assert_eq!(start.elapsed(), Duration::from_secs(15 * n));
    }
    bench.put(&plain(token("b")));
    assert_eq!(ids(&next(&mut stream).await), ["1-1-2"]);

    let start = Instant::now();
    let rest = whole(stream).await;
    assert_eq!(start.elapsed(), Duration::from_secs(300));
    assert_eq!(
        rest,
        ": keep-alive\n".repeat(19) + "event: timeout\ndata: {}\n\n"
    );
}

#[tokio::test(start_paused = true)]
async fn a_missing_event_delays_the_stream_by_the_reorder_wait_and_no_more() {
    let bench = Bench::new();
    bench.put(&numbered(1, 1, token(1)));
    bench.put(&numbered(1, 3, done()));
    let start = Instant::now();
    assert_eq!(ids(&whole(bench.stream("")).await), ["1-1-1", "1-1-3"]);
    assert_eq!(start.elapsed(), bench.config.reorder_wait);
}

#[tokio::test(start_paused = true)]
async fn a_subscriber_that_waits_gets_an_early_event_once_it_is_let_pass() {
    let bench = Bench::new();
    let mut stream = bench.stream("");
    bench.put(&numbered(1, 1, token("a")));
    assert_eq!(ids(&next(&mut stream).await), ["1-1-1"]);
    assert!(stream.next().now_or_never().is_none(), "it waits");
    let began = Instant::now();
    bench.put(&numbered(1, 3, token("c")));
    assert_eq!(ids(&next(&mut stream).await), ["1-1-3"]);
    assert_eq!(began.elapsed(), bench.config.reorder_wait);
}

#[tokio::test(start_paused = true)]
async fn one_subscriber_letting_pass_an_early_event_wakes_the_others() {
    let bench = Bench::new();
    bench.put(&numbered(1, 2, done()));
    let (one, other) = tokio::join!(whole(bench.stream("")), whole(bench.stream("")));
    assert_eq!(
        (ids(&one), ids(&other)),
        (vec!["1-1-2".to_owned()], vec!["1-1-2".to_owned()])
    );
}

#[tokio::test(start_paused = true)]
async fn a_stop_ends_the_stream_after_what_is_there() {
    let bench = Bench::new();
    bench.put(&plain(token("a")));
    let mut waiting = bench.stream("");
    next(&mut waiting).await;
    let start = Instant::now();
    let (rest, ()) = tokio::join!(whole(waiting), async { bench.stop.cancel() });
    assert_eq!((rest.as_str(), start.elapsed()), ("", Duration::ZERO));
    assert_eq!(ids(&whole(bench.stream("")).await), ["1-1-1"]);
}

#[tokio::test(start_paused = true)]
async fn the_done_of_an_attempt_that_was_followed_by_another_closes_nothing() {
    let bench = Bench::new();
    bench.put(&numbered(1, 1, done()));
    bench.put(&numbered(2, 1, token("b")));
    let mut stream = bench.stream("");
    assert_eq!(ids(&next(&mut stream).await), ["1-1-1", "1-2-1"]);
    assert!(stream.next().now_or_never().is_none());
    bench.put(&numbered(2, 2, done()));
    assert_eq!(ids(&whole(stream).await), ["1-2-2"]);
}

#[tokio::test(start_paused = true)]
async fn a_done_that_came_too_late_for_its_place_still_closes_the_stream() {
    let bench = Bench::new();
    bench.put(&numbered(1, 1, token(1)));
    bench.put(&numbered(1, 3, token(3)));
    let mut stream = bench.stream("");
    next(&mut stream).await;
    assert_eq!(ids(&next(&mut stream).await), ["1-1-3"]);
    let (rest, ()) = tokio::join!(whole(stream), async {
        bench.put(&numbered(1, 2, done()));
    });
    assert_eq!(rest, "");
}

#[tokio::test(start_paused = true)]
async fn a_subscriber_that_is_behind_reads_in_bounded_pieces() {
    let bench = Bench::new();
    for _ in 0..100 {
        bench.put(&plain(token("x".repeat(BATCH / 8))));
    }
    bench.put(&plain(done()));
    let pieces: Vec<_> = bench.stream("").collect().await;
    let longest = pieces
        .iter()
        .map(|piece| piece.as_ref().map_or(0, Bytes::len))
        .max()
        .expect("a piece");
    assert!(longest < 2 * BATCH, "{longest}");
    assert!(pieces.len() > 10, "{}", pieces.len());
}

#[tokio::test(start_paused = true)]
async fn latest_means_what_comes_from_now_on() {
    let bench = Bench::new();
    bench.put(&plain(token("a")));
    let mut stream = bench.stream("latest");
    assert!(stream.next().now_or_never().is_none());
    bench.put(&plain(token("b")));
    bench.put(&plain(done()));
    assert_eq!(ids(&whole(stream).await), ["1-1-2", "1-1-3"]);
    assert_eq!(ids(&whole(bench.stream("earliest")).await).len(), 3);
}

#[tokio::test(start_paused = true)]
async fn latest_waits_for_the_next_run_of_a_session_that_has_ended() {
    let bench = Bench::new();
    bench.put(&plain(token("a")));
    bench.put(&plain(done()));
    let mut stream = bench.stream("latest");
    assert!(stream.next().now_or_never().is_none());
    bench.put(&plain(token("b")));
    bench.put(&plain(done()));
    assert_eq!(ids(&whole(stream).await), ["2-1-1", "2-1-2"]);
}

/// A bench whose sessions keep two events.
fn short_of_room() -> Bench {
    let mut bench = Bench::new();
    bench.config.limits.session_events = 2;
    bench.config.limits.overflow = crate::capture::Overflow::DropOldest;
    bench.store = Store::new(bench.config.clone(), None);
    bench
}

fn history_dropped(after: &str, before: &str) -> String {
    format!(
        "event: history_dropped\ndata: {{\"type\":\"history_dropped\",\"after\":{after},\"before\":{before}}}\n\n"
    )
}

#[tokio::test(start_paused = true)]
async fn a_subscriber_whose_history_was_dropped_is_told_before_anything_else() {
    let bench = short_of_room();
    for n in 1..=4 {
        bench.put(&plain(token(n)));
    }
    for (at, after) in [("", "null"), ("1-1-1", "\"1-1-1\"")] {
        let text = next(&mut bench.stream(at)).await;
        let wanted = format!("retry: 500\n{}", history_dropped(after, "\"1-1-3\""));
        assert!(text.starts_with(&wanted), "{text}");
        assert_eq!(ids(&text), ["1-1-3", "1-1-4"]);
    }
    let nothing_missed = next(&mut bench.stream("1-1-2")).await;
    assert!(
        nothing_missed.starts_with("retry: 500\nid: 1-1-3\n"),
        "{nothing_missed}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_subscriber_that_is_overtaken_is_told_where() {
    let bench = short_of_room();
    bench.put(&plain(token(1)));
    let mut slow = bench.stream("");
    assert_eq!(ids(&next(&mut slow).await), ["1-1-1"]);
    for n in 2..=5 {
        bench.put(&plain(token(n)));
    }
    let text = next(&mut slow).await;
    let wanted = history_dropped("\"1-1-1\"", "\"1-1-4\"");
    assert!(text.starts_with(&wanted), "{text}");
    assert_eq!(ids(&text), ["1-1-4", "1-1-5"]);
    // And only once.
    bench.put(&plain(done()));
    assert_eq!(ids(&whole(slow).await), ["1-1-6"]);
}

#[tokio::test(start_paused = true)]
async fn an_id_of_a_log_that_is_gone_is_answered_at_once() {
    let bench = Bench::new();
    let mut stream = bench.stream("1-1-7");
    let wanted = format!("retry: 500\n{}", history_dropped("\"1-1-7\"", "null"));
    assert_eq!(next(&mut stream).await, wanted);
    bench.put(&plain(token("a")));
    assert_eq!(next(&mut stream).await.lines().next(), Some("id: 1-1-1"));
}
