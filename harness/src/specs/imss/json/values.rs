//! What protobuf's JSON form has for values: text, objects, arrays, numbers, names of enum values.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};

use super::{Message, message};
use crate::specs::imss::record::Status;
use crate::wire::Defect;

/// Text, where it stands unless an escape in it had to be undone.
#[derive(Default, Deserialize)]
pub(crate) struct Text<'a>(#[serde(borrow)] pub(crate) Cow<'a, str>);

/// A message within a message.
pub(super) struct Object<M>(pub(super) M);

impl<'de, M: Message<'de>> Deserialize<'de> for Object<M> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Object<M>, D::Error> {
        struct Fields<M>(PhantomData<M>);
        impl<'de, M: Message<'de>> Visitor<'de> for Fields<M> {
            type Value = Object<M>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Object<M>, A::Error> {
                message(fields).map(Object)
            }
        }
        deserializer.deserialize_map(Fields(PhantomData))
    }
}

/// So many elements at most.
pub(super) struct List<T, const CAP: usize>(pub(super) Vec<T>);

impl<T, const CAP: usize> Default for List<T, CAP> {
    fn default() -> List<T, CAP> {
        List(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>, const CAP: usize> Deserialize<'de> for List<T, CAP> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<List<T, CAP>, D::Error> {
        struct Elements<T, const CAP: usize>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>, const CAP: usize> Visitor<'de> for Elements<T, CAP> {
            type Value = List<T, CAP>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array")
            }

            fn visit_seq<A: SeqAccess<'de>>(
                self,
                mut elements: A,
            ) -> Result<List<T, CAP>, A::Error> {
                let mut list = Vec::new();
                while let Some(element) = elements.next_element()? {
                    if list.len() == CAP {
                        return Err(de::Error::custom(Defect::TooManyValues { cap: CAP }));
                    }
                    list.push(element);
                }
                Ok(List(list))
            }
        }
        deserializer.deserialize_seq(Elements(PhantomData))
    }
}

/// A number, or its digits in a string.
#[derive(Clone, Copy, Default)]
pub(super) struct Uint64(pub(super) u64);

impl<'de> Deserialize<'de> for Uint64 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Uint64, D::Error> {
        struct Digits;
        impl Visitor<'_> for Digits {
            type Value = Uint64;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of 64 bits without sign")
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Uint64, E> {
                Ok(Uint64(number))
            }

            fn visit_str<E: de::Error>(self, digits: &str) -> Result<Uint64, E> {
                let wrong = |_| E::invalid_value(de::Unexpected::Str(digits), &self);
                digits.parse().map(Uint64).map_err(wrong)
            }
        }
        deserializer.deserialize_any(Digits)
    }
}

/// A status by its name, or by its number.
#[derive(Clone, Copy, Default)]
pub(super) struct Named(pub(super) Status);

impl<'de> Deserialize<'de> for Named {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Named, D::Error> {
        struct Names;
        impl Visitor<'_> for Names {
            type Value = Named;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a status")
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Named, E> {
                let wrong = |_| E::invalid_value(de::Unexpected::Unsigned(number), &self);
                i32::try_from(number).map(Status::from_number).map(Named).map_err(wrong)
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Named, E> {
                let wrong = |_| E::invalid_value(de::Unexpected::Signed(number), &self);
                i32::try_from(number).map(Status::from_number).map(Named).map_err(wrong)
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<Named, E> {
                Ok(Named(match name {
                    "UNKNOWN" => Status::Unknown,
                    "IN_PROGRESS" => Status::InProgress,
                    "DONE" => Status::Done,
                    "ERROR" => Status::Error,
                    _ => return Err(E::invalid_value(de::Unexpected::Str(name), &self)),
                }))
            }
        }
        deserializer.deserialize_any(Names)
    }
}

/// Any value, of which nothing is kept. Unlike serde's own `IgnoredAny` it is read in full: escapes
/// that are none, numbers out of range and bottomless nesting are found in it, too.
pub(crate) struct Passed;

impl<'de> Deserialize<'de> for Passed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Passed, D::Error> {
        deserializer.deserialize_any(Passed)
    }
}

impl<'de> Visitor<'de> for Passed {
    type Value = Passed;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Passed, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Passed, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Passed, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Passed, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Passed, E> {
        Ok(self)
    }

    fn visit_unit<E>(self) -> Result<Passed, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Passed, A::Error> {
        while elements.next_element::<Passed>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Passed, A::Error> {
        while fields.next_key::<Text<'_>>()?.is_some() {
            fields.next_value::<Passed>()?;
        }
        Ok(self)
    }
}
