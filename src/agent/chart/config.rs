//! A chart as it is told.

use serde::Serialize;
use serde_json::{Map, Value};

use super::columns::decimal;
use crate::agent::sql::ResultSet;
use crate::contract::{ChartWidget, Event};

/// How many rows a chart draws: as many as `sql_result` shows (contract §5).
const MOST_ROWS: usize = 100;

/// A chart over rows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Chart {
    widget_type: ChartWidget,
    widget_data: Vec<Map<String, Value>>,
    x_axis_key: Option<String>,
    y_axis_key: Option<String>,
}

impl Chart {
    /// Draws rows. Figures that are texts, because a double cannot hold all of their digits, become numbers: a chart shows no
    /// digit that a double has not.
    pub(super) fn new(
        widget: ChartWidget,
        result: &ResultSet,
        x: Option<&str>,
        y: Option<&str>,
    ) -> Self {
        let mut rows: Vec<_> = result.rows.iter().take(MOST_ROWS).cloned().collect();
        for row in &mut rows {
            let cell = y.and_then(|y| row.get_mut(y));
            if let Some(cell) = cell
                && let Some(number) = cell.as_str().and_then(decimal)
            {
                *cell = Value::from(number);
            }
        }
        Self {
            widget_type: widget,
            widget_data: rows,
            x_axis_key: x.map(str::to_owned),
            y_axis_key: y.map(str::to_owned),
        }
    }

    /// The event that tells it.
    pub(crate) fn event(self) -> Event {
        Event::ChartConfig {
            widget_type: self.widget_type,
            widget_data: self.widget_data.into_iter().map(Value::Object).collect(),
            x_axis_key: self.x_axis_key.into(),
            y_axis_key: self.y_axis_key.into(),
        }
    }

    #[cfg(test)]
    pub(super) fn shape(&self) -> (ChartWidget, Option<&str>, Option<&str>) {
        (
            self.widget_type,
            self.x_axis_key.as_deref(),
            self.y_axis_key.as_deref(),
        )
    }
}
