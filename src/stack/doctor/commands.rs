//! The commands that a start runs.

use std::{env, ffi::OsStr, fs, os::unix::fs::PermissionsExt, path::PathBuf};

use super::Finding;

const TOPIC: &str = "commands";

/// What the watchers need: a session of its own, locks, requests to Typesense, and, for containers, one way to remove them.
pub(super) fn needed(containers: bool) -> Vec<Finding> {
    judged(containers, &|command| {
        find(command, env::var_os("PATH").as_deref())
    })
}

fn judged(containers: bool, find: &dyn Fn(&str) -> Option<PathBuf>) -> Vec<Finding> {
    let mut missing: Vec<Finding> = [
        ("setsid", "util-linux"),
        ("flock", "util-linux"),
        ("curl", "curl"),
        ("sh", "dash"),
    ]
    .into_iter()
    .filter(|(command, _)| find(command).is_none())
    .map(|(command, package)| {
        Finding::problem(
            TOPIC,
            format!("the command {command} is missing: the watcher that cleans up needs it"),
            format!("sudo apt-get install --yes {package}"),
        )
    })
    .collect();
    if !containers {
        if missing.is_empty() {
            missing.push(Finding::fine(TOPIC, "setsid, flock, curl and sh"));
        }
        return missing;
    }
    let removers = ["docker", "podman", "curl"];
    let remover = removers.into_iter().find(|command| find(command).is_some());
    match remover {
        Some(remover) if missing.is_empty() => missing.push(Finding::fine(
            TOPIC,
            format!("setsid, flock, curl and sh; containers are removed with {remover}"),
        )),
        Some(_) => {}
        None => missing.push(Finding::problem(
            TOPIC,
            "none of the commands docker, podman and curl is there: the watcher cannot remove containers",
            "sudo apt-get install --yes curl",
        )),
    }
    missing
}

fn find(command: &str, path: Option<&OsStr>) -> Option<PathBuf> {
    env::split_paths(path?)
        .map(|directory| directory.join(command))
        .find(|file| {
            fs::metadata(file)
                .is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::doctor::Severity;

    fn with(present: &[&str]) -> Vec<Finding> {
        judged(true, &|command| {
            present.contains(&command).then(|| PathBuf::from(command))
        })
    }

    #[test]
    fn a_missing_command_is_a_problem_with_its_package() {
        let found = with(&["setsid", "curl", "sh"]);

        assert_eq!(found.len(), 1);
        assert_eq!(found[0].severity, Severity::Problem);
        assert!(found[0].text.contains("flock"), "{found:?}");
        assert_eq!(
            found[0].fix.as_deref(),
            Some("sudo apt-get install --yes util-linux")
        );
    }

    #[test]
    fn one_way_to_remove_containers_is_enough_and_none_is_a_problem() {
        let found = with(&["setsid", "flock", "curl", "sh", "podman"]);
        assert_eq!(found[0].severity, Severity::Fine);
        assert!(found[0].text.contains("with podman"), "{found:?}");
        let found = with(&["setsid", "flock", "sh"]);
        let texts: Vec<_> = found.iter().map(|finding| finding.text.as_str()).collect();
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(texts[0].contains("curl is missing"), "{found:?}");
        assert!(texts[1].contains("docker, podman and curl"), "{found:?}");
    }

    #[test]
    fn processes_need_no_command_of_an_engine() {
        let with = |present: &[&str]| {
            judged(false, &|command| {
                present.contains(&command).then(|| PathBuf::from(command))
            })
        };
        assert_eq!(
            with(&["setsid", "flock", "curl", "sh"])[0].severity,
            Severity::Fine
        );
        // It removes the collections of tests that were killed.
        let found = with(&["setsid", "flock", "sh"]);
        assert_eq!(found[0].severity, Severity::Problem);
        assert_eq!(
            found[0].fix.as_deref(),
            Some("sudo apt-get install --yes curl")
        );
    }

    #[test]
    fn commands_are_found_on_the_path_when_they_can_be_run() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("flock");
        fs::write(&file, "").unwrap();
        let path = directory.path().as_os_str();

        assert_eq!(find("flock", Some(path)), None);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(find("flock", Some(path)), Some(file));
        assert_eq!(find("setsid", Some(path)), None);
        assert_eq!(find("flock", None), None);
    }
}
