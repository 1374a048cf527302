//! Listens in on what the server sends, because the stream's owner keeps to itself why it ended; and
//! has it go through the [`Sieve`].

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use xmpp_parsers::ns;
use xmpp_parsers::stream_error::StreamError;

use super::error::LoginError;
use super::sieve::Sieve;
use crate::text::clean;

/// So much of the end is kept: a stream error with its text.
const KEPT: usize = 2048;
/// The server ended the connection and said nothing of it.
const CLOSED: &str = "closed by the server";

/// What was heard last; clones hear the same.
#[derive(Debug, Clone, Default)]
pub(crate) struct Heard(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    tail: Vec<u8>,
    ended: Option<String>,
}

impl Heard {
    fn bytes(&self, new: &[u8]) {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let new = &new[new.len().saturating_sub(KEPT)..];
        let surplus = (inner.tail.len() + new.len()).saturating_sub(KEPT);
        inner.tail.drain(..surplus);
        inner.tail.extend_from_slice(new);
    }

    fn ended(&self, why: String) {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inner.ended.get_or_insert(why);
    }

    fn failed(&self, error: &io::Error) {
        self.ended(match error.kind() {
            io::ErrorKind::UnexpectedEof => CLOSED.to_owned(),
            _ => clean(&error.to_string(), 200),
        });
    }

    /// The stream error that the server sent at the end, if it did. The text of a message cannot
    /// look like one: there `<` is written `&lt;`.
    pub(crate) fn stream_error(&self) -> Option<LoginError> {
        let inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8_lossy(&inner.tail);
        let (_, rest) = text.rsplit_once("<stream:error")?;
        let (inside, _) = rest.split_once("</stream:error>")?;
        let stream = ns::STREAM;
        let element = format!("<stream:error xmlns:stream='{stream}'{inside}</stream:error>");
        let error: StreamError = xso::from_bytes(element.as_bytes()).ok()?;
        Some(LoginError::stream(&error))
    }

    /// Why the connection ended, as far as was heard.
    pub(crate) fn why_it_ended(&self) -> String {
        if let Some(error) = self.stream_error() {
            return error.to_string();
        }
        let inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inner
            .ended
            .clone()
            .unwrap_or_else(|| "no answer from the server".to_owned())
    }
}

/// So much is read at once.
const READ: usize = 8 * 1024;

/// A stream that is listened in on.
#[derive(Debug)]
pub(super) struct Tap<S> {
    stream: S,
    heard: Heard,
    sieve: Sieve,
    read: Box<[u8]>,
    /// What came through the sieve, and how much of it was handed on.
    clean: Vec<u8>,
    handed_on: usize,
}

impl<S> Tap<S> {
    /// Notes in `heard` what is read.
    pub(super) fn new(stream: S, heard: Heard) -> Self {
        Self {
            stream,
            heard,
            sieve: Sieve::default(),
            read: vec![0; READ].into(),
            clean: Vec::new(),
            handed_on: 0,
        }
    }

    /// Hands on what came through the sieve. `false`: there is nothing.
    fn hand_on(&mut self, buf: &mut ReadBuf<'_>) -> bool {
        let left = &self.clean[self.handed_on..];
        let now = left.len().min(buf.remaining());
        buf.put_slice(&left[..now]);
        self.handed_on += now;
        now > 0
    }
}

impl<S: AsyncRead + Unpin> Tap<S> {
    /// Reads once and sieves it; how much was read.
    fn poll_sieve(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let mut read = ReadBuf::new(&mut self.read);
        ready!(Pin::new(&mut self.stream).poll_read(cx, &mut read))?;
        self.clean.clear();
        self.handed_on = 0;
        self.sieve
            .pass(read.filled(), &mut self.clean)
            .map_err(|why| io::Error::new(io::ErrorKind::InvalidData, why))?;
        Poll::Ready(Ok(read.filled().len()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Tap<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if buf.remaining() == 0 {
            return Poll::Ready(Ok(()));
        }
        while !self.hand_on(buf) {
            match ready!(self.poll_sieve(cx)) {
                Ok(0) => {
                    self.heard.ended(CLOSED.to_owned());
                    return Poll::Ready(Ok(()));
                }
                Ok(_) => self.heard.bytes(&self.clean),
                Err(error) => {
                    self.heard.failed(&error);
                    return Poll::Ready(Err(error));
                }
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Tap<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(cx, buf);
        if let Poll::Ready(Err(error)) = &polled {
            self.heard.failed(error);
        }
        polled
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ERROR: &str = "<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>\
        <text xmlns='urn:ietf:params:xml:ns:xmpp-streams'>Replaced</text></stream:error></stream:stream>";

    #[test]
    fn a_stream_error_is_found_at_the_end_of_much_else() {
        let heard = Heard::default();
        heard.bytes(&vec![b'x'; 10_000]);
        for part in ERROR.as_bytes().chunks(7) {
            heard.bytes(part);
        }
        assert!(matches!(heard.stream_error(), Some(LoginError::Conflict)));
    }

    #[test]
    fn a_message_that_speaks_of_one_is_none() {
        let heard = Heard::default();
        heard.bytes(
            b"<message><body>&lt;stream:error>&lt;conflict/>&lt;/stream:error></body></message>",
        );
        assert!(heard.stream_error().is_none());
        heard.ended("closed by the server".to_owned());
        assert_eq!(heard.why_it_ended(), "closed by the server");
    }
}
