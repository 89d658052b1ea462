//! A call in frames written by hand, and how it ended.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::check::Stop;
use crate::client::{Frame, Frames, framed};
use crate::cx::Cx;
use crate::status::{Code, http2_error};
use crate::subject::Subject;

/// How a call in raw frames ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// With this `grpc-status`.
    Status(u32),
    /// With this HTTP status and no `grpc-status`.
    Http(u16),
    /// With RST_STREAM.
    Reset(u32),
    /// With GOAWAY.
    GoAway(u32),
    /// With the end of the connection.
    Closed(String),
    /// Not at all.
    Silence,
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ending::Status(code) => match Code::from_number(*code) {
                Some(code) => write!(f, "{code}"),
                None => write!(f, "grpc-status {code}"),
            },
            Ending::Http(status) => write!(f, "HTTP status {status}"),
            Ending::Reset(code) => write!(f, "RST_STREAM {}", http2_error(*code)),
            Ending::GoAway(code) => write!(f, "GOAWAY {}", http2_error(*code)),
            Ending::Closed(why) => write!(f, "a lost connection: {why}"),
            Ending::Silence => f.write_str("nothing up to the deadline"),
        }
    }
}

/// The fields of a request on this path.
pub(super) fn request(path: &str) -> Vec<(&str, &str)> {
    vec![
        (":method", "POST"),
        (":path", path),
        ("te", "trailers"),
        ("content-type", "application/grpc"),
    ]
}

/// A whole call on a connection of its own, with these fields beside the usual ones.
pub(super) async fn raw_call(
    cx: &mut Cx,
    subject: &Subject,
    more: &[(&str, &str)],
) -> Result<Ending, Stop> {
    let mut frames = cx.frames(&[]).await?;
    let message = framed(0, &subject.request(cx.rng()));
    let mut fields = request(&subject.path);
    fields.extend(more);
    let stream = frames.request(&fields, false).await;
    frames.data(stream, &message, true).await;
    Ok(ending(&mut frames, stream, |_| {}).await)
}

/// Reads up to the end of this stream; `seen` is shown every frame on the way.
pub(super) async fn ending(frames: &mut Frames, stream: u32, seen: impl FnMut(&Frame)) -> Ending {
    next_ending(frames, &BTreeSet::from([stream]), seen).await.1
}

/// Reads up to the end of any of these streams, or of the connection, whose number is 0.
pub(super) async fn next_ending(
    frames: &mut Frames,
    streams: &BTreeSet<u32>,
    mut seen: impl FnMut(&Frame),
) -> (u32, Ending) {
    let mut http = BTreeMap::new();
    let bare = |http: Option<&u32>| {
        Ending::Http(http.map_or(200, |status| u16::try_from(*status).unwrap_or(0)))
    };
    loop {
        let frame = frames.next().await;
        seen(&frame);
        match frame {
            Frame::Headers { stream, fields, end_stream } if streams.contains(&stream) => {
                http.extend(number(&fields, b":status").map(|status| (stream, status)));
                if end_stream {
                    let status = number(&fields, b"grpc-status").map(Ending::Status);
                    return (stream, status.unwrap_or_else(|| bare(http.get(&stream))));
                }
            }
            Frame::Data { stream, end_stream: true, .. } if streams.contains(&stream) => {
                return (stream, bare(http.get(&stream)));
            }
            Frame::Reset { stream, code } if streams.contains(&stream) => {
                return (stream, Ending::Reset(code));
            }
            Frame::GoAway(code) if code != 0 => return (0, Ending::GoAway(code)),
            Frame::Closed(why) => return (0, Ending::Closed(why)),
            Frame::Silence => return (0, Ending::Silence),
            _ => {}
        }
    }
}

fn number(fields: &[(Vec<u8>, Vec<u8>)], name: &[u8]) -> Option<u32> {
    let (_, value) = fields.iter().find(|(found, _)| found == name)?;
    std::str::from_utf8(value).ok()?.parse().ok()
}
