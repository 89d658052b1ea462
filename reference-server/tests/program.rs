//! The program as a script sees it: its lines, its exit codes, its end on a signal.

use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Output, Stdio};

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wirecheck-reference"));
    command.args(arguments).stdin(Stdio::null());
    command
}

fn run(arguments: &[&str]) -> Output {
    program(arguments).output().expect("the program starts")
}

/// Starts the program and waits for the line that says where it listens.
fn serve(arguments: &[&str]) -> (Child, SocketAddr) {
    let mut child = program(arguments)
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let stdout = child.stdout.take().expect("a pipe");
    let mut line = String::new();
    BufReader::new(stdout)
        .read_line(&mut line)
        .expect("a line of text");
    let addr = line
        .strip_prefix("LISTENING ")
        .map(str::trim)
        .expect("where it listens");
    (child, addr.parse().expect("an address"))
}

#[test]
fn a_signal_ends_it_cleanly() {
    for signal in ["-TERM", "-INT"] {
        let (mut child, addr) = serve(&["--listen", "127.0.0.1:0"]);
        let idle = TcpStream::connect(addr).expect("it listens");
        let sent = Command::new("kill")
            .args([signal, &child.id().to_string()])
            .status();
        assert!(sent.expect("kill runs").success());
        assert_eq!(child.wait().expect("it ends").code(), Some(0), "{signal}");
        assert!(TcpStream::connect(addr).is_err(), "nobody listens");
        drop(idle);
    }
}

#[test]
fn what_cannot_be_done_is_one_line_and_exit_2() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let taken = taken.local_addr().expect("its address").to_string();
    for (arguments, says) in [
        (&["--listen", &taken][..], "cannot listen on"),
        (&["--listen", "nowhere"], "nowhere"),
        (&["--listen", "0.0.0.0:0"], "--allow-remote"),
        (&["--fault", "NoSuchSin"], "--list-faults"),
        (&["--step-timeout", "soon"], "30s"),
    ] {
        let output = run(arguments);
        let stderr = String::from_utf8(output.stderr).expect("text");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(
            stderr.contains(says) && stderr.lines().count() == 1,
            "{arguments:?}: {stderr}"
        );
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn the_faults_are_listed_with_what_they_break() {
    let output = run(&["--list-faults"]);
    let stdout = String::from_utf8(output.stdout).expect("text");
    assert_eq!(output.status.code(), Some(0));
    assert!(
        stdout
            .contains("AcceptsSignedFirst\n    breaks neofs-session/order/signed-first-refused\n")
    );
}
