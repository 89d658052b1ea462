//! The program `wirecheck-reference`: flags to a server's configuration, and its end on a signal.

mod cli;

use std::collections::BTreeSet;
use std::io::{self, BufWriter, Write};
use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;
use tokio::signal::unix::{SignalKind, signal};
use wirecheck_reference::imss::Run;
use wirecheck_reference::{Config, Fault, Faults, Server};

use cli::{Cli, Command, Imss, Serve};

fn main() -> ExitCode {
    let outcome = match Cli::try_parse() {
        Ok(Cli { command, serve }) => match command {
            None => run(serve).map_err(|error| error.to_string()),
            Some(Command::Imss(imss)) => print_trace(imss).map_err(|error| error.to_string()),
        },
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
        let refused = format!("{} is no loopback address; --allow-remote takes it", serve.listen);
        return Err(refused.into());
    }
    let (mut terminate, mut interrupt) =
        (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let defaults = Config::default();
    let only: BTreeSet<_> = serve.only.into_iter().collect();
    let mut server = Server::start(Config {
        listen: serve.listen,
        seed: serve.seed,
        services: if only.is_empty() { defaults.services } else { only },
        faults: serve.faults.into_iter().collect::<Faults>(),
        profile: serve.profile,
        step_timeout: serve.step_timeout,
        live_sessions: serve.live_sessions,
        tick: serve.tick,
        allow_spawn: serve.allow_spawn,
        ..defaults
    })
    .await?;
    announce(&mut io::stdout().lock(), server.addr())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        () = server.terminated() => {}
    }
    server.stop().await;
    Ok(())
}

/// Prints as much of the trace as the reader wants to have.
fn print_trace(imss: Imss) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    let faults: Faults = imss.faults.into_iter().collect();
    let mut records = (0..imss.records).zip(Run::new(imss.seed, faults));
    let printed = records.try_for_each(|(_, record)| match imss.json {
        true => writeln!(out, "{}", record.to_json()),
        false => out.write_all(&record.to_binary()),
    });
    match printed.and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        printed => printed,
    }
}

/// The line that whoever started the program waits for.
fn announce(out: &mut impl Write, addr: SocketAddr) -> io::Result<()> {
    writeln!(out, "LISTENING {addr}")?;
    out.flush()
}

fn list_faults(out: &mut impl Write) -> io::Result<()> {
    for fault in Fault::ALL {
        writeln!(out, "{fault}\n    breaks {}\n    {}", fault.breaks(), fault.about())?;
    }
    out.flush()
}
