//! One request and its answer over an open connection, with a limit on everything that is read.
//!
//! A trap: hyper skips `1xx` answers without end and a chunked body has an envelope of any size, so
//! a limit on the body alone does not bound what a hostile server can make us read. [`Tap`] does.

use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_util::future::{Either, select};
use hyper::body::{Body, Incoming};
use hyper::client::conn::http1;
use hyper::{HeaderMap, Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::connect::{Link, Stream};
use super::failure;
use crate::probe::verdict::Reason;

/// So much of a body is read.
pub(super) const MAX_BODY: usize = 1 << 20;

/// So many bytes may come in all: the body, and an envelope that is generous to real servers.
const MAX_WIRE: usize = 8 << 20;

/// So much of a wrong answer's body is read to show its first characters.
const BEGINNING: usize = 512;

/// And no longer than this is waited for it: the status is the news, and it is known by then.
const BEGINNING_WITHIN: Duration = Duration::from_millis(500);

/// How much of a body is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Want {
    /// None of it.
    Nothing,
    /// The first characters, if they come soon.
    Beginning,
    /// All of it, as far as [`MAX_BODY`].
    Whole,
    /// So many bytes.
    Most(usize),
}

/// What came back.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    /// Whether the body goes on beyond what was read.
    pub(super) cut: bool,
}

/// Sends the request and reads as much of the answer as `wants` says once its head is there.
pub(super) async fn ask(
    link: Link,
    request: Request<String>,
    wants: impl FnOnce(StatusCode, &HeaderMap) -> Want,
) -> Result<Answer, Reason> {
    let peer = link.peer;
    let first = First::default();
    let tap = Tap {
        stream: link.stream,
        first: first.clone(),
        read: 0,
    };
    let told = |error: hyper::Error| failure::of_exchange(&error, &first.get(), peer);
    let (mut sender, connection) = http1::handshake(TokioIo::new(tap)).await.map_err(told)?;
    let talk = async {
        let (head, body) = sender.send_request(request).await?.into_parts();
        let wanted = wants(head.status, &head.headers);
        let (body, cut) = read(body, wanted).await?;
        Ok(Answer {
            status: head.status,
            headers: head.headers,
            body,
            cut,
        })
    };
    // Polled here and not spawned, so that dropping the check closes the connection.
    match select(pin!(talk), pin!(connection)).await {
        Either::Left((answer, _)) => answer,
        Either::Right((_, talk)) => talk.await,
    }
    .map_err(told)
}

async fn read(mut body: Incoming, wanted: Want) -> Result<(Vec<u8>, bool), hyper::Error> {
    let mut bytes = Vec::new();
    let cut = match wanted {
        Want::Nothing => true,
        Want::Whole => read_to(&mut body, &mut bytes, MAX_BODY).await?,
        Want::Most(most) => read_to(&mut body, &mut bytes, most).await?,
        Want::Beginning => {
            let some = read_to(&mut body, &mut bytes, BEGINNING);
            // A body that breaks off or hangs changes nothing: the status is wrong already.
            matches!(
                tokio::time::timeout(BEGINNING_WITHIN, some).await,
                Ok(Ok(true))
            )
        }
    };
    Ok((bytes, cut))
}

/// Reads up to `limit` bytes; whether there was more.
async fn read_to(
    body: &mut Incoming,
    bytes: &mut Vec<u8>,
    limit: usize,
) -> Result<bool, hyper::Error> {
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx)).await {
        // Trailers are of no interest.
        let Ok(data) = frame?.into_data() else {
            continue;
        };
        let room = limit - bytes.len();
        bytes.extend_from_slice(&data[..data.len().min(room)]);
        if data.len() > room {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Marks the error of a connection that brought more than [`MAX_WIRE`].
#[derive(Debug, thiserror::Error)]
#[error("too much was sent")]
pub(super) struct Flooded;

/// The first bytes that came, for the evidence when they are not HTTP.
#[derive(Debug, Clone, Default)]
struct First(Arc<Mutex<Vec<u8>>>);

impl First {
    const LEN: usize = 400;

    fn get(&self) -> Vec<u8> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn add(&self, bytes: &[u8]) {
        let mut first = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let room = Self::LEN - first.len();
        first.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }
}

/// Counts what is read and keeps its beginning.
struct Tap {
    stream: Box<dyn Stream>,
    first: First,
    read: usize,
}

impl AsyncRead for Tap {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.read > MAX_WIRE {
            return Poll::Ready(Err(io::Error::other(Flooded)));
        }
        let before = buf.filled().len();
        match ready!(Pin::new(&mut self.stream).poll_read(cx, buf)) {
            // TLS without a farewell: many servers end so. Where the length is known, hyper sees
            // that something is missing.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {}
            other => other?,
        }
        let new = &buf.filled()[before..];
        if self.read < First::LEN {
            self.first.add(new);
        }
        self.read += new.len();
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Tap {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
