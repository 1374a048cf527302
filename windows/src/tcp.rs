//! The connections and listeners of this machine, and which process has them.
//!
//! The table is read as bytes ([MS-TCPIP], `MIB_TCPTABLE_OWNER_PID`, `MIB_TCP6TABLE_OWNER_PID`): rows of a
//! known length behind a number that says how many there are.
#![expect(unsafe_code, reason = "the one way to the table of connections")]

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use windows_sys::Win32::Foundation::{ERROR_INSUFFICIENT_BUFFER, NO_ERROR};
use windows_sys::Win32::NetworkManagement::IpHelper::{
    GetExtendedTcpTable, MIB_TCP_STATE_ESTAB, MIB_TCP_STATE_LISTEN, TCP_TABLE_OWNER_PID_ALL,
};
use windows_sys::Win32::Networking::WinSock::{AF_INET, AF_INET6};

/// What an end of TCP is up to, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It waits for connections.
    Listening,
    /// It is connected.
    Established,
    /// It comes or goes.
    Other,
}

/// One end of TCP on this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// What it is up to.
    pub state: State,
    /// Its own address.
    pub local: SocketAddr,
    /// The other end; of no meaning for a listener.
    pub far: SocketAddr,
    /// The process that has it.
    pub pid: u32,
}

/// All ends of TCP on this machine.
pub fn table() -> io::Result<Vec<Row>> {
    let mut rows = rows(&raw_table(AF_INET)?, row_4);
    rows.extend(self::rows(&raw_table(AF_INET6)?, row_6));
    Ok(rows)
}

fn raw_table(family: u16) -> io::Result<Vec<u8>> {
    let mut size = 16 * 1024;
    // It may grow between two calls, but not for ever.
    for _ in 0..8 {
        let mut buffer = vec![0_u32; usize::try_from(size).unwrap_or(0).div_ceil(4)];
        // SAFETY: the buffer has `size` bytes and the alignment of a `u32`, the widest that the table holds.
        let result = unsafe {
            GetExtendedTcpTable(
                buffer.as_mut_ptr().cast(),
                &raw mut size,
                0,
                family.into(),
                TCP_TABLE_OWNER_PID_ALL,
                0,
            )
        };
        match result {
            NO_ERROR => return Ok(buffer.iter().flat_map(|word| word.to_ne_bytes()).collect()),
            ERROR_INSUFFICIENT_BUFFER => size = size.saturating_add(size / 4),
            error => return Err(io::Error::from_raw_os_error(error.cast_signed())),
        }
    }
    Err(io::ErrorKind::InvalidData.into())
}

fn rows<const LENGTH: usize>(table: &[u8], row: fn(&[u8; LENGTH]) -> Row) -> Vec<Row> {
    let Some((count, rest)) = table.split_first_chunk() else {
        return Vec::new();
    };
    let count = usize::try_from(u32::from_ne_bytes(*count)).unwrap_or(0);
    let (rows, _) = rest.as_chunks();
    rows.iter().take(count).map(row).collect()
}

fn row_4(bytes: &[u8; 24]) -> Row {
    let ip = |at| Ipv4Addr::from(chunk(bytes, at)).into();
    Row {
        state: state(word(bytes, 0)),
        local: SocketAddr::new(ip(4), port(bytes, 8)),
        far: SocketAddr::new(ip(12), port(bytes, 16)),
        pid: word(bytes, 20),
    }
}

fn row_6(bytes: &[u8; 56]) -> Row {
    let ip = |at| -> IpAddr { Ipv6Addr::from(chunk(bytes, at)).to_canonical() };
    Row {
        state: state(word(bytes, 48)),
        local: SocketAddr::new(ip(0), port(bytes, 20)),
        far: SocketAddr::new(ip(24), port(bytes, 44)),
        pid: word(bytes, 52),
    }
}

fn chunk<const LENGTH: usize>(bytes: &[u8], at: usize) -> [u8; LENGTH] {
    let found = bytes.get(at..).and_then(<[u8]>::first_chunk);
    found.copied().unwrap_or([0; LENGTH])
}

fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_ne_bytes(chunk(bytes, at))
}

/// The first two of four bytes, as the network has them.
fn port(bytes: &[u8], at: usize) -> u16 {
    u16::from_be_bytes(chunk(bytes, at))
}

fn state(number: u32) -> State {
    match number.cast_signed() {
        MIB_TCP_STATE_LISTEN => State::Listening,
        MIB_TCP_STATE_ESTAB => State::Established,
        _ => State::Other,
    }
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn a_listener_and_both_ends_of_a_connection_are_in_the_table() {
        for at in ["127.0.0.1:0", "[::1]:0"] {
            let listener = TcpListener::bind(at).expect("bound");
            let here = listener.local_addr().expect("bound");
            let stream = TcpStream::connect(here).expect("connected");
            let far = stream.local_addr().expect("bound");
            let table = table().expect("a table");
            let is = |state, local, far| {
                let same = |row: &&Row| row.state == state && row.local == local;
                let other = |row: &&Row| far == here || row.far == far;
                table.iter().filter(same).any(|row| other(&row))
            };
            assert!(is(State::Listening, here, here), "{table:?}");
            assert!(is(State::Established, here, far), "{table:?}");
        }
    }

    #[test]
    fn a_table_that_ends_too_soon_has_fewer_rows() {
        assert_eq!(rows(&[], row_4), []);
        assert_eq!(rows(&[9, 0, 0, 0, 1], row_4), []);
        let mut table = vec![9, 0, 0, 0];
        table.extend([2, 0, 0, 0, 127, 0, 0, 1, 0x17, 0x0c, 0, 0]);
        table.extend([0, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0]);
        let row = Row {
            state: State::Listening,
            local: ([127, 0, 0, 1], 5900).into(),
            far: ([0, 0, 0, 0], 0).into(),
            pid: 7,
        };
        assert_eq!(rows(&table, row_4), [row]);
    }
}
