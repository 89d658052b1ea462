//! One input, three decoders: ours, prost's generated types and prost-reflect have to read the same,
//! but for the differences that are named.

use super::Contradiction;
use super::choices::{Choices, bend, message_of};
use super::differences;
use super::records::records;
use super::{prost_reflected, prost_typed};
use crate::decode::{Content, dump};
use crate::schema::{Message, Schema};
use crate::wire::{DecodeError, MessageValue, decode, decode_partial, encode};

/// Bytes of an input that are looked at, behind them none.
pub const MAX_INPUT: usize = 1 << 16;

/// The message that an input is about, how its bytes are made, and from what.
///
/// The first byte picks the message among those of the packages, the second how the rest is taken.
pub fn picked<'i>(packages: &[&str], input: &'i [u8]) -> Option<(&'static Message, Way, &'i [u8])> {
    let (&[pick, way], rest) = input.split_first_chunk()?;
    let all: Vec<_> = messages(packages).collect();
    let message = all.get(usize::from(pick) % all.len().max(1))?;
    Some((message, Way::ALL[usize::from(way) % Way::ALL.len()], rest))
}

/// The messages of these packages: each package with a dot behind it, and no package as nothing.
pub fn messages(packages: &[&str]) -> impl Iterator<Item = &'static Message> {
    let messages = Schema::contract().messages().iter();
    messages.filter(move |message| {
        let stands_in = |package: &&str| match *package {
            "" => !message.full_name.contains('.'),
            package => message.full_name.starts_with(package),
        };
        !message.is_map_entry && packages.iter().any(stands_in)
    })
}

/// How an input becomes the bytes of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// It is them.
    Raw,
    /// It chooses a value, which our writer encodes.
    Value,
    /// It chooses a value, whose encoding is then bent.
    BentValue,
    /// It chooses records.
    Records,
}

impl Way {
    /// Every way.
    pub const ALL: [Way; 4] = [Way::Raw, Way::Value, Way::BentValue, Way::Records];
}

/// Makes a message of the input and has it read.
pub(super) fn tried(packages: &[&str], input: &[u8]) -> Result<(), Contradiction> {
    let Some((message, way, rest)) = picked(packages, &input[..input.len().min(MAX_INPUT)]) else {
        return Ok(());
    };
    let schema = Schema::contract();
    let mut choices = Choices::new(rest);
    let bytes = match way {
        Way::Raw => rest.to_vec(),
        Way::Value => {
            let value = message_of(schema, message, &mut choices);
            return comes_back(message, &value);
        }
        Way::BentValue => {
            let mut bytes = encode(schema, &message_of(schema, message, &mut choices));
            bend(&mut bytes, &mut choices);
            bytes
        }
        Way::Records => records(schema, Some(message), &mut choices, 0),
    };
    agree(message, &bytes)
}

/// A value that our writer encoded is the same to every decoder, and so are two that merge.
///
/// # Errors
/// Who reads another value, and which.
pub fn comes_back(message: &Message, value: &MessageValue) -> Result<(), Contradiction> {
    let schema = Schema::contract();
    let bytes = encode(schema, value);
    let all = [
        ("our decoder", decode(schema, message, &bytes).ok()),
        ("prost-reflect", reflected(message, &bytes)),
        ("prost", typed(message, &bytes)),
    ];
    for (who, read) in all {
        if read.as_ref() != Some(value) {
            return Err(contradiction(
                message,
                &bytes,
                format!("{who} reads {read:?} of {value:?}"),
            ));
        }
    }
    Ok(())
}

/// Every decoder takes the bytes and reads the same from them, or none does; what ours took comes
/// back from our writer, and the annotated dump says the same as the decoder.
///
/// # Errors
/// Who disagrees, and about what.
pub fn agree(message: &Message, bytes: &[u8]) -> Result<(), Contradiction> {
    let schema = Schema::contract();
    let own = decode(schema, message, bytes);
    shown(message, bytes, own.is_ok())?;
    let own = match own {
        // Another difference, which need not hide what the fields hold.
        Err(DecodeError::Missing(_)) => decode_partial(schema, message, bytes).ok(),
        own => own.ok(),
    };
    if let Some(value) = &own {
        rewritten(message, bytes, value)?;
    }
    let own = own.map(|mut value| {
        value.drop_unknown();
        value
    });
    for (who, other) in
        [("prost-reflect", reflected(message, bytes)), ("prost", typed(message, bytes))]
    {
        if own == other {
            continue;
        }
        let known = differences::in_bytes(schema, message, bytes);
        if !known.iter().any(|known| known.explains(own.as_ref(), other.as_ref())) {
            let said = format!("we read {own:?}, {who} reads {other:?}");
            return Err(contradiction(message, bytes, said));
        }
    }
    Ok(())
}

/// The dump has every byte once, and ends in a defect where the decoder found one.
fn shown(message: &Message, bytes: &[u8], is_sound: bool) -> Result<(), Contradiction> {
    let dump = dump(Schema::contract(), message, bytes);
    if dump.lines.last().is_some_and(|line| line.content == Content::NotShown) {
        return Ok(());
    }
    if dump.is_sound() != is_sound {
        return Err(contradiction(message, bytes, format!("sound: {is_sound}, the dump:\n{dump}")));
    }
    let shown: Vec<u8> = dump.lines.iter().flat_map(|line| line.bytes.iter().copied()).collect();
    if shown != bytes {
        return Err(contradiction(message, bytes, format!("the dump shows others:\n{dump}")));
    }
    Ok(())
}

/// What our writer makes of a value reads as that value.
fn rewritten(message: &Message, bytes: &[u8], value: &MessageValue) -> Result<(), Contradiction> {
    let schema = Schema::contract();
    let again = encode(schema, value);
    match decode_partial(schema, message, &again) {
        Ok(read) if read == *value => Ok(()),
        read => {
            let said = format!("{value:?} was written as {again:02x?} and read as {read:?}");
            Err(contradiction(message, bytes, said))
        }
    }
}

/// What prost-reflect makes of the bytes: nothing where it refuses them, or takes what our value
/// could not hold.
pub fn reflected(message: &Message, bytes: &[u8]) -> Option<MessageValue> {
    let dynamic = prost_reflected::decode(&message.full_name, bytes).ok()?;
    prost_reflected::value_of(Schema::contract(), &dynamic).ok()
}

/// The same for prost's generated type, seen through what it writes again.
pub fn typed(message: &Message, bytes: &[u8]) -> Option<MessageValue> {
    let rewrite = prost_typed::rewrite_of(&message.full_name)?;
    reflected(message, &rewrite(bytes).ok()?)
}

fn contradiction(message: &Message, bytes: &[u8], said: String) -> Contradiction {
    Contradiction(format!("{} of {bytes:02x?}: {said}", message.full_name))
}
