//! The port that viewers connect to: whether it is free, whether RFB is spoken there.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

use super::peers;
use super::refusal::Refusal;
use crate::probe::net;
use crate::sys_error::words;

/// The first bytes that an RFB server sends (RFC 6143, 7.1.1).
pub(super) const GREETING: &[u8] = b"RFB 003.";
/// How long the port is left alone between two attempts.
const PAUSE: Duration = Duration::from_millis(100);
/// How long a connection may take to greet. One that is silent for longer is tried anew.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whether the port can be had, found out by taking it for a moment.
///
/// A trap: Windows lets two programs have the same port where one of them has it for all addresses, so
/// who listens is asked there first.
pub(super) async fn is_free(listen: SocketAddr) -> Result<(), Refusal> {
    if let Some(holder) = peers::taken(listen).await {
        return Err(Refusal::PortTaken { listen, holder });
    }
    match TcpListener::bind(listen).await {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            let holder = None;
            Err(Refusal::PortTaken { listen, holder })
        }
        Err(error) => Err(Refusal::CannotListen {
            listen,
            why: words(&error),
        }),
    }
}

/// Waits until something greets as RFB servers do. What came in its place is an error.
pub(super) async fn greeting(listen: SocketAddr) -> Result<(), Vec<u8>> {
    loop {
        if let Ok(Ok(mut stream)) = timeout(PATIENCE, connect(listen)).await {
            let mut bytes = [0; GREETING.len()];
            match timeout(PATIENCE, stream.read_exact(&mut bytes)).await {
                Ok(Ok(_)) if bytes == GREETING => return Ok(()),
                Ok(Ok(_)) => return Err(bytes.to_vec()),
                // Closed or silent: it may be on its way up still.
                Ok(Err(_)) | Err(_) => {}
            }
        }
        sleep(PAUSE).await;
    }
}

/// Waits until nobody listens there any more.
pub(super) async fn closed(listen: SocketAddr) {
    while !matches!(
        timeout(PATIENCE, connect(listen)).await,
        Ok(Err(error)) if error.kind() == io::ErrorKind::ConnectionRefused
    ) {
        sleep(PAUSE / 4).await;
    }
}

async fn connect(listen: SocketAddr) -> io::Result<TcpStream> {
    net::open(reachable(listen)).await?.chatty()
}

/// "All addresses" can be listened on, but not connected to.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt;

    use super::*;

    async fn listener() -> (TcpListener, SocketAddr) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        (listener, address)
    }

    #[tokio::test]
    async fn a_port_is_taken_while_someone_listens_and_free_afterwards() {
        let (held, address) = listener().await;
        let taken = is_free(address).await;
        assert!(matches!(taken, Err(Refusal::PortTaken { .. })));
        drop(held);
        is_free(address).await.unwrap();
        let elsewhere = is_free("192.0.2.1:5900".parse().unwrap()).await;
        assert!(matches!(elsewhere, Err(Refusal::CannotListen { .. })));
    }

    #[tokio::test]
    async fn only_rfb_is_taken_for_a_greeting() {
        for (sent, expected) in [
            (b"RFB 003.008\n", Ok(())),
            (b"SSH-2.0-x y\n", Err(b"SSH-2.0-".to_vec())),
        ] {
            let (listener, address) = listener().await;
            let server = async {
                let (mut stream, _) = listener.accept().await.unwrap();
                stream.write_all(sent).await.unwrap();
                stream
            };
            let (_stream, found) = tokio::join!(server, greeting(address));
            assert_eq!(found, expected);
        }
    }
}
