//! Everything that the five documents define is reached: what there is follows from the descriptors,
//! what is reached from the traffic of the checks and from the examples that the golden dumps hold.
#![cfg(feature = "embedded")]

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{LazyLock, Mutex};

use wirecheck::Conformance;
use wirecheck::model::CheckResult;
use wirecheck::run::Progress;
use wirecheck::schema::{Field, Kind, Message, MessageIdx, Method, Schema};
use wirecheck::trace::{Turn, streams};
use wirecheck::wire::example::{example, variants};
use wirecheck::wire::{FieldValue, MessageValue, Value, decode, encode};
use wirecheck_proto::wirecheck::v1::Trace;
use wirecheck_reference::{Faults, imss};

/// What a run and the trace of the engine are drawn from.
const SEED: u64 = 7;
/// How much of the engine's trace is read.
const RECORDS: usize = 2000;

/// One thing that a document defines.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Defined {
    /// By its path.
    Method(String),
    Message(String),
    /// Message and field.
    Field(String, String),
    /// Enum and value.
    EnumValue(String, String),
}

impl fmt::Display for Defined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Defined::Method(path) => write!(f, "method {path}"),
            Defined::Message(name) => write!(f, "message {name}"),
            Defined::Field(message, field) => write!(f, "field {message}.{field}"),
            Defined::EnumValue(of, value) => write!(f, "enum value {of}.{value}"),
        }
    }
}

/// The messages of the documents.
fn messages() -> impl Iterator<Item = &'static Message> {
    let messages = Schema::contract().messages().iter();
    messages.filter(|message| !message.is_map_entry && Schema::is_of_a_document(&message.full_name))
}

/// The methods of the documents.
fn methods() -> impl Iterator<Item = &'static Method> {
    let services = Schema::contract().services().iter();
    let services = services.filter(|service| Schema::is_of_a_document(&service.full_name));
    services.flat_map(|service| &service.methods)
}

/// Everything that the documents define.
fn defined() -> BTreeSet<Defined> {
    let schema = Schema::contract();
    let mut all = BTreeSet::new();
    for message in messages() {
        all.insert(Defined::Message(message.full_name.clone()));
        all.extend(message.fields.iter().map(|field| of_field(message, field)));
    }
    for of in schema.enums().iter().filter(|of| Schema::is_of_a_document(&of.full_name)) {
        let values = of.values.iter().map(|value| value.name.clone());
        all.extend(values.map(|value| Defined::EnumValue(of.full_name.clone(), value)));
    }
    all.extend(methods().map(|method| Defined::Method(method.path.clone())));
    all
}

fn of_field(message: &Message, field: &Field) -> Defined {
    Defined::Field(message.full_name.clone(), field.name.clone())
}

/// What was reached.
#[derive(Default)]
struct Reached(BTreeSet<Defined>);

impl Reached {
    /// Bytes of this type, where they are sound.
    fn read(&mut self, message: &Message, bytes: &[u8]) {
        if let Ok(value) = decode(Schema::contract(), message, bytes) {
            self.see(&value);
        }
    }

    /// A message, and all in it.
    fn see(&mut self, value: &MessageValue) {
        let schema = Schema::contract();
        let message = &schema[value.message()];
        self.0.insert(Defined::Message(message.full_name.clone()));
        for field in &message.fields {
            let held = value.get(field.number);
            if held.is_some() {
                self.0.insert(of_field(message, field));
            }
            let valued = schema.map_entry(field).map_or(field, |(_, of_value)| of_value);
            match held {
                Some(FieldValue::Singular(value)) => self.see_value(valued, value),
                Some(FieldValue::Repeated(values)) => {
                    values.iter().for_each(|value| self.see_value(valued, value));
                }
                Some(FieldValue::Map(entries)) => {
                    entries.values().for_each(|value| self.see_value(valued, value));
                }
                // This is how the 0 of implicit presence is written.
                None if field.is_implicit() => {
                    self.see_value(valued, &Value::default_of(schema, valued.kind));
                }
                None => {}
            }
        }
    }

    fn see_value(&mut self, field: &Field, value: &Value) {
        match (field.kind, value) {
            (_, Value::Message(message)) => self.see(message),
            (Kind::Enum(of), Value::Enum(number)) => {
                let of = &Schema::contract()[of];
                let named = of.values.iter().filter(|value| value.number == *number);
                let value = |name: &String| Defined::EnumValue(of.full_name.clone(), name.clone());
                self.0.extend(named.map(|named| value(&named.name)));
            }
            _ => {}
        }
    }

