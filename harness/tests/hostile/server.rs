//! The servers, and the worst that each does.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::bytes::*;
use super::run::Watch;
use Worst::*;

/// What a server does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Worst {
    /// Messages of a MiB without end.
    LargeMessages,
    /// Messages of three bytes without end.
    SmallMessages,
    /// DATA frames of one byte without end.
    TinyFrames,
    /// DATA frames of no byte without end.
    EmptyFrames,
    /// A message that announces 4 GiB.
    HugePrefix,
    /// The better part of a message of 4 MiB, and then nothing.
    HeldBack,
    /// A message of 1 MiB of gzip that says 1 GiB.
    GzipBomb,
    /// A header block that does not end.
    EndlessHeaders,
    /// A trailer block that does not end.
    EndlessTrailers,
    /// A header block of a few bytes that says one field of 4 KB a hundred thousand times.
    HpackBomb,
    /// Interim responses without end.
    Interim,
    /// Bytes that are no frames.
    Garbage,
    /// RST_STREAM without end.
    Resets,
    /// SETTINGS without end.
    SettingsFlood,
    /// PING without end.
    PingFlood,
}

pub(super) const ALL: [Worst; 15] = [
    LargeMessages,
    SmallMessages,
    TinyFrames,
    EmptyFrames,
    HugePrefix,
    HeldBack,
    GzipBomb,
    EndlessHeaders,
    EndlessTrailers,
    HpackBomb,
    Interim,
    Garbage,
    Resets,
    SettingsFlood,
    PingFlood,
];

/// The server's side of a connection, and what it may send.
struct Peer {
    io: TcpStream,
    connection_window: i64,
    stream_window: i64,
    initial_window: i64,
    watch: Arc<Watch>,
}

/// Takes connections and does its worst on each, after so many honest calls on all of them.
pub(super) async fn serve(listener: TcpListener, worst: Worst, honest: u32, watch: Arc<Watch>) {
    let calls = Arc::new(AtomicU32::new(0));
    while let Ok((io, _)) = listener.accept().await {
        let peer = Peer {
            io,
            connection_window: 65_535,
            stream_window: 65_535,
            initial_window: 65_535,
            watch: Arc::clone(&watch),
        };
        tokio::spawn(peer.serve(worst, Arc::clone(&calls), honest));
    }
}

impl Peer {
    async fn send(&mut self, bytes: &[u8]) -> Option<()> {
        self.io.write_all(bytes).await.ok()
    }

    /// The next frame, with its window updates and settings taken in.
    async fn receive(&mut self) -> Option<(u8, u8, u32, Vec<u8>)> {
        let mut head = [0; 9];
        self.io.read_exact(&mut head).await.ok()?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
        let stream = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
        let mut payload = vec![0; length];
        self.io.read_exact(&mut payload).await.ok()?;
        match head[3] {
            WINDOW_UPDATE => {
                let by = i64::from(u32::from_be_bytes(payload[..4].try_into().ok()?));
                if stream == 0 {
                    self.connection_window += by;
                } else {
                    self.stream_window += by;
                }
            }
            SETTINGS if head[4] & ACK == 0 => {
                for entry in payload.chunks_exact(6).filter(|entry| entry[..2] == [0, 4]) {
                    self.initial_window =
                        i64::from(u32::from_be_bytes(entry[2..].try_into().ok()?));
                }
                self.send(&frame(SETTINGS, ACK, 0, &[])).await?;
            }
            PING if head[4] & ACK == 0 => self.send(&frame(PING, ACK, 0, &payload)).await?,
            _ => {}
        }
        Some((head[3], head[4], stream, payload))
    }

    /// Sends these bytes as DATA, in frames of `size`, as the windows allow.
    async fn data(&mut self, stream: u32, bytes: &[u8], size: usize) -> Option<()> {
        for chunk in bytes.chunks(size) {
            let length = chunk.len() as i64;
            while self.connection_window.min(self.stream_window) < length {
                self.receive().await?;
            }
            self.connection_window -= length;
            self.stream_window -= length;
            self.send(&frame(DATA, 0, stream, chunk)).await?;
        }
        self.watch.look();
        Some(())
    }

    /// Sends these bytes again and again.
    async fn flood(&mut self, bytes: &[u8]) -> Option<()> {
        loop {
            self.send(bytes).await?;
            self.watch.look();
        }
    }

    async fn forever(&mut self, stream: u32, bytes: &[u8], size: usize) -> Option<()> {
        loop {
            self.data(stream, bytes, size).await?;
        }
    }

    /// Reads until the client goes.
    async fn hold(&mut self) -> Option<()> {
        loop {
            self.receive().await?;
        }
    }

