//! The command line: parse, call one library function, print. Only this room prints.

mod args;
mod ask;
mod binaries;
mod capture;
mod capture_args;
mod check;
mod checked;
mod console;
mod destination;
mod doctor;
mod eval;
mod exit;
mod history;
mod images;
mod model_args;
mod record;
mod run;
mod services;
mod signals;
mod stack;
mod status;
mod worker;

pub use args::Cli;
pub use exit::Exit;

/// Runs a parsed command line and says how the process should exit.
///
/// # Errors
/// What stopped the command, with the exit code that it deserves.
pub async fn execute(cli: Cli) -> Result<(), Exit> {
    let done = done(cli).await;
    match (done, console::unwritten()) {
        // Whoever reads the results would take none, or half of them, for all.
        (Ok(()), Some(reason)) => Err(Exit::Environment(format!(
            "standard output cannot be written: {reason}"
        ))),
        (done, _) => done,
    }
}

async fn done(cli: Cli) -> Result<(), Exit> {
    use args::Command;
    match cli.command {
        Command::Run(args) => run::run(args).await,
        Command::Ask(args) => ask::ask(args).await,
        Command::Record(args) => record::record(args).await,
        Command::Eval(args) => eval::eval(args).await,
        Command::Check(args) => check::check(args).await,
        Command::Checks(args) => {
            check::checks(&args);
            Ok(())
        }
        Command::History(args) => history::history(args).await,
        Command::Up(args) => services::up(args).await,
        Command::Down(args) => services::down(args).await,
        Command::Status(args) => status::status(args).await,
        Command::Doctor(args) => doctor::doctor(args).await,
        Command::Images(args) => images::images(args).await,
        Command::Binaries(args) => binaries::binaries(args).await,
        Command::Worker => worker::worker().await,
        Command::Capture(args) => capture::capture(args).await,
        Command::Replay(args) => capture::replay(args).await,
    }
}
