use super::*;

use crate::capture::session::Refusals;
use crate::capture::test_support::{delivery, done, impatient_log, numbered, session, token};

fn transcript(id: &str, bodies: &[serde_json::Value]) -> Transcript {
    let mut log = impatient_log();
    for body in bodies {
        log.append(delivery(body), tokio::time::Instant::now())
            .expect("room");
    }
    Transcript::of(session(id), log.contents(), Refusals::default())
}

#[test]
fn what_is_written_is_read_again() {
    let directory = tempfile::tempdir().expect("a directory");
    let files = TranscriptFiles::open(&directory.path().join("a/b")).expect("writable");
    let mut body = numbered(1, 1, token("\u{2028} \"ä\""));
    body["session_id"] = "another".into();
    body["sent_at"] = "2025-01-01T00:00:00Z".into();
    let written = transcript(
        "s",
        &[
            body,
            numbered(1, 3, token("c")),
            numbered(1, 3, token("C")),
            numbered(2, 1, token("A")),
            numbered(1, 2, token("late")),
            numbered(2, 2, done()),
        ],
    );
    let path = files.create(&written).expect("writes");
    let read = Transcript::read(&path).expect("reads");
    let json = |transcript| serde_json::to_string(transcript).expect("serialises");
    assert_eq!(json(&read), json(&written));
    assert_eq!(read.faults.len(), 2, "a conflict and a late event");
}

#[test]
fn a_session_of_the_same_name_gets_a_file_of_its_own() {
    let directory = tempfile::tempdir().expect("a directory");
    let files = TranscriptFiles::open(directory.path()).expect("writable");
    let first = files.create(&transcript("a/b", &[])).expect("writes");
    let again = transcript("a/b", &[numbered(1, 1, token("a"))]);
    let second = files.create(&again).expect("writes");
    files
        .replace(&transcript("a/b", &[]), &first)
        .expect("writes");
    let name = |path: &Path| {
        path.file_name()
            .map(|name| name.to_string_lossy().into_owned())
    };
    assert_eq!(name(&first).as_deref(), Some("a%2Fb.json"));
    assert_eq!(name(&second).as_deref(), Some("a%2Fb.2.json"));
    assert_eq!(Transcript::read(&second).expect("reads").events.len(), 1);
    let files = std::fs::read_dir(directory.path()).expect("readable");
    assert_eq!(files.count(), 2, "nothing temporary is left");
}

#[test]
fn every_id_is_a_file_name_and_no_two_are_the_same() {
    let long = "漢".repeat(170);
    let ids = [
        "a",
        "A.b-c_d~e",
        "..",
        ".",
        "a/../../b",
        "a b",
        "%2F",
        "/",
        &long,
        &long[..507],
    ];
    let names: std::collections::BTreeSet<_> =
        ids.iter().map(|id| file_name(&session(id))).collect();
    assert_eq!(names.len(), ids.len());
    for name in names {
        assert!(!name.contains('/') && name.len() <= LONGEST_NAME, "{name}");
    }
}

#[test]
fn what_is_no_transcript_is_named() {
    let said = |json: &str| {
        Transcript::from_json(json.as_bytes())
            .expect_err(json)
            .to_string()
    };
    assert!(said("{}").starts_with("this is no transcript: missing field"));
    let event = |seq: u32, event: &str| {
        format!(
            r#"{{"run":1,"attempt":1,"seq":{seq},"delivery":1,"received_at":"2025-01-01T00:00:00Z","sent_at":null,"streamed":true,"event":{event}}}"#
        )
    };
    let transcript = |events: &[String]| {
        format!(
            r#"{{"session_id":"s","finished":true,"attempts":[],"events":[{}],"faults":[],"duplicates":0,"refused":0}}"#,
            events.join(",")
        )
    };
    let token = r#"{"type":"token"}"#;
    assert_eq!(
        said(&transcript(&[event(2, token), event(1, token)])),
        "event 2 of the transcript has the id 1-1-1 and does not come after the one before it"
    );
    assert_eq!(
        said(&transcript(&[event(1, "{}")])),
        "event 1 of the transcript has no `type`"
    );
    for (id, wanted) in [
        (String::new(), "the session's id is empty"),
        (
            "a\\nb".to_owned(),
            "the session's id has control characters",
        ),
        ("x".repeat(513), "the session's id has 513 bytes"),
    ] {
        let said = said(&transcript(&[]).replace(r#""s""#, &format!(r#""{id}""#)));
        let start = format!("no receiver serves the session of the transcript: {wanted}");
        assert!(said.starts_with(&start), "{said}");
    }
    let error = Transcript::read(Path::new("no/such/file")).expect_err("not there");
    assert_eq!(error.to_string(), "cannot read the transcript no/such/file");
}
