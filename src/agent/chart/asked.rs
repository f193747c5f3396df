//! The chart that a model asks for.

use super::Chart;
use super::columns::{Kind, kinds};
use crate::agent::sql::ResultSet;
use crate::contract::ChartWidget;

/// Draws rows as asked: `x` and `y` are columns, needed by every kind of chart but a table, and `y` must be of numbers. A KPI
/// needs only `y`.
///
/// # Errors
/// What does not fit, and which columns would.
pub(crate) fn asked(
    result: &ResultSet,
    widget: ChartWidget,
    x: Option<&str>,
    y: Option<&str>,
) -> Result<Chart, String> {
    if result.rows.is_empty() {
        return Err("the last query returned no rows, so there is nothing to draw".to_owned());
    }
    let columns = kinds(result);
    let (needs_x, needs_y) = match widget {
        ChartWidget::Table => (false, false),
        ChartWidget::Kpi => (false, true),
        ChartWidget::Line | ChartWidget::Pie | ChartWidget::Bar => (true, true),
    };
    if widget == ChartWidget::Kpi && result.rows.len() > 1 {
        return Err(format!(
            "a kpi shows one row; the last query returned {}",
            result.rows.len()
        ));
    }
    for (argument, key, needed) in [("x_axis_key", x, needs_x), ("y_axis_key", y, needs_y)] {
        let wrong = match key {
            None if needed => format!("the argument `{argument}` is missing"),
            Some(key) if !columns.iter().any(|(name, _)| *name == key) => {
                format!("the argument `{argument}` names no column: `{key}`")
            }
            _ => continue,
        };
        return Err(format!(
            "{wrong}; the columns are {}",
            result.columns.join(", ")
        ));
    }
    if let Some(y) = y.filter(|y| needs_y && columns.contains(&(*y, Kind::Label))) {
        let figures: Vec<&str> = columns
            .iter()
            .filter(|(_, kind)| *kind == Kind::Figure)
            .map(|(name, _)| *name)
            .collect();
        let figures = match &figures[..] {
            [] => "no column does: take a table".to_owned(),
            figures => format!("these do: {}", figures.join(", ")),
        };
        return Err(format!("the column `{y}` does not hold numbers; {figures}"));
    }
    Ok(Chart::new(widget, result, x, y))
}

#[cfg(test)]
mod tests {
    use super::super::columns::testing::result;
    use super::*;
    use serde_json::json;

    fn rows() -> ResultSet {
        result(
            &["name", "count"],
            &[&[json!("a"), json!(1)], &[json!("b"), json!(2)]],
        )
    }

    #[test]
    fn what_fits_is_drawn() {
        let chart = asked(&rows(), ChartWidget::Pie, Some("name"), Some("count")).expect("a chart");
        assert_eq!(
            chart.shape(),
            (ChartWidget::Pie, Some("name"), Some("count"))
        );
        assert!(asked(&rows(), ChartWidget::Table, None, None).is_ok());
    }

    #[test]
    fn what_does_not_fit_says_why() {
        for (widget, x, y, said) in [
            (
                ChartWidget::Bar,
                None,
                Some("count"),
                "the argument `x_axis_key` is missing; the columns are name, count",
            ),
            (
                ChartWidget::Line,
                Some("name"),
                Some("n"),
                "the argument `y_axis_key` names no column: `n`; the columns are name, count",
            ),
            (
                ChartWidget::Bar,
                Some("count"),
                Some("name"),
                "the column `name` does not hold numbers; these do: count",
            ),
            (
                ChartWidget::Kpi,
                None,
                Some("count"),
                "a kpi shows one row; the last query returned 2",
            ),
        ] {
            assert_eq!(asked(&rows(), widget, x, y), Err(said.to_owned()));
        }
        let nothing = result(&["n"], &[]);
        assert!(asked(&nothing, ChartWidget::Table, None, None).is_err());
    }
}
