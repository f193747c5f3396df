//! Reasoning that a model writes between `<think>` tags in the midst of its text.

use crate::agent::ModelDelta;

const TAGS: [(&str, &str); 2] = [("<think>", "</think>"), ("<thinking>", "</thinking>")];

/// Divides a text that comes in pieces. A tag may be cut anywhere.
#[derive(Debug, Default)]
pub(super) struct ThinkTags {
    /// What may be the beginning of a tag.
    pending: String,
    /// The tag that ends the reasoning, inside of it.
    closing: Option<&'static str>,
    /// Whether there was any text: white space between the reasoning and the beginning of the text belongs to neither.
    has_text: bool,
    /// Whether there was any reasoning.
    has_reasoning: bool,
}

impl ThinkTags {
    /// Takes a piece and gives what is certain.
    pub(super) fn push(&mut self, piece: &str, deltas: &mut Vec<ModelDelta>) {
        self.pending.push_str(piece);
        loop {
            let pending = std::mem::take(&mut self.pending);
            match self.next_tag(&pending) {
                Some((at, tag)) => {
                    self.emit(&pending[..at], deltas);
                    self.pass(tag);
                    self.pending = pending[at + tag.len()..].to_owned();
                }
                None => {
                    let certain = pending.len() - self.doubtful(&pending);
                    self.emit(&pending[..certain], deltas);
                    self.pending = pending[certain..].to_owned();
                    return;
                }
            }
        }
    }

    /// The stream is over: what looked like the beginning of a tag was none.
    pub(super) fn finish(&mut self, deltas: &mut Vec<ModelDelta>) {
        let pending = std::mem::take(&mut self.pending);
        self.emit(&pending, deltas);
    }

    fn emit(&mut self, text: &str, deltas: &mut Vec<ModelDelta>) {
        let text = match self.closing {
            None if self.has_reasoning && !self.has_text => text.trim_start(),
            _ => text,
        };
        if text.is_empty() {
            return;
        }
        deltas.push(match self.closing {
            Some(_) => ModelDelta::Thinking(text.to_owned()),
            None => {
                self.has_text = true;
                ModelDelta::Text(text.to_owned())
            }
        });
    }

    fn pass(&mut self, tag: &'static str) {
        self.has_reasoning = true;
        self.closing = match self.closing {
            Some(_) => None,
            None => TAGS
                .iter()
                .find(|(open, _)| *open == tag)
                .map(|(_, close)| *close),
        };
    }

    /// The tags that mean something now.
    fn awaited(&self) -> impl Iterator<Item = &'static str> {
        let closing = self.closing;
        TAGS.iter().filter_map(move |(open, close)| match closing {
            None => Some(*open),
            Some(closing) => (closing == *close).then_some(*close),
        })
    }

    fn next_tag(&self, text: &str) -> Option<(usize, &'static str)> {
        self.awaited()
            .filter_map(|tag| text.find(tag).map(|at| (at, tag)))
            .min()
    }

    /// How many bytes at the end may be the beginning of a tag.
    fn doubtful(&self, text: &str) -> usize {
        self.awaited()
            .filter_map(|tag| {
                (1..tag.len())
                    .rev()
                    .find(|cut| text.ends_with(&tag[..*cut]))
            })
            .max()
            .unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Reasoning and text, each joined.
    fn divided<'a>(pieces: impl IntoIterator<Item = &'a str>) -> (String, String) {
        let (mut tags, mut deltas) = (ThinkTags::default(), Vec::new());
        for piece in pieces {
            tags.push(piece, &mut deltas);
        }
        tags.finish(&mut deltas);
        let (mut thinking, mut text) = (String::new(), String::new());
        for delta in deltas {
            match delta {
                ModelDelta::Thinking(piece) => thinking.push_str(&piece),
                ModelDelta::Text(piece) => text.push_str(&piece),
                ModelDelta::ToolCall => panic!("no call"),
            }
        }
        (thinking, text)
    }

    const CASES: [(&str, &str, &str); 9] = [
        ("<think>\nhm\n</think>\n\nBali: 5", "\nhm\n", "Bali: 5"),
        ("<thinking>hm</thinking>5", "hm", "5"),
        ("5 < 6 and <b>bold</b>", "", "5 < 6 and <b>bold</b>"),
        ("a<think>b</think> c<think>d</think>e", "bd", "a ce"),
        ("<think>never closed", "never closed", ""),
        ("<think>a</thinking>b</think>c", "a</thinking>b", "c"),
        ("ends with <thi", "", "ends with <thi"),
        ("no </think> here", "", "no </think> here"),
        ("", "", ""),
    ];

    #[test]
    fn reasoning_is_no_part_of_the_text() {
        for (whole, thinking, text) in CASES {
            assert_eq!(
                divided([whole]),
                (thinking.to_owned(), text.to_owned()),
                "{whole}"
            );
        }
    }

    #[test]
    fn text_is_given_at_once_unless_it_may_be_a_tag() {
        let (mut tags, mut deltas) = (ThinkTags::default(), Vec::new());
        tags.push("5 <", &mut deltas);
        assert_eq!(deltas, [ModelDelta::Text("5 ".to_owned())]);
        tags.push(" 6", &mut deltas);
        assert_eq!(deltas[1..], [ModelDelta::Text("< 6".to_owned())]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn where_the_pieces_are_cut_changes_nothing(
            case in 0..CASES.len(), cuts in prop::collection::vec(0..40usize, 0..6)
        ) {
            let (whole, thinking, text) = CASES[case];
            let mut cuts: Vec<usize> = cuts.into_iter().filter(|cut| *cut < whole.len()).collect();
            cuts.sort_unstable();
            let mut pieces = Vec::new();
            let mut from = 0;
            for cut in cuts {
                pieces.push(&whole[from..cut]);
                from = cut;
            }
            pieces.push(&whole[from..]);
            prop_assert_eq!(divided(pieces), (thinking.to_owned(), text.to_owned()));
        }
    }
}
