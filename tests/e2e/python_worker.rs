//! The example worker in Python (`fixtures/workers/python`): whatever this harness asks of a worker, one of another language can
//! keep.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use kai_e2e::checks::Standing;
use kai_e2e::eval::{Pace, Questions, evaluate};
use kai_e2e::harness::battery::{Battery, BatterySettings, Subject};
use kai_e2e::harness::{AnyStack, Harness, WorkerCommand, WorkerProcess, harness};
use kai_e2e::report::{battery_text, eval_text};
use kai_e2e::stack::{OwnedStack, Silent, StackConfig};
use rstest::rstest;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::configuring::{activity, done};
use crate::fixture_questions::ENOUGH;
use crate::support::{CANONICAL, Result, golden, output, shown};
use crate::worker_process::caller;

/// The interpreter with the worker's packages, installed if need be; once for all tests of a process.
async fn python() -> Result<&'static Path> {
    static INSTALLED: OnceCell<PathBuf> = OnceCell::const_new();
    let installed = INSTALLED.get_or_try_init(install).await?;
    Ok(installed)
}

async fn install() -> Result<PathBuf> {
    let cache = StackConfig::from_env()?.cache_directory().to_owned();
    let mut command = Command::new("sh");
    command
        .arg(directory().join("install.sh"))
        .arg(cache)
        .stdin(Stdio::null());
    let done = output(command).await?;
    let text = String::from_utf8_lossy(&done.stdout);
    match text.lines().last() {
        Some(python) if done.status.success() => Ok(PathBuf::from(python)),
        _ => Err(shown(&done).into()),
    }
}

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/workers/python")
}

/// The worker as a command.
pub async fn command() -> Result<WorkerCommand> {
    Ok(WorkerCommand::new(python().await?)
        .argument("-m")
        .argument("kai_worker")
        .variable("PYTHONDONTWRITEBYTECODE", "1")
        .directory(directory()))
}

#[tokio::test]
async fn the_worker_keeps_every_promise() -> Result {
    let command = command()
        .await?
        // A statement must not give up by itself before its heartbeats have been seen.
        .variable("SQL_LOCK_TIMEOUT", "22")
        .variable("SQL_STATEMENT_TIMEOUT", "22");
    let stack = OwnedStack::start(&StackConfig::from_env()?, &Silent).await?;
    let stack = Arc::new(AnyStack::Owned(stack));
    let battery = Battery::new(
        Arc::clone(&stack),
        Subject::Command(command),
        BatterySettings::default(),
    );
    let report = battery.run(&|_| {}).await;
    drop(battery);
    if let Some(AnyStack::Owned(stack)) = Arc::into_inner(stack) {
        stack.stop().await?;
    }
    let report = report?;
    assert_eq!(report.broken().count(), 0, "{}", battery_text(&report));
    let not_judged: Vec<_> = report
        .verdicts
        .iter()
        .filter(|verdict| verdict.standing == Standing::NotJudged)
        .map(|verdict| verdict.id)
        .collect();
    assert_eq!(
        not_judged,
        ["history.replays"],
        "only the workflow's own code replays its histories\n{}",
        battery_text(&report)
    );
    Ok(())
}

#[tokio::test]
async fn the_worker_s_own_tests_pass() -> Result {
    let mut command = Command::new(python().await?);
    command
        .args(["-m", "unittest", "-q"])
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .current_dir(directory())
        .stdin(Stdio::null());
    let done = output(command).await?;
    assert!(done.status.success(), "{}", shown(&done));
    Ok(())
}

#[rstest]
#[case::a_ranking(
    CANONICAL,
    r#"SELECT p.name, AVG(c.capital::numeric)::float8::text FROM cooperative c
         JOIN provinces p ON p.code = c."provinceId"::text WHERE c.capital ~ '^[0-9]+(\.[0-9]+)?$'
        GROUP BY p.name ORDER BY AVG(c.capital::numeric) DESC LIMIT 5"#
)]
#[case::a_share_in_english(
    "What percentage of managers are women?",
    "SELECT (100.0 * count(*) FILTER (WHERE gender = 'Perempuan') / count(*))::float8::text FROM cooperative_management
      WHERE role IN ('Ketua', 'Sekretaris', 'Bendahara')"
)]
#[case::a_place_that_is_looked_up(
    "Berapa koperasi di Kota Bandung?",
    r#"SELECT count(*) FROM cooperative c JOIN districts d ON d.district_id = c."districtId" WHERE d.name = 'KOTA BANDUNG'"#
)]
#[tokio::test]
async fn a_question_has_the_rows_of_hand_written_sql(
    #[future(awt)] harness: Harness,
    #[case] question: &str,
    #[case] sql: &str,
) -> Result {
    let caller = caller(&harness).await?;
    let _worker = started(&caller).await?;
    let run = caller.ask(question).await?;
    run.check()?;
    let expected = golden(&caller, sql).await?;
    let rows = run.rows();
    assert_eq!(rows.len(), expected.len(), "{rows:?} {expected:?}");
    for (row, expected) in rows.iter().zip(&expected) {
        for (cell, wanted) in row.values().zip(expected) {
            let wanted = wanted.as_deref().unwrap_or("null");
            assert!(is_same(cell, wanted), "{cell} is not {wanted}");
        }
    }
    Ok(())
}

/// Whether a cell is what Postgres wrote: the same text, or the same number but for the last digits of a float.
fn is_same(cell: &Value, wanted: &str) -> bool {
    if cell.as_str() == Some(wanted) {
        return true;
    }
    match (cell.as_f64(), wanted.parse::<f64>()) {
        (Some(one), Ok(other)) => (one - other).abs() <= 1e-9 * other.abs(),
        _ => false,
    }
}

