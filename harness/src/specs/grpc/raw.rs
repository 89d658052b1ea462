//! A call in frames written by hand, and how it ended.

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
pub(super) async fn ending(
    frames: &mut Frames,
    stream: u32,
    mut seen: impl FnMut(&Frame),
) -> Ending {
    let mut http = 200;
    loop {
        let frame = frames.next().await;
        seen(&frame);
        match frame {
            Frame::Headers { stream: of, fields, end_stream } if of == stream => {
                http = number(&fields, b":status").unwrap_or(http);
                if end_stream {
                    return match number(&fields, b"grpc-status") {
                        Some(status) => Ending::Status(status),
                        None => Ending::Http(u16::try_from(http).unwrap_or(0)),
                    };
                }
            }
            Frame::Data { stream: of, end_stream: true, .. } if of == stream => {
                return Ending::Http(u16::try_from(http).unwrap_or(0));
            }
            Frame::Reset { stream: of, code } if of == stream => return Ending::Reset(code),
            Frame::GoAway(code) if code != 0 => return Ending::GoAway(code),
            Frame::Closed(why) => return Ending::Closed(why),
            Frame::Silence => return Ending::Silence,
            _ => {}
        }
    }
}

fn number(fields: &[(Vec<u8>, Vec<u8>)], name: &[u8]) -> Option<u32> {
    let (_, value) = fields.iter().find(|(found, _)| found == name)?;
    std::str::from_utf8(value).ok()?.parse().ok()
}
