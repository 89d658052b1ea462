//! The flags of the program.

use std::net::SocketAddr;
use std::time::Duration;

use clap::{Parser, Subcommand};
use wirecheck_reference::neofs_session::Profile;
use wirecheck_reference::{Fault, Service};

/// Serves the protocols that wirecheck checks, done right, or wrong on demand.
#[derive(Debug, Parser)]
#[command(name = "wirecheck-reference", version, args_conflicts_with_subcommands = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) serve: Serve,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Print the trace of an upload engine at work: imss records, as the seed has them
    Imss(Imss),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Imss {
    /// The run; the same number prints the same trace
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) seed: u64,
    /// How many records to print
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    pub(crate) records: u64,
    /// One JSON object a line instead of length-delimited binary
    #[arg(long)]
    pub(crate) json: bool,
    /// Take on this wrong behaviour (repeatable)
    #[arg(long = "fault", value_name = "NAME")]
    pub(crate) faults: Vec<Fault>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Serve {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:50051")]
    pub(crate) listen: SocketAddr,
    /// Serve this protocol alone: neofs-session, agent, atomix-session or jina (repeatable) [default:
    /// all]
    #[arg(long = "only", value_name = "PROTOCOL")]
    pub(crate) only: Vec<Service>,
    /// Take on this wrong behaviour (repeatable)
    #[arg(long = "fault", value_name = "NAME")]
    pub(crate) faults: Vec<Fault>,
    /// Print every fault: its name, the clause that it breaks, and what it does
    #[arg(long)]
    pub(crate) list_faults: bool,
    /// Let clients have peas spawned (names in a list; no process starts)
    #[arg(long)]
    pub(crate) allow_spawn: bool,
    /// Listen on an address that others can reach
    #[arg(long)]
    pub(crate) allow_remote: bool,
    /// Make the ids and keys of sessions the same in every run (tests only)
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// How many of the atomix sessions are open at a time
    #[arg(long, value_name = "N", default_value_t = 6)]
    pub(crate) live_sessions: usize,
    /// How often the atomix sessions move one step on, like 50ms
    #[arg(long, value_name = "DUR", default_value = "50ms", value_parser = duration)]
    pub(crate) tick: Duration,
    /// What the parties of a handshake sign with: ed25519 or p256
    #[arg(long, value_name = "PROFILE", default_value_t)]
    pub(crate) profile: Profile,
    /// How long a handshake waits for the client's next step, like 30s or 500ms
    #[arg(long, value_name = "DUR", default_value = "30s", value_parser = duration)]
    pub(crate) step_timeout: Duration,
}

/// A whole number and its unit: ms, s, m or h.
fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let millis = match unit {
        "ms" => Some(1),
        "s" => Some(1_000),
        "m" => Some(60_000),
        "h" => Some(3_600_000),
        _ => None,
    };
    let number: Option<u64> = number.parse().ok();
    let whole = number.zip(millis).and_then(|(number, millis)| number.checked_mul(millis));
    match whole {
        Some(millis) if millis > 0 => Ok(Duration::from_millis(millis)),
        _ => Err("a time looks like 30s, 500ms or 2m".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flags_hold_together() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }

    #[test]
    fn a_profile_is_one_of_two() {
        let profile = |flags: &[&str]| {
            let words = ["wirecheck-reference"].iter().chain(flags);
            Cli::try_parse_from(words).map(|cli| cli.serve.profile)
        };
        assert_eq!(profile(&[]).expect("the default"), Profile::Ed25519);
        assert_eq!(profile(&["--profile", "ed25519"]).expect("a profile"), Profile::Ed25519);
        assert_eq!(profile(&["--profile", "p256"]).expect("a profile"), Profile::P256);
        let wrong = profile(&["--profile", "p384"]).expect_err("no profile").to_string();
        assert!(wrong.contains("there are ed25519 and p256"), "{wrong}");
    }

    #[test]
    fn a_duration_has_a_unit_and_is_above_zero() {
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("2m"), Ok(Duration::from_secs(120)));
        for wrong in
            ["", "3", "0s", "s", "-1s", "1.5s", "99999999999999999999s", "18446744073709551615h"]
        {
            assert!(duration(wrong).is_err(), "{wrong:?}");
        }
    }
}
