//! A configuration file and variables.
#![no_main]

use std::fs::File;
use std::sync::OnceLock;

static FILE: OnceLock<File> = OnceLock::new();

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let open = FILE.get_or_init(|| File::open(".").expect("this folder"));
    hostmessenger_config::fuzzing::configuration(bytes, open);
});
