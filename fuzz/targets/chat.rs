//! A line of chat.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostmessenger_actors::fuzzing::chat(bytes));
