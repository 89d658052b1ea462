//! Random handshakes on the rules break no clause.
#![no_main]

use wirecheck::fuzz::HANDSHAKE;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    if let Err(contradiction) = HANDSHAKE.run(input) {
        panic!("{contradiction}");
    }
});
