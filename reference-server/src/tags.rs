//! Reads the fields of one encoded message as they lie on the wire: number, wire type, content.
//!
//! prost forgets what a rule must know at times: whether a required field was there,
//! in which order the members of a oneof came, that an unknown field was sent.

/// One field as it stands on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    /// The field number, 1 to 2^29-1.
    pub number: u32,
    /// What the field holds.
    pub value: Value<'a>,
}

/// The content of a field, by wire type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// Wire type 0.
    Varint(u64),
    /// Wire type 1.
    Fixed64([u8; 8]),
    /// Wire type 2: a string, bytes, a submessage or packed elements.
    Bytes(&'a [u8]),
    /// Wire types 3 and 4, whose content was passed over.
    Group,
    /// Wire type 5.
    Fixed32([u8; 4]),
}

/// The bytes are no encoded message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the bytes are no encoded message")]
pub struct Malformed;

/// The fields of a message, in wire order. Ends at the first defect, after saying so.
#[derive(Clone, Debug)]
pub struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    /// The fields of the message encoded in `bytes`.
    pub fn of(bytes: &'a [u8]) -> Fields<'a> {
        Fields { rest: bytes }
    }

    /// The bytes not read yet.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(Malformed)?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        self.take(N)?.try_into().map_err(|_| Malformed)
    }

    fn varint(&mut self) -> Result<u64, Malformed> {
        let mut value = 0u64;
        for place in 0..10 {
            let [byte] = self.array()?;
            value |= u64::from(byte & 0x7f) << (7 * place);
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(Malformed)
    }

    fn tag(&mut self) -> Result<(u32, u8), Malformed> {
        let tag = u32::try_from(self.varint()?).map_err(|_| Malformed)?;
        match tag >> 3 {
            0 => Err(Malformed),
            number => Ok((number, (tag & 7) as u8)),
        }
    }

    fn value(&mut self, number: u32, wire_type: u8) -> Result<Value<'a>, Malformed> {
        Ok(match wire_type {
            0 => Value::Varint(self.varint()?),
            1 => Value::Fixed64(self.array()?),
            2 => {
                let length = usize::try_from(self.varint()?).map_err(|_| Malformed)?;
                Value::Bytes(self.take(length)?)
            }
            3 => {
                self.pass_group(number)?;
                Value::Group
            }
            5 => Value::Fixed32(self.array()?),
            _ => return Err(Malformed),
        })
    }

    /// Passes over a group with a stack on the heap: depth comes from outside, the call stack is ours.
    fn pass_group(&mut self, number: u32) -> Result<(), Malformed> {
        let mut open = vec![number];
        while let Some(&innermost) = open.last() {
            match self.tag()? {
                (number, 3) => open.push(number),
                (number, 4) if number == innermost => {
                    open.pop();
                }
                (number, wire_type) => {
                    self.value(number, wire_type)?;
                }
            }
        }
        Ok(())
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<Field<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let field = self.tag().and_then(|(number, wire_type)| {
            let value = self.value(number, wire_type)?;
            Ok(Field { number, value })
        });
        if field.is_err() {
            self.rest = &[];
        }
        Some(field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_wire_type_is_read() {
        let bytes = [
            0x08, 0x96, 0x01, // 1: varint 150
            0x11, 1, 0, 0, 0, 0, 0, 0, 0, // 2: fixed64
            0x1a, 0x02, b'h', b'i', // 3: bytes
            0x23, 0x2b, 0x08, 0x01, 0x2c, 0x24, // 4: a group with a group inside
            0x2d, 2, 0, 0, 0, // 5: fixed32
        ];
        let read: Result<Vec<_>, _> = Fields::of(&bytes).collect();
        let values: Vec<_> = read
            .expect("all of it is well-formed")
            .into_iter()
            .map(|field| (field.number, field.value))
            .collect();
        assert_eq!(
            values,
            [
                (1, Value::Varint(150)),
                (2, Value::Fixed64([1, 0, 0, 0, 0, 0, 0, 0])),
                (3, Value::Bytes(b"hi")),
                (4, Value::Group),
                (5, Value::Fixed32([2, 0, 0, 0])),
            ]
        );
    }

    #[test]
    fn defects_are_told_once_and_end_the_reading() {
        for bytes in [
            &[0x00][..],         // field number 0
            &[0x0e],             // wire type 6
            &[0x0c],             // an end group alone
            &[0x0b, 0x14],       // a group closed by another number
            &[0x0a, 0x05, 0x01], // a length past the end
            &[0x08, 0x80],       // a cut varint
            &[0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
        ] {
            let read: Vec<_> = Fields::of(bytes).collect();
            assert_eq!(read, [Err(Malformed)], "{bytes:02x?}");
        }
    }

    proptest! {
        #[test]
        fn never_panics_and_always_ends(bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
            prop_assert!(Fields::of(&bytes).count() <= bytes.len());
        }
    }
}
