//! How failures are laid out: what was expected on the left, what was seen on the right, never wider than a terminal.

/// The widest that a line may be, in characters.
pub(super) const WIDTH: usize = 118;
/// The widest that the left side may be.
pub(super) const LEFT: usize = 46;
/// The widest that the right side may be: beside the widest left one.
pub(super) const RIGHT: usize = WIDTH - 4 - LEFT - 3;
/// How many lines are shown before the first that differs, and from it on.
const BEFORE: usize = 8;
const AFTER: usize = 8;

/// Two columns, with a mark at the lines that differ.
#[derive(Debug, Default)]
pub(super) struct Layout {
    lines: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    differs: bool,
    left: String,
    right: String,
}

impl Layout {
    /// Under these two heads.
    pub(super) fn under(left: &str, right: &str) -> Self {
        let mut layout = Self::default();
        layout.same(left, right);
        layout
    }

    /// A line on which both sides agree, or of which only one is known.
    pub(super) fn same(&mut self, left: impl Into<String>, right: impl Into<String>) {
        self.push(false, left.into(), right.into());
    }

    /// A line on which they differ.
    pub(super) fn differs(&mut self, left: impl Into<String>, right: impl Into<String>) {
        self.push(true, left.into(), right.into());
    }

    fn push(&mut self, differs: bool, left: String, right: String) {
        self.lines.push(Line {
            differs,
            left: shortened(&printable(&left), LEFT),
            right: shortened(&printable(&right), WIDTH),
        });
    }

    /// The lines below one another. Long ones are folded: those around the first difference are shown.
    pub(super) fn text(&self) -> String {
        let (head, lines) = match self.lines.split_first() {
            Some(parts) => parts,
            None => return String::new(),
        };
        let widest = self.lines.iter().map(|line| width(&line.left)).max();
        let widest = widest.unwrap_or(0);
        let shown = |line: &Line| {
            let mark = if line.differs { '≠' } else { ' ' };
            let pad = " ".repeat(widest - width(&line.left));
            let right = shortened(&line.right, WIDTH - 4 - widest - 3);
            format!("  {mark} {}{pad}   {right}", line.left)
                .trim_end()
                .to_owned()
        };
        let first = lines.iter().position(|line| line.differs).unwrap_or(0);
        let from = match first.saturating_sub(BEFORE) {
            // A fold of one line would save nothing.
            1 => 0,
            from => from,
        };
        let to = match (first + AFTER).min(lines.len()) {
            to if to + 1 == lines.len() => lines.len(),
            to => to,
        };
        let mut text = vec![shown(head)];
        if from > 0 {
            text.push(format!("    … {from} lines that agree"));
        }
        text.extend(lines[from..to].iter().map(shown));
        if to < lines.len() {
            text.push(format!("    … {} more lines", lines.len() - to));
        }
        text.join("\n")
    }
}

pub(super) fn width(text: &str) -> usize {
    text.chars().count()
}

/// The text with a space for each control character.
fn printable(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// The text without line ends and other control characters, and with single spaces.
pub(in crate::harness) fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// The text, cut in its middle when it is too long: beginnings and ends tell most.
pub(in crate::harness) fn shortened(text: &str, longest: usize) -> String {
    let length = width(text);
    if length <= longest {
        return text.to_owned();
    }
    let kept = longest.saturating_sub(1);
    let (head, tail) = (kept - kept / 3, kept / 3);
    text.chars()
        .take(head)
        .chain(['…'])
        .chain(text.chars().skip(length - tail))
        .collect()
}

/// The text with its long lines broken between words.
pub(super) fn wrapped(text: &str, indent: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        if width(line) <= WIDTH {
            lines.push(line.to_owned());
            continue;
        }
        let mut current: Option<String> = None;
        for word in line.split(' ') {
            let word = shortened(word, WIDTH - indent.len());
            current = Some(match current {
                None => word,
                Some(so_far) if width(&so_far) + 1 + width(&word) > WIDTH => {
                    lines.push(so_far);
                    indent.to_owned() + &word
                }
                Some(so_far) => format!("{so_far} {word}"),
            });
        }
        lines.extend(current);
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_are_aligned_and_differences_marked() {
        let mut layout = Layout::under("expected", "seen");
        layout.same("tool_start(sql_query)", "tool_start(sql_query)");
        layout.differs("done", "token×3");
        layout.same("", "done");
        assert_eq!(
            layout.text(),
            "    expected                seen\n    tool_start(sql_query)   tool_start(sql_query)\n  \
             ≠ done                    token×3\n                            done"
        );
    }

    #[test]
    fn long_ones_are_folded_around_the_first_difference() {
        let mut layout = Layout::under("expected", "seen");
        for number in 0..40 {
            let (left, right) = (format!("a{number}"), format!("b{number}"));
            match number {
                20 => layout.differs(left, right),
                _ => layout.same(left, right),
            }
        }
        let text = layout.text();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[1], "    … 12 lines that agree");
        assert_eq!(lines[2], "    a12        b12");
        assert_eq!(lines[10], "  ≠ a20        b20");
        assert_eq!(lines.last(), Some(&"    … 12 more lines"));
    }

    #[test]
    fn nothing_is_wider_than_a_terminal() {
        let mut layout = Layout::under("expected", "seen");
        layout.differs("x".repeat(300), "y".repeat(300));
        assert!(layout.text().lines().all(|line| width(line) <= WIDTH));
        let words = wrapped(&"word ".repeat(60), "  ");
        assert!(words.lines().all(|line| width(line) <= WIDTH), "{words}");
        assert_eq!(one_line(&words), one_line(&"word ".repeat(60)));
    }

    #[test]
    fn texts_are_cut_in_their_middle() {
        assert_eq!(shortened("abcdefghij", 10), "abcdefghij");
        assert_eq!(shortened("abcdefghijk", 10), "abcdef…ijk");
        assert_eq!(one_line(" a\n\tb\u{1b}[0m "), "a b [0m");
    }
}
