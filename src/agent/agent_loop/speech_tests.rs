use proptest::prelude::*;

use super::*;
use crate::agent::agent_loop::testing::Heard;

/// What a model does in one turn.
#[derive(Debug, Clone)]
enum Does {
    Says(&'static str),
    Thinks(&'static str),
    Calls,
}

use Does::{Calls, Says, Thinks};

/// Plays the turns; the last one is the answer, those before it call tools. After each step: what was heard so far.
async fn played(turns: &[&[Does]]) -> (Vec<String>, String) {
    let (mut heard, mut answer) = (Heard::default(), Answer::default());
    let mut lines = Vec::new();
    for (number, turn) in turns.iter().enumerate() {
        let mut speech = Speech::new(&mut heard, &mut answer);
        for does in *turn {
            match does {
                Says(text) => speech.says((*text).to_owned()).await,
                Thinks(text) => speech.thinks((*text).to_owned()).await,
                Calls => speech.calls().await,
            }
        }
        if number + 1 == turns.len() {
            speech.ends_as_answer().await;
        } else {
            speech.ends_with_calls().await;
        }
        lines.push(heard.line());
    }
    (lines, answer.into_text())
}

/// What is heard while a turn still goes on.
async fn live(turn: &[Does]) -> String {
    let (mut heard, mut answer) = (Heard::default(), Answer::default());
    let mut speech = Speech::new(&mut heard, &mut answer);
    for does in turn {
        match does {
            Says(text) => speech.says((*text).to_owned()).await,
            Thinks(text) => speech.thinks((*text).to_owned()).await,
            Calls => speech.calls().await,
        }
    }
    heard.line()
}

#[tokio::test]
async fn an_answer_is_told_from_its_second_line_on_piece_by_piece() {
    let first = [Says("Lima "), Says("provinsi:"), Says("\n")];
    assert_eq!(live(&first).await, "");
    let more: Vec<_> = first.iter().cloned().chain([Says("1. Bali")]).collect();
    assert_eq!(live(&more).await, "'Lima ' 'provinsi:' '\n' '1. Bali'");
    let more: Vec<_> = more.into_iter().chain([Says(" 7")]).collect();
    assert_eq!(live(&more).await, "'Lima ' 'provinsi:' '\n' '1. Bali' ' 7'");
}

#[tokio::test]
async fn a_long_line_is_told_when_it_is_longer_than_an_announcement() {
    let word = Says("sepuluh hr");
    let turn = vec![word; ANNOUNCEMENT / 10 + 1];
    assert_eq!(live(&turn[1..]).await, "");
    assert_eq!(live(&turn).await.matches("sepuluh hr").count(), turn.len());
}

#[tokio::test]
async fn blank_lines_are_no_second_line() {
    assert_eq!(live(&[Says("\n\n"), Says("Sebentar.\n\n  ")]).await, "");
}

#[tokio::test]
async fn a_short_line_before_a_call_is_a_thought_as_soon_as_the_call_begins() {
    assert_eq!(
        live(&[Says("Saya "), Says("lihat."), Calls]).await,
        "thinking"
    );
    let (lines, answer) = played(&[&[Says("Saya lihat."), Calls], &[Says("42")]]).await;
    assert_eq!(lines, ["thinking", "thinking '42'"]);
    assert_eq!(answer, "42");
}

#[tokio::test]
async fn text_between_and_after_calls_is_a_thought_too() {
    let (lines, answer) = played(&[&[Says("a"), Calls, Says("b"), Calls], &[Says("42")]]).await;
    assert_eq!(lines, ["thinking thinking", "thinking thinking '42'"]);
    assert_eq!(answer, "42");
}

#[tokio::test]
async fn what_was_told_before_a_call_stays_in_the_answer() {
    let turns: [&[Does]; 2] = [
        &[Says("Satu.\nDua."), Calls, Says(" Tiga.")],
        &[Thinks("hm"), Says("42")],
    ];
    let (lines, answer) = played(&turns).await;
    assert_eq!(lines[0], "'Satu.\nDua.' ' Tiga.'");
    assert_eq!(lines[1], "'Satu.\nDua.' ' Tiga.' thinking '\n\n' '42'");
    assert_eq!(answer, "Satu.\nDua. Tiga.\n\n42");
}

fn does() -> impl Strategy<Value = Does> {
    let text = prop::sample::select(vec![
        "a",
        " ",
        "\n",
        "b c",
        "é",
        "👍",
        "x\ny",
        "0123456789 0123456789 0123456789 0123456789 0123456789",
    ]);
    prop_oneof![
        6 => text.clone().prop_map(Says),
        1 => text.prop_map(Thinks),
        1 => Just(Calls),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// However a model mixes text, reasoning and calls: the tokens are the answer, and every piece of text is told once, in
    /// order, as the answer or as a thought.
    #[test]
    fn nothing_is_lost_and_nothing_is_told_twice(
        turns in prop::collection::vec(prop::collection::vec(does(), 0..12), 1..4)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let (mut heard, mut answer) = (Heard::default(), Answer::default());
        let mut said = String::new();
        runtime.block_on(async {
            for turn in &turns {
                let mut speech = Speech::new(&mut heard, &mut answer);
                for does in turn {
                    match does {
                        Says(text) => { said.push_str(text); speech.says((*text).to_owned()).await }
                        // Told apart from thoughts that were text.
                        Thinks(_) => {}
                        Calls => speech.calls().await,
                    }
                }
                speech.ends_with_calls().await;
            }
        });
        let (mut tokens, mut all) = (String::new(), String::new());
        for event in &heard.events {
            match event {
                Event::Token { content } => { tokens.push_str(content); all.push_str(content) }
                Event::Thinking { content } => all.push_str(content),
                other => panic!("{other:?}"),
            }
        }
        prop_assert_eq!(tokens, answer.into_text());
        let visible = |text: &str| text.split_whitespace().collect::<String>();
        prop_assert_eq!(visible(&all), visible(&said));
    }
}
