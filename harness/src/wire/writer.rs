//! Writes records as they are asked for, legal or not: overlong varints, wrong lengths, lone tags.

use super::WireType;

/// Bytes of a message in the making.
///
/// ```
/// use wirecheck::wire::Writer;
///
/// let inner = Writer::new().varint(1, 150).into_bytes();
/// let bytes = Writer::new().len(3, &inner).into_bytes();
/// assert_eq!(bytes, [0x1a, 0x03, 0x08, 0x96, 0x01]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// Nothing written yet.
    pub fn new() -> Writer {
        Writer::default()
    }

    /// What was written.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Bytes just as they are.
    #[must_use]
    pub fn raw(mut self, bytes: &[u8]) -> Writer {
        self.bytes.extend_from_slice(bytes);
        self
    }

    /// A tag. Field number 0 and numbers too high are written as asked.
    #[must_use]
    pub fn tag(self, number: u32, wire_type: WireType) -> Writer {
        self.tag_of(number, wire_type as u8, 0)
    }

    /// A tag with any three bits as its wire type, in at least `width` bytes.
    #[must_use]
    pub fn tag_of(mut self, number: u32, wire_type: u8, width: usize) -> Writer {
        let tag = u64::from(number) << 3 | u64::from(wire_type & 7);
        put_varint(&mut self.bytes, tag, width);
        self
    }

    /// A bare varint in at least `width` bytes, of any width.
    #[must_use]
    pub fn bare_varint(mut self, value: u64, width: usize) -> Writer {
        put_varint(&mut self.bytes, value, width);
        self
    }

    /// A field with a varint value.
    #[must_use]
    pub fn varint(self, number: u32, value: u64) -> Writer {
        self.tag(number, WireType::Varint).bare_varint(value, 0)
    }

    /// A field of four bytes.
    #[must_use]
    pub fn fixed32(self, number: u32, value: u32) -> Writer {
        self.tag(number, WireType::Fixed32).raw(&value.to_le_bytes())
    }

    /// A field of eight bytes.
    #[must_use]
    pub fn fixed64(self, number: u32, value: u64) -> Writer {
        self.tag(number, WireType::Fixed64).raw(&value.to_le_bytes())
    }

    /// A length-delimited field: string, bytes, message or packed elements.
    #[must_use]
    pub fn len(self, number: u32, content: &[u8]) -> Writer {
        self.len_as(number, content.len() as u64, 0, content)
    }

    /// A length-delimited field whose length says what it is told to, in at least `width` bytes.
    #[must_use]
    pub fn len_as(self, number: u32, length: u64, width: usize, content: &[u8]) -> Writer {
        self.tag(number, WireType::Len).bare_varint(length, width).raw(content)
    }

    /// A group with this content.
    #[must_use]
    pub fn group(self, number: u32, content: &[u8]) -> Writer {
        self.tag(number, WireType::StartGroup).raw(content).tag(number, WireType::EndGroup)
    }
}

/// Appends a varint in at least `width` bytes: longer than needed by continuation bytes without a
/// bit in them.
pub fn put_varint(out: &mut Vec<u8>, mut value: u64, width: usize) {
    let mut written = 1;
    while value > 0x7f || written < width {
        out.push(value as u8 | 0x80);
        value >>= 7;
        written += 1;
    }
    out.push(value as u8);
}

/// Appends a tag in its shortest form.
pub fn put_tag(out: &mut Vec<u8>, number: u32, wire_type: WireType) {
    put_varint(out, u64::from(number) << 3 | wire_type as u64, 0);
}

/// Appends a length-delimited field in its shortest form.
pub fn put_len(out: &mut Vec<u8>, number: u32, content: &[u8]) {
    put_tag(out, number, WireType::Len);
    put_varint(out, content.len() as u64, 0);
    out.extend_from_slice(content);
}

/// How many bytes a varint takes in its shortest form.
pub fn varint_len(value: u64) -> usize {
    let bits = u64::BITS - value.leading_zeros();
    bits.div_ceil(7).max(1) as usize
}
