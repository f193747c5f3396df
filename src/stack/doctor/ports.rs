//! The fixed ports that were asked for.

use std::{io, net::TcpListener};

use super::Finding;
use crate::stack::{Service, StackConfig, StackStatus};

const TOPIC: &str = "ports";

/// Whether each fixed port is free, or held by a stack of ours.
pub(super) fn asked_for(config: &StackConfig, stacks: &[StackStatus]) -> Vec<Finding> {
    let fixed: Vec<_> = Service::ALL
        .into_iter()
        .filter_map(|service| Some((service, config.port(service)?.get())))
        .collect();
    if fixed.is_empty() {
        return vec![Finding::fine(TOPIC, "free ones are chosen")];
    }
    fixed
        .into_iter()
        .map(|(service, port)| of(service, port, stacks))
        .collect()
}

fn of(service: Service, port: u16, stacks: &[StackStatus]) -> Finding {
    let variable = service.port_variable();
    match TcpListener::bind(("127.0.0.1", port)) {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            let ending = format!(":{port}");
            let ours = stacks.iter().any(|stack| {
                let address = stack.services.get(service).address.as_deref();
                address.is_some_and(|address| address.ends_with(&ending))
            });
            if ours {
                return Finding::fine(
                    TOPIC,
                    format!("{port} for {service}, held by a stack of ours"),
                );
            }
            Finding::problem(
                TOPIC,
                format!("{port} for {service} (from {variable}) is taken by something else"),
                format!("unset {variable}   # or stop what `ss -ltnp 'sport = :{port}'` shows"),
            )
        }
        // Whether a low port may be used is for the engine to judge, which may have other rights.
        _ => Finding::fine(TOPIC, format!("{port} for {service} is free")),
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU16;

    use super::*;
    use crate::stack::{PerService, ServiceStatus, StackStanding, doctor::Severity};

    #[test]
    fn a_taken_port_is_a_problem_unless_a_stack_of_ours_has_it() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = taken.local_addr().unwrap().port();
        let config =
            StackConfig::default().with_port(Service::Temporal, NonZeroU16::new(port).unwrap());

        let found = asked_for(&config, &[]);
        assert_eq!(found[0].severity, Severity::Problem);
        let fix = found[0].fix.as_deref().unwrap();
        assert!(fix.starts_with("unset KAI_E2E_TEMPORAL_PORT"), "{fix}");

        let mut services = PerService::<ServiceStatus>::default();
        services.temporal.address = Some(format!("127.0.0.1:{port}"));
        let ours = StackStatus {
            standing: StackStanding::Kept,
            directory: "/x".into(),
            since: None,
            services,
            temporal_ui: None,
        };
        assert_eq!(asked_for(&config, &[ours])[0].severity, Severity::Fine);
    }

    #[test]
    fn without_fixed_ports_there_is_nothing_to_be_taken() {
        let found = asked_for(&StackConfig::default(), &[]);
        assert_eq!(found, [Finding::fine("ports", "free ones are chosen")]);
    }
}
