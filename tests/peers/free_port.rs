//! Free ports of loopback.

use std::net::{Ipv4Addr, TcpListener};

/// A port that nobody listened on a moment ago. For programs that cannot choose one by themselves.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}
