//! Connections on which nothing is said.

use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

use super::Origin;

/// Up to `count` connections that are open and silent; fewer where the target takes no more.
pub async fn idle(origin: &Origin, count: usize, deadline: Instant) -> Vec<TcpStream> {
    let mut open = Vec::with_capacity(count);
    for _ in 0..count {
        match timeout_at(deadline, TcpStream::connect(&origin.address)).await {
            Ok(Ok(tcp)) => open.push(tcp),
            _ => break,
        }
    }
    open
}
