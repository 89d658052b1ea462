//! The command line: what it takes, and to whom it hands that.

mod check;
mod coverage;
mod decode;
mod explain;
mod list;
mod progress;
mod trace;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, CommandFactory as _, Parser, Subcommand};

/// Points at a gRPC server and says which clauses of its protocol it breaks.
#[derive(Debug, Parser)]
#[command(name = "wirecheck", version, max_term_width = 100, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run checks against a server; without a target, against the reference server inside
    Check(Box<CheckArgs>),
    /// Print every check: its level, id and clause
    List {
        /// Only these rooms, beginnings of ids, ids or globs
        #[arg(value_name = "ROOM|ID-GLOB")]
        select: Vec<String>,
    },
    /// Say what one check or clause demands, where that stands, and how to run it
    Explain {
        /// A check's or a clause's id
        id: String,
    },
    /// Print every clause with the checks that hold it, and why where none does
    Coverage {
        /// Only these rooms
        #[arg(value_name = "ROOM")]
        rooms: Vec<String>,
    },
    /// Judge a recorded trace: length-delimited google.protobuf.Any, or JSON lines
    Trace {
        /// The trace; - for stdin
        file: PathBuf,
        /// Count a broken Should as a failure
        #[arg(long)]
        strict: bool,
    },
    /// Take the bytes of a message apart: offset, bytes, field, wire type, value
    Decode(DecodeArgs),
    /// Print a completion script for a shell
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
}

/// Over the flags on how to reach the server.
const ACCESS: &str = "Reaching the server";

/// Flags of `check`.
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// Rooms, beginnings of ids up to a slash, ids, or globs over ids [default: everything]
    #[arg(value_name = "ROOM|ID-GLOB")]
    select: Vec<String>,
    /// A server, http://HOST:PORT or https://HOST:PORT; a program that prints a trace, exec:CMD; or a
    /// trace's file [default: the reference server inside]
    #[arg(long, value_name = "URL|exec:CMD|FILE")]
    target: Option<String>,
    /// Start the server for the run, and anew after a crash; {port} stands for the port to serve on
    #[arg(long, value_name = "CMD")]
    launch: Option<String>,
    /// Give the reference server inside a fault (repeatable)
    #[arg(long, value_name = "NAME", conflicts_with_all = ["target", "launch"])]
    fault: Vec<wirecheck_reference::Fault>,
    /// A method to try the transport on, beside those of the five protocols: /package.Service/Method
    #[arg(long, value_name = "PATH")]
    method: Option<String>,
    /// An encoded request that --method takes [default: the empty message]
    #[arg(long, value_name = "FILE", requires = "method")]
    request: Option<PathBuf>,
    /// What the rooms have to know of the server, in TOML
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Checks that may fail, a line each: ID-GLOB REASON
    #[arg(long, value_name = "FILE")]
    known_failures: Option<PathBuf>,
    /// Count a broken Should as a failure
    #[arg(long)]
    strict: bool,
    /// Draw all ids and keys from this number [default: random]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// How many checks run at once
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = at_least_one)]
    jobs: usize,
    /// How long one check may take: 5s, 500ms, 1m
    #[arg(long, value_name = "DUR", default_value = "5s", value_parser = wirecheck::duration::parse)]
    timeout: Duration,
    /// How long the whole run may take
    #[arg(long, value_name = "DUR", default_value = "5m", value_parser = wirecheck::duration::parse)]
    budget: Duration,
    /// How long to look at a server whose state moves by itself [default: the configuration's, else 2s]
    #[arg(long, value_name = "DUR", value_parser = wirecheck::duration::parse)]
    observe: Option<Duration>,
    /// Also write the report to a file: text, json or junit (repeatable)
    #[arg(long, value_name = "FORMAT=PATH", value_parser = check::destination)]
    report: Vec<check::Destination>,
    /// Trust only these certificates (PEM) [default: the system's]
    #[arg(long, value_name = "FILE", help_heading = ACCESS)]
    ca: Option<PathBuf>,
    /// Show the server this certificate chain (PEM), with --key
    #[arg(long, value_name = "FILE", help_heading = ACCESS)]
    cert: Option<PathBuf>,
    /// The key to --cert (PEM)
    #[arg(long, value_name = "FILE", help_heading = ACCESS)]
    key: Option<PathBuf>,
    /// Call the server by this name, in :authority and TLS [default: the URL's]
    #[arg(long, value_name = "HOST", help_heading = ACCESS)]
    authority: Option<String>,
    /// Send this with every call; the value never shows in a report (repeatable)
    #[arg(long, value_name = "NAME: VALUE", help_heading = ACCESS)]
    header: Vec<String>,
    /// Let the target be another machine
    #[arg(long, help_heading = ACCESS)]
    allow_remote: bool,
    /// Run the checks that may stop or harm the server, too
    #[arg(long)]
    allow_destructive: bool,
    /// Start nothing more after the first failure
    #[arg(long)]
    fail_fast: bool,
}

/// Flags of `decode`.
#[derive(Debug, Args)]
pub(crate) struct DecodeArgs {
    /// The message's full name, as session.Token
    message: String,
    /// The bytes in hexadecimal
    #[arg(long, value_name = "HEX", conflicts_with_all = ["base64", "file"])]
    hex: Option<String>,
    /// The bytes in base64
    #[arg(long, value_name = "BASE64", conflicts_with = "file")]
    base64: Option<String>,
    /// A file of the bytes; - for stdin
    file: Option<PathBuf>,
    /// Another schema: an encoded google.protobuf.FileDescriptorSet
    #[arg(long, value_name = "FILE")]
    descriptor_set: Option<PathBuf>,
}

/// Exit code for a failure in the target.
const FAILED: u8 = 1;
/// Exit code where nothing was exercised.
const NOTHING: u8 = 2;

/// Reads the command line and does what it says.
pub(crate) fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Check(args) => check::run(&args),
        Command::List { select } => list::run(&select),
        Command::Explain { id } => explain::run(&id),
        Command::Coverage { rooms } => coverage::run(&rooms),
        Command::Trace { file, strict } => trace::run(&file, strict),
        Command::Decode(args) => decode::run(&args),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "wirecheck", &mut script);
            print(&String::from_utf8_lossy(&script));
            Ok(ExitCode::SUCCESS)
        }
    };
    done.unwrap_or_else(|why: String| {
        let _ = writeln!(anstream::stderr(), "wirecheck: {why}");
        ExitCode::from(NOTHING)
    })
}

/// Writes to stdout; a reader that went away, as `head` does, is no error.
fn print(text: &str) {
    let _ = anstream::stdout().write_all(text.as_bytes());
}

/// Columns of the terminal; 80 where there is none, at most 120: longer lines are hard to read.
fn columns() -> usize {
    let asked = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let terminal = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    terminal.or(asked).unwrap_or(80).clamp(40, 120)
}

fn at_least_one(text: &str) -> Result<usize, String> {
    let number: usize = text.parse().map_err(|_| "a whole number from 1 on".to_owned())?;
    if number == 0 { Err("at least 1".to_owned()) } else { Ok(number) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
