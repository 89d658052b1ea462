//! The messages of agent: our decoder, prost and prost-reflect read the same.
#![no_main]

use wirecheck::fuzz::DECODE_AGENT;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    if let Err(contradiction) = DECODE_AGENT.run(input) {
        panic!("{contradiction}");
    }
});
