//! The chart that suits a statement's rows.

use super::Chart;
use super::columns::{Kind, kinds, number, values};
use super::periods;
use crate::agent::sql::ResultSet;
use crate::contract::ChartWidget;

/// Most parts of a pie that can be told apart.
const MOST_PARTS: usize = 8;
/// Most bars that can be read.
const MOST_BARS: usize = 50;
/// How far the shares of a whole may be from a hundred together, being rounded.
const ROUNDING: f64 = 0.1;

/// The chart for rows; none where there are none.
pub(crate) fn suiting(result: &ResultSet) -> Option<Chart> {
    if result.rows.is_empty() {
        return None;
    }
    let columns = kinds(result);
    let (widget, x, y) = match columns[..] {
        [(figure, Kind::Figure)] if result.rows.len() == 1 => {
            (ChartWidget::Kpi, None, Some(figure))
        }
        [(label, kind), (figure, Kind::Figure)] if drawn_over(result, label, kind) => {
            let widget = over(result, label, figure);
            (widget, Some(label), Some(figure))
        }
        _ => (ChartWidget::Table, None, None),
    };
    if widget == ChartWidget::Table {
        return Some(Chart::new(widget, result, None, None));
    }
    Some(Chart::new(widget, result, x, y))
}

/// Whether the first column names what the second is about: texts do, and so do years.
fn drawn_over(result: &ResultSet, label: &str, kind: Kind) -> bool {
    kind == Kind::Label || periods::in_order(values(result, label))
}

/// The chart of one figure for each name.
fn over(result: &ResultSet, label: &str, figure: &str) -> ChartWidget {
    let rows = result.rows.len();
    if rows == 1 {
        return ChartWidget::Kpi;
    }
    if periods::in_order(values(result, label)) {
        return ChartWidget::Line;
    }
    if rows <= MOST_PARTS && !result.truncated && are_shares(result, figure) {
        return ChartWidget::Pie;
    }
    if rows <= MOST_BARS {
        ChartWidget::Bar
    } else {
        ChartWidget::Table
    }
}

/// Whether the figures are the parts of a whole, in percent.
fn are_shares(result: &ResultSet, figure: &str) -> bool {
    let Some(parts) = values(result, figure)
        .map(number)
        .collect::<Option<Vec<f64>>>()
    else {
        return false;
    };
    parts.iter().all(|part| *part >= 0.0) && (parts.iter().sum::<f64>() - 100.0).abs() <= ROUNDING
}

#[cfg(test)]
mod tests {
    use super::super::columns::testing::result;
    use super::*;
    use serde_json::{Value, json};

    fn rows(count: usize, row: impl Fn(usize) -> Vec<Value>) -> ResultSet {
        let cells: Vec<Vec<Value>> = (0..count).map(row).collect();
        let cells: Vec<&[Value]> = cells.iter().map(Vec::as_slice).collect();
        let columns = ["x", "y", "z"];
        result(&columns[..cells.first().map_or(0, |row| row.len())], &cells)
    }

    fn widget(result: &ResultSet) -> ChartWidget {
        suiting(result).expect("a chart").shape().0
    }

    #[test]
    fn one_figure_is_a_kpi_with_or_without_its_name() {
        let one = rows(1, |_| vec![json!(6000)]);
        assert_eq!(
            suiting(&one).expect("a chart").shape(),
            (ChartWidget::Kpi, None, Some("x"))
        );
        let named = rows(1, |_| vec![json!("Bali"), json!(102)]);
        assert_eq!(
            suiting(&named).expect("a chart").shape(),
            (ChartWidget::Kpi, Some("x"), Some("y"))
        );
        assert_eq!(
            widget(&rows(1, |_| vec![json!("Bali")])),
            ChartWidget::Table
        );
        assert_eq!(widget(&rows(1, |_| vec![json!(null)])), ChartWidget::Table);
    }

    #[test]
    fn periods_in_order_are_a_line_and_a_ranking_of_them_is_bars() {
        let months = rows(6, |n| vec![json!(format!("2024-0{}", n + 1)), json!(n * 7)]);
        assert_eq!(
            suiting(&months).expect("a chart").shape(),
            (ChartWidget::Line, Some("x"), Some("y"))
        );
        let years = rows(3, |n| vec![json!(2023 + n), json!(n)]);
        assert_eq!(widget(&years), ChartWidget::Line);
        let ranked = rows(3, |n| {
            vec![json!(["2024-03", "2024-01", "2024-02"][n]), json!(9 - n)]
        });
        assert_eq!(widget(&ranked), ChartWidget::Bar);
    }

    #[test]
    fn shares_of_a_few_parts_are_a_pie() {
        let shares = |parts: &[f64]| {
            let parts = parts.to_vec();
            rows(parts.len(), move |n| {
                vec![json!(format!("part {n}")), json!(parts[n])]
            })
        };
        assert_eq!(widget(&shares(&[60.0, 33.3333, 6.6667])), ChartWidget::Pie);
        assert_eq!(
            widget(&shares(&[60.0, 30.0])),
            ChartWidget::Bar,
            "not the whole"
        );
        assert_eq!(widget(&shares(&[150.0, -50.0])), ChartWidget::Bar);
        assert_eq!(
            widget(&shares(&[10.0; 10])),
            ChartWidget::Bar,
            "too many parts"
        );
        let cut = ResultSet {
            truncated: true,
            ..shares(&[60.0, 40.0])
        };
        assert_eq!(
            widget(&cut),
            ChartWidget::Bar,
            "the rest of the whole is cut off"
        );
    }

    #[test]
    fn figures_by_name_are_bars_while_they_can_be_read() {
        let named = |count| rows(count, |n| vec![json!(format!("province {n}")), json!(n)]);
        assert_eq!(widget(&named(2)), ChartWidget::Bar);
        assert_eq!(widget(&named(50)), ChartWidget::Bar);
        assert_eq!(
            suiting(&named(51)).expect("a chart").shape(),
            (ChartWidget::Table, None, None)
        );
    }

    #[test]
    fn anything_else_is_a_table_and_nothing_is_nothing() {
        let two_labels = rows(3, |n| vec![json!("a"), json!(format!("b{n}")), json!(n)]);
        assert_eq!(widget(&two_labels), ChartWidget::Table);
        assert_eq!(
            widget(&rows(3, |n| vec![json!(n), json!(n)])),
            ChartWidget::Table
        );
        assert_eq!(widget(&rows(3, |n| vec![json!(n)])), ChartWidget::Table);
        assert_eq!(suiting(&rows(0, |_| vec![])), None);
    }

    #[test]
    fn figures_of_more_digits_than_a_double_are_drawn_as_numbers() {
        let rows = rows(2, |n| {
            vec![
                json!(["a", "b"][n]),
                [json!(1), json!("12345678901234567.25")][n].clone(),
            ]
        });
        let event = suiting(&rows).expect("a chart").event().to_object();
        assert_eq!(event["widget_type"], "bar");
        assert_eq!(
            event["widget_data"][1]["y"],
            json!(12345678901234567.25_f64)
        );
    }
}
