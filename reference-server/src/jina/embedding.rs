//! A small deterministic embedding of a document's content, how alike two are, and its three forms.

use wirecheck_proto::jina::document::Content;
use wirecheck_proto::jina::nd_array::QuantizationMode;
use wirecheck_proto::jina::{Document, NdArray};

use crate::{Fault, Faults};

/// How many numbers an embedding has.
const DIMENSIONS: usize = 16;

/// Pairs of bytes of the content, counted in buckets and brought to length one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Embedding([f32; DIMENSIONS]);

impl Embedding {
    pub(super) fn of(document: &Document) -> Embedding {
        let (kind, content): (u8, &[u8]) = match &document.content {
            None => (0, &[]),
            Some(Content::Buffer(buffer)) => (1, buffer),
            Some(Content::Blob(blob)) => (2, &blob.buffer),
            Some(Content::Text(text)) => (3, text.as_bytes()),
        };
        let mut counts = [0f64; DIMENSIONS];
        let mut last = kind;
        for &byte in content {
            let mixed = (u32::from(last) << 8 | u32::from(byte)).wrapping_mul(0x9e37_79b1);
            let sign = if mixed & 1 == 0 { 1.0 } else { -1.0 };
            counts[(mixed >> 28) as usize] += sign;
            last = byte;
        }
        counts[usize::from(kind)] += 0.5;
        let length = counts.iter().map(|count| count * count).sum::<f64>().sqrt();
        Embedding(counts.map(|count| (count / length) as f32))
    }

    /// The cosine of the two, -1 to 1: exactly 1 where they are the same.
    pub(super) fn likeness(&self, other: &Embedding) -> f32 {
        if self == other {
            return 1.0;
        }
        let products = self.0.iter().zip(&other.0);
        let cosine: f64 = products.map(|(one, two)| f64::from(*one) * f64::from(*two)).sum();
        // Zero has a sign that nobody wants to see.
        cosine.clamp(-1.0, 1.0) as f32 + 0.0
    }

    /// As float32.
    pub(super) fn plain(&self, faults: &Faults) -> NdArray {
        let buffer = self.0.iter().flat_map(|value| value.to_le_bytes());
        array(buffer.collect(), "float32", QuantizationMode::None, faults)
    }

    /// As float32, FP16 and UINT8 by turns.
    pub(super) fn by_turns(&self, turn: usize, faults: &Faults) -> NdArray {
        match turn % 3 {
            0 => self.plain(faults),
            1 => self.halved(faults),
            _ => self.quartered(faults),
        }
    }

    fn halved(&self, faults: &Faults) -> NdArray {
        let buffer = self.0.iter().flat_map(|value| half(*value).to_le_bytes());
        array(buffer.collect(), "float16", QuantizationMode::Fp16, faults)
    }

    fn quartered(&self, faults: &Faults) -> NdArray {
        let least = self.0.iter().copied().fold(f32::INFINITY, f32::min);
        let most = self.0.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let scale = match (most - least) / 255.0 {
            // A scale of zero would read as none.
            0.0 => 1.0,
            scale => scale,
        };
        let buffer = self.0.iter().map(|value| {
            let step = (value - least) / scale;
            step.round().clamp(0.0, 255.0) as u8
        });
        let mut array = array(buffer.collect(), "uint8", QuantizationMode::Uint8, faults);
        (array.min_val, array.max_val) = match faults.has(Fault::SwapsMinAndMax) {
            true => (Some(most), Some(least)),
            false => (Some(least), Some(most)),
        };
        array.scale = (!faults.has(Fault::DropsScale)).then_some(scale);
        array
    }
}

fn array(
    mut buffer: Vec<u8>,
    dtype: &str,
    quantization: QuantizationMode,
    faults: &Faults,
) -> NdArray {
    if faults.has(Fault::ShortensBuffers) {
        buffer.pop();
    }
    let quantization = match quantization {
        QuantizationMode::Fp16 if faults.has(Fault::SaysQuantizationSeven) => 7,
        mode => mode as i32,
    };
    let original_dtype = match faults.has(Fault::DropsOriginalDtype) {
        true => "",
        false => "float32",
    };
    NdArray {
        buffer,
        shape: vec![DIMENSIONS as u32],
        dtype: dtype.to_owned(),
        quantization,
        original_dtype: original_dtype.to_owned(),
        ..NdArray::default()
    }
}

/// The bits of the nearest binary16, halves to even.
fn half(value: f32) -> u16 {
    let bits = value.to_bits();
    let sign = (bits >> 16) as u16 & 0x8000;
    let exponent = (bits >> 23 & 0xff) as i32 - 127;
    let fraction = bits & 0x7f_ffff;
    let magnitude = match exponent {
        128 if fraction != 0 => 0x7e00,
        16.. => 0x7c00,
        -14.. => rounded(((exponent + 15) as u32) << 23 | fraction, 13),
        // Subnormal: the leading one becomes part of the fraction.
        -25.. => rounded(fraction | 0x80_0000, (-1 - exponent) as u32),
        _ => 0,
    };
    sign | magnitude
}

