use super::*;

fn parser() -> Parser {
    Parser::new(1 << 20, None)
}

/// Parses chunks as one stream.
fn parse<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> (Vec<Frame>, Option<String>) {
    let mut parser = parser();
    let mut frames = VecDeque::new();
    for chunk in chunks {
        parser.push(chunk, &mut frames).expect("small enough");
    }
    (frames.into(), parser.last_id().map(str::to_owned))
}

fn frame(id: Option<&str>, kind: &str, data: &str) -> Frame {
    Frame {
        id: id.map(str::to_owned),
        kind: kind.to_owned(),
        data: data.to_owned(),
    }
}

/// A stream with everything in it that the standard knows, and what it must become.
fn sample() -> (String, Vec<Frame>) {
    let text = "\
: a comment

id: 1-1-1
event: token
data: {\"content\":\"Rp 1.000 – é 漢 👍\"}

: keep-alive

data: first
data:second
data:  third
data

event: nothing without data

id
data: unset

retry: 10
unknown: field
:no space
id: bad\0id
id: 1-1-2
event:done
data:

data: not ended";
    let frames = vec![
        frame(
            Some("1-1-1"),
            "token",
            "{\"content\":\"Rp 1.000 – é 漢 👍\"}",
        ),
        frame(None, "message", "first\nsecond\n third\n"),
        frame(Some(""), "message", "unset"),
        frame(Some("1-1-2"), "done", ""),
    ];
    (text.to_owned(), frames)
}

#[test]
fn every_cut_into_two_or_three_and_into_bytes_gives_the_same_frames() {
    let (text, wanted) = sample();
    for end in ["\n", "\r\n", "\r"] {
        for mark in ["", "\u{feff}"] {
            let text = format!("{mark}{}", text.replace('\n', end));
            let bytes = text.as_bytes();
            let wanted = (wanted.clone(), Some("1-1-2".to_owned()));
            assert_eq!(parse([bytes]), wanted, "whole, {end:?} {mark:?}");
            assert_eq!(parse(bytes.chunks(1)), wanted, "bytes, {end:?} {mark:?}");
            for cut in 0..=bytes.len() {
                let (one, other) = bytes.split_at(cut);
                assert_eq!(parse([one, other]), wanted, "cut {cut}, {end:?} {mark:?}");
                let (other, last) = other.split_at(other.len() / 2);
                assert_eq!(parse([one, other, last]), wanted, "cuts at {cut}");
            }
        }
    }
}

#[test]
fn a_frame_is_complete_at_its_blank_line_whatever_follows() {
    for end in ["\n", "\r\n", "\r"] {
        let text = format!("data: x{end}{end}");
        let (frames, _) = parse([text.as_bytes()]);
        assert_eq!(frames, [frame(None, "message", "x")], "{end:?}");
    }
}

#[test]
fn a_byte_order_mark_is_skipped_at_the_start_only() {
    let text = "\u{feff}data: a\n\n\u{feff}data: b\n\ndata: \u{feff}c\n\n";
    for chunks in [text.len(), 1] {
        let (frames, _) = parse(text.as_bytes().chunks(chunks));
        assert_eq!(
            frames,
            [
                frame(None, "message", "a"),
                frame(None, "message", "\u{feff}c")
            ]
        );
    }
}

#[test]
fn line_ends_may_be_mixed() {
    let text = "data: a\r\n\ndata: b\n\r\ndata: c\r\rdata: d\r\n\rdata: e\n\n";
    for chunks in [text.len(), 1] {
        let (frames, _) = parse(text.as_bytes().chunks(chunks));
        let data: Vec<_> = frames.iter().map(|frame| frame.data.as_str()).collect();
        assert_eq!(data, ["a", "b", "c", "d", "e"]);
    }
}

#[test]
fn bytes_that_are_not_utf8_are_replaced_and_the_stream_goes_on() {
    let (frames, _) = parse([&b"data: a\xff\xfeb\n\ndata: c\n\n"[..]]);
    assert_eq!(
        frames,
        [
            frame(None, "message", "a\u{fffd}\u{fffd}b"),
            frame(None, "message", "c")
        ]
    );
}

#[test]
fn a_frame_without_end_is_bounded() {
    let mut parser = Parser::new(100, None);
    let mut frames = VecDeque::new();
    let line = [b'x'; 60];
    assert_eq!(parser.push(&line, &mut frames), Ok(()));
    assert_eq!(parser.push(&line, &mut frames), Err(TooLarge));

    let mut parser = Parser::new(100, None);
    assert_eq!(parser.push(b"data: 123456789\n\n", &mut frames), Ok(()));
    let endless = "data: 123456789\n".repeat(20);
    assert_eq!(parser.push(endless.as_bytes(), &mut frames), Err(TooLarge));
    assert_eq!(frames.len(), 1, "frames before it are kept");
}

#[test]
fn an_empty_id_means_none() {
    let mut parser = Parser::new(100, Some("1-1-7".to_owned()));
    let mut frames = VecDeque::new();
    assert_eq!(parser.last_id(), Some("1-1-7"));
    parser.push(b"id:\n\n", &mut frames).expect("small");
    assert_eq!(parser.last_id(), None);
}

#[test]
fn the_time_to_wait_before_connecting_again_is_digits_only() {
    let mut parser = parser();
    let mut frames = VecDeque::new();
    let mut told = |text: &str| {
        parser
            .push(text.as_bytes(), &mut frames)
            .expect("small enough");
        parser.retry().map(|retry| retry.as_millis())
    };
    assert_eq!(told(""), None);
    for (text, wanted) in [
        ("retry: 1500\n", Some(1_500)),
        ("retry: -1\n", Some(1_500)),
        ("retry: +1\n", Some(1_500)),
        ("retry: 1.5\n", Some(1_500)),
        ("retry:\n", Some(1_500)),
        ("retry:0\n", Some(0)),
    ] {
        assert_eq!(told(text), wanted, "{text:?}");
    }
}
