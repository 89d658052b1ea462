//! Messages as values: what the bytes mean under a schema, whichever way they were encoded.

use super::value::{FieldValue, Value};
use crate::schema::{Field, Message, MessageIdx, Schema};

/// A message, always as its schema allows, but for required fields that may be missing
/// ([`super::required`] finds them). Equal when the known fields and the unknown bytes are; floats
/// by their bits.
#[derive(Clone, Debug, PartialEq)]
pub struct MessageValue {
    idx: MessageIdx,
    /// Set fields by number, rising. No default of implicit presence, no empty list or map.
    pub(super) fields: Vec<(u32, FieldValue)>,
    /// Whole records, well-formed, in the order they came.
    pub(super) unknown: Vec<u8>,
}

/// Why a value cannot be put into a field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no value of this kind fits field {number} of {message}")]
pub struct Misfit {
    /// The message's full name.
    pub message: String,
    /// The field's number; perhaps of no field.
    pub number: u32,
}

impl MessageValue {
    /// A message with nothing set.
    pub fn new(message: &Message) -> MessageValue {
        MessageValue { idx: message.idx, fields: Vec::new(), unknown: Vec::new() }
    }

    /// Its type, in the schema it was made for.
    pub fn message(&self) -> MessageIdx {
        self.idx
    }

    /// What the field of this number holds, where it is set.
    pub fn get(&self, number: u32) -> Option<&FieldValue> {
        let found = self.place(number).ok()?;
        self.fields.get(found).map(|(_, value)| value)
    }

    /// The set fields by number, rising.
    pub fn fields(&self) -> impl Iterator<Item = (u32, &FieldValue)> {
        self.fields.iter().map(|(number, value)| (*number, value))
    }

    /// The records that the schema has no field for, as they came.
    pub fn unknown(&self) -> &[u8] {
        &self.unknown
    }

    /// Forgets unknown fields, here and in all submessages.
    pub fn drop_unknown(&mut self) {
        self.unknown.clear();
        for (_, value) in &mut self.fields {
            match value {
                FieldValue::Singular(Value::Message(message)) => message.drop_unknown(),
                FieldValue::Singular(_) => {}
                FieldValue::Repeated(values) => values.iter_mut().for_each(Value::drop_unknown),
                FieldValue::Map(entries) => entries.values_mut().for_each(Value::drop_unknown),
            }
        }
    }

    /// Sets a field. The default of a field of implicit presence, or an empty list or map, unsets
    /// it; another member of the same oneof is unset.
    ///
    /// # Errors
    /// The schema has no such field, or not for such a value.
    pub fn set(
        &mut self,
        schema: &Schema,
        number: u32,
        value: impl Into<FieldValue>,
    ) -> Result<(), Misfit> {
        let value = value.into();
        let field = schema[self.idx].field(number);
        match field.filter(|field| value.fits(schema, field)) {
            Some(field) => {
                self.put(schema, field, value);
                Ok(())
            }
            None => Err(Misfit { message: schema[self.idx].full_name.clone(), number }),
        }
    }

    /// Unsets a field.
    pub fn clear(&mut self, number: u32) {
        if let Ok(found) = self.place(number) {
            self.fields.remove(found);
        }
    }

    /// Sets a field to a value that fits it.
    pub(super) fn put(&mut self, schema: &Schema, field: &Field, value: FieldValue) {
        self.clear_siblings(schema, field);
        let nothing = match &value {
            FieldValue::Singular(value) => field.is_implicit() && value.is_zero(),
            FieldValue::Repeated(values) => values.is_empty(),
            FieldValue::Map(entries) => entries.is_empty(),
        };
        match self.place(field.number) {
            Ok(found) if nothing => drop(self.fields.remove(found)),
            Ok(found) => self.fields[found].1 = value,
            Err(_) if nothing => {}
            Err(place) => self.fields.insert(place, (field.number, value)),
        }
    }

    /// What a field holds; where it is unset, it is set to `or` first.
    pub(super) fn slot(
        &mut self,
        schema: &Schema,
        field: &Field,
        or: impl FnOnce() -> FieldValue,
    ) -> &mut FieldValue {
        self.clear_siblings(schema, field);
        let place = match self.place(field.number) {
            Ok(found) => found,
            Err(place) => {
                self.fields.insert(place, (field.number, or()));
                place
            }
        };
        &mut self.fields[place].1
    }

    fn clear_siblings(&mut self, schema: &Schema, field: &Field) {
        let Some(oneof) = field.oneof else { return };
        for member in &schema[self.idx].oneofs[oneof].members {
            if *member != field.number {
                self.clear(*member);
            }
        }
    }

    fn place(&self, number: u32) -> Result<usize, usize> {
        self.fields.binary_search_by_key(&number, |(at, _)| *at)
    }
}
