//! The answer of a web server.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostmessenger_actors::fuzzing::web(bytes));
