//! The grpc room against tonic as it comes, with nothing in front of it: exactly what tonic is known
//! to do otherwise is found, and each finding says what that is.

use std::collections::BTreeMap;
use std::pin::Pin;

use tokio::net::TcpListener;
use tokio_stream::Stream;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::codec::CompressionEncoding;
use tonic::transport::server::{Router, Server};
use tonic::{Response, Status, Streaming};
use wirecheck::Conformance;
use wirecheck::model::{Report, Verdict};
use wirecheck_proto::jina::jina_rpc_server::{JinaRpc, JinaRpcServer};
use wirecheck_proto::jina::{Request, SpawnRequest};

/// What tonic 0.14 is known for: the check, how it ends, and words of what its finding says came.
const DEVIATIONS: [(&str, &str, &[&str]); 7] = [
    // Every content-type is taken, and none.
    (
        "grpc/headers/wrong-content-type",
        "warn",
        &[
            "application/json: HTTP status 200, OK (0)",
            "text/plain: HTTP status 200, OK (0)",
            "none: HTTP status 200, OK (0)",
        ],
    ),
    ("grpc/message/too-large", "fail", &["OUT_OF_RANGE (11)", "4194305 bytes"]),
    // What follows the first message of a unary call is not read.
    ("grpc/message/two-on-unary", "fail", &["OK (0)"]),
    ("grpc/method/post-only", "warn", &["GET: OK (0)", "PUT: OK (0)"]),
    // The timeout is kept on the way to the response's headers alone.
    ("grpc/timeout/expires-after-headers", "fail", &["still open after 2 s"]),
    ("grpc/timeout/expires-code", "warn", &["CANCELLED (1)"]),
    // What does not parse counts as no timeout.
    (
        "grpc/timeout/malformed",
        "warn",
        &[
            "\"S\": OK (0)",
            "\"111111111S\": OK (0)",
            "\"10s\": OK (0)",
            "\"10\": OK (0)",
            "\"-1S\": OK (0)",
            "\"0x5S\": OK (0)",
        ],
    ),
];

/// Sends back what it got.
struct Echo;

type Messages<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

#[tonic::async_trait]
impl JinaRpc for Echo {
    type CallStream = Messages<Request>;
    type SpawnStream = Messages<SpawnRequest>;

    async fn call(
        &self,
        requests: tonic::Request<Streaming<Request>>,
    ) -> Result<Response<Self::CallStream>, Status> {
        Ok(Response::new(Box::pin(requests.into_inner())))
    }

    async fn call_unary(
        &self,
        request: tonic::Request<Request>,
    ) -> Result<Response<Request>, Status> {
        Ok(Response::new(request.into_inner()))
    }

    async fn spawn(
        &self,
        request: tonic::Request<SpawnRequest>,
    ) -> Result<Response<Self::SpawnStream>, Status> {
        Ok(Response::new(Box::pin(tokio_stream::once(Ok(request.into_inner())))))
    }
}

/// The room's report on this server.
async fn report(server: Router) -> Report {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let served = tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
    let report = Conformance::of(address.to_string()).rooms(["grpc"]).run().await;
    served.abort();
    report.expect("tonic answers")
}

/// Every check that neither passed nor was skipped is listed, ended so, and says so.
fn deviates<'a>(
    report: &Report,
    known: impl Iterator<Item = &'a (&'a str, &'a str, &'a [&'a str])>,
) {
    let found: BTreeMap<_, _> = report
        .results
        .iter()
        .filter(|result| !matches!(result.verdict, Verdict::Pass | Verdict::Skip(_)))
        .map(|result| (result.id.as_str(), &result.verdict))
        .collect();
    let mut expected = BTreeMap::new();
    for (id, verdict, words) in known {
        expected.insert(*id, *verdict);
        let actual =
            found.get(id).and_then(|verdict| verdict.finding()).map(|finding| &finding.actual);
        for word in *words {
            assert!(actual.is_some_and(|actual| actual.contains(word)), "{id}: {word}\n{report}");
        }
    }
    let found: BTreeMap<_, _> =
        found.into_iter().map(|(id, verdict)| (id, verdict.name())).collect();
    assert_eq!(found, expected, "{report}");
}

fn skipped(report: &Report) -> Vec<&str> {
    let skipped = report.results.iter().filter(|result| matches!(result.verdict, Verdict::Skip(_)));
    skipped.map(|result| result.id.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn as_it_comes() {
    let report = report(Server::builder().add_service(JinaRpcServer::new(Echo))).await;
    deviates(&report, DEVIATIONS.iter());
    assert_eq!(
        skipped(&report),
        [
            // It compresses nothing and announces no cap unless told to.
            "grpc/compression/bomb",
            "grpc/compression/corrupt",
            "grpc/compression/gzip",
            "grpc/compression/uncompressed-flag-zero",
            "grpc/connection/stream-cap",
            "grpc/connection/stream-cap-spares-others",
            // It sends no details.
            "grpc/response/details-agree",
        ],
        "{report}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn with_gzip_and_a_cap_on_streams() {
    let service = JinaRpcServer::new(Echo)
        .accept_compressed(CompressionEncoding::Gzip)
        .send_compressed(CompressionEncoding::Gzip);
    let server = Server::builder().max_concurrent_streams(50).add_service(service);
    let report = report(server).await;
    deviates(&report, DEVIATIONS.iter());
    assert_eq!(skipped(&report), ["grpc/response/details-agree"], "{report}");
}
