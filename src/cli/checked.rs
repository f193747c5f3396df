//! Values of options, refused by the names under which they can be given.

use std::ffi::OsStr;

use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use clap::{Arg, Command, Error};

/// Parses an option's value by a function that says what would be right.
///
/// What is wrong is said of the option and of the variable that stands for it: clap names the option alone, to whoever
/// set the variable too.
#[derive(Clone)]
pub(super) struct Checked<T>(pub(super) fn(&str) -> Result<T, String>);

impl<T: Clone + Send + Sync + 'static> TypedValueParser for Checked<T> {
    type Value = T;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<T, Error> {
        // What is no UTF-8 is no number, address or word either.
        let text = value.to_string_lossy();
        (self.0)(&text).map_err(|wrong| {
            let of = arg.map_or_else(String::new, |arg| format!(" for {}", names(arg)));
            let said = format!("invalid value '{}'{of}: {wrong}\n", text.escape_debug());
            Error::raw(ErrorKind::ValueValidation, said).with_cmd(command)
        })
    }
}

/// An option and, where there is one, the variable that stands for it: `--listen (KAI_E2E_CAPTURE_LISTEN)`.
pub(super) fn names(arg: &Arg) -> String {
    let option = match arg.get_long() {
        Some(long) => format!("--{long}"),
        None => arg.to_string(),
    };
    match arg.get_env() {
        Some(variable) => format!("{option} ({})", variable.to_string_lossy()),
        None => option,
    }
}
