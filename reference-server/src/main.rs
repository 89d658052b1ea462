//! The program `wirecheck-reference`: flags to a server's configuration, and its end on a signal.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use clap::error::ErrorKind;
use tokio::signal::unix::{SignalKind, signal};
use wirecheck_reference::{Config, Fault, Faults, Server};

/// Serves the protocols that wirecheck checks, done right, or wrong on demand.
#[derive(Debug, Parser)]
#[command(
    name = "wirecheck-reference",
    version,
    args_conflicts_with_subcommands = true
)]
struct Cli {
    #[command(flatten)]
    serve: Serve,
}

#[derive(Debug, clap::Args)]
struct Serve {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:50051")]
    listen: SocketAddr,
    /// Take on this wrong behaviour (repeatable)
    #[arg(long = "fault", value_name = "NAME")]
    faults: Vec<Fault>,
    /// Print every fault: its name, the clause that it breaks, and what it does
    #[arg(long)]
    list_faults: bool,
    /// Let clients have processes started
    #[arg(long)]
    allow_spawn: bool,
    /// Listen on an address that others can reach
    #[arg(long)]
    allow_remote: bool,
    /// Make the ids and keys of sessions the same in every run (tests only)
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// How long a handshake waits for the client's next step, like 30s or 500ms
    #[arg(long, value_name = "DUR", default_value = "30s", value_parser = duration)]
    step_timeout: Duration,
}

fn main() -> ExitCode {
    let outcome = match Cli::try_parse() {
        Ok(cli) => run(cli.serve).map_err(|error| error.to_string()),
        // A bad value is one line; everything else, help among it, is clap's own.
        Err(error) if error.kind() == ErrorKind::ValueValidation => Err(first_line(&error)),
        Err(error) => error.exit(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // A closed stderr leaves nobody to tell.
            let _ = writeln!(anstream::stderr(), "wirecheck-reference: {error}");
            ExitCode::from(2)
        }
    }
}

fn first_line(error: &clap::Error) -> String {
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default();
    line.trim_start_matches("error: ").to_owned()
}

#[tokio::main]
async fn run(serve: Serve) -> Result<(), Box<dyn std::error::Error>> {
    if serve.list_faults {
        return Ok(list_faults(&mut io::stdout().lock())?);
    }
    if !serve.listen.ip().is_loopback() && !serve.allow_remote {
        let refused = format!(
            "{} is no loopback address; --allow-remote takes it",
            serve.listen
        );
        return Err(refused.into());
    }
    let (mut terminate, mut interrupt) = (
        signal(SignalKind::terminate())?,
        signal(SignalKind::interrupt())?,
    );
    let server = Server::start(Config {
        listen: serve.listen,
        seed: serve.seed,
        faults: serve.faults.into_iter().collect::<Faults>(),
        step_timeout: serve.step_timeout,
        allow_spawn: serve.allow_spawn,
        ..Config::default()
    })
    .await?;
    announce(&mut io::stdout().lock(), server.addr())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    server.stop().await;
    Ok(())
}

/// The line that whoever started the program waits for.
fn announce(out: &mut impl Write, addr: SocketAddr) -> io::Result<()> {
    writeln!(out, "LISTENING {addr}")?;
    out.flush()
}

fn list_faults(out: &mut impl Write) -> io::Result<()> {
    for fault in Fault::ALL {
        writeln!(
            out,
            "{fault}\n    breaks {}\n    {}",
            fault.breaks(),
            fault.about()
        )?;
    }
    out.flush()
}

/// A whole number and its unit: ms, s, m or h.
fn duration(text: &str) -> Result<Duration, String> {
    let digits = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let millis = match unit {
        "ms" => Some(1),
        "s" => Some(1_000),
        "m" => Some(60_000),
        "h" => Some(3_600_000),
        _ => None,
    };
    let number: Option<u64> = number.parse().ok();
    let whole = number
        .zip(millis)
        .and_then(|(number, millis)| number.checked_mul(millis));
    match whole {
        Some(millis) if millis > 0 => Ok(Duration::from_millis(millis)),
        _ => Err("a time looks like 30s, 500ms or 2m".to_owned()),
    }
}
