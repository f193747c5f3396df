//! How a worker is started.

use std::ffi::OsString;
use std::path::PathBuf;

use super::WorkerProcessError;

/// How a worker is started. The contract's variables (§6) are added to its environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerCommand {
    pub(super) program: OsString,
    pub(super) arguments: Vec<OsString>,
    pub(super) environment: Vec<(OsString, OsString)>,
    pub(super) directory: Option<PathBuf>,
    pub(in crate::harness) own: bool,
}

impl WorkerCommand {
    /// A program and its arguments.
    pub fn new(program: impl Into<OsString>) -> Self {
        Self {
            program: program.into(),
            arguments: Vec::new(),
            environment: Vec::new(),
            directory: None,
            own: false,
        }
    }

    /// This crate's own worker, by the path of the `kai-e2e` command: its workflow's code is known, so that histories can be
    /// replayed against it.
    pub fn own(kai_e2e: impl Into<OsString>) -> Self {
        Self {
            own: true,
            ..Self::new(kai_e2e).argument("worker")
        }
    }

    /// A command line as a shell reads it: words, with quotes where they hold blanks. Nothing else is expanded.
    ///
    /// # Errors
    /// When it holds no word, or a quote that is not closed.
    pub fn parse(line: &str) -> Result<Self, WorkerProcessError> {
        let wrong = |reason: &str| WorkerProcessError::Command {
            command: line.to_owned(),
            reason: reason.to_owned(),
        };
        let mut words = words(line)
            .ok_or_else(|| wrong("a quote is not closed"))?
            .into_iter();
        let program = words
            .next()
            .ok_or_else(|| wrong("it is empty; it must be a program and its arguments"))?;
        Ok(words.fold(Self::new(program), Self::argument))
    }

    /// Adds an argument.
    #[must_use]
    pub fn argument(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Sets a variable of its environment.
    #[must_use]
    pub fn variable(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Runs it in a directory.
    #[must_use]
    pub fn directory(mut self, directory: impl Into<PathBuf>) -> Self {
        self.directory = Some(directory.into());
        self
    }
}

/// The words of a line; none when a quote is not closed.
fn words(line: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in line.chars() {
        match (quote, c) {
            (Some(open), c) if open == c => quote = None,
            (Some(_), c) => word.get_or_insert_default().push(c),
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (None, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_a_shell_reads_it() {
        let command = WorkerCommand::parse(r#" python -m "app main" '' x'y z' "#).expect("words");
        assert_eq!(command.program, "python");
        assert_eq!(command.arguments, ["-m", "app main", "", "xy z"]);
    }

    #[test]
    fn what_is_no_command_is_refused() {
        let said = |line: &str| WorkerCommand::parse(line).unwrap_err().to_string();
        assert!(said(" ").contains("it is empty"));
        assert!(said("python 'x").contains("a quote is not closed"));
    }
}
