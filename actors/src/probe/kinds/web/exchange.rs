//! One request and its answer over an open connection, with a limit on everything that is read.
//!
//! Why no client library: such a check takes one answer of a connection that is new and closed after it.
//! hyper, which did this before, keeps a task, two channels and a pool's questions ready for the next
//! request; without it a check takes two fifths fewer instructions.

use std::future::poll_fn;
use std::io;
use std::mem::MaybeUninit;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use http::Method;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};

use super::WebReason;
use super::connect::{Link, Stream};
use super::message::{Body, Head};
use crate::probe::net;
use crate::probe::verdict::Reason;

/// So much of a body is read.
pub(super) const MAX_BODY: usize = 1 << 20;

/// Status line and headers of one answer.
const MAX_HEAD: usize = 256 * 1024;

/// So many bytes may come in all: the body, and an envelope that is generous to real servers.
const MAX_WIRE: usize = 8 << 20;

/// Room for a read; most answers fit into one, and are far shorter.
const PIECE: usize = 4 * 1024;

/// So much of a wrong answer's body is read to show its first characters.
const BEGINNING: usize = 512;

/// And no longer than this is waited for it: the status is the news, and it is known by then.
const BEGINNING_WITHIN: Duration = Duration::from_millis(500);

/// A request: its method, and its head as it goes over the wire, with what is secret in it. None has a body.
pub(super) struct Request {
    pub(super) method: Method,
    pub(super) text: String,
}

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
    pub(super) head: Head,
    pub(super) body: Vec<u8>,
    /// Whether the body goes on beyond what was read.
    pub(super) cut: bool,
}

/// Sends the request and reads as much of the answer as `wants` says once its head is there.
pub(super) fn ask(
    link: Link,
    request: Request,
    wants: impl FnOnce(&Head) -> Want,
) -> impl Future<Output = Result<Answer, Reason>> {
    // Not in the future: it would keep room for what it is made from.
    let mut wire = Wire {
        stream: link.stream,
        peer: link.peer,
        request: request.text,
        sent: 0,
        unsent: None,
        came: Vec::new(),
        count: 0,
    };
    async move {
        let head = wire.head(&request.method).await?;
        let wanted = wants(&head);
        let (body, cut) = wire.body(head.body, wanted).await?;
        Ok(Answer { head, body, cut })
    }
}

/// The connection while it is asked. Dropping it closes it.
struct Wire {
    stream: Box<dyn Stream>,
    peer: SocketAddr,
    /// Empty once all of it is on its way.
    request: String,
    sent: usize,
    /// Why no more of it can be sent. There may be an answer all the same.
    unsent: Option<io::Error>,
    /// What came and is not used yet.
    came: Vec<u8>,
    /// How much came in all.
    count: usize,
}

impl Wire {
    /// The head of the answer; what comes before it is passed over.
    async fn head(&mut self, asked: &Method) -> Result<Head, Reason> {
        loop {
            let before = self.came.len();
            if self.more().await? == 0 {
                return Err(self.ended());
            }
            // A long head is looked at again only when it may be whole: who sends it byte by byte
            // would make much work otherwise.
            let fresh = &self.came[before.saturating_sub(2)..];
            let ends = |two: &[u8]| matches!(two, b"\n\r" | b"\n\n");
            if before <= PIECE || fresh.windows(2).any(ends) {
                while let Some((length, head)) = Head::read(&self.came, asked)? {
                    self.came.drain(..length);
                    if !head.is_interim() {
                        return Ok(head);
                    }
                }
            }
            if self.came.len() > MAX_HEAD {
                return Err(WebReason::HeadTooLarge.into());
            }
        }
    }

    /// As much of the body as is wanted, and whether there was more.
    async fn body(&mut self, left: Body, wanted: Want) -> Result<(Vec<u8>, bool), Reason> {
        let mut bytes = Vec::new();
        let limit = match wanted {
            Want::Nothing => return Ok((bytes, true)),
            Want::Whole => MAX_BODY,
            Want::Most(most) => most,
            Want::Beginning => {
                let some = self.read_to(left, &mut bytes, BEGINNING);
                // A body that breaks off or hangs changes nothing: the status is wrong already.
                let some = Box::pin(tokio::time::timeout(BEGINNING_WITHIN, some));
                let cut = matches!(some.await, Ok(Ok(true)));
                return Ok((bytes, cut));
            }
        };
        let cut = self.read_to(left, &mut bytes, limit).await?;
        Ok((bytes, cut))
    }

    /// Reads up to `limit` bytes; whether there was more.
    async fn read_to(
        &mut self,
        mut left: Body,
        bytes: &mut Vec<u8>,
        limit: usize,
    ) -> Result<bool, Reason> {
        let mut used = 0;
        loop {
            let (taken, piece) = left.take(&self.came[used..])?;
            used += taken;
            let room = limit - bytes.len();
            bytes.extend_from_slice(&piece[..piece.len().min(room)]);
            if piece.len() > room {
                return Ok(true);
            }
            if left == Body::Done {
                return Ok(false);
            }
            if taken == 0 {
                self.came.drain(..std::mem::take(&mut used));
                if self.more().await? == 0 {
                    return if left.may_end() {
                        Ok(false)
                    } else {
                        Err(self.ended())
                    };
                }
            }
        }
    }

    /// Waits until more has come: how much; none where the other side has ended.
    async fn more(&mut self) -> Result<usize, Reason> {
        if self.count > MAX_WIRE {
            let peer = self.peer.to_string();
            return Err(WebReason::Flood { peer }.into());
        }
        let capacity = self.came.capacity();
        if capacity > 0 && capacity - self.came.len() < PIECE / 4 {
            self.came.reserve(PIECE.max(self.came.len()));
        }
        match poll_fn(|cx| self.poll_more(cx)).await {
            Ok(count) => {
                self.count += count;
                Ok(count)
            }
            // TLS without a farewell: many servers end so. Where the length is known, it shows that
            // something is missing.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(0),
            Err(error) => Err(self.broken(error)),
        }
    }

    /// Reads while it sends: who answers before all was asked need not read on.
    fn poll_more(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        if !self.request.is_empty()
            && let Poll::Ready(sent) = self.poll_send(cx)
        {
            self.request = String::new();
            self.unsent = sent.err();
        }
        if self.came.capacity() > 0 {
            return pin!(self.stream.read_buf(&mut self.came)).poll(cx);
        }
        let mut piece = [const { MaybeUninit::uninit() }; PIECE];
        let mut piece = ReadBuf::uninit(&mut piece);
        std::task::ready!(Pin::new(&mut self.stream).poll_read(cx, &mut piece))?;
        self.came.extend_from_slice(piece.filled());
        Poll::Ready(Ok(piece.filled().len()))
    }

    fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let stream = &mut self.stream;
        while self.sent < self.request.len() {
            let rest = &self.request.as_bytes()[self.sent..];
            match std::task::ready!(Pin::new(&mut *stream).poll_write(cx, rest))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                count => self.sent += count,
            }
        }
        Pin::new(stream).poll_flush(cx)
    }

    /// Why there is no answer, or half of one, where the other side has ended.
    fn ended(&mut self) -> Reason {
        self.broken(io::ErrorKind::UnexpectedEof.into())
    }

    /// The same where reading failed. That nothing could be sent came first.
    fn broken(&mut self, error: io::Error) -> Reason {
        let error = self.unsent.take().unwrap_or(error);
        net::io_reason(&error, &self.peer).into()
    }
}
