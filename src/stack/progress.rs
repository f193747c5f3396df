//! How slow steps are reported while they run.

/// Receives one line for each step that may take long: an image that is built, a start that is waited for.
///
/// This room prints nothing; what becomes of a line is the caller's choice. A line has no end-of-line character and
/// never holds a secret.
///
/// ```
/// use std::sync::Mutex;
/// use kai_e2e::stack::Progress;
///
/// let lines = Mutex::new(Vec::new());
/// let progress = |line: &str| lines.lock().unwrap().push(line.to_owned());
/// progress.line("building the postgres image");
/// assert_eq!(*lines.lock().unwrap(), ["building the postgres image"]);
/// ```
pub trait Progress: Send + Sync {
    /// Takes one line.
    fn line(&self, text: &str);
}

impl<F: Fn(&str) + Send + Sync> Progress for F {
    fn line(&self, text: &str) {
        self(text);
    }
}

/// Drops every line.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn line(&self, _text: &str) {}
}
