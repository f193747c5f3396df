//! Reading one variable at a time.

use std::{num::NonZeroU16, path::PathBuf, str::FromStr, time::Duration};

use crate::stack::{StackError, parse_bound};

/// Where variables are read from: the process's environment, or a table in a test.
pub(super) struct Settings<F> {
    lookup: F,
}

impl<F: Fn(&str) -> Option<String>> Settings<F> {
    pub(super) fn new(lookup: F) -> Self {
        Self { lookup }
    }

    /// The variable's text, without surrounding blanks; `None` when unset or empty.
    pub(super) fn text(&self, variable: &str) -> Option<String> {
        let value = (self.lookup)(variable)?;
        let value = value.trim();
        (!value.is_empty()).then(|| value.to_owned())
    }

    /// A value whose parser says what it expected.
    pub(super) fn parsed<T: FromStr<Err = &'static str>>(
        &self,
        variable: &str,
    ) -> Result<Option<T>, StackError> {
        self.text(variable)
            .map(|value| {
                value
                    .parse()
                    .map_err(|expected: &str| refused(variable, value, expected))
            })
            .transpose()
    }

    /// A duration in seconds, fractions allowed, from a millisecond to a day.
    pub(super) fn seconds(&self, variable: &str) -> Result<Option<Duration>, StackError> {
        let Some(value) = self.text(variable) else {
            return Ok(None);
        };
        parse_bound(&value).map_err(|expected| refused(variable, value, expected))
    }

    /// A switch.
    pub(super) fn switch(&self, variable: &str) -> Result<Option<bool>, StackError> {
        let Some(value) = self.text(variable) else {
            return Ok(None);
        };
        match value.to_ascii_lowercase().as_str() {
            "1" | "true" | "yes" | "on" => Ok(Some(true)),
            "0" | "false" | "no" | "off" => Ok(Some(false)),
            _ => Err(refused(
                variable,
                value,
                "1 or 0 (also true, false, yes, no, on, off)",
            )),
        }
    }

    /// A TCP port.
    pub(super) fn port(&self, variable: &str) -> Result<Option<NonZeroU16>, StackError> {
        self.text(variable)
            .map(|value| {
                value
                    .parse()
                    .map_err(|_| refused(variable, value, "a port number from 1 to 65535"))
            })
            .transpose()
    }

    /// A directory, which need not exist.
    pub(super) fn directory(&self, variable: &str) -> Result<Option<PathBuf>, StackError> {
        let Some(value) = self.text(variable) else {
            return Ok(None);
        };
        let path = PathBuf::from(&value);
        if path.is_absolute() {
            Ok(Some(path))
        } else {
            Err(refused(variable, value, "an absolute path"))
        }
    }

    /// The name of a container image.
    pub(super) fn image(&self, variable: &str) -> Result<Option<String>, StackError> {
        const EXPECTED: &str =
            "an image name such as postgres:17-alpine or registry.example:5000/team/postgres:17";
        let Some(value) = self.text(variable) else {
            return Ok(None);
        };
        let plausible = value
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._-/:@".contains(&b))
            && value.as_bytes()[0].is_ascii_alphanumeric();
        if plausible {
            Ok(Some(value))
        } else {
            Err(refused(variable, value, EXPECTED))
        }
    }
}

fn refused(variable: &str, value: impl Into<String>, expected: &str) -> StackError {
    StackError::Setting {
        variable: variable.to_owned(),
        value: value.into(),
        expected: expected.to_owned(),
    }
}
