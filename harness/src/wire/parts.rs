//! The parts that records are made of, read from the start of some bytes: tag, length, varint,
//! four and eight bytes.

use super::{Defect, Part};

/// The tag that `bytes` begin with, five bytes at most and not of field number 0, and how many
/// bytes it takes. Its wire type may be one that does not exist.
///
/// # Errors
/// [`Defect::Truncated`] for [`Part::Tag`], [`Defect::TagTooLong`], [`Defect::TagZero`].
pub fn tag(bytes: &[u8]) -> Result<(u32, usize), Defect> {
    let (value, len) = match up_to(bytes, 5) {
        Ok(found) => found,
        Err(Unended::BytesEnd) => return Err(Defect::Truncated(Part::Tag)),
        Err(Unended::TooLong) => return Err(Defect::TagTooLong),
    };
    let tag = u32::try_from(value).map_err(|_| Defect::TagTooLong)?;
    if tag >> 3 == 0 {
        return Err(Defect::TagZero);
    }
    Ok((tag, len))
}

/// What the length that `bytes` begin with spans, and how many bytes both take; the length itself
/// five at most.
///
/// # Errors
/// [`Defect::Truncated`] for [`Part::Length`], [`Defect::LengthTooLong`],
/// [`Defect::LengthOverrun`].
pub fn delimited(bytes: &[u8]) -> Result<(&[u8], usize), Defect> {
    let (length, prefix) = match up_to(bytes, 5) {
        Ok(found) => found,
        Err(Unended::BytesEnd) => return Err(Defect::Truncated(Part::Length)),
        Err(Unended::TooLong) => return Err(Defect::LengthTooLong),
    };
    let after = &bytes[prefix..];
    let overrun = Defect::LengthOverrun { length, left: after.len() };
    let length = usize::try_from(length).map_err(|_| overrun)?;
    let content = after.get(..length).ok_or(overrun)?;
    Ok((content, prefix + length))
}

/// The varint that `bytes` begin with, and how many bytes it takes: at most ten, of which the last
/// counts with its lowest bit alone.
///
/// # Errors
/// [`Defect::VarintTooLong`], and [`Defect::Truncated`] for [`Part::Varint`].
pub fn varint(bytes: &[u8]) -> Result<(u64, usize), Defect> {
    up_to(bytes, 10).map_err(|unended| match unended {
        Unended::BytesEnd => Defect::Truncated(Part::Varint),
        Unended::TooLong => Defect::VarintTooLong,
    })
}

/// The four bytes that `bytes` begin with.
///
/// # Errors
/// [`Defect::Truncated`] for [`Part::Fixed32`].
pub fn fixed32(bytes: &[u8]) -> Result<u32, Defect> {
    let value = bytes.first_chunk().ok_or(Part::Fixed32);
    value.map(|value| u32::from_le_bytes(*value)).map_err(Defect::Truncated)
}

/// The eight bytes that `bytes` begin with.
///
/// # Errors
/// [`Defect::Truncated`] for [`Part::Fixed64`].
pub fn fixed64(bytes: &[u8]) -> Result<u64, Defect> {
    let value = bytes.first_chunk().ok_or(Part::Fixed64);
    value.map(|value| u64::from_le_bytes(*value)).map_err(Defect::Truncated)
}

enum Unended {
    BytesEnd,
    TooLong,
}

fn up_to(bytes: &[u8], cap: usize) -> Result<(u64, usize), Unended> {
    let mut value = 0;
    for (index, &byte) in bytes.iter().take(cap).enumerate() {
        // Seven bits each; of a tenth byte only one fits, the others fall out on the left.
        value |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Ok((value, index + 1));
        }
    }
    Err(if bytes.len() < cap { Unended::BytesEnd } else { Unended::TooLong })
}
