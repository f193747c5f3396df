//! Rows as a plain-text table: columns of equal width, texts to the left, figures to the right.

/// Lays out rows under a head. The last column is of figures.
pub(super) fn table(head: &[String], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        std::iter::once(head)
            .chain(rows.iter().map(Vec::as_slice))
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<_> = (0..head.len()).map(width).collect();
    let last = head.len().saturating_sub(1);
    let line = |row: &[String]| {
        let cells: Vec<_> = row
            .iter()
            .enumerate()
            .map(|(column, cell)| {
                let pad = " ".repeat(
                    widths
                        .get(column)
                        .map_or(0, |width| width - cell.chars().count()),
                );
                if column == last {
                    format!("{pad}{cell}")
                } else {
                    format!("{cell}{pad}")
                }
            })
            .collect();
        cells.join("  ").trim_end().to_owned()
    };
    let rule = "-".repeat(widths.iter().sum::<usize>() + 2 * last);
    std::iter::once(line(head))
        .chain([rule])
        .chain(rows.iter().map(|row| line(row)))
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::table;

    #[test]
    fn aligns_columns() {
        let text = table(
            &["kota".into(), "jumlah".into()],
            &[
                vec!["A".into(), "1.000".into()],
                vec!["Beta".into(), "7".into()],
            ],
        );
        assert_eq!(
            text,
            "kota  jumlah\n------------\nA      1.000\nBeta       7"
        );
    }
}
