//! A trace as lines for people: when, who, what; the offending ones marked.

use wirecheck_proto::wirecheck::v1::event::What;
use wirecheck_proto::wirecheck::v1::{Event, Header, Side, Trace};

use super::Printable;
use crate::schema::{Method, Schema};
use crate::status::{http2_error, percent_decoded};
use crate::wire::summary;
use crate::wire::text::hex;

/// One event, in words.
pub(super) struct Line {
    /// Its index in the trace.
    pub(super) event: usize,
    /// "client", "server".
    pub(super) who: &'static str,
    /// The stream it is on, 0 for the connection itself.
    pub(super) stream: u32,
    /// What was done, at most as wide as asked for.
    pub(super) text: String,
    /// Whether it contradicts the clause.
    pub(super) marked: bool,
}

/// Every event of the trace that says something to a person; `width` bounds a line's text.
pub(super) fn lines(trace: &Trace, marks: &[usize], width: usize) -> Vec<Line> {
    let mut methods = std::collections::BTreeMap::new();
    let mut lines = Vec::new();
    for (index, event) in trace.events.iter().enumerate() {
        if let (Some(What::Headers(headers)), Side::Client) = (&event.what, event.side()) {
            let path = crate::trace::text(&headers.fields, ":path").unwrap_or_default();
            methods.insert(event.stream, Schema::contract().method(path));
        }
        let method = methods.get(&event.stream).copied().flatten();
        let Some(text) = text(event, method, width) else { continue };
        let who = match (&event.what, event.side()) {
            (Some(What::Record(_) | What::Line(_)), _) => "program",
            (_, Side::Client) => "client",
            _ => "server",
        };
        lines.push(Line {
            event: index,
            who,
            stream: event.stream,
            text: Printable(&text).to_string(),
            marked: marks.contains(&index),
        });
    }
    lines
}

fn text(event: &Event, method: Option<&Method>, width: usize) -> Option<String> {
    let client = event.side() == Side::Client;
    Some(match event.what.as_ref()? {
        What::Headers(headers) if client => opening(&headers.fields),
        What::Headers(headers) if headers.end_stream => ending(&headers.fields),
        What::Headers(headers) => match value(&headers.fields, ":status") {
            Some(status) if status != "200" => format!("answers with HTTP status {status}"),
            _ => return None,
        },
        What::Trailers(trailers) => ending(&trailers.fields),
        What::Message(message) => {
            let schema = Schema::contract();
            let named = method.map(|method| if client { method.input } else { method.output });
            match named {
                Some(of) => summary(schema, &schema[of].full_name, &message.payload, width),
                None => format!("a message of {} bytes", message.payload.len()),
            }
        }
        What::Data(bytes) => {
            format!("{} raw bytes: {}", bytes.len(), cut_hex(bytes, width.saturating_sub(24)))
        }
        What::HalfClose(_) if client => "half-closes".to_owned(),
        What::HalfClose(_) => "ends the stream without trailers".to_owned(),
        What::Reset(code) => format!("resets the stream: {}", http2_error(*code)),
        What::Goaway(code) => format!("sends GOAWAY: {}", http2_error(*code)),
        What::ConnectionLost(why) => format!("connection {} ends: {why}", event.connection),
        What::Silence(what) => {
            format!("sends nothing more: no {} by the deadline", what.trim_start_matches("an "))
        }
        What::Record(record) => {
            let record = summary(Schema::contract(), &record.type_url, &record.value, width);
            format!("writes {record}")
        }
        What::Line(line) if line.chars().count() > width => {
            format!("writes {}…", line.chars().take(width).collect::<String>())
        }
        What::Line(line) => format!("writes {line}"),
        What::Ping(_) => return None,
    })
}

fn opening(fields: &[Header]) -> String {
    let path = value(fields, ":path").unwrap_or_default();
    let method = value(fields, ":method").filter(|method| method != "POST");
    let usual = |field: &&Header| {
        let own = [("te", &b"trailers"[..]), ("content-type", b"application/grpc")];
        field.name.starts_with(':') || own.contains(&(field.name.as_str(), &field.value[..]))
    };
    let more: Vec<_> = fields.iter().filter(|field| !usual(field)).map(header).collect();
    let with = if more.is_empty() { String::new() } else { format!(" with {}", more.join(", ")) };
    // A tape of no connection has none of the usual fields.
    let sent = fields.iter().any(|field| field.name == ":method");
    let missing = ["te", "content-type"].iter().filter(|name| value(fields, name).is_none());
    let without: Vec<_> = missing.filter(|_| sent).copied().collect();
    let without = match without.is_empty() {
        true => String::new(),
        false => format!(" without {}", without.join(" and ")),
    };
    format!(
        "opens {}{path}{with}{without}",
        method.map_or_else(String::new, |method| format!("{method} "))
    )
}

fn ending(fields: &[Header]) -> String {
    let status = value(fields, "grpc-status");
    let code = status
        .as_deref()
        .and_then(|status| status.parse().ok())
        .and_then(crate::status::Code::from_number);
    let status = match (code, status) {
        (Some(code), _) => code.to_string(),
        (None, Some(other)) => format!("grpc-status {other:?}"),
        (None, None) => "no grpc-status".to_owned(),
    };
    let http = value(fields, ":status").filter(|status| status != "200");
    let http = http.map_or_else(String::new, |status| format!("HTTP status {status}, "));
    let message = value(fields, "grpc-message").map(|message| percent_decoded(message.as_bytes()));
    match message.filter(|message| !message.is_empty()) {
        Some(message) => format!("ends with {http}{status}: {message}"),
        None => format!("ends with {http}{status}"),
    }
}

fn header(field: &Header) -> String {
    format!("{}: {}", field.name, String::from_utf8_lossy(&field.value))
}

fn value(fields: &[Header], name: &str) -> Option<String> {
    let field = fields.iter().find(|field| field.name == name)?;
    Some(String::from_utf8_lossy(&field.value).into_owned())
}

/// Bytes in hexadecimal, cut to `width` characters.
fn cut_hex(bytes: &[u8], width: usize) -> String {
    let shown = bytes.len().min(width / 2);
    hex(&bytes[..shown]) + if shown < bytes.len() { "…" } else { "" }
}
