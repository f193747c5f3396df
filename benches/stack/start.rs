//! All services ready, next to each of them by itself.

use std::time::Duration;

use anyhow::Result;
use kai_e2e::stack::{OwnedStack, ProviderChoice, Service, StackConfig};

use crate::bare::{Bare, Data};
use crate::figures::{Series, milliseconds};

const STARTS: usize = 7;

/// What was measured of one service.
#[derive(Default)]
struct Measured {
    empty: Series,
    prepared: Series,
    in_the_stack: Series,
}

/// Starts the stack in containers and each service by itself, in turn, and prints the medians.
pub async fn in_containers(config: &StackConfig) -> Result<()> {
    let config = &config.clone().with_provider(ProviderChoice::Containers);
    println!("(a) all ready in containers, each thing started {STARTS} times, in turn\n");
    let mut services: [Measured; 3] = Default::default();
    let (mut all, mut call) = (Series::default(), Series::default());
    for round in 0..=STARTS {
        let stack = OwnedStack::start(config, &|line: &str| eprintln!("{line}")).await?;
        let measured = one_round(&stack, &mut services, round > 0).await;
        let timings = *stack.timings();
        stack.stop().await?;
        measured?;
        // The first round warms the engine and the page cache up.
        if round > 0 {
            all.push(timings.all_ready());
            call.push(timings.total);
        }
    }
    println!(
        "  {:<24}{:>24}{:>24}{:>18}",
        "", "docker run, empty data", "docker run, same image", "in the stack"
    );
    for (service, measured) in Service::ALL.into_iter().zip(&services) {
        println!(
            "  {:<24}{:>24}{:>24}{:>18}",
            service.to_string(),
            measured.empty.median(),
            measured.prepared.median(),
            measured.in_the_stack.median()
        );
    }
    let slowest = |of: fn(&Measured) -> Duration| services.iter().map(of).max().unwrap_or_default();
    let empty = slowest(|measured| measured.empty.median_duration());
    let prepared = slowest(|measured| measured.prepared.median_duration());
    println!(
        "  {:<24}{:>24}{:>24}{:>18}",
        "slowest / all three",
        milliseconds(empty),
        milliseconds(prepared),
        all.median()
    );
    let times = |of: Duration| all.median_duration().as_secs_f64() / of.as_secs_f64();
    println!(
        "  all three take {:.2} times the slowest service with empty data (at most 1.15), {:.2} times the slowest from the same \
         image",
        times(empty),
        times(prepared)
    );
    println!(
        "  from the call until the stack is ready and seeded: {} ms\n",
        call.median()
    );
    Ok(())
}

async fn one_round(stack: &OwnedStack, services: &mut [Measured; 3], counts: bool) -> Result<()> {
    for (service, measured) in Service::ALL.into_iter().zip(services) {
        let empty = Bare::like(stack, service, Data::Empty)
            .await?
            .ready()
            .await?;
        let prepared = Bare::like(stack, service, Data::Prepared)
            .await?
            .ready()
            .await?;
        if counts {
            measured.empty.push(empty);
            measured.prepared.push(prepared);
            measured
                .in_the_stack
                .push(*stack.timings().ready.get(service));
        }
    }
    Ok(())
}
