//! `generate_chart`: the rows of the last query, drawn in a way that the model chooses.
//!
//! Every `sql_query` is followed by the chart that suits its rows, as `chart_config`, and nothing may come between the two
//! (contract §5). A chart of this tool comes later, so it is told as the tool's own output.

use futures::future::FutureExt;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::arguments;
use super::outcome::{Outcome, ToolError};
use super::tool::{Call, Kind, Parameters, Tool};
use crate::agent::chart::{Chart, asked};
use crate::contract::ChartWidget;

pub(super) const GENERATE_CHART: Tool = Tool {
    name: "generate_chart",
    description: "Draws the rows of the last sql_query in another way than the chart that follows it by itself.",
    parameters: Parameters::Schema(|| {
        json!({
            "type": "object",
            "properties": {
                "widget_type": {
                    "type": "string",
                    "enum": ["kpi", "line", "pie", "bar", "table"],
                    "description": "kpi for one figure, line for periods, bar for rankings, pie for shares of a few parts."
                },
                "x_axis_key": {"type": "string", "description": "The column of names or periods."},
                "y_axis_key": {"type": "string", "description": "The column of figures."}
            },
            "required": ["widget_type"]
        })
    }),
    kind: Kind::Action { stage: "query" },
    run: |call| draw(call).boxed(),
};

#[derive(Serialize)]
struct Output {
    chart: Chart,
}

fn widget(arguments: &Map<String, Value>) -> Result<ChartWidget, ToolError> {
    let kind = arguments::text(arguments, "widget_type")?;
    serde_json::from_value(Value::from(kind)).map_err(|_| {
        ToolError::Failed(format!(
            "the argument `widget_type` must be kpi, line, pie, bar or table, not `{kind}`"
        ))
    })
}

async fn draw(call: Call<'_>) -> Result<Outcome, ToolError> {
    let widget = widget(call.arguments)?;
    let x = arguments::optional_text(call.arguments, "x_axis_key")?;
    let y = arguments::optional_text(call.arguments, "y_axis_key")?;
    let result = call.context.last_result().ok_or_else(|| {
        ToolError::Failed("no query has run yet: call sql_query first".to_owned())
    })?;
    let chart = asked(&result, widget, x, y).map_err(ToolError::Failed)?;
    Outcome::success(Output { chart })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_of_chart_that_there_is_not_is_named() {
        let of = |kind: Value| widget(&Map::from_iter([("widget_type".to_owned(), kind)]));
        assert_eq!(of(json!("pie")).expect("a kind"), ChartWidget::Pie);
        match of(json!("radar")) {
            Err(ToolError::Failed(said)) => assert!(said.ends_with("not `radar`"), "{said}"),
            other => panic!("{other:?}"),
        }
    }
}
