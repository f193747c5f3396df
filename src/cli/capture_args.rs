//! The receiver's flags and variables. Each stands for one setting of the library, with the same default.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Command, ValueEnum};

use super::Exit;
use super::checked::{Checked, names};
use crate::capture::{Access, CaptureConfig, CaptureError, Limits, Overflow, Pace};
use crate::contract::Secret;

#[derive(Debug, Args)]
pub(super) struct CaptureArgs {
    #[command(flatten)]
    pub(super) receiver: ReceiverArgs,
    #[command(flatten)]
    pub(super) bounds: BoundArgs,
    /// Write each session's transcript into this directory: when it ends, changes after that or is freed, and when the
    /// receiver stops. What cannot be written is tried again; when it is lost in the end, the exit code is 3.
    #[arg(long, value_name = "DIR", env = "KAI_E2E_CAPTURE_TRANSCRIPTS")]
    pub(super) transcripts: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct ReplayArgs {
    /// The transcript, as `capture --transcripts` or `GET /sessions/SESSION/transcript` wrote it.
    #[arg(value_name = "FILE")]
    pub(super) transcript: PathBuf,
    /// With the pauses of the recording, from the first subscriber on; or at once.
    #[arg(long, value_enum, default_value_t = PaceArg::Real)]
    pub(super) pace: PaceArg,
    #[command(flatten)]
    pub(super) receiver: ReceiverArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum PaceArg {
    Real,
    Full,
}

impl From<PaceArg> for Pace {
    fn from(pace: PaceArg) -> Self {
        match pace {
            PaceArg::Real => Self::Real,
            PaceArg::Full => Self::Full,
        }
    }
}

/// Where it listens, and who may come.
#[derive(Debug, Args)]
pub(super) struct ReceiverArgs {
    /// The address to listen on. Another than loopback needs keys.
    #[arg(
        long,
        value_name = "IP:PORT",
        env = "KAI_E2E_CAPTURE_LISTEN",
        default_value = "127.0.0.1:8092",
        value_parser = Checked(address)
    )]
    pub(super) listen: SocketAddr,
    /// Give each session a key to write and one to read, as parts of its URLs. The operator's token, which gets the
    /// URLs from `POST /sessions`, is printed at the start unless it is given. The variable is `true`, `yes`, `on` or
    /// `1`, or it is `false`, `no`, `off`, `0` or empty.
    #[arg(long, env = "KAI_E2E_CAPTURE_KEYS", value_parser = Checked(switch))]
    keys: bool,
    /// The operator's token, at least 32 bytes; the same token gives the same URLs. Means `--keys`. Better given as a
    /// variable: other users of the machine see command lines.
    #[arg(
        long,
        value_name = "TOKEN",
        env = "KAI_E2E_CAPTURE_TOKEN",
        hide_env_values = true
    )]
    token: Option<Secret>,
    /// How URLs begin where the receiver is reached by another address than it listens on.
    #[arg(long, value_name = "URL", env = "KAI_E2E_CAPTURE_PUBLIC_URL")]
    public_url: Option<String>,
    /// An origin whose pages may use the receiver, as `https://host:port` without a path; `*` for all. May be repeated.
    #[arg(
        long = "allow-origin",
        value_name = "ORIGIN",
        env = "KAI_E2E_CAPTURE_ORIGINS",
        value_delimiter = ','
    )]
    origins: Vec<String>,
}

impl ReceiverArgs {
    /// The configuration that they stand for, and the token if it was made here.
    pub(super) fn config(self) -> (CaptureConfig, Option<Secret>) {
        let (access, made) = match (self.token, self.keys) {
            (Some(token), _) => (Access::Keys(token), None),
            (None, true) => {
                let access = Access::keys();
                let made = match &access {
                    Access::Keys(token) => Some(token.clone()),
                    _ => None,
                };
                (access, made)
            }
            (None, false) => (Access::Open, None),
        };
        let config = CaptureConfig {
            listen: self.listen,
            access,
            origins: self.origins,
            public_url: self.public_url,
            ..CaptureConfig::default()
        };
        (config, made)
    }
}

