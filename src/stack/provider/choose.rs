//! Which provider is meant.

use std::sync::Arc;

use super::{Containers, Instance, Provider, processes::Processes};
use crate::{
    contract::error_chain,
    stack::{Progress, ProviderChoice, StackConfig, StackError},
};

/// The provider for new stacks. When the choice is left open, a progress line says what was chosen and why.
pub(in crate::stack) async fn connect(
    config: &StackConfig,
    progress: &dyn Progress,
) -> Result<Arc<dyn Provider>, StackError> {
    match config.provider() {
        ProviderChoice::Containers => Ok(Arc::new(Containers::connect().await?)),
        ProviderChoice::Processes => Ok(Arc::new(Processes::new(config)?)),
        ProviderChoice::Auto => match Containers::connect().await {
            Ok(containers) => {
                progress.line(&format!(
                    "the services run in containers: an engine answers at {}",
                    containers.address()
                ));
                Ok(Arc::new(containers))
            }
            Err(unavailable) => {
                // Without processes either, it is the engine that is missed.
                let Ok(processes) = Processes::new(config) else {
                    return Err(unavailable);
                };
                progress.line(&format!(
                    "the services run as processes of this machine: {}",
                    reason(&unavailable)
                ));
                Ok(Arc::new(processes))
            }
        },
    }
}

/// What is wrong with the engine, without the advice: nothing has to be done about it.
fn reason(unavailable: &StackError) -> String {
    match unavailable {
        StackError::EngineUnavailable {
            address, problem, ..
        } => format!("no container engine answers at {address} ({problem})"),
        other => error_chain(other),
    }
}

/// Every provider whose services can be seen from here.
pub(in crate::stack) async fn reachable(
    config: &StackConfig,
) -> Result<Vec<Arc<dyn Provider>>, StackError> {
    let mut reachable: Vec<Arc<dyn Provider>> = Vec::new();
    match (config.provider(), Containers::connect().await) {
        (ProviderChoice::Processes, _) | (ProviderChoice::Auto, Err(_)) => {}
        (_, Ok(containers)) => reachable.push(Arc::new(containers)),
        (ProviderChoice::Containers, Err(unavailable)) => return Err(unavailable),
    }
    match Processes::new(config) {
        Ok(processes) => reachable.push(Arc::new(processes)),
        Err(unsupported) if reachable.is_empty() => return Err(unsupported),
        Err(_) => {}
    }
    Ok(reachable)
}

/// The provider that a service was started by.
pub(in crate::stack) async fn of(instance: &Instance) -> Result<Arc<dyn Provider>, StackError> {
    match instance {
        Instance::Container(_) => Ok(Arc::new(Containers::connect().await?)),
        Instance::Process { data, .. } | Instance::Directory(data) => {
            Ok(Arc::new(Processes::with_data(data)))
        }
    }
}