    /// What of these was not reached.
    fn lacks(&self, all: &BTreeSet<Defined>) -> Vec<String> {
        all.difference(&self.0).map(Defined::to_string).collect()
    }
}

/// Reads along while the checks run.
#[derive(Default)]
struct Reading(Mutex<Reached>);

impl Progress for Reading {
    fn begins(&self, _: usize) {}
    fn judged(&self, _: &CheckResult) {}
    fn traced(&self, _: &str, trace: &Trace) {
        let mut reached = self.0.lock().expect("no thread panics");
        for stream in streams(trace) {
            let Some(method) = Schema::contract().method(stream.path) else { continue };
            for (_, turn) in stream.turns {
                match turn {
                    Turn::Sent(payload) => {
                        reached.read(&Schema::contract()[method.input], payload);
                    }
                    // A method is reached when it answers.
                    Turn::Got(payload) => {
                        reached.0.insert(Defined::Method(method.path.clone()));
                        reached.read(&Schema::contract()[method.output], payload);
                    }
                    _ => {}
                }
            }
        }
    }
}

/// By the checks of all rooms against the reference, and by the trace that they judge.
static BY_CHECKS: LazyLock<Reached> = LazyLock::new(|| {
    let reading = Reading::default();
    // The reference is this process's own, so what may end it runs too.
    let run = Conformance::of_reference(Faults::default()).allow_destructive(true).seed(SEED);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(run.run_telling(&reading)).expect("the reference answers");
    let mut reached = reading.0.into_inner().expect("no thread panics");
    for record in imss::Run::new(SEED, Faults::default()).take(RECORDS) {
        let any = record.to_any();
        let name = any.type_url.rsplit('/').next().unwrap_or_default();
        let message = Schema::contract().message(name).expect("a record of the contract");
        reached.read(message, &any.value);
    }
    reached
});

/// By the examples.
fn by_examples() -> Reached {
    let schema = Schema::contract();
    let mut reached = Reached::default();
    for message in messages() {
        for variant in 0..variants(schema, message) {
            reached.read(message, &encode(schema, &example(schema, message, variant)));
        }
    }
    reached
}

/// What a target may send: the messages that the methods return, and those in them.
fn sent_by_targets() -> BTreeSet<Defined> {
    let schema = Schema::contract();
    let mut found = BTreeSet::new();
    let mut left: Vec<MessageIdx> = methods().map(|method| method.output).collect();
    while let Some(idx) = left.pop() {
        if found.insert(idx) {
            left.extend(schema[idx].fields.iter().filter_map(Field::message));
        }
    }
    let sent = messages().filter(|message| found.contains(&message.idx));
    sent.map(|message| Defined::Message(message.full_name.clone())).collect()
}

/// Those of a kind.
fn only(is_of_kind: impl Fn(&Defined) -> bool) -> BTreeSet<Defined> {
    let found: BTreeSet<_> = defined().into_iter().filter(is_of_kind).collect();
    assert!(!found.is_empty(), "the documents define some");
    found
}

#[test]
fn checks_have_answers_of_every_method() {
    let missing = BY_CHECKS.lacks(&only(|defined| matches!(defined, Defined::Method(_))));
    assert!(missing.is_empty(), "no check has an answer of:\n{}", missing.join("\n"));
}

#[test]
fn checks_see_every_message_that_a_target_may_send() {
    let missing = BY_CHECKS.lacks(&sent_by_targets());
    assert!(missing.is_empty(), "no check sees:\n{}", missing.join("\n"));
}

#[test]
fn checks_see_every_enum_value() {
    let missing = BY_CHECKS.lacks(&only(|defined| matches!(defined, Defined::EnumValue(..))));
    assert!(missing.is_empty(), "no check sees:\n{}", missing.join("\n"));
}

/// What no method carries, jina's envelopes, is left to the examples.
#[test]
fn checks_and_examples_reach_everything() {
    let reached = Reached(&BY_CHECKS.0 | &by_examples().0);
    let missing = reached.lacks(&defined());
    assert!(missing.is_empty(), "nothing reaches:\n{}", missing.join("\n"));
}
