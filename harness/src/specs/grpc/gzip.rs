//! gzip as checks need it: right, wrong, and a bomb.

use std::io::Write as _;

use flate2::write::{DeflateEncoder, GzEncoder};
use flate2::{Compression, Crc, FlushCompress};

/// The bytes as one gzip member.
pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.expect("writing to a Vec does not fail")
}

/// A gzip member of about 3 MiB that says 3 GiB of zeros, made in no time: one block that a full
/// flush ends refers to nothing before it, so it may be repeated.
pub(super) fn bomb() -> Vec<u8> {
    const BLOCK: usize = 1 << 20;
    const BLOCKS: usize = 3 << 10;
    let zeros = vec![0; BLOCK];
    let mut encoder = flate2::Compress::new(Compression::best(), false);
    let mut block = Vec::with_capacity(1 << 16);
    encoder
        .compress_vec(&zeros, &mut block, FlushCompress::Full)
        .expect("zeros compress into 64 KiB");
    // Magic, deflate, no flags, no time, no extra flags, unknown system (RFC 1952, section 2.3).
    let mut member = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    (0..BLOCKS).for_each(|_| member.extend_from_slice(&block));
    let end = DeflateEncoder::new(Vec::new(), Compression::fast()).finish();
    member.extend(end.expect("writing to a Vec does not fail"));
    let of_block = || {
        let mut crc = Crc::new();
        crc.update(&zeros);
        crc
    };
    let (mut crc, one) = (of_block(), of_block());
    (1..BLOCKS).for_each(|_| crc.combine(&one));
    member.extend(crc.sum().to_le_bytes());
    member.extend(crc.amount().to_le_bytes());
    member
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn the_bomb_is_small_and_goes_off() {
        let bomb = bomb();
        assert!(bomb.len() < 4 << 20, "{} bytes", bomb.len());
        let mut decoder = flate2::read::GzDecoder::new(&bomb[..]);
        let read = std::io::copy(&mut decoder.by_ref().take(64 << 20), &mut std::io::sink());
        assert_eq!(read.expect("gzip"), 64 << 20);
    }

    #[test]
    fn gzip_reads_back() {
        let mut text = String::new();
        flate2::read::GzDecoder::new(&gzip(b"abc")[..]).read_to_string(&mut text).expect("gzip");
        assert_eq!(text, "abc");
    }
}
