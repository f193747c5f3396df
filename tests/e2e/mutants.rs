//! Every check catches the defect that it was written for, and only that one.

use std::collections::BTreeSet;
use std::process::Stdio;
use std::sync::Arc;

use futures::StreamExt;
use kai_e2e::checks::{Scenario, Verdict};
use kai_e2e::harness::WorkerCommand;
use kai_e2e::harness::battery::{Battery, BatterySettings, Subject};
use kai_e2e::harness::{AnyStack, Harness, harness};
use kai_e2e::mutants::{Mutant, Part};
use rstest::rstest;

/// How many mutants are judged at the same time: most of it is waiting.
const AT_ONCE: usize = 4;

/// What a mutant broke: the ids, and the evidence for each.
struct Broken {
    mutant: Mutant,
    ids: BTreeSet<String>,
    evidence: String,
}

impl Broken {
    /// How this differs from what the catalogue says, if it does.
    fn differs(&self) -> Option<String> {
        let expected: BTreeSet<_> = self
            .mutant
            .breaks()
            .iter()
            .map(ToString::to_string)
            .collect();
        let of = |ids: BTreeSet<&String>| ids.into_iter().cloned().collect::<Vec<_>>().join(" ");
        let may: BTreeSet<_> = self
            .mutant
            .may_break()
            .iter()
            .map(ToString::to_string)
            .collect();
        let besides: BTreeSet<_> = self.ids.difference(&expected).cloned().collect();
        let wrong = !expected.is_subset(&self.ids) || !besides.is_subset(&may);
        wrong.then(|| {
            format!(
                "{}: missed [{}], broken besides [{}]\n{}",
                self.mutant.name(),
                of(expected.difference(&self.ids).collect()),
                of(besides.difference(&may).collect()),
                self.evidence
            )
        })
    }
}

/// The scenarios that show a mutant.
fn scenarios(mutant: Mutant) -> Vec<Scenario> {
    let named = |id: &&str| Scenario::ALL.into_iter().find(|one| one.id() == *id);
    mutant.scenarios().iter().filter_map(named).collect()
}

/// The worker with a defect, or the healthy one.
fn worker(mutant: Option<Mutant>) -> WorkerCommand {
    let command = WorkerCommand::own(env!("CARGO_BIN_EXE_kai-e2e"));
    let Some(mutant) = mutant else {
        return command;
    };
    let command = command.variable("KAI_MUTANT", mutant.name());
    match mutant {
        // A second an event is enough to hold a run up for longer than it may.
        Mutant::HangHoldsUp => command.variable("CALLBACK_TIMEOUT", "1"),
        // A statement that waits long enough for its heartbeats, or for its end, to be missed, or for its worker to be killed.
        Mutant::NoHeartbeatInSilence
        | Mutant::NoHeartbeatUnheard
        | Mutant::StatementLeft
        | Mutant::AttemptAlwaysOne
        | Mutant::AllAtTheEnd => {
            let command = command.variable("SQL_STATEMENT_TIMEOUT", "22");
            command.variable("SQL_LOCK_TIMEOUT", "22")
        }
        // The defect is one of the agent's, which must not have ended when the first reply comes.
        Mutant::RefusalKills | Mutant::ClosedSocketKills => command.variable("CALLBACK_QUEUE", "0"),
        _ => command,
    }
}

async fn judged(
    stack: Arc<AnyStack>,
    command: WorkerCommand,
    scenarios: Vec<Scenario>,
) -> Result<Vec<Verdict>, String> {
    let settings = BatterySettings {
        scenarios,
        ..BatterySettings::default()
    };
    let battery = Battery::new(stack, Subject::Command(command), settings);
    let report = Box::pin(battery.run(&|_| {})).await;
    report
        .map(|report| report.broken().cloned().collect())
        .map_err(|error| error.to_string())
}

/// The worker's defect, judged by a battery in this process.
async fn of_the_worker(stack: Arc<AnyStack>, mutant: Mutant) -> Broken {
    let broken = judged(stack, worker(Some(mutant)), scenarios(mutant)).await;
    let (ids, evidence) = match broken {
        Ok(broken) => broken
            .into_iter()
            .map(|verdict| {
                let line = format!("    {}: {}\n", verdict.id, verdict.evidence);
                (verdict.id.to_string(), line)
            })
            .unzip(),
        Err(error) => (BTreeSet::new(), format!("    {error}\n")),
    };
    Broken {
        mutant,
        ids,
        evidence,
    }
}

