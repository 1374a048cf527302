//! How a line of chat is read.

use std::hint::black_box;

use criterion::Criterion;
use hostmessenger_actors::commands::grammar::{self, Parsed};

/// One that is a command, and one that only nearly is: that one is compared with all names.
pub(crate) fn commands(c: &mut Criterion) {
    for (what, line) in [("command", "vnc start 30"), ("typing mistake", "statsu")] {
        let is_command = matches!(grammar::parse(line), Parsed::Command(..));
        assert_eq!(is_command, what == "command");
        c.bench_function(&format!("grammar/a {what}"), |b| {
            b.iter(|| matches!(grammar::parse(black_box(line)), Parsed::Command(..)));
        });
    }
}
