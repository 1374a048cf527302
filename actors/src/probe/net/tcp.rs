//! One connection to one address, with as few calls of the system and wake-ups as it can do with.
//!
//! A connection on this machine is there before `connect` has returned, though it says that it is under
//! way; asking again costs less than having the runtime watch the socket. What nobody waits on is never
//! watched: a check that a port is open ends without.

use std::io;
use std::net::SocketAddr;

use tokio::net::TcpStream;

use super::close;

/// A connection.
#[derive(Debug)]
pub enum Tcp {
    /// Established at once, and not watched.
    #[cfg(unix)]
    AtOnce(std::net::TcpStream),
    /// The runtime had to wait for it.
    Waited(TcpStream),
}

impl Tcp {
    /// For who says one thing and reads the rest.
    pub fn plain(self) -> io::Result<TcpStream> {
        match self {
            #[cfg(unix)]
            Self::AtOnce(stream) => TcpStream::from_std(stream),
            Self::Waited(stream) => Ok(stream),
        }
    }

    /// For small questions and answers in turn: waiting for more to send only costs time there.
    pub fn chatty(self) -> io::Result<TcpStream> {
        let stream = self.plain()?;
        if let Err(error) = stream.set_nodelay(true) {
            tracing::trace!(%error, "no-delay not set");
        }
        Ok(stream)
    }

    /// Ends it so that the other side sees a proper end; see [`close`].
    pub fn close_politely(self) {
        match self {
            #[cfg(unix)]
            Self::AtOnce(stream) => close::later(stream),
            Self::Waited(stream) => close::close_politely(stream),
        }
    }
}

/// Connects to one address.
#[cfg(unix)]
pub async fn open(address: SocketAddr) -> io::Result<Tcp> {
    use rustix::io::Errno;
    let kind = socket2::Type::STREAM.nonblocking().cloexec();
    let socket = socket2::Socket::new(socket2::Domain::for_address(address), kind, None)?;
    let wanted = address.into();
    let is_under_way = |error: &io::Error| {
        matches!(
            Errno::from_io_error(error),
            Some(Errno::INPROGRESS | Errno::ALREADY)
        )
    };
    let mut begun = socket.connect(&wanted);
    if address.ip().is_loopback() && begun.as_ref().is_err_and(is_under_way) {
        begun = match socket.connect(&wanted) {
            Err(error) if Errno::from_io_error(&error) == Some(Errno::ISCONN) => Ok(()),
            other => other,
        };
    }
    match begun {
        Ok(()) => Ok(Tcp::AtOnce(socket.into())),
        Err(error) if is_under_way(&error) => {
            let stream = TcpStream::from_std(socket.into())?;
            stream.writable().await?;
            match stream.take_error()? {
                Some(error) => Err(error),
                None => Ok(Tcp::Waited(stream)),
            }
        }
        Err(error) => Err(error),
    }
}

/// The same, but that Windows believes the first refusal of this machine. For others it asks three
/// times, for two seconds: that may be a packet lost on the way.
#[cfg(windows)]
pub async fn open(address: SocketAddr) -> io::Result<Tcp> {
    if !address.ip().to_canonical().is_loopback() {
        return TcpStream::connect(address).await.map(Tcp::Waited);
    }
    let socket = match address {
        SocketAddr::V4(_) => tokio::net::TcpSocket::new_v4(),
        SocketAddr::V6(_) => tokio::net::TcpSocket::new_v6(),
    }?;
    if let Err(error) = hostmessenger_windows::sockets::believe_first_refusal(&socket) {
        tracing::trace!(%error, "a refusal will take its time");
    }
    socket.connect(address).await.map(Tcp::Waited)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::io::Read;

    #[tokio::test]
    async fn a_connection_on_this_machine_needs_nobody_to_watch_it() {
        for ip in ["127.0.0.1:0", "[::1]:0"] {
            let listener = std::net::TcpListener::bind(ip).unwrap();
            let opened = open(listener.local_addr().unwrap()).await.unwrap();
            assert!(matches!(opened, Tcp::AtOnce(_)), "{opened:?}");
            let (mut theirs, _) = listener.accept().unwrap();
            opened.close_politely();
            assert_eq!(theirs.read(&mut [0; 1]).unwrap(), 0);
        }
    }

    #[tokio::test]
    async fn a_refusal_of_this_machine_is_told_at_once() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let error = open(address).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
    }
}