/// `value` without its last `bits` bits (1 to 24), rounded to nearest, halves to even.
fn rounded(value: u32, bits: u32) -> u16 {
    let (kept, cut, middle) = (value >> bits, value & ((1 << bits) - 1), 1 << (bits - 1));
    let up = cut > middle || (cut == middle && kept & 1 == 1);
    (kept + u32::from(up)) as u16
}

/// How many bytes one item takes, by numpy's name of its type; `None` for a name that is not known.
fn item_size(dtype: &str) -> Option<usize> {
    Some(match dtype.trim_start_matches(['<', '>', '=', '|']) {
        "bool" | "b1" | "int8" | "i1" | "uint8" | "u1" => 1,
        "int16" | "i2" | "uint16" | "u2" | "float16" | "f2" => 2,
        "int32" | "i4" | "uint32" | "u4" | "float32" | "f4" => 4,
        "int64" | "i8" | "uint64" | "u8" | "float64" | "f8" | "complex64" | "c8" => 8,
        "complex128" | "c16" => 16,
        _ => return None,
    })
}

/// Whether nothing speaks against a client's array, so that a match may show it as the server's own.
pub(super) fn is_whole(array: &NdArray) -> bool {
    let named = !array.original_dtype.is_empty();
    let (size, quantized_well) = match QuantizationMode::try_from(array.quantization) {
        Ok(QuantizationMode::None) => (item_size(&array.dtype), true),
        Ok(QuantizationMode::Fp16) => (Some(2), named),
        Ok(QuantizationMode::Uint8) => {
            let ordered = array.max_val.unwrap_or_default() >= array.min_val.unwrap_or_default();
            (Some(1), named && ordered && array.scale.is_some())
        }
        Err(_) => return false,
    };
    quantized_well && size.is_none_or(|size| array.shape.is_empty() || fits(array, size))
}

fn fits(array: &NdArray, item_size: usize) -> bool {
    let bytes = array
        .shape
        .iter()
        .try_fold(item_size, |product, side| product.checked_mul(usize::try_from(*side).ok()?));
    bytes == Some(array.buffer.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Embedding {
        Embedding::of(&Document {
            content: Some(Content::Text(text.to_owned())),
            ..Document::default()
        })
    }

    #[test]
    fn halves_are_those_of_ieee_754() {
        let known = [
            (0.0, 0x0000),
            (-0.0, 0x8000),
            (1.0, 0x3c00),
            (-2.0, 0xc000),
            (0.333_251_95, 0x3555),
            (65504.0, 0x7bff),
            (65520.0, 0x7c00),
            (f32::INFINITY, 0x7c00),
            (6.103_515_6e-5, 0x0400),
            (5.960_464_5e-8, 0x0001),
            (2.980_232_2e-8, 0x0000),
            (1e-10, 0x0000),
            (1.000_488_3, 0x3c00),
            (1.001_464_8, 0x3c02),
        ];
        for (value, bits) in known {
            assert_eq!(half(value), bits, "{value}");
        }
        assert_eq!(half(f32::NAN) & 0x7fff, 0x7e00);
    }

    #[test]
    fn every_form_fits_its_shape_and_names_what_it_was() {
        let embedding = text("some words");
        for (turn, size) in [(0, 4), (1, 2), (2, 1)] {
            let array = embedding.by_turns(turn, &Faults::default());
            assert_eq!(array.buffer.len(), DIMENSIONS * size);
            assert_eq!(array.quantization, turn as i32);
            assert_eq!(array.original_dtype, "float32");
            assert!(is_whole(&array));
        }
        let array = embedding.by_turns(2, &Faults::default());
        let (least, most) = (array.min_val.expect("least"), array.max_val.expect("most"));
        let scale = array.scale.expect("a scale");
        for (byte, value) in array.buffer.iter().zip(embedding.0) {
            let back = least + f32::from(*byte) * scale;
            assert!((back - value).abs() <= scale && back <= most + scale);
        }
    }

    #[test]
    fn what_is_the_same_is_most_alike() {
        let words = ["", "a", "b", "some words", "some other words", "\u{1f600}"];
        for one in words {
            assert_eq!(text(one).likeness(&text(one)), 1.0);
            for two in words {
                let likeness = text(one).likeness(&text(two));
                assert!((-1.0..=1.0).contains(&likeness));
                assert_eq!(likeness, text(two).likeness(&text(one)));
            }
        }
    }
}
