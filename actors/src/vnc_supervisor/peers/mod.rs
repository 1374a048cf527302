//! Who is connected to a port, and who listens on it: the table of connections of this machine.

use std::net::SocketAddr;

use super::line::Door;

#[cfg_attr(windows, path = "windows.rs")]
#[cfg_attr(not(windows), path = "linux.rs")]
mod system;

/// The far ends of the connections to this address. Reads files: not on the arbiter's thread.
pub(super) use system::connected_to;

/// Where a program that came up listens besides, if it is open to more than this machine and was not
/// asked to be. Only programs that cannot be measured beforehand are asked.
pub(super) async fn stray(door: &Door) -> Option<SocketAddr> {
    let (Door::Port(listen) | Door::Loopback(listen)) = *door else {
        return None;
    };
    let look = tokio::task::spawn_blocking(move || system::stray(listen));
    look.await.unwrap_or_default()
}

/// The program that has a port, where the system tells.
pub(super) type Holder = Option<String>;

/// Who has this port already, where only the table knows it.
pub(super) async fn taken(listen: SocketAddr) -> Option<Holder> {
    let look = tokio::task::spawn_blocking(move || system::taken(listen));
    look.await.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::*;

    #[test]
    fn a_connection_is_seen_from_the_side_of_its_server_while_it_lasts() {
        for at in ["127.0.0.1:0", "[::1]:0"] {
            let listener = std::net::TcpListener::bind(at).unwrap();
            let listen = listener.local_addr().unwrap();
            assert_eq!(connected_to(listen), []);
            let viewer = std::net::TcpStream::connect(listen).unwrap();
            assert_eq!(connected_to(listen), [viewer.local_addr().unwrap()]);
            let any: IpAddr = Ipv4Addr::UNSPECIFIED.into();
            assert_eq!(connected_to(SocketAddr::new(any, listen.port())).len(), 1);
        }
    }
}
