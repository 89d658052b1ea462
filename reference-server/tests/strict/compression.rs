//! Compressed messages.

use std::io::Write;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use wirecheck_reference::Fault;

use crate::Probe;
use crate::client::{Call, Reply, STREAM, Target, UNARY, good, message, payload};

pub(crate) const PROBES: &[Probe] = &[
    Probe {
        clause: "compression/flag-without-encoding",
        faults: &[Fault::ServesFlagWithoutEncoding, Fault::FlagWithoutEncodingIsUnimplemented],
        holds: |target| {
            Box::pin(async {
                let flagged = || Call::to(UNARY).data(message(1, &gzip(&payload())));
                let identity = flagged().header("grpc-encoding", "identity");
                target.call(flagged()).await.is(13) && target.call(identity).await.is(13)
            })
        },
    },
    Probe {
        clause: "compression/unknown-encoding",
        faults: &[
            Fault::UnknownEncodingIsInternal,
            Fault::AdvertisesUnknownEncoding,
            Fault::LeavesOutAcceptEncoding,
            Fault::RefusesUnusedEncoding,
        ],
        holds: |target| {
            Box::pin(async {
                let reply = encoded(target, UNARY, "snappy", message(1, b"abc")).await;
                let stream = encoded(target, STREAM, "snappy", message(1, b"abc")).await;
                let plain = encoded(target, UNARY, "snappy", good()).await;
                reply.is(12)
                    && stream.is(12)
                    && [&reply, &stream, &plain].iter().all(|reply| lists_what_it_knows(reply))
                    && plain.is_ok()
            })
        },
    },
    Probe {
        clause: "compression/gzip",
        faults: &[Fault::RefusesGzip],
        holds: |target| {
            Box::pin(async {
                let packed = message(1, &gzip(&payload()));
                encoded(target, UNARY, "gzip", packed).await.is_ok()
            })
        },
    },
    Probe {
        clause: "compression/corrupt",
        faults: &[Fault::ServesCorrupt],
        holds: |target| {
            Box::pin(async {
                let good = gzip(&payload());
                let mut flipped = good.clone();
                *flipped.last_mut().expect("a trailer") ^= 1;
                let mut refused = true;
                for bad in [&flipped[..], &good[..good.len() / 2], b"no gzip", b""] {
                    refused &= encoded(target, UNARY, "gzip", message(1, bad)).await.is_refused();
                }
                refused
            })
        },
    },
    Probe {
        clause: "compression/bomb",
        faults: &[Fault::ServesBomb, Fault::StopsAfterBomb],
        holds: |target| {
            Box::pin(async {
                let bomb = message(1, &gzip(&vec![0; 5 << 20]));
                encoded(target, UNARY, "gzip", bomb).await.is(8) && target.serves().await
            })
        },
    },
    Probe {
        clause: "compression/uncompressed-flag-zero",
        faults: &[Fault::RefusesUncompressedAmongGzip],
        holds: |target| Box::pin(async { encoded(target, UNARY, "gzip", good()).await.is_ok() }),
    },
];

async fn encoded(target: &Target, path: &str, encoding: &str, data: Bytes) -> Reply {
    let call = Call::to(path).header("grpc-encoding", encoding).data(data);
    target.call(call).await
}

fn lists_what_it_knows(reply: &Reply) -> bool {
    reply.all("grpc-accept-encoding") == ["identity,gzip"]
}

fn gzip(payload: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(payload).expect("memory");
    encoder.finish().expect("memory")
}
