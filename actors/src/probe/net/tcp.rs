//! One connection to one address, with as few calls of the system and wake-ups as it can do with.
//!
//! A connection on this machine is there before `connect` has returned, though it says that it is under
//! way; asking again costs less than having the runtime watch the socket. What nobody waits on is never
//! watched: a check that a port is open ends without.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::close;

/// A connection. It can be written and read as it is; it is watched from the first time on that somebody
/// has to wait.
#[derive(Debug)]
pub enum Tcp {
    /// Established at once, and not watched; nothing where it could not be watched.
    #[cfg(unix)]
    AtOnce(Option<std::net::TcpStream>),
    /// The runtime watches it.
    Watched(TcpStream),
}

impl Tcp {
    /// For small questions and answers in turn: waiting for more to send only costs time there.
    pub fn chatty(mut self) -> io::Result<TcpStream> {
        self.watched()?;
        let stream = match self {
            #[cfg(unix)]
            Self::AtOnce(_) => return Err(io::ErrorKind::NotConnected.into()),
            Self::Watched(stream) => stream,
        };
        if let Err(error) = stream.set_nodelay(true) {
            tracing::trace!(%error, "no-delay not set");
        }
        Ok(stream)
    }

    /// Ends it so that the other side sees a proper end; see [`close`].
    pub fn close_politely(self) {
        match self {
            #[cfg(unix)]
            Self::AtOnce(Some(stream)) => close::later(stream),
            #[cfg(unix)]
            Self::AtOnce(None) => {}
            Self::Watched(stream) => close::close_politely(stream),
        }
    }

    /// The same after these words, which ask the other side to close.
    pub fn close_after(self, words: &'static [u8]) {
        #[cfg(unix)]
        {
            let stream = match self {
                Self::AtOnce(stream) => stream,
                // Nobody waits for it any more, so nobody is to be woken.
                Self::Watched(stream) => stream.into_std().ok(),
            };
            // Where not even that can be said, it is over.
            if let Some(mut stream) = stream
                && io::Write::write_all(&mut stream, words).is_ok()
            {
                close::later_by_them(stream);
            }
        }
        #[cfg(windows)]
        let Self::Watched(stream) = self;
        #[cfg(windows)]
        close::close_after(stream, words);
    }

    /// Has it watched.
    #[cfg_attr(
        windows,
        allow(clippy::unnecessary_wraps, reason = "it may fail on Unix")
    )]
    fn watched(&mut self) -> io::Result<Pin<&mut TcpStream>> {
        #[cfg(unix)]
        if let Self::AtOnce(stream) = self {
            let stream = stream.take().ok_or(io::ErrorKind::NotConnected)?;
            *self = Self::Watched(TcpStream::from_std(stream)?);
        }
        match self {
            #[cfg(unix)]
            Self::AtOnce(_) => Err(io::ErrorKind::NotConnected.into()),
            Self::Watched(stream) => Ok(Pin::new(stream)),
        }
    }
}

impl AsyncRead for Tcp {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        // An answer takes its time.
        self.watched()?.poll_read(cx, buf)
    }
}

impl AsyncWrite for Tcp {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        #[cfg(unix)]
        if let Self::AtOnce(Some(stream)) = &mut *self {
            match io::Write::write(stream, buf) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                written => return Poll::Ready(written),
            }
        }
        self.watched()?.poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Nothing is kept back here.
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Who is done drops it, and closing says the same to the other side: a call less.
        Poll::Ready(Ok(()))
    }
}

/// Connects to one address.
#[cfg(unix)]
pub async fn open(address: SocketAddr) -> io::Result<Tcp> {
    match begin(address)? {
        (socket, true) => Ok(Tcp::AtOnce(Some(socket.into()))),
        (socket, false) => Box::pin(watch(socket.into())).await,
    }
}

