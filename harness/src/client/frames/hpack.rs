//! Header blocks: written as literals alone, read with a cap on what they unfold to.

use loona_hpack::Decoder;

/// Names and values, in the order they came.
pub(super) type Fields = Vec<(Vec<u8>, Vec<u8>)>;

/// Bytes that one block may unfold to, counted as RFC 9113 does (section 6.5.2): a byte of a block may
/// stand for 4 KB of the table.
const FIELDS_CAP: usize = 256 << 10;
/// What a field counts beside its name and value.
const FIELD: usize = 32;
/// Bytes of the dynamic table: what a peer may use unasked.
const TABLE: usize = 4096;

/// Reads the blocks of one connection.
pub(super) struct Reader(Decoder<'static>);

impl Reader {
    pub(super) fn new() -> Reader {
        let mut decoder = Decoder::new();
        decoder.set_max_allowed_table_size(TABLE);
        Reader(decoder)
    }

    /// The fields of a whole block.
    ///
    /// # Errors
    /// When it is no HPACK, or unfolds to too much.
    pub(super) fn read(&mut self, block: &[u8]) -> Result<Fields, String> {
        let mut fields = Vec::new();
        let mut size = 0;
        let decoded = self.0.decode_with_cb(block, |name, value| {
            size += name.len() + value.len() + FIELD;
            if size <= FIELDS_CAP {
                fields.push((name.into_owned(), value.into_owned()));
            }
        });
        match decoded {
            Ok(()) if size <= FIELDS_CAP => Ok(fields),
            Ok(()) => Err(format!("a header block that unfolds to {size} bytes")),
            Err(error) => Err(format!("a header block that is no HPACK: {error:?}")),
        }
    }
}

/// A field as a literal, never indexed (RFC 7541, section 6.2.3).
pub(super) fn literal(block: &mut Vec<u8>, name: &str, value: &str) {
    block.push(0x10);
    for text in [name, value] {
        length(block, text.len());
        block.extend_from_slice(text.as_bytes());
    }
}

/// An integer with a prefix of seven bits (RFC 7541, section 5.1).
fn length(block: &mut Vec<u8>, length: usize) {
    if length < 0x7f {
        block.push(length as u8);
        return;
    }
    block.push(0x7f);
    let mut rest = length - 0x7f;
    while rest >= 0x80 {
        block.push((rest as u8 & 0x7f) | 0x80);
        rest >>= 7;
    }
    block.push(rest as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_reads_back_through_an_independent_decoder() {
        let long = "v".repeat(70_000);
        let mut block = Vec::new();
        literal(&mut block, ":path", "/a");
        literal(&mut block, "x", &long);
        let read = Reader::new().read(&block).expect("HPACK");
        assert_eq!(read, [(b":path".to_vec(), b"/a".to_vec()), (b"x".to_vec(), long.into_bytes())]);
    }

    #[test]
    fn a_block_that_unfolds_to_gigabytes_is_refused() {
        // 4,000 bytes go into the table; index 62 names them 300,000 times.
        let mut block = b"\x40\x01x\x7f\xa1\x1e".to_vec();
        block.extend([b'v'; 4000]);
        block.extend(vec![0xbe; 300_000]);
        let said = Reader::new().read(&block).expect_err("too much");
        assert!(said.contains("unfolds"), "{said}");
    }
}
