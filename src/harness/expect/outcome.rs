//! How the run ended.

use super::layout::Layout;
use super::{Expectations, Unmet};
use crate::contract::RunStatus;

impl Expectations<'_> {
    /// The agent answered: there is a result, and its status is `completed`.
    pub fn completes(self) -> Self {
        let verdict = match self.subject.result() {
            Ok(result) if result.status == RunStatus::Completed => Ok(()),
            Ok(result) => {
                let why = result.error.as_deref().unwrap_or("without an error");
                let seen = format!("{:?}: {why}", result.status).to_lowercase();
                Err(differs(
                    "the run does not complete",
                    "completed",
                    &self.subject.show(&seen, 300),
                ))
            }
            Err(unmet) => Err(unmet.about("completion")),
        };
        self.judged(verdict)
    }

    /// The workflow failed with a failure of this type, such as `UnknownConnection`.
    pub fn fails_with(self, kind: &str) -> Self {
        let evidence = self.subject.evidence;
        let failure = evidence.failure.as_deref();
        let seen = failure
            .and_then(|text| text.split_once(':'))
            .map(|(kind, _)| kind);
        let verdict = match seen == Some(kind) && evidence.status == "Failed" {
            true => Ok(()),
            false => {
                let seen = match failure {
                    Some(failure) => format!("{}: {failure}", evidence.status),
                    None => evidence.status.clone(),
                };
                Err(differs(
                    "the run does not fail as expected",
                    kind,
                    &self.subject.show(&seen, 300),
                ))
            }
        };
        self.judged(verdict)
    }
}

fn differs(what: &str, expected: &str, seen: &str) -> Unmet {
    let mut layout = Layout::under("expected", "seen");
    layout.differs(expected, seen);
    Unmet::differs(what, layout.text())
}
