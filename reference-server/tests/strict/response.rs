//! What every response owes, looked at on one that serves and on those that refuse.

use http::HeaderValue;
use prost::Message;
use wirecheck_reference::Fault;

use crate::Probe;
use crate::client::{Call, End, Reply, STREAM, Target, UNARY, good, message, messages};

pub(crate) const PROBES: &[Probe] = &[
    Probe {
        clause: "response/http-200",
        faults: &[Fault::AnswersWithHttp500],
        holds: |target| Box::pin(all(target, |reply| reply.http == 200)),
    },
    Probe {
        clause: "response/no-bare-reset",
        faults: &[Fault::ResetsRefusedCalls],
        holds: |target| Box::pin(all(target, |reply| reply.end == End::Stream)),
    },
    Probe {
        clause: "response/content-type",
        faults: &[Fault::AnswersAsJson],
        holds: |target| {
            Box::pin(all(target, |reply| reply.all("content-type") == ["application/grpc"]))
        },
    },
    Probe {
        clause: "response/one-status",
        faults: &[
            Fault::SendsTwoStatuses,
            Fault::PadsStatus,
            Fault::SaysStatus99,
            Fault::LeavesOutGrpcStatus,
        ],
        holds: |target| {
            Box::pin(all(target, |reply| {
                let codes: Vec<_> = (0..=16).map(|code| code.to_string()).collect();
                let statuses = reply.all("grpc-status");
                statuses.len() == 1 && codes.iter().any(|code| statuses[0] == code.as_str())
            }))
        },
    },
    Probe {
        clause: "response/status-in-trailers",
        faults: &[Fault::SendsStatusInHeaders],
        holds: |target| {
            Box::pin(all(target, |reply| {
                let in_head = reply.head.contains_key("grpc-status");
                in_head == (reply.trailers.is_none() && reply.data.is_empty())
            }))
        },
    },
    Probe {
        clause: "response/message-encoding",
        faults: &[Fault::SendsRawMessage, Fault::SendsBarePercent],
        holds: |target| {
            Box::pin(all(target, |reply| {
                reply.all("grpc-message").into_iter().all(is_percent_encoded)
            }))
        },
    },
    Probe {
        clause: "response/no-message-with-ok",
        faults: &[Fault::SendsMessageWithOk],
        holds: |target| {
            Box::pin(all(target, |reply| {
                reply.code() != Some(0) || reply.all("grpc-message").is_empty()
            }))
        },
    },
    Probe {
        clause: "response/flag-matches-encoding",
        faults: &[Fault::FlagsPlainAnswers],
        holds: |target| {
            Box::pin(all(target, |reply| reply.data.first().is_none_or(|flag| *flag == 0)))
        },
    },
    Probe {
        clause: "response/one-message-on-unary",
        faults: &[Fault::RepeatsUnaryAnswer, Fault::LeavesOutUnaryAnswer],
        holds: |target| {
            Box::pin(all(target, |reply| {
                let served = reply.code() == Some(0);
                messages(&reply.data) == Some(usize::from(served))
            }))
        },
    },
    Probe {
        clause: "response/frames-whole",
        faults: &[Fault::TruncatesAnswers],
        holds: |target| Box::pin(all(target, |reply| messages(&reply.data).is_some())),
    },
    Probe {
        clause: "response/details-agree",
        faults: &[Fault::DetailsNameOtherCode, Fault::DetailsSayOtherMessage],
        holds: |target| Box::pin(all(target, details_agree)),
    },
];

/// Whether this holds of a response that serves, and of four that refuse.
async fn all(target: &Target, holds: fn(&Reply) -> bool) -> bool {
    let mut right = true;
    for call in [
        Call::good(),
        Call::to("/no.Such/Service").data(good()),
        Call::to("/x"),
        Call::to(UNARY).data(message(2, b"")),
        Call::to(STREAM).data(message(2, b"")),
    ] {
        right &= holds(&target.call(call).await);
    }
    right
}

fn is_percent_encoded(value: &HeaderValue) -> bool {
    let mut bytes = value.as_bytes().iter();
    while let Some(byte) = bytes.next() {
        let hex = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_hexdigit);
        let right = match byte {
            b'%' => hex(bytes.next()) && hex(bytes.next()),
            byte => matches!(byte, 0x20..=0x7e),
        };
        if !right {
            return false;
        }
    }
    true
}

/// `google.rpc.Status`, without its details.
#[derive(Clone, PartialEq, Message)]
struct Details {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
}

fn details_agree(reply: &Reply) -> bool {
    let block = reply.trailers.as_ref().unwrap_or(&reply.head);
    let Some(status) = tonic::Status::from_header_map(block) else {
        return false;
    };
    if status.details().is_empty() {
        return true;
    }
    let said = Details { code: status.code().into(), message: status.message().to_owned() };
    Details::decode(status.details()).ok() == Some(said)
}
