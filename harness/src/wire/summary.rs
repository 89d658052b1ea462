//! A message on one line, for findings: short, safe for a terminal, and never a panic.

use super::text::{Clipped, bytes_text, columns, hex, value_text};
use super::{FieldValue, MessageValue, Value, WireError, decode_partial};
use crate::schema::{Field, Kind, Schema};

/// How much of a message is shown.
struct Detail {
    /// Columns of a string.
    text: usize,
    /// Elements of a list or entries of a map; of longer ones only how many there are.
    elements: usize,
    /// Levels of submessages.
    depth: usize,
}

/// From the richest to the tersest; the first that fits is taken.
const DETAILS: [Detail; 4] = [
    detail(60, 4, 8),
    detail(24, 3, 4),
    detail(12, 1, 2),
    detail(8, 0, 2),
];

const fn detail(text: usize, elements: usize, depth: usize) -> Detail {
    Detail {
        text,
        elements,
        depth,
    }
}

/// The message that `bytes` are, on one line of at most `max_width` columns:
/// `Token { OwnerID: 3f2a90c1…(32 bytes), FirstEpoch: 1, ObjectID: [9 × …] }`. A message of which
/// only one member of a oneof is set is shown as that member. Bytes that are no such message are
/// shown as `Token malformed at byte 12 (…): 3f2a…`.
pub fn summary(schema: &Schema, type_name: &str, bytes: &[u8], max_width: usize) -> String {
    let Some(message) = schema.message(type_name) else {
        let shown = super::text::quoted(type_name.as_bytes(), 60);
        let mut line = Clipped::new(max_width);
        line.push(&format!(
            "unknown message type {shown}: {}",
            bytes_text(bytes)
        ));
        return line.into_text();
    };
    match decode_partial(schema, message, bytes) {
        Ok(value) => of_value(schema, &value, max_width),
        Err(error) => malformed(message.name(), error, bytes, max_width),
    }
}

/// A message on one line of at most `max_width` columns.
pub fn of_value(schema: &Schema, message: &MessageValue, max_width: usize) -> String {
    let missing = super::required::missing_required(schema, message);
    let ending = match missing.is_empty() {
        true => String::new(),
        false => format!(" (missing: {})", missing.join(", ")),
    };
    // What is missing is worth more than half of what is there.
    let room = max_width.saturating_sub(columns(&ending).min(max_width / 2));
    let mut line = Clipped::new(room);
    for detail in &DETAILS {
        line = Clipped::new(room);
        let mut view = View {
            schema,
            detail,
            line: &mut line,
        };
        view.outermost(message);
        if !line.overflowed() {
            break;
        }
    }
    let mut whole = Clipped::new(max_width);
    whole.push(&line.into_text());
    whole.push(&ending);
    whole.into_text()
}

fn malformed(name: &str, error: WireError, bytes: &[u8], max_width: usize) -> String {
    let mut line = Clipped::new(max_width);
    let WireError { offset, defect } = error;
    line.push(&format!("{name} malformed at byte {offset} ({defect}): "));
    // The bytes around the defect, of short messages all.
    let from = match bytes.len() {
        ..=16 => 0,
        _ => offset.min(bytes.len()).saturating_sub(8),
    };
    if from > 0 {
        line.push("…");
    }
    for byte in &bytes[from..] {
        line.push(&hex(&[*byte]));
        if line.overflowed() {
            break;
        }
    }
    line.into_text()
}

struct View<'s, 'l> {
    schema: &'s Schema,
    detail: &'l Detail,
    line: &'l mut Clipped,
}

impl View<'_, '_> {
    fn outermost(&mut self, message: &MessageValue) {
        let known = &self.schema[message.message()];
        let mut fields = message.fields();
        if let (Some((number, value)), None) = (fields.next(), fields.next())
            && let Some(field) = known.field(number)
            && let (Some(_), FieldValue::Singular(Value::Message(_))) = (field.oneof, value)
            && message.unknown().is_empty()
        {
            self.field(field, value, self.detail.depth);
        } else {
            self.line.push(known.name());
            self.line.push(" ");
            self.message(message, self.detail.depth);
        }
    }

    fn message(&mut self, message: &MessageValue, depth: usize) {
        let known = &self.schema[message.message()];
        let mut separator = "{ ";
        for (number, value) in message.fields() {
            if depth == 0 {
                return self.line.push("{…}");
            }
            if let (Some(field), false) = (known.field(number), self.line.overflowed()) {
                self.line.push(separator);
                self.field(field, value, depth);
                separator = ", ";
            }
        }
        if !message.unknown().is_empty() {
            self.line.push(separator);
            let count = message.unknown().len();
            self.line.push(&format!("unknown: {count} bytes"));
            separator = ", ";
        }
        self.line.push(if separator == ", " { " }" } else { "{}" });
    }

