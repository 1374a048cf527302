//! The control connection: commands out, replies in.
//!
//! Why not the client of `suppaftp`, whose reader of listings is used here: it logs every command,
//! passwords too, at level trace; it takes no connection of ours for implicit TLS, and says why TLS
//! failed only in words; it knows no greeting 120; and a line like `150 users are online` inside a
//! longer reply ends that reply for it. What a monitor says of a server must not hang on these.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader, ReadBuf};

use super::FtpReason;
use super::reply::{Partial, Reply};
use crate::probe::kinds::Trace;
use crate::probe::net::{self, Tcp};
use crate::probe::verdict::Reason;
use crate::text::{clean, clean_bytes};

/// Most bytes of one reply; greetings with the rules of the house have some thousand.
const REPLY_LIMIT: usize = 64 * 1024;

/// Read at once: most replies are far shorter.
const PIECE: usize = 1024;

/// A connection, encrypted or not.
pub(super) trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Wire for S {}

/// The TLS of this check: one configuration for control and data connections, since servers ask
/// that the second one resumes the session of the first.
#[derive(Debug, Clone)]
pub(super) struct Secure {
    pub(super) config: std::sync::Arc<rustls::ClientConfig>,
    pub(super) host: String,
}

/// What the control connection runs over.
enum Line {
    /// The connection as it is.
    Plain(Tcp),
    /// With something in between.
    Wrapped(Box<dyn Wire>),
}

/// The control connection.
pub(super) struct Control {
    wire: BufReader<Line>,
    /// The server's address; data connections go there and nowhere else.
    pub(super) peer: SocketAddr,
}

impl Control {
    pub(super) fn new(wire: Box<dyn Wire>, peer: SocketAddr) -> Self {
        Self::over(Line::Wrapped(wire), peer)
    }

    /// In the clear from first to last.
    pub(super) fn plain(tcp: Tcp, peer: SocketAddr) -> Self {
        Self::over(Line::Plain(tcp), peer)
    }

    fn over(line: Line, peer: SocketAddr) -> Self {
        let wire = BufReader::with_capacity(PIECE, line);
        Self { wire, peer }
    }

    /// The bare connection, for TLS. Refused when something came that was not asked for: it would
    /// pass for something said under encryption (as in CVE-2011-0411).
    pub(super) fn into_wire(self) -> Result<Box<dyn Wire>, Reason> {
        if self.wire.buffer().is_empty() {
            return Ok(match self.wire.into_inner() {
                Line::Plain(tcp) => Box::new(tcp),
                Line::Wrapped(wire) => wire,
            });
        }
        Err(FtpReason::SpokeBeforeTls {
            said: clean_bytes(self.wire.buffer(), 80),
        }
        .into())
    }

    /// Sends a command and reads its reply. 421 is a reply to any of them: the server ends the
    /// session.
    pub(super) async fn command(&mut self, verb: &str, arg: &str) -> Result<Reply, Reason> {
        self.send(verb, arg).await?;
        let reply = self.reply().await?;
        if reply.code == 421 {
            let reply = reply.shown();
            return Err(FtpReason::Unavailable { reply }.into());
        }
        Ok(reply)
    }

    /// The same where only 2xx will do.
    pub(super) async fn must(&mut self, verb: &str, arg: &str) -> Result<Reply, Reason> {
        let reply = self.command(verb, arg).await?;
        if reply.is_good() {
            return Ok(reply);
        }
        Err(FtpReason::Unexpected {
            command: verb.to_owned(),
            reply: reply.shown(),
        }
        .into())
    }

    async fn send(&mut self, verb: &str, arg: &str) -> Result<(), Reason> {
        let line = if arg.is_empty() {
            [verb, "\r\n"].concat()
        } else {
            [verb, " ", arg, "\r\n"].concat()
        };
        let sent = async {
            self.wire.write_all(line.as_bytes()).await?;
            self.wire.flush().await
        };
        sent.await
            .map_err(|error| net::io_reason(&error, &self.peer).into())
    }

    /// Reads one reply.
    pub(super) async fn reply(&mut self) -> Result<Reply, Reason> {
        let mut partial = Partial::default();
        let mut room = REPLY_LIMIT;
        let mut line = Vec::new();
        loop {
            line.clear();
            self.line(&mut line, &mut room).await?;
            match partial.push(&line) {
                Ok(Some(reply)) => return Ok(reply),
                Ok(None) => {}
                Err(()) => {
                    let said = clean_bytes(&line, 200);
                    return Err(FtpReason::NotFtp { said }.into());
                }
            }
        }
    }

    /// Reads a line without its end. `room` is what the reply may still have.
    async fn line(&mut self, line: &mut Vec<u8>, room: &mut usize) -> Result<(), Reason> {
        loop {
            let bytes = self
                .wire
                .fill_buf()
                .await
                .map_err(|error| net::io_reason(&error, &self.peer))?;
            if bytes.is_empty() {
                let peer = self.peer.to_string();
                return Err(net::NetReason::Closed { peer }.into());
            }
            let end = bytes.iter().position(|byte| *byte == b'\n');
            let taken = end.map_or(bytes.len(), |at| at + 1);
            if taken > *room {
                let said = clean_bytes(line, 80);
                return Err(FtpReason::TooLong { said }.into());
            }
            *room -= taken;
            line.extend_from_slice(&bytes[..taken]);
            self.wire.consume(taken);
            if end.is_some() {
                let text = line.trim_ascii_end().len();
                line.truncate(text);
                return Ok(());
            }
        }
    }

    /// Says QUIT and closes, beside the check and with a short patience of its own: what becomes
    /// of it changes no verdict.
    pub(super) fn quit(self) {
        const QUIT: &[u8] = b"QUIT\r\n";
        match self.wire.into_inner() {
            Line::Plain(tcp) => tcp.close_after(QUIT),
            Line::Wrapped(wire) => net::close_after(wire, QUIT),
        }
    }
}

impl Line {
    fn wire(&mut self) -> Pin<&mut dyn Wire> {
        match self {
            Self::Plain(tcp) => Pin::new(tcp),
            Self::Wrapped(wire) => Pin::new(wire.as_mut()),
        }
    }
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.wire().poll_read(cx, buf)
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.wire().poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.wire().poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.wire().poll_shutdown(cx)
    }
}

/// A path, user or password with a line break would be a second command; with NUL it is cut short
/// by servers written in C.
pub(super) fn refuse_line_breaks(what: &'static str, text: &str) -> Result<(), FtpReason> {
    if text.contains(['\r', '\n', '\0']) {
        return Err(FtpReason::LineBreak { what: what.into() });
    }
    Ok(())
}

impl Secure {
    /// For the name of a host, with an empty memory of sessions.
    pub(super) fn new(config: &rustls::ClientConfig, host: &str) -> Self {
        Self {
            config: net::without_memory(config),
            host: clean(host, 255),
        }
    }

    /// Shakes hands on a data connection.
    pub(super) async fn data(&self, connected: net::Connected) -> Result<Box<dyn Wire>, Reason> {
        // Its phase is that of the command: the TLS of the session is long done.
        let config = std::sync::Arc::clone(&self.config);
        let stream = net::tls_connect(connected, &self.host, config, &Trace::default())
            .await
            .map_err(|(_, reason)| reason)?;
        Ok(Box::new(stream))
    }
}
