//! Temporal's own environment configuration (`TEMPORAL_ADDRESS`, TLS, a profile of its file), where the SDK is too lenient: it
//! goes on without a file that is named and not there, and takes any word for a switch.

use std::collections::HashMap;
use std::path::Path;

use temporalio_client::envconfig::LoadClientConfigProfileOptions;
use temporalio_client::{ClientOptions, ConnectionOptions};
use temporalio_common::envconfig::load_client_config_profile;

use super::ConfigError;
use super::temporal_address::check_temporal_url;

const CONFIG_FILE: &str = "TEMPORAL_CONFIG_FILE";
/// The SDK's documentation names `true` and `false`, and its code takes 1 and 0, too.
const SWITCHES: [&str; 2] = ["TEMPORAL_TLS", "TEMPORAL_TLS_DISABLE_HOST_VERIFICATION"];
/// An empty one removes a header of the profile; any other variable that is empty is as good as not set.
const HEADERS: &str = "TEMPORAL_GRPC_META_";

/// The options that the variables of this process give.
pub(super) fn options() -> Result<(ConnectionOptions, ClientOptions), ConfigError> {
    let variables = std::env::vars_os().filter_map(|(name, value)| {
        let (name, value) = (name.into_string().ok()?, value.into_string().ok()?);
        let value = value.trim().to_owned();
        let is_set = !value.is_empty() || name.starts_with(HEADERS);
        (name.starts_with("TEMPORAL_") && is_set).then_some((name, value))
    });
    of_variables(&variables.collect())
}

fn of_variables(
    variables: &HashMap<String, String>,
) -> Result<(ConnectionOptions, ClientOptions), ConfigError> {
    check(variables)?;
    let unusable = |error: &dyn std::fmt::Display| ConfigError::Temporal {
        // What follows the first line quotes the file, which may hold a key.
        reason: error.to_string().lines().next().unwrap_or("").to_owned(),
    };
    let options = LoadClientConfigProfileOptions::default();
    let profile =
        load_client_config_profile(options, Some(variables)).map_err(|error| unusable(&error))?;
    if let Some(address) = &profile.address {
        check_temporal_url("the address of Temporal", address)?;
    }
    let namespace = profile
        .namespace
        .clone()
        .unwrap_or_else(|| "default".to_owned());
    let connection = ConnectionOptions::try_from(profile).map_err(|error| unusable(&error))?;
    Ok((connection, ClientOptions::new(namespace).build()))
}

fn check(variables: &HashMap<String, String>) -> Result<(), ConfigError> {
    if let Some(file) = variables.get(CONFIG_FILE)
        && !Path::new(file).is_file()
    {
        return Err(ConfigError::Invalid {
            variable: CONFIG_FILE,
            value: file.clone(),
            wanted: "there is no such file; name one, or unset the variable".to_owned(),
        });
    }
    for variable in SWITCHES {
        let value = variables.get(variable).map(|value| value.to_lowercase());
        if value.is_some_and(|value| !matches!(value.as_str(), "true" | "false" | "1" | "0")) {
            return Err(ConfigError::Invalid {
                variable,
                value: variables[variable].clone(),
                wanted: "it must be `true` or `false`".to_owned(),
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<ConnectionOptions, String> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        of_variables(&pairs.iter().map(owned).collect())
            .map(|(connection, _)| connection)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn a_switch_is_what_the_documentation_names() {
        let address = ("TEMPORAL_ADDRESS", "t:7233");
        for (value, scheme) in [("true", "https"), ("1", "https"), ("False", "http")] {
            let connection = read(&[address, ("TEMPORAL_TLS", value)]).expect(value);
            assert_eq!(connection.target.scheme(), scheme, "{value}");
        }
        for variable in SWITCHES {
            let said = read(&[address, (variable, "maybe")])
                .map(|_| ())
                .unwrap_err();
            assert_eq!(
                said,
                format!("{variable} is `maybe`: it must be `true` or `false`")
            );
        }
    }

    #[test]
    fn a_file_that_is_named_must_be_there() {
        let folder = tempfile::tempdir().expect("a folder");
        for missing in [folder.path().join("none.toml"), folder.path().to_owned()] {
            let missing = missing.display().to_string();
            let said = read(&[(CONFIG_FILE, &missing)]).map(|_| ()).unwrap_err();
            assert!(said.starts_with(&format!("{CONFIG_FILE} is `{missing}`: there is no")));
        }
        let file = folder.path().join("temporal.toml");
        std::fs::write(&file, "[profile.default]\naddress = \"there:7\"\n").expect("written");
        let connection = read(&[(CONFIG_FILE, &file.display().to_string())]).expect("usable");
        assert_eq!(connection.target.as_str(), "http://there:7/");
    }

    #[test]
    fn no_secret_of_an_address_or_a_file_is_repeated() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("temporal.toml");
        let path = file.display().to_string();
        for (text, said) in [
            (
                "[profile.default]\naddress = \"u:hunter2@t:7\"\n",
                "the address of Temporal is `[redacted]`",
            ),
            (
                "[profile.default]\napi_key = \"hunter2\n",
                "the Temporal client configuration cannot be loaded: Configuration loading error: TOML parse error at \
                 line 2",
            ),
        ] {
            std::fs::write(&file, text).expect("written");
            let error = read(&[(CONFIG_FILE, &path)]).map(|_| ()).unwrap_err();
            assert!(error.starts_with(said), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
