//! What the stack costs, measured in one run on one machine. Figures of different runs are not comparable: machines are noisy.
//!
//! `cargo bench --bench stack` prints (a) all services ready in containers against each of them with `docker run`, (b) the
//! same as processes, and (c) attaching to a running stack. `cargo bench --bench stack -- start`, `attach` or `suite` prints
//! that part alone; the last one, (e) the whole suite, cold and warm, takes minutes and is printed only when it is asked for.

mod answers;
mod attach;
mod bare;
mod bare_process;
mod docker;
#[path = "../figures.rs"]
mod figures;
mod start;
mod start_processes;
mod suite;

use anyhow::Result;
use kai_e2e::stack::StackConfig;

fn main() -> Result<()> {
    let asked = |name: &str| std::env::args().any(|argument| argument == name);
    // `cargo test --benches` asks every benchmark to do nothing quickly; ours have no such mode.
    if asked("--test") {
        return Ok(());
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        if asked(attach::ARGUMENT) {
            return attach::once().await;
        }
        // A directory of its own, so that neither a stack that runs already nor its users take part.
        let state = tempfile::tempdir()?;
        let config = StackConfig::from_env()?.with_state_directory(state.path().join("state"));
        let everything = !["start", "attach", "suite"].into_iter().any(asked);
        if everything || asked("start") {
            start::in_containers(&config).await?;
            start_processes::as_processes(&config).await?;
        }
        if everything || asked("attach") {
            attach::to_a_running_stack(&config).await?;
        }
        if asked("suite") {
            suite::warm_against_cold(&config).await?;
        }
        Ok(())
    })
}
