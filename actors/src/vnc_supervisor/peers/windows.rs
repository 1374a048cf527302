//! The table of connections, as Windows gives it.

use std::net::SocketAddr;

use hostmessenger_windows::tcp::{Row, State, table};

use super::Holder;
use crate::vnc_supervisor::processes;

/// The far ends of the connections to this address.
pub(in super::super) fn connected_to(listen: SocketAddr) -> Vec<SocketAddr> {
    let mut found: Vec<SocketAddr> = rows()
        .into_iter()
        .filter(|row| row.state == State::Established && serves(listen, row.local))
        .map(|row| row.far)
        .collect();
    found.sort_unstable();
    found
}

/// Whether a connection with this end came in through that door.
fn serves(listen: SocketAddr, local: SocketAddr) -> bool {
    let here = listen.ip().is_unspecified() || listen.ip() == local.ip();
    here && listen.port() == local.port()
}

pub(super) fn stray(listen: SocketAddr) -> Option<SocketAddr> {
    strays(&rows(), listen)
}

fn strays(rows: &[Row], listen: SocketAddr) -> Option<SocketAddr> {
    if !listen.ip().is_loopback() {
        return None;
    }
    let mut listeners = listeners(rows, listen.port());
    listeners
        .find(|row| !row.local.ip().is_loopback())
        .map(|row| row.local)
}

pub(super) fn taken(listen: SocketAddr) -> Option<Holder> {
    let rows = rows();
    let pid = holders(&rows, listen)?;
    // It may be another account's, which does not let itself be asked.
    let name = processes::name(pid);
    Some(name.map(|name| crate::text::clean(&format!("{name} ({pid})"), 80)))
}

/// Who listens there, or for all addresses.
fn holders(rows: &[Row], listen: SocketAddr) -> Option<u32> {
    let same_kind = |local: SocketAddr| local.is_ipv4() == listen.is_ipv4();
    let mut listeners = listeners(rows, listen.port());
    let holds = |row: &&Row| {
        same_kind(row.local)
            && (row.local.ip().is_unspecified()
                || listen.ip().is_unspecified()
                || row.local.ip() == listen.ip())
    };
    listeners.find(holds).map(|row| row.pid)
}

fn listeners(rows: &[Row], port: u16) -> impl Iterator<Item = &Row> {
    rows.iter()
        .filter(move |row| row.state == State::Listening && row.local.port() == port)
}

/// Empty where Windows does not tell.
fn rows() -> Vec<Row> {
    table().unwrap_or_else(|error| {
        tracing::warn!(%error, "table of connections not read");
        Vec::new()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(state: State, local: &str, pid: u32) -> Row {
        Row {
            state,
            local: local.parse().unwrap(),
            far: "0.0.0.0:0".parse().unwrap(),
            pid,
        }
    }

    #[test]
    fn who_listens_for_all_addresses_has_the_port_and_is_open_to_more_than_this_machine() {
        let rows = [
            row(State::Established, "192.0.2.1:5900", 1),
            row(State::Listening, "0.0.0.0:5901", 2),
            row(State::Listening, "127.0.0.1:5900", 3),
            row(State::Listening, "[::1]:5900", 4),
        ];
        let at = |text: &str| text.parse().unwrap();
        assert_eq!(holders(&rows, at("127.0.0.1:5901")), Some(2));
        assert_eq!(holders(&rows, at("127.0.0.1:5900")), Some(3));
        assert_eq!(holders(&rows, at("192.0.2.1:5900")), None);
        assert_eq!(holders(&rows, at("0.0.0.0:5900")), Some(3));
        assert_eq!(strays(&rows, at("127.0.0.1:5900")), None);
        let stray = strays(&rows, at("127.0.0.1:5901"));
        assert_eq!(stray, Some(at("0.0.0.0:5901")));
        assert_eq!(strays(&rows, at("0.0.0.0:5901")), None);
    }

    #[test]
    fn a_listener_has_its_port_and_is_named_where_windows_tells() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let listen = listener.local_addr().unwrap();
        // Wine does not always know whose it is.
        if let Some(named) = taken(listen).unwrap() {
            let own = format!("({})", std::process::id());
            assert!(named.ends_with(&own), "{named}");
        }
        drop(listener);
        assert_eq!(taken(listen), None);
    }
}
