//! All services ready as processes, next to each of them by itself.

use std::time::Duration;

use anyhow::Result;
use kai_e2e::stack::{OwnedStack, ProviderChoice, Service, StackConfig};

use crate::bare_process::BareProcess;
use crate::figures::{Series, milliseconds};

const STARTS: usize = 7;

/// Starts the stack as processes and each service by itself, in turn, and prints the medians.
pub async fn as_processes(config: &StackConfig) -> Result<()> {
    println!("(b) all ready as processes, each thing started {STARTS} times, in turn\n");
    let config = config.clone().with_provider(ProviderChoice::Processes);
    let mut bare: [Series; 3] = Default::default();
    let mut in_the_stack: [Series; 3] = Default::default();
    let (mut all, mut call) = (Series::default(), Series::default());
    for round in 0..=STARTS {
        let stack = OwnedStack::start(&config, &|line: &str| eprintln!("{line}")).await?;
        let measured = by_hand(&stack).await;
        let timings = *stack.timings();
        stack.stop().await?;
        let measured = measured?;
        // The first round warms the page cache up, and makes the templates.
        if round == 0 {
            continue;
        }
        all.push(timings.all_ready());
        call.push(timings.total);
        for (at, service) in Service::ALL.into_iter().enumerate() {
            bare[at].push(measured[at]);
            in_the_stack[at].push(*timings.ready.get(service));
        }
    }
    println!(
        "  {:<24}{:>24}{:>18}",
        "", "by hand, empty data", "in the stack"
    );
    for (at, service) in Service::ALL.into_iter().enumerate() {
        println!(
            "  {:<24}{:>24}{:>18}",
            service.to_string(),
            bare[at].median(),
            in_the_stack[at].median()
        );
    }
    let slowest = bare
        .iter()
        .map(Series::median_duration)
        .max()
        .unwrap_or_default();
    println!(
        "  {:<24}{:>24}{:>18}",
        "slowest / all three",
        milliseconds(slowest),
        all.median()
    );
    println!(
        "  all three take {:.2} times the slowest service with empty data (at most 1.15)\n  from the call until the stack is ready \
         and seeded: {} ms\n",
        all.median_duration().as_secs_f64() / slowest.as_secs_f64(),
        call.median()
    );
    Ok(())
}

async fn by_hand(stack: &OwnedStack) -> Result<[Duration; 3]> {
    let mut took = [Duration::ZERO; 3];
    for (took, service) in took.iter_mut().zip(Service::ALL) {
        *took = BareProcess::like(stack, service)?.ready().await?;
    }
    Ok(took)
}
