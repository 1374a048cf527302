//! Any text, cleaned.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostmessenger_actors::fuzzing::text(bytes));
