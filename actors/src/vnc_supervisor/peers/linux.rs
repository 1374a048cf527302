//! The table of connections, as Linux shows it in `/proc/net` (`proc_net_tcp` in the
//! kernel's documentation).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The state ESTABLISHED.
const ESTABLISHED: &str = "01";

/// The far ends of the connections to this address. Reads files: not on the arbiter's thread.
pub(in super::super) fn connected_to(listen: SocketAddr) -> Vec<SocketAddr> {
    let read = |file| std::fs::read_to_string(file).unwrap_or_default();
    let mut found = parse(&read("/proc/net/tcp"), listen);
    found.extend(parse(&read("/proc/net/tcp6"), listen));
    found.sort_unstable();
    found
}

fn parse(table: &str, listen: SocketAddr) -> Vec<SocketAddr> {
    table
        .lines()
        .skip(1)
        .filter_map(|line| {
            let mut fields = line.split_ascii_whitespace().skip(1);
            let (local, far, state) = (fields.next()?, fields.next()?, fields.next()?);
            let (local, far) = (address(local)?, address(far)?);
            let here = listen.ip().is_unspecified() || listen.ip() == local.ip();
            (state == ESTABLISHED && here && local.port() == listen.port()).then_some(far)
        })
        .collect()
}

/// `0100007F:170C`: 32-bit words as the machine holds them, then the port.
fn address(text: &str) -> Option<SocketAddr> {
    let (ip, port) = text.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    let words: Vec<[u8; 4]> = (0..ip.len())
        .step_by(8)
        .map(|at| u32::from_str_radix(ip.get(at..at + 8)?, 16).ok())
        .map(|word| word.map(u32::to_ne_bytes))
        .collect::<Option<_>>()?;
    let ip: IpAddr = match *words.as_slice() {
        [word] => Ipv4Addr::from(word).into(),
        [_, _, _, _] => {
            let bytes: [u8; 16] = words.concat().try_into().ok()?;
            Ipv6Addr::from(bytes).to_canonical()
        }
        _ => return None,
    };
    Some(SocketAddr::new(ip, port))
}

/// x11vnc and the others were measured: they listen where they are told to, and nowhere else.
pub(super) fn stray(_listen: SocketAddr) -> Option<SocketAddr> {
    None
}

/// Taking the port for a moment tells whether it is free, and no table says for sure by whom.
pub(super) fn taken(_listen: SocketAddr) -> Option<super::Holder> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_makes_no_sense_is_passed_over() {
        let listen = "127.0.0.1:5900".parse().unwrap();
        let table =
            "head\n 0: 0100007F:170C ZZ:1 01 0\n 1: x\n\n 2: 0100007Fé:170C 0100007F:1 01\n";
        assert_eq!(parse(table, listen), []);
    }
}
