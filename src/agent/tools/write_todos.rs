//! `write_todos`: the model's plan, for those who watch.

use futures::future::FutureExt;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::outcome::{Outcome, ToolError};
use super::tool::{Call, Kind, Parameters, Tool};
use crate::contract::{Event, TodoItem};

/// The longest plan.
const MAX_TODOS: usize = 50;

pub(super) const WRITE_TODOS: Tool = Tool {
    name: "write_todos",
    description: "Writes the whole plan anew: the steps and how far each is. Call it at the start and when a step is done.",
    parameters: Parameters::Schema(|| {
        json!({
            "type": "object",
            "properties": {
                "todos": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "properties": {
                            "content": {"type": "string"},
                            "status": {"type": "string", "enum": ["pending", "in_progress", "completed"]}
                        },
                        "required": ["content", "status"]
                    }
                }
            },
            "required": ["todos"]
        })
    }),
    kind: Kind::Action { stage: "plan" },
    run: |call| write(call).boxed(),
};

#[derive(Serialize)]
struct Output {
    count: usize,
}

fn read(arguments: &Map<String, Value>) -> Result<Vec<TodoItem>, ToolError> {
    let wrong = |reason: String| {
        ToolError::Failed(format!(
            "the argument `todos` must be a list of {{\"content\": text, \"status\": pending|in_progress|completed}}: \
             {reason}"
        ))
    };
    let todos = arguments
        .get("todos")
        .ok_or_else(|| wrong("it is missing".to_owned()))?;
    let todos: Vec<TodoItem> =
        serde_json::from_value(todos.clone()).map_err(|error| wrong(error.to_string()))?;
    if todos.len() > MAX_TODOS {
        return Err(wrong(format!(
            "it has {} entries; at most {MAX_TODOS} are accepted",
            todos.len()
        )));
    }
    Ok(todos)
}

async fn write(call: Call<'_>) -> Result<Outcome, ToolError> {
    let todos = read(call.arguments)?;
    let mut outcome = Outcome::success(Output { count: todos.len() })?;
    outcome.events.push(Event::TodoUpdate { todos });
    Ok(outcome)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::TodoStatus;

    fn todos(value: Value) -> Result<Vec<TodoItem>, ToolError> {
        let mut arguments = Map::new();
        arguments.insert("todos".to_owned(), value);
        read(&arguments)
    }

    #[test]
    fn a_plan_is_read() {
        let read = todos(json!([{"content": "a", "status": "in_progress"}])).expect("a plan");
        assert_eq!(
            read,
            [TodoItem {
                content: "a".to_owned(),
                status: TodoStatus::InProgress
            }]
        );
    }

    #[test]
    fn what_is_no_plan_is_refused() {
        for value in [
            json!("a"),
            json!([{"content": "a"}]),
            json!([{"content": "a", "status": "done"}]),
        ] {
            assert!(matches!(todos(value), Err(ToolError::Failed(_))));
        }
        let long = json!(vec![json!({"content": "a", "status": "pending"}); 51]);
        match todos(long) {
            Err(ToolError::Failed(said)) => {
                assert!(said.ends_with("at most 50 are accepted"), "{said}")
            }
            other => panic!("{other:?}"),
        }
    }
}
