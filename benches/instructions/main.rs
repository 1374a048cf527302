//! The hottest paths, to have their instructions counted by `benches/instructions/run`:
//! `instructions PATH CALLS`. Without a path each is gone once, as a test; `cargo bench` passes it over.

#![expect(clippy::unwrap_used, reason = "a bench that cannot set its stage ends")]
#![expect(clippy::print_stdout, reason = "says what it does")]

mod check;
#[expect(dead_code, reason = "some of it serves the other benches alone")]
#[path = "../stage/mod.rs"]
mod stage;

use std::hint::black_box;
use std::time::Duration;

use hostmessenger_actors::commands::grammar::{self, Parsed};

type Path = fn(usize);

/// All that is counted, by name.
const PATHS: [(&str, Path); 7] = [
    ("steady-check", steady_check),
    ("disk-check", check::disk),
    ("port-check", check::port),
    ("web-check", check::web),
    ("ftp-check", check::ftp),
    ("command", command),
    ("typing-mistake", typing_mistake),
];

/// The counter is on from its first instruction to its last, on this thread alone. Not generic and
/// never inlined, so that it has one name.
#[inline(never)]
fn only_this_is_counted(work: &mut dyn FnMut()) {
    work();
    // The call above must not become a jump: the counter waits for a return.
    black_box(());
}

/// [`Board::checked`](hostmessenger_actors::alerts::board::Board::checked) of one target among a
/// thousand that has long been UP.
fn steady_check(calls: usize) {
    let config = stage::config(1_000);
    let (names, good) = (stage::names(&config), stage::good());
    let (mut board, mut now) = stage::steady_board(&config);
    let mut next = names.iter().cycle();
    only_this_is_counted(&mut || {
        for name in next.by_ref().take(calls) {
            now += Duration::from_millis(1);
            let effects = board.checked(black_box(name), black_box(&good), stage::after(now));
            assert!(black_box(effects).changes.is_empty());
        }
    });
}

/// A line of chat that is a command.
fn command(calls: usize) {
    only_this_is_counted(&mut || {
        for _ in 0..calls {
            let parsed = grammar::parse(black_box("vnc start 30"));
            assert!(matches!(black_box(parsed), Parsed::Command(..)));
        }
    });
}

/// One that only nearly is.
fn typing_mistake(calls: usize) {
    only_this_is_counted(&mut || {
        for _ in 0..calls {
            let parsed = grammar::parse(black_box("statsu"));
            assert!(matches!(black_box(parsed), Parsed::Unknown(Some(_))));
        }
    });
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match &arguments[..] {
        [path, calls] => {
            let (_, go) = PATHS.iter().find(|(name, _)| name == path).unwrap();
            go(calls.parse().unwrap());
        }
        [flag, ..] if flag == "--bench" => {
            println!("instructions are counted by benches/instructions/run");
        }
        _ => {
            for (name, go) in PATHS {
                go(100);
                println!("{name}: goes");
            }
        }
    }
}
