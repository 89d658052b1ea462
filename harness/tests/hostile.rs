//! Servers that mean harm: the command stays small, ends in time, does not panic, and passes nothing
//! that such a server has not earned.
//!
//! The servers write their frames by hand. Each answers the first calls as an echo would, so that the
//! run gets under way, and does its worst from then on; or from the first call on.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What the command may take at most, in KiB: 150 MiB.
const MOST: u64 = 150 << 10;
/// What the run may take by its own flags, and what starting, the last checks and the report may add.
const BUDGET: &str = "4s";
const PATIENCE: Duration = Duration::from_secs(30);
/// Calls that are echoed before a server does its worst.
const HONEST: u32 = 60;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const WINDOW_UPDATE: u8 = 8;
const CONTINUATION: u8 = 9;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
const ACK: u8 = 1;

/// `:status: 200` and `content-type: application/grpc` (RFC 7541, indices 8 and 31).
const OPENING: &[u8] = b"\x88\x0f\x10\x10application/grpc";
/// `grpc-encoding: gzip`
const GZIP: &[u8] = b"\x00\x0dgrpc-encoding\x04gzip";
/// `grpc-status: 0`
const OK: &[u8] = b"\x00\x0bgrpc-status\x010";

/// What a server does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Worst {
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

use Worst::*;

const ALL: [Worst; 15] = [
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

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("a frame's length").to_be_bytes();
    let mut bytes = length[1..].to_vec();
    bytes.extend([kind, flags]);
    bytes.extend(stream.to_be_bytes());
    bytes.extend(payload);
    bytes
}

/// The server's side of a connection, and what it may send.
struct Peer {
    io: TcpStream,
    connection_window: i64,
    stream_window: i64,
    initial_window: i64,
    watch: Arc<Watch>,
}

/// The command's process, as the kernel sees it.
#[derive(Default)]
struct Watch {
    pid: AtomicU32,
    peak: AtomicU64,
}

impl Watch {
    /// Notes how much memory the process has had at most so far, in KiB.
    fn look(&self) {
        let path = format!("/proc/{}/status", self.pid.load(Ordering::Relaxed));
        let status = std::fs::read_to_string(path).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse().ok());
        self.peak.fetch_max(peak.unwrap_or(0), Ordering::Relaxed);
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

/// 1 MiB of gzip that says 1 GiB of zeros: one block that a full flush ends refers to nothing before
/// it, so it may be repeated.
fn gzip_bomb() -> Vec<u8> {
    use flate2::{Compress, Compression, FlushCompress};
    let mut block = Vec::with_capacity(1 << 16);
    Compress::new(Compression::best(), false)
        .compress_vec(&vec![0; 1 << 20], &mut block, FlushCompress::Full)
        .expect("zeros compress into 64 KiB");
    [&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255][..], &block.repeat(1024)].concat()
}

/// Bytes without sense, the same each time.
fn gibberish() -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    (0..8192).flat_map(|_| next().to_le_bytes()).collect()
}

/// What a run against such a server came to.
struct Ran {
    code: Option<i32>,
    stdout: String,
    stderr: String,
    took: Duration,
    /// KiB.
    peak: u64,
    report: Option<serde_json::Value>,
}

async fn against(worst: Worst, honest: u32, budget: &'static str) -> Ran {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let watch = Arc::new(Watch::default());
    let server = tokio::spawn({
        let (watch, calls) = (watch.clone(), Arc::new(AtomicU32::new(0)));
        async move {
            while let Ok((io, _)) = listener.accept().await {
                let peer = Peer {
                    io,
                    connection_window: 65_535,
                    stream_window: 65_535,
                    initial_window: 65_535,
                    watch: watch.clone(),
                };
                tokio::spawn(peer.serve(worst, calls.clone(), honest));
            }
        }
    });
    let ran = tokio::task::spawn_blocking(move || command(&address, worst, honest, budget, &watch));
    let ran = ran.await.expect("the command runs");
    server.abort();
    ran
}

