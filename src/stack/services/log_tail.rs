//! The last lines of the log of a service in a container.

use crate::stack::{Service, StackError, engine::Engine, statement_log};

/// The last `lines` lines that a service wrote, also when it has ended.
///
/// Postgres writes to its standard error only until its log collector runs; what it writes from then on is in a file.
pub(in crate::stack) async fn log_tail(
    engine: &Engine,
    service: Service,
    container: &str,
    lines: usize,
) -> Result<String, StackError> {
    let mut text = engine.output(container, lines).await?;
    if service == Service::Postgres {
        let path = format!("{}/{}", statement_log::DIRECTORY, statement_log::JSON_FILE);
        if let Some(log) = engine.end_of_file(container, &path).await? {
            text.push_str(&statement_log::as_text(&log));
        }
    }
    let mut kept: Vec<&str> = text.lines().collect();
    kept.drain(..kept.len().saturating_sub(lines));
    Ok(kept.join("\n"))
}
