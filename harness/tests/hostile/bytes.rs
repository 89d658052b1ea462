//! What the servers' frames are made of, byte by byte.

pub(super) const DATA: u8 = 0;
pub(super) const HEADERS: u8 = 1;
pub(super) const RST_STREAM: u8 = 3;
pub(super) const SETTINGS: u8 = 4;
pub(super) const PING: u8 = 6;
pub(super) const WINDOW_UPDATE: u8 = 8;
pub(super) const CONTINUATION: u8 = 9;
pub(super) const END_STREAM: u8 = 1;
pub(super) const END_HEADERS: u8 = 4;
pub(super) const ACK: u8 = 1;

/// `:status: 200` and `content-type: application/grpc` (RFC 7541, indices 8 and 31).
pub(super) const OPENING: &[u8] = b"\x88\x0f\x10\x10application/grpc";
/// `grpc-encoding: gzip`
pub(super) const GZIP: &[u8] = b"\x00\x0dgrpc-encoding\x04gzip";
/// `grpc-status: 0`
pub(super) const OK: &[u8] = b"\x00\x0bgrpc-status\x010";

pub(super) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("a frame's length").to_be_bytes();
    let mut bytes = length[1..].to_vec();
    bytes.extend([kind, flags]);
    bytes.extend(stream.to_be_bytes());
    bytes.extend(payload);
    bytes
}

/// 1 MiB of gzip that says 1 GiB of zeros: one block that a full flush ends refers to nothing before
/// it, so it may be repeated.
pub(super) fn gzip_bomb() -> Vec<u8> {
    use flate2::{Compress, Compression, FlushCompress};
    let mut block = Vec::with_capacity(1 << 16);
    Compress::new(Compression::best(), false)
        .compress_vec(&vec![0; 1 << 20], &mut block, FlushCompress::Full)
        .expect("zeros compress into 64 KiB");
    [&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255][..], &block.repeat(1024)].concat()
}

/// Bytes without sense, the same each time.
pub(super) fn gibberish() -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    (0..8192).flat_map(|_| next().to_le_bytes()).collect()
}
