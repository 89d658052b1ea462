//! A raw gRPC client over `h2`: every header, DATA boundary and flag under control, everything recorded.
//!
//! What comes from the target is hostile: every read has a cap, every wait a deadline.

mod call;
mod connection;
mod frames;
mod idle;
mod origin;
mod recorder;
mod sniff;

pub use call::{Answer, Call, Incoming, Received, framed};
pub use connection::{Connection, DialError};
pub use frames::{Frame, Frames, INITIAL_WINDOW_SIZE};
pub use idle::idle;
pub use origin::{Access, AccessError, Origin, Tls};
pub use recorder::Recorder;
pub use sniff::sniff;
