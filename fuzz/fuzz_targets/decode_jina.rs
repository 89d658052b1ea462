//! The messages of jina: our decoder, prost and prost-reflect read the same.
#![no_main]

use wirecheck::fuzz::DECODE_JINA;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    if let Err(contradiction) = DECODE_JINA.run(input) {
        panic!("{contradiction}");
    }
});
