//! The answer of a web server as bytes (RFC 9112): its head, and where its body ends. Pure.
//!
//! Lines and numbers are read by httparse; which of the lines say where the body ends is decided here.
//! A newcomer's trap: two that disagree about that are an attack elsewhere, and here a server to be told
//! of. So what the RFC calls faulty is refused, not repaired.

use std::mem::MaybeUninit;

use http::{Method, StatusCode};
use httparse::{Header, ParserConfig, Response, Status};

use super::WebReason;
use super::judge::excerpt;

/// More headers than any server sends.
pub(super) const MAX_HEADERS: usize = 100;

/// A line before a chunk is a number, and maybe an extension that nobody uses.
pub(super) const MAX_CHUNK_LINE: usize = 4 * 1024;

/// What is needed of a head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) status: StatusCode,
    /// `Location` as sent.
    pub(super) location: Option<Vec<u8>>,
    /// `Content-Encoding` as sent.
    pub(super) encoding: Option<Vec<u8>>,
    pub(super) body: Body,
}

/// How much of a body is to come, and how it is known (RFC 9112, section 6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Body {
    /// Nothing more.
    Done,
    /// So many bytes.
    Sized(u64),
    /// Chunks: a line with the size comes next.
    Chunk,
    /// So many bytes of a chunk.
    ChunkRest(u64),
    /// The line's end behind a chunk.
    ChunkEnd,
    /// Lines behind the last chunk.
    Trailer {
        /// Whether the beginning of the present one has come.
        amid: bool,
    },
    /// Whatever comes until the other side ends.
    UntilEnd,
}

impl Head {
    /// The head at the beginning of these bytes and its length; nothing where more must come first.
    pub(super) fn read(bytes: &[u8], asked: &Method) -> Result<Option<(usize, Self)>, WebReason> {
        let mut headers = [const { MaybeUninit::uninit() }; MAX_HEADERS];
        let mut response = Response::new(&mut []);
        let read = ParserConfig::default().parse_response_with_uninit_headers(
            &mut response,
            bytes,
            &mut headers,
        );
        let not_http = || WebReason::NotHttp {
            begins: excerpt(bytes),
        };
        let length = match read {
            Ok(Status::Complete(length)) => length,
            Ok(Status::Partial) => return Ok(None),
            Err(httparse::Error::TooManyHeaders) => return Err(WebReason::HeadTooLarge),
            Err(_) => return Err(not_http()),
        };
        let code = response
            .code
            .and_then(|code| StatusCode::from_u16(code).ok());
        let (Some(status), Some(version)) = (code, response.version) else {
            return Err(not_http());
        };
        let first = |name: &str| {
            let mut all = named(response.headers, name);
            all.next().map(<[u8]>::to_vec)
        };
        let head = Self {
            status,
            location: first("location"),
            encoding: first("content-encoding"),
            body: Body::of(asked, status, version, response.headers).ok_or_else(not_http)?,
        };
        Ok(Some((length, head)))
    }

    /// Whether another one follows (RFC 9110, section 15.2). Behind a 101 comes no HTTP.
    pub(super) fn is_interim(&self) -> bool {
        self.status.is_informational() && self.status != StatusCode::SWITCHING_PROTOCOLS
    }
}

