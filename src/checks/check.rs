//! What a check is, and what comes out of it.

use serde::{Deserialize, Serialize};

use super::{Evidence, RunEvidence, Scenario};
use crate::contract::protocol::Rule;

/// How bad a broken promise is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Severity {
    /// Something is wrong that a user can live with.
    Minor,
    /// A user misses something, or waits for something that does not come.
    Major,
    /// A wrong answer, lost or leaked data, or a system that does not recover by itself.
    Critical,
}

/// How a promise stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Standing {
    /// It was kept.
    Held,
    /// It was broken.
    Broken,
    /// It could not be judged; the evidence says why.
    NotJudged,
}

/// What one check saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How the promise stands.
    pub standing: Standing,
    /// What was seen: the figure behind a yes, the contradiction behind a no, the reason why neither can be said.
    pub evidence: String,
}

impl Finding {
    pub(super) fn held(evidence: impl Into<String>) -> Self {
        Self {
            standing: Standing::Held,
            evidence: evidence.into(),
        }
    }

    pub(super) fn broken(evidence: impl Into<String>) -> Self {
        Self {
            standing: Standing::Broken,
            evidence: evidence.into(),
        }
    }

    pub(super) fn not_judged(evidence: impl Into<String>) -> Self {
        Self {
            standing: Standing::NotJudged,
            evidence: evidence.into(),
        }
    }
}

/// One promise of a worker, and the function that judges it.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// A stable name, `family.promise`.
    pub id: &'static str,
    /// What is asserted, in one sentence.
    pub asserts: &'static str,
    /// The failure that it prevents.
    pub why: &'static str,
    /// How bad it is when it is broken.
    pub severity: Severity,
    pub(super) judge: Judge,
}

/// How a check comes to its verdict.
#[derive(Debug, Clone, Copy)]
pub(super) enum Judge {
    /// By what was seen in one scenario.
    Run(Scenario, fn(&RunEvidence) -> Finding),
    /// By what was seen in one scenario, next to the run that was simply answered.
    Beside(Scenario, fn(&RunEvidence, &RunEvidence) -> Finding),
    /// By what was seen in every scenario that was observed.
    Every(fn(&RunEvidence) -> Finding),
    /// By the protocol checker's reading of every stream.
    Rule(Rule),
}

impl Check {
    /// The one scenario that it looks at; none for a check of every run.
    pub fn scenario(&self) -> Option<Scenario> {
        match self.judge {
            Judge::Run(scenario, _) | Judge::Beside(scenario, _) => Some(scenario),
            Judge::Every(_) | Judge::Rule(_) => None,
        }
    }

    /// The first part of its id.
    pub fn family(&self) -> &'static str {
        self.id
            .split_once('.')
            .map_or(self.id, |(family, _)| family)
    }

    /// Judges the evidence; none when the scenario that it looks at was not asked for.
    pub(super) fn verdict(&self, evidence: &Evidence) -> Option<Verdict> {
        let Finding { standing, evidence } = match self.judge {
            Judge::Run(scenario, judge) => evidence.of(scenario)?.map_or_else(not_judged, judge),
            Judge::Beside(scenario, judge) => {
                let (run, answered) = (evidence.of(scenario)?, evidence.of(Scenario::Answered)?);
                match (run, answered) {
                    (Ok(run), Ok(answered)) => judge(run, answered),
                    (Err(why), _) | (_, Err(why)) => not_judged(why),
                }
            }
            Judge::Every(judge) => every(evidence, judge),
            Judge::Rule(rule) => every(evidence, |run| super::protocol::finding(rule, run)),
        };
        Some(Verdict {
            id: self.id,
            asserts: self.asserts,
            severity: self.severity,
            standing,
            evidence,
        })
    }
}

fn not_judged(why: &str) -> Finding {
    Finding::not_judged(why)
}

/// The findings of every observed scenario as one: broken when any of them is.
fn every(evidence: &Evidence, judge: impl Fn(&RunEvidence) -> Finding) -> Finding {
    let found: Vec<_> = evidence
        .observed()
        .map(|(scenario, run)| (scenario, judge(run)))
        .collect();
    let of = |standing: Standing| {
        let said = found
            .iter()
            .filter(|(_, finding)| finding.standing == standing);
        // What was seen in several scenarios alike is said once.
        let mut texts: Vec<(String, Vec<String>)> = Vec::new();
        for (scenario, finding) in said {
            let scenario = scenario.to_string();
            match texts.iter_mut().find(|(text, _)| *text == finding.evidence) {
                Some((_, scenarios)) => scenarios.push(scenario),
                None => texts.push((finding.evidence.clone(), vec![scenario])),
            }
        }
        texts
            .into_iter()
            .map(|(text, scenarios)| match evidence.is_single() {
                true => text,
                false => format!("[{}] {text}", scenarios.join(", ")),
            })
            .collect::<Vec<_>>()
    };
    let (broken, held) = (of(Standing::Broken), of(Standing::Held));
    let holding = found
        .iter()
        .filter(|(_, finding)| finding.standing == Standing::Held)
        .count();
    match (broken.is_empty(), holding) {
        (false, _) => Finding::broken(broken.join("; ")),
        (true, 0) => Finding::not_judged(of(Standing::NotJudged).join("; ")),
        (true, 1) => Finding::held(held.concat()),
        (true, many) => Finding::held(format!("in {many} scenarios")),
    }
}

/// The outcome of one check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// The check's id.
    pub id: &'static str,
    /// What it asserts.
    pub asserts: &'static str,
    /// How bad it is when it is broken.
    pub severity: Severity,
    /// How the promise stands.
    pub standing: Standing,
    /// What was seen.
    pub evidence: String,
}

impl Verdict {
    /// Whether the promise was kept.
    pub fn held(&self) -> bool {
        self.standing == Standing::Held
    }

    /// Whether the promise was broken.
    pub fn is_broken(&self) -> bool {
        self.standing == Standing::Broken
    }
}
