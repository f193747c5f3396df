//! `kai-e2e images build`.

use super::Exit;
use super::args::{ImagesArgs, ImagesCommand};
use super::console::{StandardError, out};
use super::signals::unless_stopped;
use crate::stack::{self, StackConfig};

pub(super) async fn images(args: ImagesArgs) -> Result<(), Exit> {
    let ImagesCommand::Build { force } = args.command;
    let config = StackConfig::from_env()?;
    unless_stopped(async { Ok(stack::build_images(&config, force, &StandardError).await?) })
        .await?;
    for image in stack::image_status(&config).await? {
        let state = if image.present { "present" } else { "not here" };
        out(&format!("{:<10} {state:<8} {}", image.service, image.name));
    }
    Ok(())
}
