//! Our server: what it sends can be read by every parser, the least careful ones included.

use super::recordings;

/// Where careless clients split lines.
const UNICODE_LINE_ENDS: [char; 9] = [
    '\r', '\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{85}', '\u{2028}', '\u{2029}',
];

#[tokio::test]
async fn a_stream_is_frames_of_id_type_and_one_line_of_data() {
    for (name, transcript) in recordings::transcripts() {
        let server = recordings::played(&transcript).await;
        let text = recordings::sent(&server, &transcript).await;
        assert!(!text.contains(UNICODE_LINE_ENDS), "{name}");
        let text = text
            .strip_prefix("retry: 500\n")
            .expect("the time to wait comes first");
        let frames: Vec<_> = text.split_terminator("\n\n").collect();
        let wanted = recordings::frames(&transcript);
        assert_eq!(frames.len(), wanted.len(), "{name}");
        for (frame, wanted) in frames.into_iter().zip(wanted) {
            let id = wanted.id.expect("every frame has an id");
            let wanted = format!("id: {id}\nevent: {}\ndata: {}", wanted.kind, wanted.data);
            assert_eq!(frame, wanted, "{name}");
        }
        assert!(text.ends_with("\n\n"), "{name}: the last frame is whole");
    }
}
