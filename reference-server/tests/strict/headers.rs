//! Content-types and metadata.

use std::time::Duration;

use wirecheck_reference::Fault;

use crate::Probe;
use crate::client::{Call, End, Target};
use crate::raw::{RST_STREAM, Raw};

pub(crate) const PROBES: &[Probe] = &[
    Probe {
        clause: "headers/wrong-content-type",
        faults: &[Fault::ServesOtherContentTypes, Fault::ServesMissingContentType],
        holds: |target| {
            Box::pin(async {
                let bare = || Call::good().without("content-type");
                let mut unsupported = target.call(bare()).await.http == 415;
                for other in ["application/json", "text/plain", "application/grpc-web"] {
                    let call = bare().header("content-type", other);
                    unsupported &= target.call(call).await.http == 415;
                }
                unsupported
            })
        },
    },
    Probe {
        clause: "headers/content-type-suffixes",
        faults: &[Fault::RefusesProtoSuffix],
        holds: |target| {
            Box::pin(async {
                let proto = Call::good().without("content-type");
                let proto = proto.header("content-type", "application/grpc+proto");
                target.serves().await && target.call(proto).await.is_ok()
            })
        },
    },
    Probe {
        clause: "headers/unknown-metadata",
        faults: &[Fault::RefusesUnknownMetadata, Fault::RefusesUnknownBinaryMetadata],
        holds: |target| {
            Box::pin(async {
                serves_with(target, "x-unknown", "some text").await
                    && serves_with(target, "x-unknown-bin", "AAECAwQF").await
            })
        },
    },
    Probe {
        clause: "headers/bin-padding",
        faults: &[Fault::RequiresBinPadding, Fault::RefusesBinPadding],
        holds: |target| {
            Box::pin(async {
                serves_with(target, "x-some-bin", "AAECAw==").await
                    && serves_with(target, "x-some-bin", "AAECAw").await
            })
        },
    },
    Probe {
        clause: "headers/bin-comma-joined",
        faults: &[Fault::RefusesJoinedBin],
        holds: |target| {
            Box::pin(async { serves_with(target, "x-some-bin", "AAEC,AAECAw==").await })
        },
    },
    Probe {
        clause: "headers/bad-bin",
        faults: &[Fault::StopsAfterBadBin],
        holds: |target| {
            Box::pin(async {
                let call = Call::good().header("x-some-bin", "?no base64!");
                target.call(call).await.code().is_some() && target.serves().await
            })
        },
    },
    Probe {
        clause: "headers/connection-header",
        faults: &[Fault::ResetsMalformedWithInternalError],
        holds: |target| {
            Box::pin(async {
                let mut raw = Raw::dial(target).await;
                raw.open(1, &[("connection", "keep-alive")]).await;
                let reset = raw.wait(RST_STREAM, 1).await;
                reset.and_then(|reset| reset.code()) == Some(1)
            })
        },
    },
    Probe {
        clause: "headers/te-missing",
        faults: &[Fault::NeverAnswersWithoutTe],
        holds: |target| {
            Box::pin(async {
                let reply = target.call(Call::good().without("te")).await;
                reply.end != End::Silent
            })
        },
    },
    Probe {
        clause: "headers/large-metadata",
        faults: &[Fault::NeverAnswersLargeMetadata, Fault::StopsAfterLargeMetadata],
        holds: |target| {
            Box::pin(async {
                let large = "x".repeat(64 << 10);
                let reply = target.call(Call::good().header("x-large", &large)).await;
                reply.end != End::Silent
                    && reply.took < Duration::from_secs(2)
                    && target.serves().await
            })
        },
    },
];

async fn serves_with(target: &Target, name: &'static str, value: &str) -> bool {
    target.call(Call::good().header(name, value)).await.is_ok()
}
