//! The messages of imss: our decoder, prost and prost-reflect read the same.
#![no_main]

use wirecheck::fuzz::DECODE_IMSS;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    if let Err(contradiction) = DECODE_IMSS.run(input) {
        panic!("{contradiction}");
    }
});
