//! Kind `port`: connects, and where asked sends something and matches what comes back.
//!
//! What is received may come in pieces, never end, or never come: it is matched as it grows, up to
//! a limit.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use hostmessenger_config::Port;
use regex::Regex;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Trace, just_before};
use crate::probe::net::{self, Tcp, close_politely};
use crate::probe::verdict::{Finding, Phase, Reason};
use crate::text::clean_bytes;

/// Most bytes read in search of the banner.
const LIMIT: usize = 64 * 1024;
/// Up to here every piece that comes is matched; beyond, only when much has come or nothing more
/// does, so that a server that sends single bytes cannot keep us busy.
const EAGER: usize = 4 * 1024;
const QUIET: Duration = Duration::from_millis(50);
/// Characters of a banner that are shown.
const SHOWN: usize = 200;

/// Evidence about this kind of target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PortReason {
    /// Somebody listens there.
    Open {
        /// Address and port; no text is made of it at every check.
        peer: SocketAddr,
    },
    /// It said what was expected.
    Banner {
        /// The first line of what it said.
        first: String,
    },
    /// It said something else.
    NoMatch {
        /// The first line of what it said.
        first: String,
    },
    /// It said more than is read, and nothing of it was what was expected.
    TooMuch {
        /// The first line of what it said.
        first: String,
    },
    /// It closed the connection before it said what was expected.
    Closed {
        /// The first line of what it said; may be empty.
        first: String,
    },
}

/// Makes one check.
pub async fn check(options: &Port, timeout: Duration, trace: &Trace) -> Finding {
    let start = Instant::now();
    let found = attempt(options, just_before(timeout), start, trace).await;
    let phase = trace.phase_reached();
    match found {
        Err(reason) => Finding::unsuccessful(phase, reason),
        Ok(good) => {
            let took = start.elapsed();
            match options.max_time {
                Some(max) if took > max => Finding::warning(phase, Reason::Slow { took, max }),
                _ => Finding::ok(phase, good),
            }
        }
    }
}

async fn attempt(
    options: &Port,
    patience: Duration,
    start: Instant,
    trace: &Trace,
) -> Result<Reason, Reason> {
    let addresses = net::resolve(&options.host, options.port, trace)
        .await
        .map_err(|(_, reason)| reason)?;
    let (tcp, peer) = net::open_any(addresses, trace)
        .await
        .map_err(|(_, reason)| reason)?;
    if options.send.is_none() && options.banner.is_none() {
        tcp.close_politely();
        return Ok(PortReason::Open { peer }.into());
    }
    Box::pin(talk(options, (tcp, peer), patience, start, trace)).await
}

/// Says what is to be said, and hears what is to be heard.
async fn talk(
    options: &Port,
    (tcp, peer): (Tcp, SocketAddr),
    patience: Duration,
    start: Instant,
    trace: &Trace,
) -> Result<Reason, Reason> {
    let broken = |error: io::Error| net::io_reason(&error, &peer);
    let mut stream = tcp.chatty().map_err(broken)?;
    let mut phase = Phase::Greeting;
    if let Some(text) = &options.send {
        phase = Phase::Answer;
        trace.phase(phase);
        stream.write_all(text.as_bytes()).await.map_err(broken)?;
    }
    let found = match &options.banner {
        None => Ok(PortReason::Open { peer }.into()),
        Some(wanted) => {
            trace.phase(phase);
            let patience = patience.saturating_sub(start.elapsed());
            banner(&mut stream, wanted, patience, &peer).await
        }
    };
    close_politely(stream);
    found
}

/// Reads until the banner matches. Nothing at all is waited for until the caller's deadline; where
/// something came that does not match, it is told just before.
async fn banner(
    stream: &mut TcpStream,
    wanted: &Regex,
    patience: Duration,
    peer: &SocketAddr,
) -> Result<Reason, Reason> {
    let mut received = Vec::new();
    let reading = read_until_match(stream, wanted, &mut received);
    match tokio::time::timeout(patience, reading).await {
        Ok(Ok(End::Match)) => Ok(PortReason::Banner {
            first: first_line(&received),
        }
        .into()),
        Ok(Ok(End::Limit)) => Err(PortReason::TooMuch {
            first: first_line(&received),
        }
        .into()),
        Ok(Ok(End::Closed)) => Err(PortReason::Closed {
            first: first_line(&received),
        }
        .into()),
        Ok(Err(error)) => Err(net::io_reason(&error, peer).into()),
        Err(_) if received.is_empty() => std::future::pending().await,
        Err(_) => Err(PortReason::NoMatch {
            first: first_line(&received),
        }
        .into()),
    }
}

enum End {
    Match,
    Limit,
    Closed,
}

async fn read_until_match(
    stream: &mut TcpStream,
    wanted: &Regex,
    received: &mut Vec<u8>,
) -> std::io::Result<End> {
    let mut matched_at = 0;
    loop {
        let all_matched = received.len() == matched_at;
        let mut limited = (&mut *stream).take((LIMIT - received.len()) as u64);
        let read = limited.read_buf(received);
        let (end, quiet) = if all_matched {
            (read.await? == 0, false)
        } else {
            match tokio::time::timeout(QUIET, read).await {
                Ok(count) => (count? == 0, false),
                Err(_) => (false, true),
            }
        };
        let (len, full) = (received.len(), received.len() == LIMIT);
        if end || quiet || full || len <= EAGER || (len - matched_at) * 8 >= len {
            matched_at = len;
            if wanted.is_match(&String::from_utf8_lossy(received)) {
                return Ok(End::Match);
            }
        }
        if full {
            return Ok(End::Limit);
        }
        if end {
            return Ok(End::Closed);
        }
    }
}

fn first_line(received: &[u8]) -> String {
    let line = received.split(|byte| *byte == b'\n').next().unwrap_or(&[]);
    clean_bytes(line.strip_suffix(b"\r").unwrap_or(line), SHOWN)
}

#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
#[cfg(test)]
mod tests;