/// What is refused, freed and waited for.
#[derive(Debug, Args)]
#[command(next_help_heading = "Bounds (sizes as 512KiB or 16MiB, times in seconds)")]
pub(super) struct BoundArgs {
    /// The bytes of one request's body; beyond it 413.
    #[arg(long, value_name = "SIZE", env = "KAI_E2E_CAPTURE_BODY_BYTES", default_value = "1MiB", value_parser = Checked(size))]
    body_bytes: usize,
    /// The events of one session; beyond it, what `--when-full` says.
    #[arg(long, value_name = "N", env = "KAI_E2E_CAPTURE_SESSION_EVENTS", default_value = "10000", value_parser = Checked(size))]
    session_events: usize,
    /// The bytes that one session keeps; beyond it, what `--when-full` says.
    #[arg(long, value_name = "SIZE", env = "KAI_E2E_CAPTURE_SESSION_BYTES", default_value = "16MiB", value_parser = Checked(size))]
    session_bytes: usize,
    /// Refuse further events of a full session with 507, or drop its oldest for them.
    #[arg(long, value_enum, env = "KAI_E2E_CAPTURE_WHEN_FULL", default_value_t = WhenFull::Refuse)]
    when_full: WhenFull,
    /// The sessions that are kept; beyond it, ended and idle ones are freed, else 429.
    #[arg(long, value_name = "N", env = "KAI_E2E_CAPTURE_SESSIONS", default_value = "20000", value_parser = Checked(size))]
    sessions: usize,
    /// The bytes that all sessions keep together; beyond it, as with `--sessions`.
    #[arg(long, value_name = "SIZE", env = "KAI_E2E_CAPTURE_TOTAL_BYTES", default_value = "256MiB", value_parser = Checked(size))]
    total_bytes: usize,
    /// How long a session that nobody reads is kept after its last event.
    #[arg(long, value_name = "SECONDS", env = "KAI_E2E_CAPTURE_IDLE_EXPIRY", default_value = "3600", value_parser = Checked(seconds))]
    idle_expiry: Duration,
    /// How long a stream may carry nothing before a comment keeps it open.
    #[arg(long, value_name = "SECONDS", env = "KAI_E2E_CAPTURE_KEEP_ALIVE", default_value = "15", value_parser = Checked(seconds))]
    keep_alive: Duration,
    /// How long a stream may carry no event before it closes with `event: timeout`.
    #[arg(long, value_name = "SECONDS", env = "KAI_E2E_CAPTURE_SILENCE", default_value = "300", value_parser = Checked(seconds))]
    silence: Duration,
    /// How long clients are told to wait before they connect again.
    #[arg(long, value_name = "SECONDS", env = "KAI_E2E_CAPTURE_RETRY", default_value = "0.5", value_parser = Checked(seconds))]
    retry: Duration,
    /// How long an event that came too early waits for the missing ones.
    #[arg(long, value_name = "SECONDS", env = "KAI_E2E_CAPTURE_REORDER_WAIT", default_value = "0.5", value_parser = Checked(seconds))]
    reorder_wait: Duration,
    /// How many events of a session may wait so at once.
    #[arg(long, value_name = "N", env = "KAI_E2E_CAPTURE_REORDER_WINDOW", default_value = "64", value_parser = Checked(size))]
    reorder_window: usize,
    /// How long a request's body may take to arrive; beyond it 408.
    #[arg(long, value_name = "SECONDS", env = "KAI_E2E_CAPTURE_BODY_TIMEOUT", default_value = "30", value_parser = Checked(seconds))]
    body_timeout: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum WhenFull {
    Refuse,
    DropOldest,
}

impl BoundArgs {
    /// Puts the bounds into a configuration.
    pub(super) fn apply(&self, config: CaptureConfig) -> CaptureConfig {
        CaptureConfig {
            limits: Limits {
                body_bytes: self.body_bytes,
                session_events: self.session_events,
                session_bytes: self.session_bytes,
                overflow: match self.when_full {
                    WhenFull::Refuse => Overflow::Refuse,
                    WhenFull::DropOldest => Overflow::DropOldest,
                },
                sessions: self.sessions,
                total_bytes: self.total_bytes,
                idle_expiry: self.idle_expiry,
            },
            keep_alive: self.keep_alive,
            silence: self.silence,
            retry: self.retry,
            reorder_wait: self.reorder_wait,
            reorder_window: self.reorder_window,
            body_timeout: self.body_timeout,
            ..config
        }
    }
}

/// What the library says of a setting, said of the option that stands for it.
pub(super) fn of_option(error: CaptureError) -> Exit {
    let of = |setting: &str| {
        let id = match setting {
            "access" => "token",
            // Options are called as the settings are.
            path => path.rsplit('.').next().unwrap_or(path),
        };
        let command = CaptureArgs::augment_args(Command::new("capture"));
        let arg = command.get_arguments().find(|arg| arg.get_id() == id);
        arg.map_or_else(|| format!("the setting `{setting}`"), names)
    };
    match &error {
        CaptureError::Setting { setting, wanted } => {
            Exit::Usage(format!("{} must be {wanted}", of(setting)))
        }
        CaptureError::Origin { .. } => Exit::Usage(format!("{}: {error}", of("origins"))),
        _ => error.into(),
    }
}

/// Whether a variable that stands for a flag switches it on.
fn switch(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Ok(true),
        "false" | "no" | "off" | "0" | "" => Ok(false),
        _ => Err("it must be true, yes, on or 1, or false, no, off or 0".to_owned()),
    }
}

fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse()
        .map_err(|_| "it must be IP:PORT, such as 127.0.0.1:8092 or [::1]:8092".to_owned())
}

/// A number, or one with `KiB`, `MiB` or `GiB` behind it.
fn size(text: &str) -> Result<usize, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor: usize = match &text[digits.len()..] {
        "" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        unit => return Err(format!("`{unit}` is no unit; use KiB, MiB or GiB")),
    };
    let number: usize = digits
        .parse()
        .map_err(|_| format!("`{digits}` is no whole number; use such as 10000 or 512KiB"))?;
    number
        .checked_mul(factor)
        .ok_or_else(|| "more than this machine can count".to_owned())
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok();
    let duration = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    duration.ok_or_else(|| {
        "it must be a number of seconds, such as 30 or 0.5, not negative and at most 366 days"
            .to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        args: CaptureArgs,
    }

    fn config(line: &[&str]) -> CaptureConfig {
        let args = Line::try_parse_from([&["capture"], line].concat())
            .expect("a good line")
            .args;
        let (config, _) = args.receiver.config();
        args.bounds.apply(config)
    }

    #[test]
    fn the_defaults_are_those_of_the_library() {
        let wanted = CaptureConfig {
            listen: SocketAddr::from(([127, 0, 0, 1], 8092)),
            ..CaptureConfig::default()
        };
        assert_eq!(config(&[]), wanted);
    }

    #[test]
    fn every_bound_can_be_set() {
        let config = config(&[
            "--body-bytes=1",
            "--session-events=2",
            "--session-bytes=3KiB",
            "--when-full=drop-oldest",
            "--sessions=4",
            "--total-bytes=5GiB",
            "--idle-expiry=6",
            "--keep-alive=7",
            "--silence=8",
            "--retry=0.009",
            "--reorder-wait=0",
            "--reorder-window=11",
            "--body-timeout=12",
        ]);
        let wanted = Limits {
            body_bytes: 1,
            session_events: 2,
            session_bytes: 3 << 10,
            overflow: Overflow::DropOldest,
            sessions: 4,
            total_bytes: 5 << 30,
            idle_expiry: Duration::from_secs(6),
        };
        assert_eq!(config.limits, wanted);
        let times = [
            config.keep_alive,
            config.silence,
            config.retry,
            config.reorder_wait,
            config.body_timeout,
        ];
        assert_eq!(
            times.map(|time| time.as_millis()),
            [7_000, 8_000, 9, 0, 12_000]
        );
        assert_eq!(config.reorder_window, 11);
    }

    #[test]
    fn a_token_means_keys_and_is_shown_by_no_debug() {
        let token = "0123456789abcdef0123456789abcdef";
        let line = ["capture", "--token", token];
        let args = Line::try_parse_from(line).expect("a good line").args;
        assert!(!format!("{args:?}").contains(token));
        let (config, made) = args.receiver.config();
        assert_eq!(config.access, Access::Keys(token.into()));
        assert!(made.is_none(), "it is not printed");

        let args = Line::try_parse_from(["capture", "--keys"])
            .expect("a good line")
            .args;
        let (config, made) = args.receiver.config();
        assert_eq!(Some(config.access), made.map(Access::Keys));
    }

    #[test]
    fn a_variable_is_on_or_off_and_nothing_else() {
        for on in ["true", "YES", "on", "1"] {
            assert_eq!(switch(on), Ok(true), "{on}");
        }
        for off in ["false", "No", "off", "0", ""] {
            assert_eq!(switch(off), Ok(false), "{off}");
        }
        for neither in ["maybe", "2", " ", "tru"] {
            switch(neither).expect_err(neither);
        }
    }

    #[test]
    fn wrong_values_say_what_is_right() {
        for (flag, wanted) in [
            ("--body-bytes=1MB", "`MB` is no unit; use KiB, MiB or GiB"),
            ("--body-bytes=-1", "`-1` is no whole number"),
            (
                "--body-bytes=99999999999999GiB",
                "more than this machine can count",
            ),
            (
                "--silence=soon",
                "invalid value 'soon' for --silence (KAI_E2E_CAPTURE_SILENCE): it must be a number of seconds, such as 30",
            ),
            ("--silence=-1", "not negative and at most 366 days"),
            ("--silence=NaN", "it must be a number of seconds"),
            ("--silence=1e99", "at most 366 days"),
            (
                "--listen=localhost",
                "for --listen (KAI_E2E_CAPTURE_LISTEN): it must be IP:PORT",
            ),
        ] {
            let said = Line::try_parse_from(["capture", flag])
                .expect_err(flag)
                .to_string();
            assert!(said.contains(wanted), "{said}");
        }
    }

    #[test]
    fn every_setting_that_can_be_wrong_is_named_as_an_option() {
        for (setting, wanted) in [
            ("access", "--token (KAI_E2E_CAPTURE_TOKEN)"),
            ("public_url", "--public-url (KAI_E2E_CAPTURE_PUBLIC_URL)"),
            (
                "limits.body_bytes",
                "--body-bytes (KAI_E2E_CAPTURE_BODY_BYTES)",
            ),
            (
                "limits.session_events",
                "--session-events (KAI_E2E_CAPTURE_SESSION_EVENTS)",
            ),
            (
                "limits.session_bytes",
                "--session-bytes (KAI_E2E_CAPTURE_SESSION_BYTES)",
            ),
            ("limits.sessions", "--sessions (KAI_E2E_CAPTURE_SESSIONS)"),
            (
                "limits.total_bytes",
                "--total-bytes (KAI_E2E_CAPTURE_TOTAL_BYTES)",
            ),
            (
                "limits.idle_expiry",
                "--idle-expiry (KAI_E2E_CAPTURE_IDLE_EXPIRY)",
            ),
            ("keep_alive", "--keep-alive (KAI_E2E_CAPTURE_KEEP_ALIVE)"),
            ("silence", "--silence (KAI_E2E_CAPTURE_SILENCE)"),
            (
                "body_timeout",
                "--body-timeout (KAI_E2E_CAPTURE_BODY_TIMEOUT)",
            ),
            (
                "reorder_wait",
                "--reorder-wait (KAI_E2E_CAPTURE_REORDER_WAIT)",
            ),
            ("retry", "--retry (KAI_E2E_CAPTURE_RETRY)"),
        ] {
            let exit = of_option(CaptureError::Setting {
                setting,
                wanted: "right",
            });
            assert_eq!(exit.to_string(), format!("{wanted} must be right"));
            assert_eq!(exit.code(), 2);
        }
        let exit = of_option(CaptureError::Origin {
            origin: "foo".to_owned(),
        });
        let said = exit.to_string();
        assert!(
            said.starts_with("--allow-origin (KAI_E2E_CAPTURE_ORIGINS): `foo`"),
            "{said}"
        );
    }
}