fn command(address: &str, worst: Worst, honest: u32, budget: &str, watch: &Watch) -> Ran {
    let name = format!("wirecheck-hostile-{}-{worst:?}-{honest}.json", std::process::id());
    let path: PathBuf = std::env::temp_dir().join(name);
    let began = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_wirecheck"))
        .args(["check", "--target", address, "--seed", "1", "--timeout", "700ms"])
        .args(["--budget", budget, "--observe", "200ms", "--report"])
        .arg(format!("json={}", path.display()))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    watch.pid.store(child.id(), Ordering::Relaxed);
    let (mut out, mut err) =
        (child.stdout.take().expect("a pipe"), child.stderr.take().expect("a pipe"));
    let said = std::thread::spawn(move || {
        let mut said = String::new();
        err.read_to_string(&mut said).map(|_| said)
    });
    // With the first bytes on stdout the report stands; where it is longer than a pipe holds, the
    // command waits for the second read.
    let mut stdout = Vec::new();
    let mut chunk = [0; 4096];
    while let Ok(read @ 1..) = out.read(&mut chunk) {
        watch.look();
        stdout.extend_from_slice(&chunk[..read]);
    }
    let status = child.wait().expect("the command ends");
    let report = std::fs::read(&path).ok();
    let _ = std::fs::remove_file(&path);
    Ran {
        code: status.code(),
        stdout: String::from_utf8_lossy(&stdout).into_owned(),
        stderr: said.join().expect("no panic").unwrap_or_default(),
        took: began.elapsed(),
        peak: watch.peak.load(Ordering::Relaxed),
        report: report.map(|bytes| serde_json::from_slice(&bytes).expect("JSON")),
    }
}

/// The ids of the checks that passed.
fn passed(ran: &Ran) -> BTreeSet<String> {
    let results =
        ran.report.iter().flat_map(|report| report["results"].as_array().expect("results"));
    let passed = results.filter(|result| result["verdict"] == "pass");
    passed.map(|result| result["id"].as_str().expect("an id").to_owned()).collect()
}

/// What a server can earn that does its worst from the first call on, whichever that is: PINGs are
/// answered, and what there is of responses may well keep clauses on every response.
fn earned(_: Worst, id: &str) -> bool {
    let of_any_response = id.starts_with("grpc/response/") && id != "grpc/response/reserved-codes";
    of_any_response || id == "grpc/connection/ping"
}

/// Small, in time, without a panic, and no exit that says all is well.
#[expect(clippy::print_stderr, reason = "figures for whoever reads the test's output")]
fn kept_its_bounds(ran: &Ran, who: &str) {
    eprintln!("{who}: at most {} MiB, {:.1} s", ran.peak >> 10, ran.took.as_secs_f64());
    assert!(ran.peak > 0, "{who}: the command was never seen");
    assert!(ran.peak < MOST, "{who}: {} KiB", ran.peak);
    assert!(ran.took < PATIENCE, "{who}: {:?}", ran.took);
    assert!(!ran.stderr.contains("panicked"), "{who}: {}", ran.stderr);
    assert!(!ran.stdout.contains("panicked"), "{who}: {}", ran.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_first_call_on() {
    for worst in ALL {
        let ran = against(worst, 0, BUDGET).await;
        kept_its_bounds(&ran, &format!("{worst:?} from the first call on"));
        assert!(matches!(ran.code, Some(1 | 2)), "{worst:?}: {:?}", ran.code);
        let unearned: Vec<_> = passed(&ran).into_iter().filter(|id| !earned(worst, id)).collect();
        assert!(unearned.is_empty(), "{worst:?} passes {unearned:?}\n{}", ran.stdout);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn once_the_run_is_under_way() {
    // What a mere echo passes that does no harm at all.
    let echo = passed(&against(LargeMessages, u32::MAX, "60s").await);
    assert!(echo.len() > 50, "{echo:?}");
    for worst in ALL {
        let ran = against(worst, HONEST, BUDGET).await;
        kept_its_bounds(&ran, &format!("{worst:?} after {HONEST} calls"));
        assert_eq!(ran.code, Some(1), "{worst:?}: {}", ran.stderr);
        let unearned: Vec<_> = passed(&ran)
            .into_iter()
            .filter(|id| !echo.contains(id) && !earned(worst, id))
            .collect();
        assert!(unearned.is_empty(), "{worst:?} passes {unearned:?}\n{}", ran.stdout);
    }
}
