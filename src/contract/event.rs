//! The events of a run (contract §5): flat objects with a `type`.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use super::ChatResult;

/// One event of a stream.
///
/// Types that this crate does not know, and known types with fields that do not fit, are kept whole as
/// [`Event::Other`]: a receiver must never lose what a newer worker says.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// Memories were found before the agent started.
    MemoryLoaded {
        /// What was found, for people.
        message: String,
        /// Counts, as the worker gives them.
        stats: Value,
    },
    /// Skills were found before the agent started.
    SkillLoaded {
        /// What was found, for people.
        message: String,
        /// The skills.
        skills: Vec<LoadedSkill>,
    },
    /// Reasoning text.
    Thinking {
        /// The text.
        content: String,
    },
    /// The plan changed.
    TodoUpdate {
        /// The whole plan.
        todos: Vec<TodoItem>,
    },
    /// A tool call begins.
    ToolStart(ToolStart),
    /// A tool call ended, failed or not.
    ToolEnd(ToolEnd),
    /// The rows of an `sql_query` that returned some; right after its `tool_end`.
    SqlResult(SqlResultEvent),
    /// A chart that suits the rows; right after `sql_result`.
    ChartConfig {
        /// The kind of chart.
        widget_type: ChartWidget,
        /// The rows to draw.
        widget_data: Value,
        /// The column of the x axis.
        x_axis_key: Value,
        /// The column of the y axis.
        y_axis_key: Value,
    },
    /// A piece of the answer; all of them joined are `final_answer`.
    Token {
        /// The piece.
        content: String,
    },
    /// Follow-up questions.
    Suggestions {
        /// The questions, as the worker gives them (KAI sends text or a list).
        content: Value,
    },
    /// Five empty results in a row.
    NoDataWarning {
        /// What happened, for people.
        message: String,
        /// How many results in a row were empty.
        consecutive_empty_count: u64,
    },
    /// The run failed; `done` still follows.
    Error {
        /// Why.
        error: String,
    },
    /// The end of the stream: last, and once.
    Done {
        /// The whole result.
        result: Box<ChatResult>,
        /// The run's duration in milliseconds.
        execution_time_ms: u64,
    },
    /// Anything else, kept as it came.
    #[serde(untagged)]
    Other(Map<String, Value>),
}

/// A skill that was found for the question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoadedSkill {
    /// The skill's id.
    pub skill_id: String,
    /// The skill's name.
    pub name: String,
    /// The skill's category.
    pub category: String,
}

/// One step of the agent's plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TodoItem {
    /// What is to be done.
    pub content: String,
    /// How far it is.
    pub status: TodoStatus,
}

/// How far a step of the plan is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TodoStatus {
    /// Not begun.
    Pending,
    /// Under way.
    InProgress,
    /// Done.
    Completed,
}

/// A tool call begins.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToolStart {
    /// The tool's name.
    pub tool: String,
    /// Its arguments.
    pub input: Map<String, Value>,
}

/// A tool call ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToolEnd {
    /// The tool's name.
    pub tool: String,
    /// Its output, usually JSON text.
    pub output: String,
}

/// The rows of one statement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SqlResultEvent {
    /// The statement, exactly as sent to Postgres.
    pub sql: String,
    /// The columns' names, in order.
    pub columns: Vec<String>,
    /// At most 100 rows, each an object keyed by column.
    pub data: Vec<Map<String, Value>>,
    /// How many rows the statement returned.
    pub row_count: u64,
    /// Whether rows were left out of `data`.
    pub truncated: bool,
}

/// The kinds of chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChartWidget {
    /// One figure.
    Kpi,
    /// A line over time.
    Line,
    /// A pie of shares.
    Pie,
    /// Bars.
    Bar,
    /// A table.
    Table,
}

/// The known types, for reading only: fields must fit exactly, else the event is kept as [`Event::Other`].
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
enum Known {
    MemoryLoaded {
        message: String,
        stats: Value,
    },
    SkillLoaded {
        message: String,
        skills: Vec<LoadedSkill>,
    },
    Thinking {
        content: String,
    },
    TodoUpdate {
        todos: Vec<TodoItem>,
    },
    ToolStart(ToolStart),
    ToolEnd(ToolEnd),
    SqlResult(SqlResultEvent),
    ChartConfig {
        widget_type: ChartWidget,
        widget_data: Value,
        x_axis_key: Value,
        y_axis_key: Value,
    },
    Token {
        content: String,
    },
    Suggestions {
        content: Value,
    },
    NoDataWarning {
        message: String,
        consecutive_empty_count: u64,
    },
    Error {
        error: String,
    },
    Done {
        result: Box<ChatResult>,
        execution_time_ms: u64,
    },
}