/// The values of the headers with this name.
fn named<'h>(headers: &'h [Header<'h>], name: &str) -> impl Iterator<Item = &'h [u8]> {
    headers
        .iter()
        .filter(move |header| header.name.eq_ignore_ascii_case(name))
        .map(|header| header.value)
}

impl Body {
    /// Nothing where the headers contradict each other or themselves.
    fn of(asked: &Method, status: StatusCode, version: u8, headers: &[Header<'_>]) -> Option<Self> {
        if *asked == Method::HEAD
            || status.is_informational()
            || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED)
        {
            return Some(Self::Done);
        }
        if let Some(coding) = named(headers, "transfer-encoding").last() {
            // HTTP/1.0 knows none: somebody on the way may have taken it apart already.
            let last = coding.rsplit(|byte| *byte == b',').next()?;
            let chunked = last.trim_ascii().eq_ignore_ascii_case(b"chunked");
            return match (version, chunked) {
                (0, _) => None,
                (_, true) => Some(Self::Chunk),
                (_, false) => Some(Self::UntilEnd),
            };
        }
        let mut lengths = named(headers, "content-length")
            .flat_map(|value| value.split(|byte| *byte == b','))
            .map(number);
        let Some(length) = lengths.next() else {
            return Some(Self::UntilEnd);
        };
        let length = length?;
        lengths
            .all(|other| other == Some(length))
            .then_some(Self::Sized(length).or_done())
    }

    /// Takes the next piece of these bytes: how many are taken, and those among them that are the body's.
    /// None taken: more must come first, or it is all there.
    pub(super) fn take<'b>(&mut self, bytes: &'b [u8]) -> Result<(usize, &'b [u8]), WebReason> {
        let some = |most: u64| {
            let most = usize::try_from(most).unwrap_or(usize::MAX);
            &bytes[..most.min(bytes.len())]
        };
        match *self {
            Self::Done => Ok((0, &[])),
            Self::UntilEnd => Ok((bytes.len(), bytes)),
            Self::Sized(left) => {
                let piece = some(left);
                *self = Self::Sized(left - piece.len() as u64).or_done();
                Ok((piece.len(), piece))
            }
            Self::ChunkRest(left) => {
                let piece = some(left);
                *self = match left - piece.len() as u64 {
                    0 => Self::ChunkEnd,
                    left => Self::ChunkRest(left),
                };
                Ok((piece.len(), piece))
            }
            Self::Chunk => Ok((self.size(bytes)?, &[])),
            Self::ChunkEnd => Ok((self.behind_chunk(bytes)?, &[])),
            Self::Trailer { amid } => Ok((self.trailer(bytes, amid), &[])),
        }
    }

    /// Whether the other side may end here.
    pub(super) fn may_end(self) -> bool {
        matches!(self, Self::Done | Self::UntilEnd)
    }

    fn or_done(self) -> Self {
        match self {
            Self::Sized(0) => Self::Done,
            other => other,
        }
    }

    /// The line before a chunk.
    fn size(&mut self, bytes: &[u8]) -> Result<usize, WebReason> {
        let none = || broken("a chunk begins with no size");
        // httparse takes a line without a digit for a zero.
        if bytes.first().is_some_and(|byte| !byte.is_ascii_hexdigit()) {
            return Err(none());
        }
        match httparse::parse_chunk_size(bytes) {
            Ok(Status::Complete((taken, size))) => {
                *self = match size {
                    0 => Self::Trailer { amid: false },
                    size => Self::ChunkRest(size),
                };
                Ok(taken)
            }
            Ok(Status::Partial) if bytes.len() <= MAX_CHUNK_LINE => Ok(0),
            Ok(Status::Partial) => Err(broken("the line before a chunk is too long")),
            Err(_) => Err(none()),
        }
    }

    fn behind_chunk(&mut self, bytes: &[u8]) -> Result<usize, WebReason> {
        match bytes {
            [b'\r', b'\n', ..] => {
                *self = Self::Chunk;
                Ok(2)
            }
            [] | [b'\r'] => Ok(0),
            _ => Err(broken("a chunk is longer than its size")),
        }
    }

    /// Line by line up to the empty one that ends it all. Nobody asks what stands there.
    fn trailer(&mut self, bytes: &[u8], amid: bool) -> usize {
        let end = bytes.windows(2).position(|two| two == b"\r\n");
        let (next, taken) = match end {
            Some(0) if !amid => (Self::Done, 2),
            Some(end) => (Self::Trailer { amid: false }, end + 2),
            None => {
                let taken = bytes.len() - usize::from(bytes.ends_with(b"\r"));
                let amid = amid || taken > 0;
                (Self::Trailer { amid }, taken)
            }
        };
        *self = next;
        taken
    }
}

/// `Content-Length`: digits and nothing else.
fn number(text: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(text.trim_ascii()).ok()?;
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok())?
}

fn broken(why: &str) -> WebReason {
    WebReason::BadBody { why: why.into() }
}
