use super::*;
use crate::capture::test_support::{delivery, id, plain, token};

/// A history of events under these ids, of which the first `dropped` are gone.
fn history(ids: &[&str], dropped: usize) -> History {
    let mut history = History::default();
    for (index, text) in ids.iter().enumerate() {
        let event = delivery(&plain(token(index)));
        history.push(Record::new(id(text), index as u64 + 1, event));
    }
    for _ in 0..dropped {
        history.drop_oldest().expect("there is one");
    }
    history
}

fn start(position: u64, whole: bool) -> Start {
    Start { position, whole }
}

#[test]
fn an_id_is_found_between_events_and_an_unknown_future_starts_over() {
    let kept = history(&["1-1-1", "1-1-2", "1-1-5"], 0);
    assert_eq!(kept.after(id("1-1-1")), start(1, true));
    assert_eq!(
        kept.after(id("1-1-3")),
        start(2, true),
        "a number that is missing"
    );
    assert_eq!(kept.after(id("1-1-5")), start(3, true));
    assert_eq!(kept.after(id("1-1-6")), start(0, false));
    assert_eq!(kept.after(id("2-1-1")), start(0, false));
    assert_eq!(history(&[], 0).after(id("1-1-1")), start(0, false));
}

#[test]
fn what_was_dropped_is_known_to_be_missing_and_positions_stay() {
    let ids = ["1-1-1", "1-1-2", "1-1-3", "1-1-4"];
    let kept = history(&ids, 2);
    assert_eq!((kept.end(), kept.dropped()), (4, Some((2, id("1-1-2")))));
    assert_eq!(kept.after(id("1-1-1")), start(2, false));
    assert_eq!(kept.after(id("1-1-2")), start(2, true), "nothing is missed");
    assert_eq!(kept.after(id("1-1-3")), start(3, true));
    let found = kept.frames(0, usize::MAX);
    assert_eq!((found.from, found.frames.len()), (2, 2));
    let found = kept.frames(3, usize::MAX);
    assert_eq!((found.from, found.frames.len()), (3, 1));
    assert!(kept.forgot(id("1-1-2")) && !kept.forgot(id("1-1-3")));
    assert_eq!(kept.last_up_to(1, 1), Some(id("1-1-4")));
}

#[test]
fn a_history_that_lost_everything_still_knows_where_it_ended() {
    let kept = history(&["1-1-1", "1-2-1"], 2);
    assert_eq!(kept.end(), 2);
    assert_eq!(kept.after(id("1-2-1")), start(2, true));
    assert_eq!(kept.after(id("1-2-2")), start(2, false));
    assert_eq!(kept.last_up_to(1, 2), Some(id("1-2-1")));
}

#[test]
fn batches_are_cut_at_frames() {
    let kept = history(&["1-1-1", "1-1-2", "1-1-3"], 0);
    assert_eq!(kept.frames(0, 0).frames.len(), 1, "one frame always fits");
    let all = kept.frames(0, usize::MAX).frames;
    let two = all[..2].iter().map(|(.., frame)| frame.len()).sum();
    assert_eq!(kept.frames(0, two).frames.len(), 2);
    assert_eq!(kept.frames(1, usize::MAX).frames.len(), 2);
    assert!(kept.frames(3, usize::MAX).frames.is_empty());
    assert!(kept.frames(9, usize::MAX).frames.is_empty());
}
