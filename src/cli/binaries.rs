//! `kai-e2e binaries`: the programs of the services on this machine.

use super::Exit;
use super::args::{BinariesArgs, BinariesCommand};
use super::console::{StandardError, out};
use super::signals::unless_stopped;
use crate::stack::{self, BinarySource, StackConfig};

pub(super) async fn binaries(args: BinariesArgs) -> Result<(), Exit> {
    let config = StackConfig::from_env()?;
    if let BinariesCommand::Install { force } = args.command {
        unless_stopped(async {
            Ok(stack::install_binaries(&config, force, &StandardError).await?)
        })
        .await?;
    }
    for binary in stack::binary_status(&config)? {
        let service = binary.service.to_string();
        match binary.found {
            Some((path, source)) => {
                let source = match source {
                    BinarySource::Named => binary.service.program_variable(),
                    BinarySource::Installed => "installed by kai-e2e",
                    _ => "of this system",
                };
                out(&format!("{service:<10} {} ({source})", path.display()));
            }
            None => out(&format!(
                "{service:<10} none; it is installed at the first start, or by `kai-e2e binaries install`"
            )),
        }
        for refused in binary.refused {
            out(&format!("{:<10} not {refused}", ""));
        }
    }
    Ok(())
}
