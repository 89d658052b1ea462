//! What a target speaks that does not speak HTTP/2: told from its first bytes.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

use super::Origin;

/// The client's preface and empty SETTINGS (RFC 9113, section 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

/// A sentence on what is there instead of HTTP/2, where the first bytes tell.
pub async fn sniff(origin: &Origin, deadline: Instant) -> Option<&'static str> {
    let mut first = [0; 9];
    let mut tcp = timeout_at(deadline, TcpStream::connect(&origin.address)).await.ok()?.ok()?;
    let exchange = async {
        tcp.write_all(PREFACE).await?;
        tcp.read(&mut first).await
    };
    // A connection reset under the exchange tells as much as one that is closed.
    let read = timeout_at(deadline, exchange).await.ok()?.unwrap_or(0);
    match &first[..read] {
        [] => Some("it closes the connection at once"),
        [b'H', b'T', b'T', b'P', ..] => Some("it speaks HTTP/1, not HTTP/2 with prior knowledge"),
        [0x15, 0x03, ..] => Some("it speaks TLS"),
        // A SETTINGS frame, as every HTTP/2 server begins.
        [_, _, _, 0x04, ..] => None,
        _ => Some("it speaks neither HTTP/2 nor anything known"),
    }
}
