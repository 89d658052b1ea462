//! The rules of imss: an engine that uploads images, the trace of what it says, and a seeded run of it.

mod engine;
mod faulty;
mod jobs;
mod json;
mod run;

use prost::Message;
use prost_types::Any;
use wirecheck_proto::imss::{Error, Image, ImageUpload, Session, UploadJob};

pub use engine::{Command, Engine, Limits};
pub use run::Run;

/// One thing that the engine says: a line of its trace.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    /// A session as it stands, with its images.
    Session(Session),
    /// An image as it stands.
    Image(Image),
    /// The upload of an image as it stands.
    Upload(ImageUpload),
    /// A job as it stands.
    Job(UploadJob),
    /// What went wrong.
    Error(Error),
}

impl Record {
    /// The name of the record's message.
    pub fn message_name(&self) -> &'static str {
        match self {
            Record::Session(_) => "imss.Session",
            Record::Image(_) => "imss.Image",
            Record::Upload(_) => "imss.ImageUpload",
            Record::Job(_) => "imss.UploadJob",
            Record::Error(_) => "imss.Error",
        }
    }

    /// The URL that names the record's message in an Any.
    pub fn type_url(&self) -> String {
        format!("type.googleapis.com/{}", self.message_name())
    }

    /// The record as a trace carries it.
    pub fn to_any(&self) -> Any {
        Any {
            type_url: self.type_url(),
            value: match self {
                Record::Session(session) => session.encode_to_vec(),
                Record::Image(image) => image.encode_to_vec(),
                Record::Upload(upload) => upload.encode_to_vec(),
                Record::Job(job) => job.encode_to_vec(),
                Record::Error(error) => error.encode_to_vec(),
            },
        }
    }

    /// The record as a binary trace has it: the length of the Any as a varint, then the Any.
    pub fn to_binary(&self) -> Vec<u8> {
        self.to_any().encode_length_delimited_to_vec()
    }

    /// The record as one line of a JSON trace, by protobuf's JSON mapping, without the line's end.
    pub fn to_json(&self) -> String {
        json::line(self)
    }
}

#[cfg(test)]
mod tests;
