//! Results go to standard output, progress to standard error.

use std::io::Write;

use crate::stack::Progress;

/// Prints to standard output. A reader that has gone away (`| head`) is no error of ours.
pub(super) fn out(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// Progress lines on standard error.
#[derive(Debug, Clone, Copy)]
pub(super) struct StandardError;

impl Progress for StandardError {
    fn line(&self, text: &str) {
        let _ = writeln!(std::io::stderr().lock(), "· {text}");
    }
}
