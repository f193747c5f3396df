//! Expectations of one run, one after the other, with all that do not hold in one error.

use super::layout::{one_line, shortened};
use super::names::Names;
use super::pattern::{Pattern, PatternError};
use super::subject::Subject;
use super::{ExpectationError, Unmet};
use crate::checks::RunEvidence;
use crate::contract::Secret;
use crate::harness::Run;

/// How much of the prompt an error shows.
const PROMPT: usize = 68;

/// Expectations of a run: each method adds one, and [`check`](Self::check) says which of them do not hold.
#[must_use = "expectations that are not checked say nothing: end with `.check()?`"]
#[derive(Debug)]
pub struct Expectations<'a> {
    pub(super) subject: Subject<'a>,
    /// Names of the test's own.
    declared: Vec<String>,
    prompt: &'a str,
    run: Option<&'a Run>,
    checked: usize,
    unmet: Vec<Unmet>,
}

impl Run {
    /// What is expected of this run.
    ///
    /// ```no_run
    /// # use kai_e2e::harness::{Is, Trajectory};
    /// # fn test(run: kai_e2e::harness::Run) -> Result<(), kai_e2e::harness::ExpectationError> {
    /// run.expect()
    ///     .events("… tool_start(sql_query) tool_end(sql_query) sql_result … token+ … done")
    ///     .tools(Trajectory::AtLeast, ["get_instructions", "sql_query"])
    ///     .cell(0, "provinsi", "DKI Jakarta")
    ///     .answer(Is::near(106_137_069.01, 0.005))
    ///     .check()
    /// # }
    /// ```
    pub fn expect(&self) -> Expectations<'_> {
        let database = self.database.as_ref().map_err(String::as_str);
        Expectations {
            run: Some(self),
            ..Expectations::over(&self.evidence, &self.prompt, database)
        }
    }

    /// Checks the order of the events: [`expect`](Self::expect) with [`events`](Expectations::events) only.
    ///
    /// # Errors
    /// Shows the pattern beside the events, and where they part.
    pub fn expect_events(&self, pattern: &str) -> Result<(), ExpectationError> {
        self.expect().events(pattern).check()
    }
}

impl<'a> Expectations<'a> {
    /// Of evidence that belongs to no run of a harness.
    pub(super) fn over(
        evidence: &'a RunEvidence,
        prompt: &'a str,
        database: Result<&'a Secret, &'a str>,
    ) -> Self {
        Self {
            subject: Subject::new(evidence, database),
            declared: Vec::new(),
            prompt,
            run: None,
            checked: 0,
            unmet: Vec::new(),
        }
    }

    /// Declares event types and tools that neither the contract nor this run has, so that they may stand in the patterns that
    /// follow. Every other unknown name is an error: "there is no `sql_qury`" holds of every run.
    pub fn knowing<I>(mut self, names: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        self.declared.extend(names.into_iter().map(Into::into));
        self
    }

    /// Says which expectations do not hold.
    ///
    /// # Errors
    /// All of them in one error, in the order in which they were expected.
    pub fn check(self) -> Result<(), ExpectationError> {
        if self.unmet.is_empty() {
            return Ok(());
        }
        let mut error = ExpectationError {
            prompt: self.subject.show(self.prompt, PROMPT),
            workflow_id: shortened(&one_line(&self.subject.evidence.workflow_id), PROMPT),
            checked: self.checked,
            unmet: self.unmet,
            gone: self
                .run
                .and_then(Run::service_gone)
                .map(ToString::to_string),
            artefacts: None,
        };
        error.artefacts = self.run.and_then(|run| run.failed(&error));
        Err(error)
    }

    /// Adds an expectation, met or not.
    pub(super) fn judged(mut self, verdict: Result<(), Unmet>) -> Self {
        self.checked += 1;
        self.unmet.extend(verdict.err());
        self
    }

    pub(super) fn names(&self) -> Names {
        Names::of(&self.subject, &self.declared)
    }

    /// A pattern whose names are known.
    pub(super) fn pattern(&self, text: &str) -> Result<Pattern, PatternError> {
        let pattern = Pattern::read(text)?;
        self.names().check(&pattern)?;
        Ok(pattern)
    }

    /// As [`pattern`](Self::pattern), of one event.
    pub(super) fn single(&self, text: &str) -> Result<Pattern, PatternError> {
        let pattern = Pattern::read_single(text)?;
        self.names().check(&pattern)?;
        Ok(pattern)
    }
}
