use super::FILES;
use crate::capture::Access;
use crate::capture::test_support::{server, session, soon};

async fn get(url: String) -> (u16, reqwest::header::HeaderMap, String) {
    let response = soon("an answer", reqwest::get(url))
        .await
        .expect("an answer");
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    (status, headers, response.text().await.expect("text"))
}

#[tokio::test]
async fn every_file_is_served_as_what_it_is_and_locked_in() {
    let server = server(|_| {}).await;
    let mut files: Vec<_> = FILES
        .iter()
        .map(|(name, kind, _)| (format!("page/{name}"), *kind))
        .collect();
    files.push((String::new(), "text/html"));
    for (path, kind) in files {
        let (status, headers, content) = get(format!("{}{path}", server.start_page_url())).await;
        assert_eq!(status, 200, "{path}");
        assert!(!content.trim().is_empty(), "{path}");
        let header = |name: &str| {
            let value = headers
                .get(name)
                .unwrap_or_else(|| panic!("{path} has no {name}"));
            value.to_str().expect("ASCII").to_owned()
        };
        assert_eq!(
            header("content-type"),
            format!("{kind}; charset=utf-8"),
            "{path}"
        );
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("referrer-policy"), "no-referrer");
        assert_eq!(header("x-frame-options"), "DENY");
        let policy = header("content-security-policy");
        for part in [
            "default-src 'none'",
            "script-src 'self';",
            "style-src 'self';",
            "connect-src 'self';",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
        ] {
            assert!(policy.contains(part), "{policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
    }
}

#[tokio::test]
async fn every_script_is_served_and_asked_for() {
    let of_index = super::INDEX.matches("page/main.js").count();
    assert_eq!(of_index, 1);
    let scripts: Vec<_> = FILES
        .iter()
        .filter(|(name, ..)| name.ends_with(".js"))
        .collect();
    for (name, _, content) in &scripts {
        for line in content.lines().filter(|line| line.starts_with("import ")) {
            let asked = line
                .rsplit_once("\"./")
                .and_then(|(_, end)| end.strip_suffix("\";"));
            let asked = asked.unwrap_or_else(|| panic!("{name}: {line}"));
            assert!(
                scripts.iter().any(|(served, ..)| *served == asked),
                "{name}: {line}"
            );
        }
        let import = format!("\"./{name}\";");
        let asked = scripts
            .iter()
            .any(|(.., content)| content.contains(&import));
        assert!(asked || *name == "main.js", "nothing asks for {name}");
    }
}

#[tokio::test]
async fn no_file_makes_markup_of_data_or_asks_for_anything_elsewhere() {
    let files = FILES.iter().map(|(name, _, content)| (*name, *content));
    for (name, content) in files.chain([("index.html", super::INDEX)]) {
        for wrong in [
            "innerHTML",
            "outerHTML",
            "insertAdjacent",
            "document.write",
            "eval(",
            " style=",
            " onclick=",
            "https://",
        ] {
            assert!(!content.contains(wrong), "{name} has {wrong}");
        }
        // The name of a namespace is no address.
        let elsewhere = content.replace("http://www.w3.org/2000/svg", "");
        assert!(!elsewhere.contains("http://"), "{name}");
    }
}

#[tokio::test]
async fn the_page_knows_whether_there_is_a_list_and_when_a_connection_is_lost() {
    let open = server(|config| config.keep_alive = std::time::Duration::from_millis(1_500)).await;
    let (_, _, html) = get(open.start_page_url()).await;
    assert!(
        html.contains(r#"data-access="open" data-keep-alive="1500""#),
        "{html}"
    );
    let locked = server(|config| config.access = Access::keys()).await;
    let (status, _, html) = get(locked.start_page_url()).await;
    assert_eq!(status, 200, "the page itself has no secret");
    assert!(
        html.contains(r#"data-access="keys" data-keep-alive="15000""#),
        "{html}"
    );
    assert!(!html.contains('{'), "nothing is left to fill in: {html}");
}

#[tokio::test]
async fn other_files_are_not_there() {
    let server = server(|_| {}).await;
    for path in [
        "page/none.js",
        "page/..%2Froutes.rs",
        "page/%E0",
        "page/",
        "index.html",
    ] {
        let (status, _, text) = get(format!("{}{path}", server.start_page_url())).await;
        assert_eq!(status, 404, "{path}");
        assert!(text.starts_with("{\"detail\":"), "{path}: {text}");
    }
}

#[tokio::test]
async fn a_sessions_page_has_what_names_it_where_no_server_sees_it() {
    let plain = server(|_| {}).await;
    let id = session("a/b c");
    assert_eq!(
        plain.page_url(&id),
        format!("http://{}/#/stream/a%2Fb%20c", plain.address())
    );
    let locked = server(|config| {
        config.access = Access::keys();
        config.public_url = Some("https://kai.example/receiver/".to_owned());
    })
    .await;
    let (_, key) = locked
        .stream_url(&id)
        .split_once("?key=")
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .expect("a key");
    assert_eq!(
        locked.page_url(&id),
        format!("https://kai.example/receiver/#/stream/a%2Fb%20c?key={key}")
    );
    assert_eq!(locked.start_page_url(), "https://kai.example/receiver/");
}

/// The lightness of a colour `#rgb` or `#rrggbb` (WCAG 2.2, "relative luminance").
fn luminance(colour: &str) -> f64 {
    let digits = colour.trim_start_matches('#');
    let wide: String = match digits.len() {
        3 => digits.chars().flat_map(|digit| [digit, digit]).collect(),
        _ => digits.to_owned(),
    };
    let part = |at: usize| {
        let value = u8::from_str_radix(&wide[at..at + 2], 16).expect("two hexadecimal digits");
        let value = f64::from(value) / 255.0;
        match value <= 0.04045 {
            true => value / 12.92,
            false => ((value + 0.055) / 1.055).powf(2.4),
        }
    };
    0.2126 * part(0) + 0.7152 * part(2) + 0.0722 * part(4)
}

/// The colours that a part of the style sheet names.
fn colours(style: &str) -> std::collections::HashMap<&str, &str> {
    let lines = style
        .lines()
        .filter_map(|line| line.trim().strip_prefix("--"));
    let named = lines.filter_map(|line| line.trim_end_matches(';').split_once(": "));
    named.filter(|(_, value)| value.starts_with('#')).collect()
}

#[test]
fn texts_can_be_read_on_their_grounds_by_day_and_by_night() {
    let (_, _, style) = FILES[0];
    let (day, rest) = style
        .split_once("@media (prefers-color-scheme: dark)")
        .expect("a dark scheme");
    let (night, _) = rest.split_once("* { box-sizing").expect("rules");
    for (scheme, colours) in [("day", colours(day)), ("night", colours(night))] {
        let mut pairs = Vec::new();
        for text in ["text", "soft", "accent", "good", "warn", "bad"] {
            pairs.extend([(text, "ground"), (text, "card")]);
        }
        pairs.extend([
            ("warn", "warn-soft"),
            ("bad", "bad-soft"),
            ("text", "accent-soft"),
            ("soft", "accent-soft"),
        ]);
        for (text, ground) in pairs {
            let (one, other) = (luminance(colours[text]), luminance(colours[ground]));
            let contrast = (one.max(other) + 0.05) / (one.min(other) + 0.05);
            // WCAG 2.2, 1.4.3: 4.5 for texts of usual size.
            assert!(
                contrast >= 4.5,
                "{scheme}: {text} on {ground} is {contrast:.2}"
            );
        }
    }
}
