//! How single values read, on one line and safe for a terminal whatever bytes they hold.

use unicode_width::UnicodeWidthChar;

use super::Value;
use crate::schema::{Kind, Schema};

/// A value that is no message: numbers as they are, enums by name, strings quoted, escaped and cut
/// after `max_text` columns, long bytes as their first four and how many there are.
pub fn value_text(schema: &Schema, kind: Kind, value: &Value, max_text: usize) -> String {
    match value {
        Value::Bool(value) => value.to_string(),
        Value::I32(value) => value.to_string(),
        Value::I64(value) => value.to_string(),
        Value::U32(value) => value.to_string(),
        Value::U64(value) => value.to_string(),
        Value::F32(value) => format!("{value:?}"),
        Value::F64(value) => format!("{value:?}"),
        Value::Enum(number) => match kind {
            Kind::Enum(idx) => match schema[idx].name_of(*number) {
                Some(name) => name.to_owned(),
                None => number.to_string(),
            },
            _ => number.to_string(),
        },
        Value::String(bytes) => quoted(bytes, max_text),
        Value::Bytes(bytes) => bytes_text(bytes),
        Value::Message(_) => "{…}".to_owned(),
    }
}

/// Up to eight bytes in full, more as the first four and how many there are.
pub fn bytes_text(bytes: &[u8]) -> String {
    let start = bytes_start(bytes);
    match bytes.len() {
        ..=8 => start,
        len => format!("{start}({len} bytes)"),
    }
}

/// Up to eight bytes in full, more as the first four and "…".
pub fn bytes_start(bytes: &[u8]) -> String {
    match bytes.len() {
        0 => "(no bytes)".to_owned(),
        1..=8 => hex(bytes),
        _ => format!("{}…", hex(&bytes[..4])),
    }
}

/// Lower-case hexadecimal digits, two for each byte.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let mut digits = String::with_capacity(2 * bytes.len());
    // A report holds megabytes of these: no formatting for each.
    for byte in bytes {
        digits.push(DIGITS[usize::from(byte >> 4)]);
        digits.push(DIGITS[usize::from(byte & 15)]);
    }
    digits
}

/// Text in double quotes, in at most `max` columns and the quotes; what a terminal would act on,
/// or not show, is escaped, and so is what is no UTF-8.
pub fn quoted(bytes: &[u8], max: usize) -> String {
    let mut quoted = String::from("\"");
    let mut left = max;
    for chunk in bytes.utf8_chunks() {
        let text = chunk.valid().chars().map(escaped);
        let stray = chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}"));
        for piece in text.chain(stray) {
            let Some(after) = left.checked_sub(columns(&piece)) else {
                return quoted + "…\"";
            };
            left = after;
            quoted.push_str(&piece);
        }
    }
    quoted + "\""
}

fn escaped(c: char) -> String {
    match c {
        '\'' => "'".to_owned(),
        _ => c.escape_debug().to_string(),
    }
}

/// How many columns of a terminal a text takes. Never less than one for each character.
pub fn columns(text: &str) -> usize {
    text.chars().map(column_width).sum()
}

fn column_width(c: char) -> usize {
    c.width().unwrap_or(1).max(1)
}

/// A text that takes no more than so many columns; where it is cut, it ends in "…".
#[derive(Debug)]
pub(crate) struct Clipped {
    text: String,
    /// Columns that are left.
    left: usize,
    overflowed: bool,
}

impl Clipped {
    pub(crate) fn new(max_columns: usize) -> Clipped {
        Clipped { text: String::new(), left: max_columns, overflowed: false }
    }

    pub(crate) fn push(&mut self, text: &str) {
        for c in text.chars() {
            match self.left.checked_sub(column_width(c)) {
                Some(left) if !self.overflowed => {
                    self.left = left;
                    self.text.push(c);
                }
                _ => {
                    self.overflowed = true;
                    return;
                }
            }
        }
    }

    /// Whether something did not fit; nothing more is taken then.
    pub(crate) fn overflowed(&self) -> bool {
        self.overflowed
    }

    pub(crate) fn into_text(mut self) -> String {
        if !self.overflowed {
            return self.text;
        }
        while self.left == 0 {
            let Some(last) = self.text.pop() else {
                return String::new();
            };
            self.left += column_width(last);
        }
        self.text + "…"
    }
}
