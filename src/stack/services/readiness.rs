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
        let polling = async {
            let mut backoff = Backoff::new();
            let mut patience = bounds::PROBE.get();
            loop {
                let asked = Instant::now();
                let Err(seen) = target.probe_within(patience).await else {
                    break;
                };
                last_seen = seen;
                // One that is starved answers too, later.
                if asked.elapsed() >= patience {
                    patience *= 2;
                }
                backoff.pause().await;
            }
        };
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
