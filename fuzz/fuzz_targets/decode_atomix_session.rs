//! The messages of atomix-session: our decoder, prost and prost-reflect read the same.
#![no_main]

use wirecheck::fuzz::DECODE_ATOMIX_SESSION;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    if let Err(contradiction) = DECODE_ATOMIX_SESSION.run(input) {
        panic!("{contradiction}");
    }
});
