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
    let mut child = program(arguments).stdout(Stdio::piped()).spawn().expect("the program starts");
    let stdout = child.stdout.take().expect("a pipe");
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line).expect("a line of text");
    let addr = line.strip_prefix("LISTENING ").map(str::trim).expect("where it listens");
    (child, addr.parse().expect("an address"))
}

#[test]
fn a_signal_ends_it_cleanly() {
    for signal in ["-TERM", "-INT"] {
        let (mut child, addr) = serve(&["--listen", "127.0.0.1:0"]);
        let idle = TcpStream::connect(addr).expect("it listens");
        let sent = Command::new("kill").args([signal, &child.id().to_string()]).status();
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
        assert!(stderr.contains(says) && stderr.lines().count() == 1, "{arguments:?}: {stderr}");
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

#[test]
fn a_trace_is_printed_in_both_forms_and_a_fault_changes_it() {
    use prost::Message;
    let imss = |more: &[&str]| {
        let output = run(&[&["imss", "--records", "300"], more].concat());
        assert_eq!(output.status.code(), Some(0), "{more:?}");
        output.stdout
    };
    let binary = imss(&[]);
    let mut rest = binary.as_slice();
    let mut records = 0;
    while !rest.is_empty() {
        let any = prost_types::Any::decode_length_delimited(&mut rest).expect("an Any");
        assert!(any.type_url.starts_with("type.googleapis.com/imss."));
        records += 1;
    }
    let json = String::from_utf8(imss(&["--json"])).expect("text");
    assert_eq!((records, json.lines().count()), (300, 300));
    let open = r#"{"@type":"type.googleapis.com/imss."#;
    assert!(json.lines().all(|line| line.starts_with(open)));
    assert_eq!(imss(&["--seed", "0"]), binary);
    assert_ne!(imss(&["--seed", "1"]), binary);
    assert_ne!(imss(&["--fault", "TwoActiveSessions"]), binary);
}

#[test]
fn a_reader_that_leaves_ends_a_long_trace() {
    let mut child = program(&["imss", "--records", "18446744073709551615", "--json"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut reader = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut line = String::new();
    reader.read_line(&mut line).expect("a line of text");
    drop(reader);
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}

#[tokio::test]
async fn a_clients_terminate_ends_it_cleanly() {
    use wirecheck_proto::jina::jina_rpc_client::JinaRpcClient;
    use wirecheck_proto::jina::request::{Body, ControlRequest};
    let (mut child, addr) = serve(&["--listen", "127.0.0.1:0", "--allow-spawn"]);
    let client = JinaRpcClient::connect(format!("http://{addr}")).await;
    let request = wirecheck_proto::jina::Request {
        body: Some(Body::Control(ControlRequest::default())),
        ..Default::default()
    };
    let answer = client.expect("it listens").call_unary(request).await;
    assert!(answer.is_ok(), "TERMINATE is acknowledged");
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}