    async fn worst(&mut self, worst: Worst, stream: u32) -> Option<()> {
        self.stream_window = self.initial_window;
        let opens = |block: &[u8]| frame(HEADERS, END_HEADERS, stream, block);
        match worst {
            LargeMessages => {
                let message = [&[0, 0, 16, 0, 0][..], &vec![0; 1 << 20]].concat();
                self.send(&opens(OPENING)).await?;
                self.forever(stream, &message, 16 << 10).await
            }
            SmallMessages => {
                self.send(&opens(OPENING)).await?;
                self.forever(stream, &[0, 0, 0, 0, 3, 8, 1, 0].repeat(2048), 16 << 10).await
            }
            TinyFrames => {
                self.send(&opens(OPENING)).await?;
                self.forever(stream, &[0, 0, 0, 0, 3, 8, 1, 0].repeat(2048), 1).await
            }
            EmptyFrames => {
                self.send(&opens(OPENING)).await?;
                self.flood(&frame(DATA, 0, stream, &[]).repeat(1000)).await
            }
            HugePrefix => {
                self.send(&opens(OPENING)).await?;
                self.data(stream, &[0, 255, 255, 255, 255], 5).await?;
                self.forever(stream, &vec![0; 1 << 20], 16 << 10).await
            }
            HeldBack => {
                self.send(&opens(OPENING)).await?;
                self.data(stream, &[0, 0, 64, 0, 0], 5).await?;
                self.data(stream, &vec![0; (4 << 20) - 1], 16 << 10).await?;
                self.hold().await
            }
            GzipBomb => {
                self.send(&opens(&[OPENING, GZIP].concat())).await?;
                let bomb = gzip_bomb();
                let length = u32::try_from(bomb.len()).expect("a small bomb").to_be_bytes();
                self.data(stream, &[&[1][..], &length, &bomb].concat(), 16 << 10).await?;
                let end = frame(HEADERS, END_HEADERS | END_STREAM, stream, OK);
                self.send(&end).await?;
                self.hold().await
            }
            EndlessHeaders => {
                self.send(&frame(HEADERS, 0, stream, OPENING)).await?;
                self.continuations(stream).await
            }
            EndlessTrailers => {
                self.send(&opens(OPENING)).await?;
                self.data(stream, &[0; 5], 5).await?;
                self.send(&frame(HEADERS, END_STREAM, stream, OK)).await?;
                self.continuations(stream).await
            }
            HpackBomb => {
                // Into the table, then named by its index, 62, again and again.
                let mut block = [OPENING, b"\x40\x01x\x7f\xa1\x1e"].concat();
                block.extend([b'v'; 4000]);
                self.send(&frame(HEADERS, 0, stream, &block)).await?;
                for last in [0, 0, 0, 0, 0, END_HEADERS] {
                    self.send(&frame(CONTINUATION, last, stream, &[0xbe; 16 << 10])).await?;
                }
                self.hold().await
            }
            Interim => self.flood(&opens(b"\x08\x03100").repeat(100)).await,
            Garbage => self.flood(&gibberish()).await,
            Resets => self.flood(&frame(RST_STREAM, 0, stream, &[0, 0, 0, 8]).repeat(1000)).await,
            SettingsFlood => {
                self.flood(&frame(SETTINGS, 0, 0, &[0, 3, 0, 0, 0, 100]).repeat(1000)).await
            }
            PingFlood => self.flood(&frame(PING, 0, 0, b"ping all").repeat(1000)).await,
        }
    }

    /// Fields of a header block without end.
    async fn continuations(&mut self, stream: u32) -> Option<()> {
        let field = [b"\x00\x04junk\x7f\x81\x06".as_slice(), &[b'j'; 1000 - 128]].concat();
        self.flood(&frame(CONTINUATION, 0, stream, &field.repeat(16))).await
    }

    /// Answers calls with what they bring, up to the count; then does its worst.
    async fn serve(mut self, worst: Worst, calls: Arc<AtomicU32>, honest: u32) -> Option<()> {
        self.io.read_exact(&mut [0; 24]).await.ok()?;
        self.send(&frame(SETTINGS, 0, 0, &[])).await?;
        loop {
            self.watch.look();
            let (kind, flags, stream, payload) = self.receive().await?;
            if kind == HEADERS && calls.fetch_add(1, Ordering::Relaxed) >= honest {
                return self.worst(worst, stream).await;
            }
            if kind == HEADERS {
                self.send(&frame(HEADERS, END_HEADERS, stream, OPENING)).await?;
            }
            if kind == DATA {
                let by = u32::try_from(payload.len()).expect("a frame's length").to_be_bytes();
                self.send(&frame(DATA, 0, stream, &payload)).await?;
                if !payload.is_empty() {
                    self.send(&frame(WINDOW_UPDATE, 0, 0, &by)).await?;
                    self.send(&frame(WINDOW_UPDATE, 0, stream, &by)).await?;
                }
            }
            if matches!(kind, HEADERS | DATA) && flags & END_STREAM != 0 {
                self.send(&frame(HEADERS, END_HEADERS | END_STREAM, stream, OK)).await?;
            }
        }
    }
}