/// The receiver's defect: it is the judging process that has it.
async fn of_the_receiver(mutant: Mutant) -> Broken {
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_kai-e2e"));
    command.args(["check", "--format", "json"]);
    for scenario in mutant.scenarios() {
        command.args(["--scenario", scenario]);
    }
    let output = command
        .env("KAI_MUTANT", mutant.name())
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .expect("the command can be run");
    let printed = String::from_utf8_lossy(&output.stdout);
    let report: serde_json::Value = serde_json::from_str(&printed).unwrap_or_default();
    let verdicts = report["checks"].as_array().cloned().unwrap_or_default();
    let ids = verdicts
        .iter()
        .filter(|verdict| verdict["standing"] == "broken")
        .filter_map(|verdict| verdict["id"].as_str().map(str::to_owned))
        .collect();
    Broken {
        mutant,
        ids,
        evidence: format!("{printed}\n{}", String::from_utf8_lossy(&output.stderr)),
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn every_mutant_breaks_its_own_checks_and_no_others(#[future(awt)] harness: Harness) {
    let stack = harness.shared_stack();
    // For the development of one of them.
    let only = std::env::var("KAI_E2E_ONLY_MUTANT").unwrap_or_default();
    let chosen: Vec<_> = Mutant::all()
        .filter(|mutant| only.is_empty() || mutant.name() == only)
        .collect();
    assert!(!chosen.is_empty(), "there is no mutant `{only}`");
    let judged = futures::stream::iter(chosen).map(|mutant| {
        let stack = Arc::clone(&stack);
        async move {
            match mutant.part() {
                Part::Receiver => Box::pin(of_the_receiver(mutant)).await,
                _ => Box::pin(of_the_worker(stack, mutant)).await,
            }
        }
    });
    let judged: Vec<_> = judged.buffer_unordered(AT_ONCE).collect().await;
    let wrong: Vec<_> = judged.iter().filter_map(Broken::differs).collect();
    assert!(
        wrong.is_empty(),
        "{} of {} mutants were not judged as the catalogue says:\n{}",
        wrong.len(),
        judged.len(),
        wrong.join("\n")
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_healthy_worker_keeps_every_promise(#[future(awt)] harness: Harness) {
    let broken = judged(harness.shared_stack(), worker(None), Scenario::ALL.to_vec())
        .await
        .expect("a battery");
    assert!(broken.is_empty(), "{broken:#?}");
}

/// How often the healthy worker is judged under load, and how many batteries run at once.
const HEALTHY: usize = 100;
const UNDER_LOAD: usize = 8;

/// The scenarios of each: those that show most, and make nobody wait.
const OFTEN: [Scenario; 2] = [Scenario::Answered, Scenario::Quiet];

/// The whole battery is run once above; `KAI_E2E_HEALTHY_SCENARIOS=all` runs it a hundred times here, which takes hours.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_healthy_worker_is_never_blamed_in_a_hundred_batteries_under_load(
    #[future(awt)] harness: Harness,
) {
    let stack = harness.shared_stack();
    let scenarios = match std::env::var("KAI_E2E_HEALTHY_SCENARIOS").as_deref() {
        Ok("all") => Scenario::ALL.to_vec(),
        _ => OFTEN.to_vec(),
    };
    let batteries = (0..HEALTHY).map(|number| {
        let (stack, scenarios) = (Arc::clone(&stack), scenarios.clone());
        async move {
            match judged(stack, worker(None), scenarios).await {
                Ok(broken) => broken
                    .into_iter()
                    .map(|verdict| format!("{number}: {}: {}", verdict.id, verdict.evidence))
                    .collect(),
                Err(error) => vec![format!("{number}: {error}")],
            }
        }
    });
    let blamed: Vec<Vec<String>> = futures::stream::iter(batteries)
        .buffer_unordered(UNDER_LOAD)
        .collect()
        .await;
    let blamed = blamed.concat();
    assert!(
        blamed.is_empty(),
        "{} false alarms in {HEALTHY} batteries:\n{}",
        blamed.len(),
        blamed.join("\n")
    );
}
