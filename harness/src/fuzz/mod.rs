//! The bodies of the fuzz targets, which know no fuzz engine: stable tests play them too.

pub mod choices;
pub mod decode;
pub mod differences;
pub mod handshake;
pub mod prost_reflected;
pub mod prost_typed;
mod records;

/// Something that holds for all inputs.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Of the program, and of its corpus's folder.
    pub name: &'static str,
    /// What it is tried with.
    pub input: Input,
}

/// How a target takes its input.
#[derive(Clone, Copy, Debug)]
pub enum Input {
    /// As a message of these packages, see [`decode::picked`]: each package with a dot behind it, and
    /// no package as nothing.
    Message(&'static [&'static str]),
    /// As an encoded [`Script`](wirecheck_proto::wirecheck::v1::Script) of handshakes.
    Script,
}

/// What an input showed that should not be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Contradiction(String);

/// The messages of imss.
pub static DECODE_IMSS: Target = of_messages("decode-imss", &["imss."]);
/// The messages of atomix-session.
pub static DECODE_ATOMIX_SESSION: Target =
    of_messages("decode-atomix-session", &["atomix.runtime.v1."]);
/// The messages of neofs-session.
pub static DECODE_NEOFS_SESSION: Target =
    of_messages("decode-neofs-session", &["session.", "service."]);
/// The messages of agent.
pub static DECODE_AGENT: Target = of_messages("decode-agent", &[""]);
/// The messages of jina.
pub static DECODE_JINA: Target = of_messages("decode-jina", &["jina."]);
/// Handshakes of neofs-session on the reference's rules.
pub static HANDSHAKE: Target = Target { name: "handshake", input: Input::Script };

/// Every target.
pub static TARGETS: [&Target; 6] = [
    &DECODE_IMSS,
    &DECODE_ATOMIX_SESSION,
    &DECODE_NEOFS_SESSION,
    &DECODE_AGENT,
    &DECODE_JINA,
    &HANDSHAKE,
];

const fn of_messages(name: &'static str, packages: &'static [&'static str]) -> Target {
    Target { name, input: Input::Message(packages) }
}

impl Target {
    /// Tries one input.
    ///
    /// # Errors
    /// What the input contradicts.
    pub fn run(&self, input: &[u8]) -> Result<(), Contradiction> {
        match self.input {
            Input::Message(packages) => decode::tried(packages, input),
            Input::Script => handshake::tried(input),
        }
    }
}
