//! How many messages each method takes and gives, as the descriptors say.

use std::collections::HashMap;

use prost::Message;
use prost_types::{FileDescriptorProto, FileDescriptorSet};

/// How many messages a method takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Requests {
    /// Exactly one, or the call is refused.
    One,
    /// Any number; of a method that no descriptor tells of, too.
    Any,
}

/// Every method that the descriptors know, by its path.
#[derive(Debug, Default)]
pub(super) struct Methods(HashMap<String, Requests>);

impl Methods {
    /// The methods of the contract, and those of the health service.
    pub(super) fn of_the_contract() -> Methods {
        let sets = [
            wirecheck_proto::FILE_DESCRIPTOR_SET,
            tonic_health::pb::FILE_DESCRIPTOR_SET,
        ];
        let mut methods = Methods::default();
        for set in sets {
            let set = FileDescriptorSet::decode(set).expect("our own descriptors parse");
            set.file.iter().for_each(|file| methods.add(file));
        }
        methods
    }

    fn add(&mut self, file: &FileDescriptorProto) {
        let package = match file.package() {
            "" => String::new(),
            package => format!("{package}."),
        };
        for service in &file.service {
            for method in &service.method {
                let path = format!("/{package}{}/{}", service.name(), method.name());
                let requests = match method.client_streaming() {
                    true => Requests::Any,
                    false => Requests::One,
                };
                self.0.insert(path, requests);
            }
        }
    }

    /// How many messages the method at this path takes.
    pub(super) fn requests(&self, path: &str) -> Requests {
        self.0.get(path).copied().unwrap_or(Requests::Any)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_known_by_what_they_take() {
        let methods = Methods::of_the_contract();
        for (path, requests) in [
            ("/Agent/RunJob", Requests::One),
            ("/jina.JinaRPC/CallUnary", Requests::One),
            ("/jina.JinaRPC/Spawn", Requests::One),
            ("/grpc.health.v1.Health/Check", Requests::One),
            ("/session.Session/Create", Requests::Any),
            ("/jina.JinaRPC/Call", Requests::Any),
            ("/no.Such/Method", Requests::Any),
        ] {
            assert_eq!(methods.requests(path), requests, "{path}");
        }
    }
}
