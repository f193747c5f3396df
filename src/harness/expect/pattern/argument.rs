//! What stands in the parentheses of a step: tools, and what arguments, outputs and fields are.

use serde_json::Value;

use super::PatternError;
use super::reader::{Reader, is_of_name};
use super::syntax::{Leaf, Name, Wanted};
use crate::contract::Event;
use crate::harness::expect::{Is, Path};

/// The types whose events have a tool.
const TOOL_EVENTS: [&str; 2] = ["tool_start", "tool_end"];

/// Reads what follows a type's `(`, up to its `)`.
pub(super) fn arguments(reader: &mut Reader<'_>, leaf: &mut Leaf) -> Result<(), PatternError> {
    let opened = reader.at() - 1;
    for number in 0.. {
        reader.spaces();
        if reader.peek().is_none() {
            return Err(reader.wrong_at(
                opened,
                "the parenthesis is not closed; write `)` after what is in it",
            ));
        }
        argument(reader, leaf, number == 0)?;
        reader.spaces();
        match reader.peek() {
            Some(',') => {
                reader.next();
            }
            Some(')') => {
                reader.next();
                break;
            }
            None => {
                return Err(reader.wrong_at(
                    opened,
                    "the parenthesis is not closed; write `)` after what is in it",
                ));
            }
            Some(_) => {
                let found = reader.found();
                return Err(reader.wrong(format!("{found} is out of place; write `,` or `)`")));
            }
        }
    }
    Ok(())
}

fn argument(reader: &mut Reader<'_>, leaf: &mut Leaf, first: bool) -> Result<(), PatternError> {
    let from = reader.at();
    let kind = leaf.kind.as_ref().map_or("", |kind| &kind.text);
    if reader.peek() == Some('"') {
        if kind != "error" {
            return Err(reader.wrong(format!(
                "a text alone is for `error`; write which field of `{kind}` it is, such as `content~\"…\"`"
            )));
        }
        let text = quoted(reader)?;
        leaf.wanted.push(Wanted {
            path: Path::key("error"),
            is: Is::containing(text),
        });
        return Ok(());
    }
    let path = reader.take_while(|c| is_of_name(c) || matches!(c, '[' | ']' | '/'));
    let bare = reader.at();
    reader.spaces();
    match reader.peek() {
        Some('=' | '~') if !path.is_empty() => {
            let path = Path::read(&path).map_err(|reason| reader.wrong_at(from, reason))?;
            let is = match reader.next() {
                Some('=') => Is::equal(value(reader)?),
                _ => Is::containing(quoted(reader)?),
            };
            leaf.wanted.push(Wanted { path, is });
            Ok(())
        }
        _ if first && !path.is_empty() => {
            if Event::KINDS.contains(&kind) && !TOOL_EVENTS.contains(&kind) {
                return Err(reader.wrong_at(
                    from,
                    format!(
                        "a `{kind}` has no tool; write what a field of it is, such as `{}`",
                        example(kind)
                    ),
                ));
            }
            reader.back_to(from);
            tools(reader, leaf)
        }
        _ => {
            reader.back_to(if path.is_empty() { bare } else { from });
            let found = reader.found();
            Err(reader.wrong(format!(
                "{found} is no argument; write a tool first, then `name=value` or `name~\"text\"`"
            )))
        }
    }
}

fn example(kind: &str) -> &'static str {
    match kind {
        "error" => "error(\"text\")",
        "chart_config" => "chart_config(widget_type=\"bar\")",
        "sql_result" => "sql_result(row_count=5)",
        _ => "content~\"text\"",
    }
}

fn tools(reader: &mut Reader<'_>, leaf: &mut Leaf) -> Result<(), PatternError> {
    loop {
        reader.spaces();
        let column = reader.at() + 1;
        let text = reader.take_while(is_of_name);
        if text.is_empty() {
            let found = reader.found();
            return Err(reader.wrong(format!("{found} is no tool's name")));
        }
        leaf.tools.push(Name { text, column });
        reader.spaces();
        if !reader.take('|') {
            return Ok(());
        }
    }
}

fn value(reader: &mut Reader<'_>) -> Result<Value, PatternError> {
    reader.spaces();
    if reader.peek() == Some('"') {
        return quoted(reader).map(Value::from);
    }
    let from = reader.at();
    let word = reader.take_while(|c| is_of_name(c) || c == '+');
    match serde_json::from_str(&word) {
        Ok(value @ (Value::Number(_) | Value::Bool(_) | Value::Null)) => Ok(value),
        _ => {
            reader.back_to(from);
            let found = reader.found();
            Err(reader.wrong(format!(
                "{found} is no value; write a \"text\" in quotes, a number, true, false or null"
            )))
        }
    }
}

fn quoted(reader: &mut Reader<'_>) -> Result<String, PatternError> {
    reader.spaces();
    let from = reader.at();
    if !reader.take('"') {
        let found = reader.found();
        return Err(reader.wrong(format!("{found} is no text; write a \"text\" in quotes")));
    }
    let mut text = String::new();
    loop {
        match reader.next() {
            Some('"') => return Ok(text),
            Some('\\') => match reader.next() {
                Some('n') => text.push('\n'),
                Some('t') => text.push('\t'),
                Some(c @ ('"' | '\\')) => text.push(c),
                _ => {
                    return Err(reader.wrong_at(
                        reader.at() - 1,
                        "a backslash stands before `\"`, `\\`, `n` or `t`",
                    ));
                }
            },
            Some(c) => text.push(c),
            None => {
                return Err(reader.wrong_at(from, "the text is not closed; write `\"` after it"));
            }
        }
    }
}
