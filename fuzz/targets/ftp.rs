//! The words of an FTP server.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostmessenger_actors::fuzzing::ftp(bytes));
