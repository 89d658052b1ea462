//! The program `wirecheck-reference`: flags to a server's configuration, and its end on a signal.

mod cli;

use std::io::{self, Write};
use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;
use tokio::signal::unix::{SignalKind, signal};
use wirecheck_reference::{Config, Fault, Faults, Server};

use cli::{Cli, Serve};

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
