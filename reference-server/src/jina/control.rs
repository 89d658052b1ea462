//! Control requests, by the number that stood on the wire.

use wirecheck_proto::jina::Status;
use wirecheck_proto::jina::request::ControlRequest;
use wirecheck_proto::jina::request::control_request::Command;

use super::status::Speaker;
use super::{After, Jina};
use crate::Fault;

/// The answer to a control request, and what it brings about.
pub(super) struct Said {
    pub(super) control: ControlRequest,
    pub(super) status: Status,
    pub(super) after: After,
    pub(super) answered: bool,
}

impl Jina {
    /// prost's getter would read a number that is no command as TERMINATE: the raw number counts.
    pub(super) fn control(&mut self, mut control: ControlRequest, speaker: &Speaker<'_>) -> Said {
        let has = |fault| self.faults.has(fault);
        let command = match Command::try_from(control.command) {
            Err(_) if has(Fault::TakesUnknownForTerminate) => Ok(Command::Terminate),
            command => command,
        };
        let (status, answered) = match command {
            Ok(Command::Terminate) => (speaker.success(), !has(Fault::TerminatesUnanswered)),
            Ok(Command::Status) => {
                control.args.extend(self.told());
                (speaker.ready(), !has(Fault::NeverAnswersStatus))
            }
            Ok(Command::Idle) => (speaker.success(), !has(Fault::NeverAnswersIdle)),
            Err(_) if has(Fault::AcceptsUnknownCommand) => (speaker.success(), true),
            Err(_) => {
                let description = format!("there is no command {}", control.command);
                (speaker.error("UnknownCommand", &description), true)
            }
        };
        let stops = command == Ok(Command::Terminate) && !has(Fault::IgnoresTerminate);
        Said { control, status, after: if stops { After::Stop } else { After::GoOn }, answered }
    }

    /// What STATUS says besides READY, in `args`.
    fn told(&self) -> [(String, String); 4] {
        let counts = [
            ("documents", self.index.len() as u64),
            ("collected", self.collected),
            ("trained", self.trained),
            ("peas", self.peas.len() as u64),
        ];
        counts.map(|(key, count)| (key.to_owned(), count.to_string()))
    }
}
