//! A dump as plain text: offset, bytes, and beside them field path, wire type and value.

use std::fmt;
use std::fmt::Write;

use super::{Content, Dump, Line, Note};
use crate::wire::text::columns as width_of;
use crate::wire::{WireError, WireType};

/// Bytes in a row.
const ROW: usize = 8;

/// Rows of bytes that one line takes at most, and one that says how many more there are.
const MAX_ROWS: usize = 4;

/// Columns before the text: offset, two blanks, a row of bytes, two blanks.
const MARGIN: usize = 6 + 2 + 3 * ROW - 1 + 2;

/// Columns of the deepest indentation.
const MAX_INDENT: usize = 16;

impl fmt::Display for Dump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text(80))
    }
}

impl Dump {
    /// Fits `width` columns, where these are 60 or more. Ends with a line break.
    pub fn to_text(&self, width: usize) -> String {
        let mut text = format!("{}, {}\n", self.message, count(self.size, "byte"));
        if !self.lines.is_empty() {
            text.push('\n');
        }
        for line in &self.lines {
            line.write(width.max(60) - MARGIN, &mut text);
        }
        for path in &self.missing {
            // Writing to a string cannot fail.
            let _ = write!(text, "\nrequired field missing: {path}");
        }
        if !self.missing.is_empty() {
            text.push('\n');
        }
        text
    }
}

impl Line {
    fn write(&self, columns: usize, out: &mut String) {
        let marked = match self.content {
            Content::Defect(WireError { offset, .. }) => offset.checked_sub(self.offset),
            _ => None,
        };
        let bytes = rows(&self.bytes, marked);
        let indent = (2 * self.depth).min(MAX_INDENT);
        let text = folded(&self.words(), columns, indent);
        for row in 0..bytes.len().max(text.len()) {
            let offset = match row {
                0 => self.offset.to_string(),
                _ => String::new(),
            };
            let bytes = bytes.get(row).map_or("", String::as_str);
            let text = text.get(row).map_or("", |text| text);
            let row = format!("{offset:>6} {bytes:<24}  {text}");
            out.push_str(row.trim_end());
            out.push('\n');
        }
    }

    /// What stands beside the bytes, in pieces that stay on one row where they can.
    fn words(&self) -> Vec<String> {
        let mut words = Vec::new();
        if !self.path.is_empty() {
            words.push(self.path.clone());
        }
        match &self.content {
            Content::Value { wire_type, len, value } => {
                words.extend([laid_out(*wire_type, *len), format!("= {value}")])
            }
            Content::Message { wire_type, len, type_name } => {
                let name = type_name.as_deref().and_then(|name| name.rsplit('.').next());
                words.extend([laid_out(*wire_type, *len), name.unwrap_or("group").into()]);
            }
            Content::Packed { len } => {
                words.extend([laid_out(WireType::Len, Some(*len)), "packed".into()]);
            }
            Content::Element { wire_type, value } => {
                words.extend([laid_out(*wire_type, None), format!("= {value}")]);
            }
            Content::EndGroup => words.push(laid_out(WireType::EndGroup, None)),
            Content::Defect(WireError { offset, defect }) => {
                let told = format!("MALFORMED at byte {offset}: {defect}");
                words.extend(told.split(' ').map(String::from));
            }
            Content::NotShown => {
                words.push(format!("{} more, not shown", count(self.bytes.len(), "byte")));
            }
        }
        for note in &self.notes {
            words.extend(format!("- {note}").split(' ').map(String::from));
        }
        words
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Note::Longer { by } => write!(f, "{} longer than needed", count(*by, "byte")),
            Note::UnknownField => f.write_str("unknown field"),
            Note::OtherWireType { expected } => {
                let expected = expected.name();
                write!(f, "unknown field: the schema's has wire type {expected}")
            }
            Note::NotInClosedEnum => f.write_str("unknown field: not in the closed enum"),
            Note::NotNamed => f.write_str("no name in the enum"),
        }
    }
}

/// Words in rows of so many columns, indented, the rows behind the first a little further.
fn folded(words: &[String], columns: usize, indent: usize) -> Vec<String> {
    let mut rows = Vec::new();
    let mut row = " ".repeat(indent);
    let mut used = indent;
    let mut bare = true;
    for word in words {
        let space = usize::from(!bare);
        if !bare && used + space + width_of(word) > columns {
            rows.push(std::mem::replace(&mut row, " ".repeat(indent + 4)));
            (used, bare) = (indent + 4, true);
        }
        if !bare {
            row.push(' ');
            used += 1;
        }
        for c in word.chars() {
            let wide = width_of(c.encode_utf8(&mut [0; 4]));
            if used + wide > columns {
                rows.push(std::mem::replace(&mut row, " ".repeat(indent + 4)));
                used = indent + 4;
            }
            row.push(c);
            used += wide;
        }
        bare = false;
    }
    rows.push(row);
    rows
}

fn laid_out(wire_type: WireType, len: Option<usize>) -> String {
    let name = wire_type.name();
    match len {
        Some(len) => format!("({name} {len})"),
        None => format!("({name})"),
    }
}

fn count(count: usize, of: &str) -> String {
    match count {
        1 => format!("1 {of}"),
        _ => format!("{count} {of}s"),
    }
}

/// Bytes in rows, each byte with a blank before it, or with `>` where it is the marked one.
fn rows(bytes: &[u8], marked: Option<usize>) -> Vec<String> {
    let mut rows = Vec::new();
    for (row, chunk) in bytes.chunks(ROW).enumerate() {
        let hidden = bytes.len() - row * ROW;
        if row >= MAX_ROWS && hidden > ROW {
            rows.push(format!(" … {hidden} more"));
            break;
        }
        let mut text = String::new();
        for (at, byte) in chunk.iter().enumerate() {
            let before = match marked {
                Some(marked) if marked == row * ROW + at => '>',
                _ => ' ',
            };
            let _ = write!(text, "{before}{byte:02x}");
        }
        rows.push(text);
    }
    rows
}
