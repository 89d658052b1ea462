//! Which required fields a message lacks, at every depth. Judged on the merged message, not on the
//! pieces it came in.

use super::message::MessageValue;
use super::value::{FieldValue, Value};
use crate::schema::Schema;

/// How many missing fields are named.
const MAX_PATHS: usize = 32;

/// The paths of required fields that are not set, such as `files[3].uuid`; the first 32 of them.
pub fn missing_required(schema: &Schema, message: &MessageValue) -> Vec<String> {
    let mut missing = Vec::new();
    walk(schema, message, &mut Vec::new(), &mut missing);
    missing
}

/// On the way to a submessage: the field's name and, of several values, which one.
struct Step<'s> {
    name: &'s str,
    index: Option<usize>,
}

fn walk<'s>(
    schema: &'s Schema,
    message: &MessageValue,
    path: &mut Vec<Step<'s>>,
    missing: &mut Vec<String>,
) {
    for field in &schema[message.message()].fields {
        if missing.len() >= MAX_PATHS {
            return;
        }
        let mut enter = |index, value: &Value| {
            if let Value::Message(inner) = value {
                path.push(Step { name: &field.name, index });
                walk(schema, inner, path, missing);
                path.pop();
            }
        };
        match message.get(field.number) {
            None if field.is_required() => missing.push(shown(path, &field.name)),
            None => {}
            Some(FieldValue::Singular(value)) => enter(None, value),
            Some(FieldValue::Repeated(values)) => {
                (values.iter().enumerate()).for_each(|(at, value)| enter(Some(at), value));
            }
            Some(FieldValue::Map(entries)) => {
                (entries.values().enumerate()).for_each(|(at, value)| enter(Some(at), value));
            }
        }
    }
}

fn shown(path: &[Step<'_>], last: &str) -> String {
    let mut shown = String::new();
    for step in path {
        shown.push_str(step.name);
        if let Some(index) = step.index {
            shown.push_str(&format!("[{index}]"));
        }
        shown.push('.');
    }
    shown + last
}
