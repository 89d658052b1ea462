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

/// A method, as far as its messages go.
#[derive(Clone, Copy, Debug)]
struct Method {
    requests: Requests,
    one_answer: bool,
}

/// Every method that the descriptors know, by its path.
#[derive(Debug, Default)]
pub(in crate::serve) struct Methods(HashMap<String, Method>);

impl Methods {
    /// The methods of the contract, of the health service and of reflection.
    pub(super) fn of_the_contract() -> Methods {
        let sets = [
            wirecheck_proto::FILE_DESCRIPTOR_SET,
            tonic_health::pb::FILE_DESCRIPTOR_SET,
            tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET,
            tonic_reflection::pb::v1alpha::FILE_DESCRIPTOR_SET,
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
                let one_answer = !method.server_streaming();
                self.0.insert(path, Method { requests, one_answer });
            }
        }
    }

    /// How many messages the method at this path takes.
    pub(super) fn requests(&self, path: &str) -> Requests {
        let method = self.0.get(path);
        method.map_or(Requests::Any, |method| method.requests)
    }

    /// Whether the method at this path gives one message.
    pub(in crate::serve) fn answer_once(&self, path: &str) -> bool {
        self.0.get(path).is_some_and(|method| method.one_answer)
    }

    /// Whether there is a method at this path.
    pub(in crate::serve) fn know(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }

    /// Whether a service of this name has a method.
    pub(in crate::serve) fn know_service(&self, name: &str) -> bool {
        let of_it =
            |path: &String| path[1..].strip_prefix(name).is_some_and(|rest| rest.starts_with('/'));
        self.0.keys().any(of_it)
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
        assert!(methods.answer_once("/Agent/RunJob"));
        assert!(!methods.answer_once("/jina.JinaRPC/Spawn"));
        assert!(methods.know("/jina.JinaRPC/Spawn") && !methods.know("/jina.JinaRPC/Die"));
        assert!(methods.know_service("jina.JinaRPC") && !methods.know_service("jina"));
    }
}
