//! The messages of neofs-session: our decoder, prost and prost-reflect read the same.
#![no_main]

use wirecheck::fuzz::DECODE_NEOFS_SESSION;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    if let Err(contradiction) = DECODE_NEOFS_SESSION.run(input) {
        panic!("{contradiction}");
    }
});