    fn field(&mut self, field: &Field, value: &FieldValue, depth: usize) {
        self.line.push(&field.name);
        match value {
            FieldValue::Singular(Value::Message(message)) => {
                self.line.push(" ");
                self.message(message, depth - 1);
            }
            FieldValue::Singular(value) => {
                self.line.push(": ");
                self.value(field.kind, value, depth);
            }
            FieldValue::Repeated(values) if values.len() > self.detail.elements => {
                self.line.push(&format!(": [{} × …]", values.len()));
            }
            FieldValue::Repeated(values) => {
                self.line.push(": [");
                for (at, value) in values.iter().enumerate() {
                    self.line.push(if at == 0 { "" } else { ", " });
                    self.value(field.kind, value, depth);
                }
                self.line.push("]");
            }
            FieldValue::Map(entries) if entries.len() > self.detail.elements => {
                self.line.push(&format!(": {{{} × …}}", entries.len()));
            }
            FieldValue::Map(entries) => {
                let Some((of_key, of_value)) = self.schema.map_entry(field) else {
                    return;
                };
                self.line.push(": {");
                for (at, (key, value)) in entries.iter().enumerate() {
                    self.line.push(if at == 0 { "" } else { ", " });
                    self.value(of_key.kind, &key.to_value(), depth);
                    self.line.push(": ");
                    self.value(of_value.kind, value, depth);
                }
                self.line.push("}");
            }
        }
    }

    fn value(&mut self, kind: Kind, value: &Value, depth: usize) {
        if self.line.overflowed() {
            return;
        }
        match value {
            Value::Message(message) => self.message(message, depth - 1),
            _ => {
                let text = value_text(self.schema, kind, value, self.detail.text);
                self.line.push(&text);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::summary;
    use crate::schema::Schema;
    use crate::wire::Writer;
    use crate::wire::text::columns;

    fn signed() -> Vec<u8> {
        let token = Writer::new()
            .len(2, &[0x3f; 32])
            .varint(3, 1)
            .varint(4, 100)
            .len(5, &[1; 32])
            .len(5, &[2; 32])
            .len(6, &[7; 64]);
        Writer::new().len(2, &token.into_bytes()).into_bytes()
    }

    fn of(type_name: &str, bytes: &[u8], max_width: usize) -> String {
        let line = summary(Schema::contract(), type_name, bytes, max_width);
        assert!(columns(&line) <= max_width, "{line}");
        line
    }

    #[test]
    fn a_lone_oneof_member_stands_for_its_message() {
        assert_eq!(
            of("session.CreateRequest", &signed(), 200),
            "Signed { OwnerID: 3f3f3f3f…(32 bytes), FirstEpoch: 1, LastEpoch: 100, \
             ObjectID: [01010101…(32 bytes), 02020202…(32 bytes)], Signature: 07070707…(64 bytes) }"
        );
    }

    #[test]
    fn narrow_lines_tell_less() {
        assert_eq!(
            of("session.CreateRequest", &signed(), 128),
            "Signed { OwnerID: 3f3f3f3f…(32 bytes), FirstEpoch: 1, LastEpoch: 100, \
             ObjectID: [2 × …], Signature: 07070707…(64 bytes) }"
        );
        assert_eq!(
            of("session.CreateRequest", &signed(), 20),
            "Signed { OwnerID: 3…"
        );
        assert_eq!(of("session.CreateRequest", &signed(), 1), "…");
        assert_eq!(of("session.CreateRequest", &signed(), 0), "");
    }

    #[test]
    fn enums_maps_and_submessages() {
        let control = Writer::new()
            .varint(1, 3)
            .len(2, &Writer::new().len(1, b"k").len(2, b"v").into_bytes())
            .into_bytes();
        let request = Writer::new().varint(1, 7).len(5, &control).varint(900, 1);
        assert_eq!(
            of("jina.Request", &request.into_bytes(), 120),
            "Request { request_id: 7, control { command: IDLE, args: {\"k\": \"v\"} }, unknown: 3 bytes }"
        );
        assert_eq!(of("jina.Request", &[], 120), "Request {}");
    }

    #[test]
    fn defects_are_named_with_the_bytes_around_them() {
        assert_eq!(
            of("jina.Request", &[0x08, 0x01, 0x12, 0x05, 0x0a], 120),
            "Request malformed at byte 3 (length 5 runs past the end, 1 bytes left): 080112050a"
        );
        let mut long = vec![0x3a, 30];
        long.extend([0; 30]);
        long.push(0x07);
        assert_eq!(
            of("jina.Request", &long, 120),
            "Request malformed at byte 32 (field number 0): …000000000000000007"
        );
    }

    #[test]
    fn a_missing_required_field_is_said() {
        assert_eq!(
            of("RunJobRequest", &[0x0a, 0x00], 120),
            "RunJobRequest { job {} } (missing: job.uuid)"
        );
        assert_eq!(
            of("RunJobRequest", &[0x0a, 0x00], 40),
            "RunJobRequest { job… (missing: job.uuid)"
        );
    }

    #[test]
    fn strings_cannot_reach_the_terminal() {
        let bytes = Writer::new().len(2, "\x1b[2J\r\n\u{202e}it's é".as_bytes());
        assert_eq!(
            of("jina.Status", &bytes.into_bytes(), 120),
            r#"Status { description: "\u{1b}[2J\r\n\u{202e}it's é" }"#
        );
    }
}
