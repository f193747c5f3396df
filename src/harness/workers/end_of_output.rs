//! The end of what a worker wrote, for an error that others read: without secrets, and without what would steer a terminal.

use crate::harness::artefacts::Scrubber;

/// How much is shown, in bytes.
const SHOWN: usize = 4096;

/// The last lines, indented. All of the output is needed: a secret of which only the end is in sight is not known as one.
pub(super) fn end_of_output(output: &str, scrubber: &Scrubber) -> String {
    let clean = scrubber.scrub(output);
    let start = clean.ceil_char_boundary(clean.len().saturating_sub(SHOWN));
    match &clean[start..] {
        "" => "  it wrote nothing".to_owned(),
        end => end
            .lines()
            .map(|line| format!("  {}", without_controls(line)))
            .collect::<Vec<_>>()
            .join("\n"),
    }
}

/// Control characters as they would be written in a program: `\u{1b}`.
fn without_controls(line: &str) -> String {
    let mut clean = String::with_capacity(line.len());
    for c in line.chars() {
        match c {
            '\t' => clean.push(c),
            c if c.is_control() => clean.extend(c.escape_default()),
            c => clean.push(c),
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Secret;

    fn shown(output: &str) -> String {
        let secret = Secret::new("sk-SECRET123");
        end_of_output(output, &Scrubber::of_secrets(std::iter::once(&secret)))
    }

    #[test]
    fn it_is_the_last_lines() {
        assert_eq!(shown(""), "  it wrote nothing");
        assert_eq!(shown("one\r\n\ttwo é\n"), "  one\n  \ttwo é");
        let long = format!("{}\nlast", "é".repeat(SHOWN));
        let end = shown(&long);
        assert!(
            end.len() <= SHOWN + 4 && end.ends_with("é\n  last"),
            "{end}"
        );
    }

    #[test]
    fn no_secret_is_in_it_however_it_is_cut() {
        assert_eq!(shown("key=sk-SECRET123\n"), "  key=[redacted]");
        for after in SHOWN - 15..=SHOWN {
            let end = shown(&format!("key=sk-SECRET123{}", "x".repeat(after)));
            assert!(!end.contains("123"), "{after}: {}", &end[..40]);
        }
    }

    #[test]
    fn nothing_of_it_steers_a_terminal() {
        assert_eq!(
            shown("\u{1b}[31mred\0\u{9b}2J\rover"),
            r"  \u{1b}[31mred\u{0}\u{9b}2J\rover"
        );
    }
}