/// The same, but that Windows believes the first refusal of this machine. For others it asks three
/// times, for two seconds: that may be a packet lost on the way.
#[cfg(windows)]
pub async fn open(address: SocketAddr) -> io::Result<Tcp> {
    if !address.ip().to_canonical().is_loopback() {
        return TcpStream::connect(address).await.map(Tcp::Watched);
    }
    let socket = match address {
        SocketAddr::V4(_) => tokio::net::TcpSocket::new_v4(),
        SocketAddr::V6(_) => tokio::net::TcpSocket::new_v6(),
    }?;
    if let Err(error) = hostmessenger_windows::sockets::believe_first_refusal(&socket) {
        tracing::trace!(%error, "a refusal will take its time");
    }
    socket.connect(address).await.map(Tcp::Watched)
}

/// Whether it was there at once; else it is under way.
#[cfg(unix)]
fn begin(address: SocketAddr) -> io::Result<(socket2::Socket, bool)> {
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
        Ok(()) => Ok((socket, true)),
        Err(error) if is_under_way(&error) => Ok((socket, false)),
        Err(error) => Err(error),
    }
}

/// Waits until it is there.
#[cfg(unix)]
async fn watch(stream: std::net::TcpStream) -> io::Result<Tcp> {
    let stream = TcpStream::from_std(stream)?;
    stream.writable().await?;
    match stream.take_error()? {
        Some(error) => Err(error),
        None => Ok(Tcp::Watched(stream)),
    }
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
            assert!(matches!(opened, Tcp::AtOnce(Some(_))), "{opened:?}");
            let (mut theirs, _) = listener.accept().unwrap();
            opened.close_politely();
            assert_eq!(theirs.read(&mut [0; 1]).unwrap(), 0);
        }
    }

    #[tokio::test]
    async fn last_words_are_heard_whoever_watches_and_nobody_watches_any_more() {
        use tokio::io::AsyncReadExt;
        for is_watched in [false, true] {
            let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            let mut ours = open(listener.local_addr().unwrap()).await.unwrap();
            let (mut theirs, _) = listener.accept().unwrap();
            // What is not said is not waited for: nobody else runs meanwhile.
            let patience = Some(std::time::Duration::from_secs(5));
            theirs.set_read_timeout(patience).unwrap();
            if is_watched {
                io::Write::write_all(&mut theirs, b"!").unwrap();
                ours.read_exact(&mut [0]).await.unwrap();
            }
            ours.close_after(b"QUIT");
            let mut heard = [0; 4];
            theirs.read_exact(&mut heard).unwrap();
            assert_eq!(&heard, b"QUIT");
            // Still there for the answer: a reset would be an error of one of these.
            io::Write::write_all(&mut theirs, b"221").unwrap();
            tokio::time::sleep(std::time::Duration::from_millis(150)).await;
            assert_eq!(theirs.read(&mut heard).unwrap(), 0, "{is_watched}");
        }
    }

    #[tokio::test]
    async fn what_is_said_needs_nobody_to_watch_and_the_answer_does() {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let mut ours = open(listener.local_addr().unwrap()).await.unwrap();
        let (mut theirs, _) = listener.accept().unwrap();
        ours.write_all(b"ping").await.unwrap();
        assert!(matches!(ours, Tcp::AtOnce(Some(_))), "{ours:?}");
        let mut heard = [0; 4];
        theirs.read_exact(&mut heard).unwrap();
        let reading = tokio::spawn(async move {
            let mut answer = [0; 4];
            ours.read_exact(&mut answer).await.unwrap();
            (answer, matches!(ours, Tcp::Watched(_)))
        });
        io::Write::write_all(&mut theirs, &heard).unwrap();
        assert_eq!(reading.await.unwrap(), (*b"ping", true));
    }

    #[tokio::test]
    async fn what_the_system_does_not_take_at_once_is_waited_for() {
        use tokio::io::AsyncWriteExt;
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let mut ours = open(listener.local_addr().unwrap()).await.unwrap();
        let (mut theirs, _) = listener.accept().unwrap();
        // More than all buffers between the two take.
        let much = vec![7; 32 << 20];
        let reader = std::thread::spawn(move || {
            let mut all = Vec::new();
            theirs.read_to_end(&mut all).map(|_| all.len())
        });
        ours.write_all(&much).await.unwrap();
        drop(ours);
        assert_eq!(reader.join().unwrap().unwrap(), much.len());
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
