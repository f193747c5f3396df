//! Results go to standard output, progress to standard error.

use std::io::{ErrorKind, Write};
use std::sync::OnceLock;

use crate::stack::Progress;

/// Why something could not be printed, the first time.
static UNWRITTEN: OnceLock<String> = OnceLock::new();

/// Prints to standard output. A reader that has gone away (`| head`) is no error of ours; what else prevents it is told by
/// [`unwritten`].
pub(super) fn out(text: &str) {
    match writeln!(std::io::stdout().lock(), "{text}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            let _ = UNWRITTEN.set(error.to_string());
        }
        _ => {}
    }
}

/// Why something that was to be printed is not there, such as a disk that is full.
pub(super) fn unwritten() -> Option<&'static str> {
    UNWRITTEN.get().map(String::as_str)
}

/// Progress lines on standard error.
#[derive(Debug, Clone, Copy)]
pub(super) struct StandardError;

impl Progress for StandardError {
    fn line(&self, text: &str) {
        let _ = writeln!(std::io::stderr().lock(), "· {text}");
    }
}
