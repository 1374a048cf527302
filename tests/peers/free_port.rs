//! Free ports of loopback, for programs that cannot choose one by themselves.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicU32, Ordering};

/// Below the ports that systems hand out by themselves: the outgoing connection of another test
/// cannot take one between its choice and its use, or while a test keeps it closed.
const FIRST: u16 = 10_000;
/// And so many.
const COUNT: u32 = 22_000;
/// A process begins so far behind the one before it: those that run side by side share none.
const SHARE: u32 = 22;

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A port that nobody listens on, and no other test will.
pub(crate) fn free_port() -> u16 {
    let begin = std::process::id() % (COUNT / SHARE) * SHARE;
    loop {
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let offset = u16::try_from((begin + n) % COUNT).unwrap_or_default();
        let port = FIRST + offset;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
}