/// What its grammar, far smaller than the analyst's in Rust, is for. What needs more (periods, anti-joins, slips) it must refuse.
const KNOWN: [&str; 2] = ["core.jsonl", "kpis.jsonl"];
/// Fewest right answers among all questions that have one, in percent.
const OF_ALL: f64 = 70.0;

/// How many questions are asked at once.
const TOGETHER: usize = 4;

#[rstest]
#[tokio::test]
async fn the_questions_are_answered_rightly_or_not_at_all(
    #[future(awt)] harness: Harness,
) -> Result {
    let caller = caller(&harness).await?;
    let _worker = started(&caller).await?;
    let pace = Pace {
        at_once: TOGETHER,
        told: &|_, _| {},
    };
    let evaluation = evaluate(&caller, &Questions::built_in()?, pace).await?;
    let told = eval_text(&evaluation, ENOUGH);
    let all = evaluation.tally();
    assert_eq!(all.wrong_with_confidence(), 0, "{told}");
    assert!(all.refused_percent() == 100.0, "{told}");
    assert!(all.right_percent() >= OF_ALL, "{told}");
    for (file, tally) in evaluation.by_file() {
        let known = KNOWN.iter().any(|known| file.ends_with(known));
        assert!(!known || tally.holds(ENOUGH), "{told}");
    }
    Ok(())
}

#[rstest]
#[case::a_change("Hapus semua koperasi di Bali", "hanya membaca")]
#[case::words_that_are_not_understood("Berapa laba bersih koperasi di Jawa Barat?", "laba")]
#[case::two_readings("Berapa modal awal koperasi di Bali?", "total atau rata-rata")]
#[tokio::test]
async fn what_is_not_answered_runs_no_sql_and_says_why(
    #[future(awt)] harness: Harness,
    #[case] prompt: &str,
    #[case] said: &str,
) -> Result {
    let caller = caller(&harness).await?;
    let _worker = started(&caller).await?;
    let run = caller.ask(prompt).await?;
    let result = run.result()?;
    assert!(result.sql_queries.is_empty(), "{:?}", result.sql_queries);
    assert!(run.logged_sql().is_empty(), "{:?}", run.logged_sql());
    assert!(
        result.final_answer.contains(said),
        "{}",
        result.final_answer
    );
    assert!(run.violations().is_empty(), "{:?}", run.violations());
    Ok(())
}

#[rstest]
#[tokio::test]
async fn a_connection_that_it_prepares_itself_can_be_asked(
    #[future(awt)] harness: Harness,
) -> Result {
    let caller = caller(&harness).await?;
    let _worker = started(&caller).await?;
    let variables = caller.variables();
    let url = variables
        .iter()
        .find_map(|(name, value)| (*name == "KAI_POSTGRES_URL").then_some(value))
        .ok_or("the reader's URL")?;
    let id = "prepared-by-python";

    let stored = done(&caller, "store_connection", json!([id, url, "Koperasi"])).await?;
    assert_eq!(stored["id"], id);
    assert!(
        !stored.to_string().contains(url.as_str()),
        "the URI is stored in clear"
    );
    let tested = done(&caller, "test_connection", json!([id])).await?;
    assert_eq!(tested["status"], "success", "{tested}");

    let scanned = done(&caller, "scan_schema", json!([id, null])).await?;
    let known = golden(
        &caller,
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1",
    )
    .await?;
    let known: Vec<_> = known.into_iter().flatten().flatten().collect();
    assert_eq!(
        scanned,
        json!({"status": "success", "scanned_count": known.len(), "tables": known})
    );
    let glossary: Value =
        serde_json::from_str(include_str!("../../fixtures/catalogue/glossary.json"))?;
    let terms = glossary.as_array().map(Vec::len);
    let synced = done(
        &caller,
        "sync_config",
        json!([id, null, null, glossary, null]),
    )
    .await?;
    assert_eq!(
        synced,
        json!({"status": "success", "synced": {"instructions": 0, "skills": 0, "glossary": terms, "mdl": 0}})
    );
    let model = done(
        &caller,
        "generate_mdl",
        json!([id, ["cooperative", "provinces"]]),
    )
    .await?;
    assert_eq!(
        (&model["status"], &model["table_count"]),
        (&json!("success"), &json!(2))
    );

    let run = caller
        .ask("Berapa jumlah koperasi di Bali?")
        .connection(id)
        .await?;
    run.check()?;
    let expected = golden(
        &caller,
        r#"SELECT count(*) FROM cooperative WHERE "provinceId" = 51"#,
    )
    .await?;
    let count = run
        .rows()
        .first()
        .and_then(|row| row.values().next().cloned());
    assert_eq!(count.map(|count| count.to_string()), expected[0][0]);

    let missing = activity(&caller, "scan_schema", json!(["nobody", null])).await?;
    let failure = missing.err().ok_or("nobody has stored it")?;
    assert!(failure.to_string().contains("nobody"), "{failure}");
    Ok(())
}

#[rstest]
#[tokio::test]
async fn without_its_variables_it_says_which_one() -> Result {
    let mut command = Command::new(python().await?);
    command
        .args(["-m", "kai_worker"])
        .env_remove("TYPESENSE_API_KEY")
        .current_dir(directory())
        .stdin(Stdio::null());
    let done = output(command).await?;
    assert_eq!(done.status.code(), Some(2), "{}", shown(&done));
    assert!(String::from_utf8_lossy(&done.stderr).contains("TYPESENSE_API_KEY is not set"));
    Ok(())
}

/// A worker that polls the caller's queue. It does not outlive its test, killed or not.
async fn started(caller: &Harness) -> Result<WorkerProcess> {
    // As long as a battery gives the same worker.
    let ready = BatterySettings::default().ready;
    Ok(caller.start_worker(&command().await?, ready).await?)
}
