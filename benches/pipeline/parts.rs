//! Where the time of a run goes, as Temporal's history and the worker's own clock tell it.

use std::time::{Duration, SystemTime};

use kai_e2e::checks::HistoryStep;

use crate::figures::Series;

/// The parts of one workflow with one activity, each in the order in which it happens.
#[derive(Debug, Default)]
pub struct Parts {
    first_task: Series,
    dispatch: Series,
    activity: Series,
    last_task: Series,
}

impl Parts {
    /// Takes one history in. One that has not the usual events is left out.
    pub fn push(&mut self, steps: &[HistoryStep]) {
        let Some(at) = Moments::of(steps) else { return };
        self.first_task.push(between(at.started, at.scheduled));
        self.dispatch.push(between(at.scheduled, at.taken));
        self.activity.push(between(at.taken, at.done));
        self.last_task.push(between(at.done, at.closed));
    }

    /// The parts with what they are called.
    pub fn named(&self) -> [(&'static str, &Series); 4] {
        [
            ("  workflow started → activity scheduled", &self.first_task),
            ("  activity scheduled → taken", &self.dispatch),
            ("  activity taken → completed", &self.activity),
            ("  activity completed → workflow completed", &self.last_task),
        ]
    }
}

struct Moments {
    started: SystemTime,
    scheduled: SystemTime,
    taken: SystemTime,
    done: SystemTime,
    closed: SystemTime,
}

impl Moments {
    fn of(steps: &[HistoryStep]) -> Option<Self> {
        let at = |kind: &str| steps.iter().find(|step| step.kind == kind)?.at;
        Some(Self {
            started: at("WorkflowExecutionStarted")?,
            scheduled: at("ActivityTaskScheduled")?,
            taken: at("ActivityTaskStarted")?,
            done: at("ActivityTaskCompleted")?,
            closed: at("WorkflowExecutionCompleted")?,
        })
    }
}

fn between(earlier: SystemTime, later: SystemTime) -> Duration {
    later.duration_since(earlier).unwrap_or_default()
}
