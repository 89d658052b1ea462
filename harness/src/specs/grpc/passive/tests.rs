//! Each clause on every response is seen kept by a right response and broken by a wrong one.

use wirecheck_proto::wirecheck::v1::event::What;
use wirecheck_proto::wirecheck::v1::{Event, Header, Headers, Message, Side, Trace};

use super::judge;

/// A unary call answered with one message and OK; each test bends one thing.
struct Call {
    path: &'static str,
    headers: Vec<(&'static str, &'static str)>,
    headers_end: bool,
    flags: Vec<u32>,
    leftover: Option<&'static [u8]>,
    trailers: Vec<(&'static str, &'static str)>,
    reset: Option<u32>,
}

fn right() -> Call {
    Call {
        path: "/Agent/RunJob",
        headers: vec![(":status", "200"), ("content-type", "application/grpc+proto")],
        headers_end: false,
        flags: vec![0],
        leftover: None,
        trailers: vec![("grpc-status", "0")],
        reset: None,
    }
}

fn refused(message: &'static str) -> Call {
    let trailers = vec![("grpc-status", "5"), ("grpc-message", message)];
    Call { flags: vec![], trailers, ..right() }
}

fn fields(pairs: &[(&str, &str)]) -> Vec<Header> {
    pairs
        .iter()
        .map(|(name, value)| Header { name: (*name).to_owned(), value: value.as_bytes().to_vec() })
        .collect()
}

fn trace(call: &Call) -> Trace {
    let mut events = Vec::new();
    let mut add = |side: Side, what| {
        events.push(Event {
            side: side.into(),
            connection: 1,
            stream: 1,
            what: Some(what),
            ..Event::default()
        });
    };
    let request = [(":method", "POST"), (":path", call.path), ("content-type", "application/grpc")];
    add(Side::Client, What::Headers(Headers { fields: fields(&request), end_stream: false }));
    add(
        Side::Server,
        What::Headers(Headers { fields: fields(&call.headers), end_stream: call.headers_end }),
    );
    for flag in &call.flags {
        add(Side::Server, What::Message(Message { flag: *flag, ..Message::default() }));
    }
    if let Some(bytes) = call.leftover {
        add(Side::Server, What::Data(bytes.to_vec()));
    }
    match call.reset {
        Some(code) => add(Side::Server, What::Reset(code)),
        None if call.headers_end => {}
        None => add(
            Side::Server,
            What::Trailers(Headers { fields: fields(&call.trailers), end_stream: true }),
        ),
    }
    Trace { check: "agent/run/code-in-enum".to_owned(), events, ..Trace::default() }
}

fn broken(call: &Call) -> Vec<&'static str> {
    judge(&trace(call)).offences.into_iter().map(|(clause, _)| clause.id).collect()
}

fn with(mut call: Call, bend: impl FnOnce(&mut Call)) -> Call {
    bend(&mut call);
    call
}

#[test]
fn a_right_response_breaks_nothing_and_exercises_much() {
    assert_eq!(broken(&right()), Vec::<&str>::new());
    assert_eq!(broken(&refused("no%20such%20job")), Vec::<&str>::new());
    let exercised = judge(&trace(&right())).exercised;
    assert!(exercised.iter().any(|clause| clause.id == "grpc/response/one-status"));
    assert!(!exercised.iter().any(|clause| clause.id == "grpc/response/details-agree"));
}

#[test]
fn each_bend_breaks_its_clause_alone() {
    let cases: Vec<(&str, Call)> = vec![
        ("grpc/response/no-bare-reset", with(right(), |call| call.reset = Some(8))),
        ("grpc/response/content-type", with(right(), |call| call.headers[1].1 = "text/plain")),
        ("grpc/response/content-type", with(right(), |call| call.headers.truncate(1))),
        (
            "grpc/response/one-status",
            with(right(), |call| call.trailers.push(("grpc-status", "0"))),
        ),
        ("grpc/response/one-status", with(refused("x"), |call| call.trailers[0].1 = "05")),
        ("grpc/response/one-status", with(refused("x"), |call| call.trailers[0].1 = "17")),
        ("grpc/response/one-status", with(refused("x"), |call| call.trailers.truncate(0))),
        ("grpc/response/message-encoding", refused("caf\u{e9}")),
        ("grpc/response/message-encoding", refused("100%")),
        (
            "grpc/response/no-message-with-ok",
            with(right(), |call| call.trailers.push(("grpc-message", "fine"))),
        ),
        ("grpc/response/flag-matches-encoding", with(right(), |call| call.flags = vec![1])),
        ("grpc/response/one-message-on-unary", with(right(), |call| call.flags = vec![0, 0])),
        ("grpc/response/one-message-on-unary", with(right(), |call| call.flags.clear())),
        ("grpc/response/frames-whole", with(right(), |call| call.leftover = Some(b"\0\0"))),
        (
            "grpc/response/details-agree",
            with(refused("no"), |call| call.trailers.push(("grpc-status-details-bin", "CAMSAm5v"))),
        ),
    ];
    for (clause, call) in cases {
        assert_eq!(broken(&call), [clause]);
    }
}

#[test]
fn a_status_in_open_headers_breaks_two() {
    let call = with(right(), |call| call.headers.push(("grpc-status", "0")));
    assert_eq!(broken(&call), ["grpc/response/one-status", "grpc/response/status-in-trailers"]);
}

#[test]
fn another_http_status_has_no_grpc_part() {
    let call = with(right(), |call| call.headers[0].1 = "415");
    assert_eq!(broken(&call), ["grpc/response/http-200"]);
}
