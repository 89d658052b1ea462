//! Paths and HTTP methods.

use wirecheck_reference::Fault;

use crate::Probe;
use crate::client::{Call, STREAM, UNARY, good};

pub(crate) const PROBES: &[Probe] = &[
    Probe {
        clause: "method/unknown-method",
        faults: &[Fault::UnknownMethodIsNotFound],
        holds: |target| {
            Box::pin(async {
                let call = Call::to("/Agent/NoSuchMethod").data(good());
                target.call(call).await.is(12)
            })
        },
    },
    Probe {
        clause: "method/unknown-service",
        faults: &[Fault::UnknownServiceIsUnavailable],
        holds: |target| {
            Box::pin(async {
                let call = Call::to("/no.Such/Service").data(good());
                target.call(call).await.is(12)
            })
        },
    },
    Probe {
        clause: "method/malformed-path",
        faults: &[Fault::ServesMalformedPaths],
        holds: |target| {
            Box::pin(async {
                let mut refused = true;
                for path in malformed() {
                    refused &= target.call(Call::to(&path).data(good())).await.is_refused();
                }
                refused
            })
        },
    },
    Probe {
        clause: "response/reserved-codes",
        faults: &[Fault::MalformedPathIsInvalidArgument],
        holds: |target| {
            Box::pin(async {
                let call = Call::to("/Agent//RunJob").data(good());
                target.call(call).await.is(12)
            })
        },
    },
    Probe {
        clause: "method/malformed-path-survived",
        faults: &[Fault::StopsAfterMalformedPath],
        holds: |target| {
            Box::pin(async {
                target.call(Call::to("/x").data(good())).await;
                target.serves().await
            })
        },
    },
    Probe {
        clause: "method/post-only",
        faults: &[Fault::ServesGet, Fault::ServesPut],
        holds: |target| {
            Box::pin(async {
                let mut refused = true;
                for method in ["GET", "PUT", "DELETE", "OPTIONS"] {
                    let reply = target.call(Call::good().method(method)).await;
                    refused &= reply.http == 405;
                }
                refused
            })
        },
    },
];

fn malformed() -> Vec<String> {
    let (service, method) = UNARY[1..].split_once('/').expect("a path");
    let mut paths = vec!["/".to_owned(), "/x".to_owned(), "//".to_owned()];
    paths.extend([
        format!("/{service}/"),
        format!("/{service}//{method}"),
        format!("/{service}/{method}/"),
        format!("{STREAM}/"),
        format!("{UNARY}?a=b"),
    ]);
    paths
}
