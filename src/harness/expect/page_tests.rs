//! `docs/expectations.md` shows how each form fails: its texts are those that the code writes.

use std::time::Duration;

use super::testing::{PROMPT, answered, failed, told, with_events};
use super::{Call, Expectations, Is, SameRows, Trajectory, same_rows};

const PAGE: &str = include_str!("../../../docs/expectations.md");

/// What a page shows: code, and what it says when it does not hold.
struct Example {
    code: String,
    text: String,
}

/// `run.expect()` with what follows, of a made-up run.
macro_rules! example {
    ($run:expr, $($chain:tt)+) => {{
        let run = $run;
        Example {
            code: concat!("run.expect()", stringify!($($chain)+)).to_owned(),
            text: told(&run, |expect| expect $($chain)+),
        }
    }};
}

fn examples() -> Vec<Example> {
    let run = answered();
    let together = Expectations::over(&run, PROMPT, Err("none"))
        .count("token", 3)
        .answer(Is::containing("Jawa Barat"))
        .check();
    vec![
        Example {
            code:
                "run.expect().count(\"token\", 3).answer(Is::containing(\"Jawa Barat\")).check()?;"
                    .to_owned(),
            text: together.map_or_else(|error| error.to_string(), |()| String::new()),
        },
        example!(answered(), .events("… sql_result chart_config token+ done")),
        example!(answered(), .events("… tool_start(sql_query, query~\"kabupaten\") … done")),
        example!(answered(), .events("… sql_result token+")),
        example!(answered(), .events("… tokn+ done")),
        example!(answered(), .events("… token++ done")),
        example!(answered(), .count("tool_start(sql_query)", 2..)),
        example!(answered(), .before("sql_result", "tool_end(sql_query)")),
        example!(answered(), .tools(Trajectory::Exact, ["get_instructions", "list_tables", "sql_query"])),
        example!(answered(), .tools(Trajectory::AtMost, ["get_instructions", "sql_query"])),
        example!(answered(), .call(
            Call::to("sql_query").with("query", Is::containing("kabupaten")).output("row_count", 3)
        )),
        Example {
            code: "run.expect().same_rows(\"SELECT name, total FROM … ORDER BY 2 DESC\").await"
                .to_owned(),
            text: same_rows::tests::told(
                &[
                    "Jakarta 106137069.01",
                    "Kalimantan 77910491.19",
                    "Bali 87177475.36",
                ],
                &[
                    "Jakarta 106137069.01",
                    "Kalimantan 87177475.36",
                    "Bali 77910491.19",
                ],
                SameRows::of("SELECT name, total FROM t ORDER BY 2 DESC"),
            ),
        },
        example!(answered(), .answer(Is::matching(r"(?m)^1 +Bali"))),
        example!(answered(), .answer(Is::near(106_000_000.0, 1_000.0))),
        example!(answered(), .cell(("provinsi", "Bali"), "rata_rata", Is::near(87_177_475.36, 0.01))),
        example!(answered(), .answer_cell(0, "Provinsi", "Bali")),
        example!(answered(), .first_token_within(Duration::from_millis(100))),
        example!(failed(), .completes()),
        example!(answered(), .fails_with("UnknownConnection")),
        example!(with_events(""), .count("error", 0)),
    ]
}

/// The page's blocks of code that are followed by what they say, as (code, text).
fn on_the_page(page: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    for block in page.split("```rust\n").skip(1) {
        let Some((code, rest)) = block.split_once("\n```\n") else {
            continue;
        };
        let Some(text) = rest.trim_start().strip_prefix("```text\n") else {
            continue;
        };
        let text = text.split_once("\n```\n").map_or(text, |(text, _)| text);
        found.push((code, text));
    }
    found
}

fn squeezed(code: &str) -> String {
    code.chars()
        .filter(|c| !c.is_whitespace())
        .collect::<String>()
        .replace(",)", ")")
}

#[test]
fn the_page_shows_what_the_code_writes() {
    let examples = examples();
    let shown = on_the_page(PAGE);
    for (example, (code, text)) in examples.iter().zip(&shown) {
        assert_eq!(
            squeezed(code),
            squeezed(&example.code),
            "docs/expectations.md"
        );
        assert_eq!(
            *text, example.text,
            "docs/expectations.md shows another text for\n{code}\n`cargo test --lib page_tests -- --ignored` writes it again"
        );
    }
    assert_eq!(shown.len(), examples.len(), "docs/expectations.md");
    let readme = include_str!("../../../README.md");
    let text = &examples[1].text;
    assert!(
        readme.contains(text),
        "README.md shows another failure than\n{text}"
    );
}

#[test]
#[ignore = "writes the texts of docs/expectations.md again"]
fn the_page_is_written_again() -> std::io::Result<()> {
    let mut page = PAGE.to_owned();
    for (example, (code, text)) in examples().iter().zip(on_the_page(PAGE)) {
        let block = |text: &str| format!("{code}\n```\n\n```text\n{text}\n```\n");
        page = page.replace(&block(text), &block(&example.text));
    }
    std::fs::write(
        concat!(env!("CARGO_MANIFEST_DIR"), "/docs/expectations.md"),
        page,
    )
}
