//! Waiting until a service answers.

use std::time::{Duration, Instant};

use tokio::time::timeout;

use super::{postgres, temporal, typesense};
use crate::contract::Secret;
use crate::stack::{
    Service, StackConfig, StackError, bounds,
    error::{ExitCode, LogTail},
    provider::{Instance, Provider},
    wait::Backoff,
};

/// Where and with what a service is probed.
#[derive(Debug, Clone)]
pub(in crate::stack) struct Target {
    pub(in crate::stack) service: Service,
    pub(in crate::stack) host: String,
    pub(in crate::stack) port: u16,
    /// The superuser's password, for Postgres.
    pub(in crate::stack) password: Secret,
}

impl Target {
    /// One real request. The error is what was seen.
    pub(in crate::stack) async fn probe(&self) -> Result<(), String> {
        self.probe_within(bounds::PROBE.get()).await
    }

    async fn probe_within(&self, bound: Duration) -> Result<(), String> {
        let (host, port) = (&self.host, self.port);
        let probing = async {
            match self.service {
                Service::Temporal => temporal::probe(&format!("{host}:{port}"), bound).await,
                Service::Postgres => postgres::probe(host, port, &self.password, bound).await,
                Service::Typesense => {
                    typesense::probe(&format!("http://{host}:{port}"), bound).await
                }
            }
        };
        timeout(bound, probing)
            .await
            .unwrap_or_else(|_| Err(format!("no answer within {} s", bound.as_secs_f64())))
    }
}

/// Asks until there is an answer. What had none in its time gets twice as long the next time: one that is starved answers too.
async fn answered<Asking>(
    ask: impl Fn(Duration) -> Asking,
    mut patience: Duration,
    last_seen: &mut String,
) where
    Asking: Future<Output = Result<(), String>>,
{
    let mut backoff = Backoff::new();
    loop {
        let asked = tokio::time::Instant::now();
        let Err(seen) = ask(patience).await else {
            return;
        };
        *last_seen = seen;
        if asked.elapsed() >= patience {
            patience *= 2;
        }
        backoff.pause().await;
    }
}

/// Why a service did not become ready.
enum NotReady {
    Ended(ExitCode),
    Late,
}

/// Waits until a service answers a probe, at most until `bound` has gone by since `since`. One that ends is reported at
/// once.
pub(in crate::stack) async fn until_ready(
    provider: &dyn Provider,
    target: &Target,
    instance: &Instance,
    since: Instant,
    bound: Duration,
) -> Result<(), StackError> {
    let left = bound.saturating_sub(since.elapsed());
    let mut last_seen = "none yet".to_owned();
    let outcome = {
        let ask = |patience| target.probe_within(patience);
        let polling = answered(ask, bounds::PROBE.get(), &mut last_seen);
        tokio::select! {
            polled = timeout(left, polling) => polled.map_err(|_| NotReady::Late),
            ended = provider.ended(target.service, instance) => Err(NotReady::Ended(ended?)),
        }
    };
    let Err(reason) = outcome else {
        return Ok(());
    };
    // The log is a help, not the matter: without it the error is still right.
    let log = provider
        .log_tail(target.service, instance, LogTail::LINES)
        .await
        .unwrap_or_default();
    Err(match reason {
        NotReady::Ended(code) => StackError::Exited {
            service: target.service,
            code,
            last_seen,
            log: LogTail::of(&log),
        },
        NotReady::Late => StackError::NotReady {
            service: target.service,
            after: bound,
            last_seen,
            variable: StackConfig::START_TIMEOUT_VARIABLE,
            log: LogTail::of(&log),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is seen of a service that takes `needs` for an answer, within a bound.
    async fn asked(needs: Duration, bound: Duration) -> (bool, String) {
        let mut last_seen = "none yet".to_owned();
        let ask = |patience| async move {
            let answer = timeout(patience, tokio::time::sleep(needs)).await;
            answer.map_err(|_| format!("no answer within {patience:?}"))
        };
        let polling = answered(ask, Duration::from_secs(3), &mut last_seen);
        let answered = timeout(bound, polling).await.is_ok();
        (answered, last_seen)
    }

    #[tokio::test(start_paused = true)]
    async fn a_service_that_is_starved_is_given_longer_each_time() {
        let bound = Duration::from_secs(30);
        for needs in [1, 4, 11] {
            let (answered, seen) = asked(Duration::from_secs(needs), bound).await;
            assert!(answered, "{needs} s: {seen}");
        }
        let (answered, seen) = asked(Duration::from_secs(600), bound).await;
        assert!(!answered);
        assert_eq!(seen, "no answer within 12s");
    }
}
