//! Tables in an answer: Markdown, or plain text in columns.

/// A table as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) head: Vec<String>,
    pub(super) rows: Vec<Vec<String>>,
}

/// How the cells of a table are divided.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Markdown,
    /// By two spaces or more.
    Plain,
}

/// The tables of a text, in order.
pub(super) fn tables(text: &str) -> Vec<Table> {
    let lines: Vec<&str> = text.lines().collect();
    let mut tables = Vec::new();
    let mut at = 0;
    while at + 1 < lines.len() {
        let Some(kind) = kind_of_rule(lines[at + 1]) else {
            at += 1;
            continue;
        };
        let head = cells(lines[at], kind);
        let is_head = !lines[at].trim().is_empty()
            && (kind == Kind::Plain || lines[at].contains('|'))
            && (kind == Kind::Markdown || head.len() > 1);
        if !is_head {
            at += 1;
            continue;
        }
        let belongs = |line: &&&str| match kind {
            Kind::Markdown => line.contains('|'),
            Kind::Plain => !line.trim().is_empty(),
        };
        let body: Vec<&&str> = lines[at + 2..].iter().take_while(belongs).collect();
        at += 2 + body.len();
        tables.push(Table {
            head,
            rows: body.into_iter().map(|line| cells(line, kind)).collect(),
        });
    }
    tables
}

/// Which kind of table a line under a head is the rule of.
fn kind_of_rule(line: &str) -> Option<Kind> {
    let line = line.trim();
    let of = |allowed: &[char]| line.chars().all(|c| allowed.contains(&c));
    if line.contains('|') && line.contains('-') && of(&['|', '-', ':', ' ']) {
        return Some(Kind::Markdown);
    }
    (line.chars().count() >= 3 && of(&['-', '─', ' '])).then_some(Kind::Plain)
}

fn cells(line: &str, kind: Kind) -> Vec<String> {
    match kind {
        Kind::Plain => line
            .trim()
            .split("  ")
            .map(str::trim)
            .filter(|cell| !cell.is_empty())
            .map(str::to_owned)
            .collect(),
        Kind::Markdown => {
            let line = line.trim();
            let line = line.strip_prefix('|').unwrap_or(line);
            let mut cells = vec![String::new()];
            let mut escaped = false;
            for c in line.chars() {
                match (c, cells.last_mut()) {
                    ('|', _) if !escaped => cells.push(String::new()),
                    ('|', Some(cell)) => {
                        cell.pop();
                        cell.push('|');
                    }
                    (c, Some(cell)) => cell.push(c),
                    (_, None) => {}
                }
                escaped = c == '\\' && !escaped;
            }
            // What stands behind the last divider is no cell.
            if cells.last().is_some_and(|cell| cell.trim().is_empty()) {
                cells.pop();
            }
            let plain = |cell: String| cell.trim().trim_matches('*').to_owned();
            cells.into_iter().map(plain).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(head: &[&str], rows: &[&[&str]]) -> Table {
        let owned = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect();
        Table {
            head: owned(head),
            rows: rows.iter().map(|row| owned(row)).collect(),
        }
    }

    #[test]
    fn plain_columns_and_markdown_are_tables() {
        let plain = "Judul:\n\nNo  Provinsi          Modal awal\n------------------------------\n\
                     1   Kalimantan Timur      Rp 87,36\n2   Bali                   Rp 7,5\n\nCatatan: x";
        assert_eq!(
            tables(plain),
            [table(
                &["No", "Provinsi", "Modal awal"],
                &[
                    &["1", "Kalimantan Timur", "Rp 87,36"],
                    &["2", "Bali", "Rp 7,5"]
                ]
            )]
        );
        let markdown = "| Provinsi | **n** |\n|---|--:|\n| a \\| b | 7 |\n| c |  |\nand\n\nx | y\n- | -\n1 | 2";
        assert_eq!(
            tables(markdown),
            [
                table(&["Provinsi", "n"], &[&["a | b", "7"], &["c", ""]]),
                table(&["x", "y"], &[&["1", "2"]])
            ]
        );
    }

    #[test]
    fn a_title_with_a_line_under_it_is_no_table() {
        assert_eq!(tables("Judul\n-----\nteks"), []);
        assert_eq!(tables("a\n\n---\nb"), []);
        assert_eq!(tables(""), []);
    }
}