impl From<Known> for Event {
    fn from(known: Known) -> Self {
        match known {
            Known::MemoryLoaded { message, stats } => Self::MemoryLoaded { message, stats },
            Known::SkillLoaded { message, skills } => Self::SkillLoaded { message, skills },
            Known::Thinking { content } => Self::Thinking { content },
            Known::TodoUpdate { todos } => Self::TodoUpdate { todos },
            Known::ToolStart(start) => Self::ToolStart(start),
            Known::ToolEnd(end) => Self::ToolEnd(end),
            Known::SqlResult(rows) => Self::SqlResult(rows),
            Known::ChartConfig {
                widget_type,
                widget_data,
                x_axis_key,
                y_axis_key,
            } => Self::ChartConfig {
                widget_type,
                widget_data,
                x_axis_key,
                y_axis_key,
            },
            Known::Token { content } => Self::Token { content },
            Known::Suggestions { content } => Self::Suggestions { content },
            Known::NoDataWarning {
                message,
                consecutive_empty_count,
            } => Self::NoDataWarning {
                message,
                consecutive_empty_count,
            },
            Known::Error { error } => Self::Error { error },
            Known::Done {
                result,
                execution_time_ms,
            } => Self::Done {
                result,
                execution_time_ms,
            },
        }
    }
}

impl Event {
    /// The types of the contract.
    pub const KINDS: [&'static str; 13] = [
        "memory_loaded",
        "skill_loaded",
        "thinking",
        "todo_update",
        "tool_start",
        "tool_end",
        "sql_result",
        "chart_config",
        "token",
        "suggestions",
        "no_data_warning",
        "error",
        "done",
    ];

    /// Reads an event from its JSON object; what does not fit a known type exactly is kept whole.
    pub fn from_object(object: Map<String, Value>) -> Self {
        match serde_json::from_value::<Known>(Value::Object(object.clone())) {
            // A known type may still lose something (an unknown key of a nested result, a number out of range):
            // only an exact reading may stand for the event.
            Ok(known) => {
                let event = Self::from(known);
                if event.to_object() == object {
                    event
                } else {
                    Self::Other(object)
                }
            }
            Err(_) => Self::Other(object),
        }
    }

    /// The event as the flat object that goes over the wire.
    pub fn to_object(&self) -> Map<String, Value> {
        match serde_json::to_value(self) {
            Ok(Value::Object(object)) => object,
            // Unreachable: every variant is a struct of JSON-safe fields. An empty object would be caught by the
            // receiver, which requires a type.
            _ => Map::new(),
        }
    }

    /// The result that a `done` carries, read leniently: a worker that knows only KAI leaves our keys out.
    pub fn done_result(&self) -> Option<ChatResult> {
        match self {
            Self::Done { result, .. } => Some((**result).clone()),
            Self::Other(object) if self.kind() == "done" => {
                serde_json::from_value(object.get("result")?.clone()).ok()
            }
            _ => None,
        }
    }

    /// The tool that it is about, if it is about one.
    pub fn tool(&self) -> Option<&str> {
        match self {
            Self::ToolStart(start) => Some(&start.tool),
            Self::ToolEnd(end) => Some(&end.tool),
            Self::Other(object) => object.get("tool").and_then(Value::as_str),
            _ => None,
        }
    }

    /// The event's `type`; empty when an unknown event has none.
    pub fn kind(&self) -> &str {
        match self {
            Self::MemoryLoaded { .. } => "memory_loaded",
            Self::SkillLoaded { .. } => "skill_loaded",
            Self::Thinking { .. } => "thinking",
            Self::TodoUpdate { .. } => "todo_update",
            Self::ToolStart(_) => "tool_start",
            Self::ToolEnd(_) => "tool_end",
            Self::SqlResult(_) => "sql_result",
            Self::ChartConfig { .. } => "chart_config",
            Self::Token { .. } => "token",
            Self::Suggestions { .. } => "suggestions",
            Self::NoDataWarning { .. } => "no_data_warning",
            Self::Error { .. } => "error",
            Self::Done { .. } => "done",
            Self::Other(object) => object.get("type").and_then(Value::as_str).unwrap_or(""),
        }
    }
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::from_object(Map::deserialize(deserializer)?))
    }
}

#[cfg(test)]
#[path = "event_tests.rs"]
mod tests;
