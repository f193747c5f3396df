//! `kai-e2e up` and `kai-e2e down`: a stack that stays.

use std::sync::Arc;

use super::Exit;
use super::args::{StackArgs, UpArgs, UpFormat};
use super::console::{StandardError, out};
use super::signals::unless_stopped;
use crate::contract::counted;
use crate::harness::{AnyStack, Harness, HarnessSettings, Isolation, stack_variables};
use crate::stack;

pub(super) async fn up(args: UpArgs) -> Result<(), Exit> {
    let config = args.stack.config()?;
    // Whoever uses a stack that stays knows KAI's own names only.
    let settings = HarnessSettings {
        isolation: Isolation::Master,
        ..HarnessSettings::from_env()?
    };
    let (stack, connection_id) = unless_stopped(async {
        let stack = Arc::new(AnyStack::Shared(stack::up(&config, &StandardError).await?));
        let harness = Harness::on(Arc::clone(&stack), settings).await?;
        let connection_id = harness.connection_id().to_owned();
        harness.stop().await?;
        Ok((stack, connection_id))
    })
    .await?;
    let variables = stack_variables(stack.endpoints(), &connection_id);
    match args.format {
        UpFormat::Env => {
            for (name, value) in variables {
                out(&format!("export {name}={}", quoted(&value)));
            }
        }
        UpFormat::Text => {
            let endpoints = stack.endpoints();
            let postgres = &endpoints.postgres;
            out(&format!(
                "the stack is up; `kai-e2e down` removes it\n\n  Temporal     {}\n  Temporal UI  {}\n  Postgres     {}\n  Typesense    {}  key {}\n  connection   {connection_id}\n\nas shell exports: eval \"$(kai-e2e up --format env)\"",
                endpoints.temporal_address,
                endpoints
                    .temporal_ui
                    .as_deref()
                    .unwrap_or("off (KAI_E2E_TEMPORAL_UI=1 turns it on)"),
                postgres.reader_url(&postgres.database),
                endpoints.typesense.url(),
                endpoints.typesense.api_key.reveal(),
            ));
        }
    }
    Ok(())
}

pub(super) async fn down(args: StackArgs) -> Result<(), Exit> {
    let removed = stack::down(&args.config()?).await?;
    out(&format!(
        "{} removed ({}){}",
        how_many(removed.stacks, "stack"),
        how_many(removed.services, "service"),
        match removed.in_use {
            0 => String::new(),
            left => format!(
                "; {} in use by running processes left alone",
                how_many(left, "stack")
            ),
        }
    ));
    Ok(())
}

fn how_many(number: usize, thing: &str) -> String {
    match number {
        0 => format!("no {thing}"),
        some => counted(some, thing),
    }
}

/// A value as a POSIX shell reads it back.
fn quoted(value: &str) -> String {
    format!("'{}'", value.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_shell_reads_back_what_was_quoted() {
        for value in ["plain", "a b", "it's", "$HOME`x`", ""] {
            let output = std::process::Command::new("sh")
                .arg("-c")
                .arg(format!("printf %s {}", quoted(value)))
                .output()
                .expect("a shell");
            assert_eq!(String::from_utf8_lossy(&output.stdout), value);
        }
    }
}
