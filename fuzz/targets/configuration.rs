//! A configuration file and variables.
#![no_main]

use std::fs::Metadata;
use std::sync::OnceLock;

static FILE: OnceLock<Metadata> = OnceLock::new();

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let metadata = FILE.get_or_init(|| std::fs::metadata(".").expect("this folder"));
    hostmessenger_config::fuzzing::configuration(bytes, metadata);
});
