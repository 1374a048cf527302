//! Kind `web`: asks for a page as a browser would, follows redirects, and judges the answer.
//!
//! No client library: each check must make its own connection, try every address (RFC 8305) and know at
//! any moment whether it waits for the name, the connection, TLS or the answer. Client libraries try the
//! addresses of a family one after the other, so that one dead address uses up the deadline, and cannot
//! tell TCP from TLS. [`connect`] opens, [`request`] writes, [`exchange`] sends and reads, [`message`]
//! knows where an answer ends, [`judge`] and [`redirect`] decide.
//!
//! A newcomer's trap: nothing here may outlive [`check`]. The caller drops it at the deadline, and
//! with it the connection; so nothing is spawned that holds a socket.

use std::time::Instant;

use hostmessenger_config::Web;
use http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Position;

use super::{Tools, Trace};
use crate::probe::verdict::{Finding, Phase};

mod clients;
mod connect;
mod exchange;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod judge;
mod message;
mod page;
mod redirect;
mod request;
#[cfg(test)]
mod tests;

pub use clients::Clients;
use exchange::{Answer, Want};
use judge::Certificate;
use message::Head;
pub(crate) use page::page;
use redirect::Hop;

/// How checks name themselves.
const AGENT: &str = concat!("HostMessenger/", env!("CARGO_PKG_VERSION"));

/// At most so many redirects are followed.
const MAX_REDIRECTS: u32 = 10;

/// A body this large is searched on a thread of its own: an owner's expression over a megabyte
/// may take a while, and other checks share this one.
const SEARCH_ELSEWHERE: usize = 64 * 1024;

/// Evidence about a web page. Text from outside is cleaned and cut.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WebReason {
    /// All as expected.
    Answered {
        /// HTTP status.
        status: u16,
    },
    /// Another status than expected.
    Status {
        /// HTTP status.
        status: u16,
        /// `200-299, 304`.
        expected: String,
        /// The first characters of the body, if any came soon.
        begins: String,
    },
    /// The body does not hold the text.
    BodyMisses {
        /// What was looked for.
        text: String,
        /// What was there.
        seen: Seen,
    },
    /// The body does not match the expression.
    BodyUnmatched {
        /// The expression.
        pattern: String,
        /// What was there.
        seen: Seen,
    },
    /// The body holds the text that it must not.
    BodyHolds {
        /// That text.
        text: String,
    },
    /// The body is compressed or otherwise encoded and cannot be searched.
    BodyEncoded {
        /// The encoding's name.
        encoding: String,
    },
    /// The body breaks the rules of HTTP.
    BadBody {
        /// What is wrong.
        why: String,
    },
    /// The certificate has fewer days left than asked for, or none.
    CertificateEnds {
        /// Whose certificate.
        host: String,
        /// Full days left; negative once it has expired (seen only without `verify_tls`).
        days: i64,
        /// As configured.
        min: u32,
    },
    /// The certificate's last day cannot be read.
    CertificateUnreadable {
        /// Whose certificate.
        host: String,
    },
    /// One redirect more than are followed.
    TooManyRedirects {
        /// So many were followed.
        limit: u32,
        /// Where the last one points.
        to: String,
    },
    /// A redirect to something that is not a web address.
    BadRedirect {
        /// HTTP status.
        status: u16,
        /// The `Location` as sent.
        to: String,
    },
    /// What came is not HTTP, or broken HTTP.
    NotHttp {
        /// The first characters.
        begins: String,
    },
    /// Status line and headers are too large or too many.
    HeadTooLarge,
    /// Far more was sent than a page within the limits needs.
    Flood {
        /// Address and port.
        peer: String,
    },
    /// The check could not be made as configured.
    Setup {
        /// What stands in the way.
        why: String,
    },
}

/// What was seen of a body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Its first characters.
    pub begins: String,
    /// Whether it went on beyond the 1 MiB that is read.
    pub cut: bool,
}

/// What a visit to the page brought.
struct Visit {
    answer: Answer,
    /// The one that ends first among the hosts on the way.
    certificate: Option<Certificate>,
}

/// Makes one check.
pub async fn check(options: &Web, tools: &Tools, trace: &Trace) -> Finding {
    let start = Instant::now();
    let visit = match visit(options, tools, trace).await {
        Ok(visit) => visit,
        Err(finding) => return finding,
    };
    let took = start.elapsed();
    if let Some(reason) = judge::status(options, &visit.answer) {
        return Finding::failed(Phase::Answer, reason);
    }
    if let Some(reason) = search(options, &visit.answer).await {
        return Finding::failed(Phase::Answer, reason);
    }
    let certificate = visit.certificate.as_ref();
    judge::warning(options, certificate, took, Timestamp::now()).unwrap_or_else(|| {
        let status = visit.answer.head.status.as_u16();
        Finding::ok(Phase::Answer, WebReason::Answered { status })
    })
}

/// Asks for the page and follows redirects until there is an answer to judge.
async fn visit(options: &Web, tools: &Tools, trace: &Trace) -> Result<Visit, Finding> {
    let mut hop = Hop::first(options).map_err(setup)?;
    let mut certificate = None;
    let mut followed = 0;
    loop {
        trace.phase(Phase::Resolve);
        if followed > 0 {
            // Not the last hop's address any more, should the name take long.
            trace.peer(&hop.url[Position::BeforeHost..Position::AfterPort]);
        }
        let request = request::build(options, &hop, Some(AGENT)).map_err(setup)?;
        let link = connect::open(&hop.url, options, tools, trace).await?;
        if options.certificate_days.is_some() {
            certificate = judge::earlier(certificate, link.certificate());
        }
        trace.phase(Phase::Answer);
        let leads_on = |head: &Head| options.follow_redirects && redirect::is_followed(head);
        let wants = |head: &Head| {
            if leads_on(head) {
                Want::Nothing
            } else {
                judge::wants(options, head.status)
            }
        };
        let answer = exchange::ask(link, request, wants)
            .await
            .map_err(|reason| Finding::unsuccessful(Phase::Answer, reason))?;
        if !leads_on(&answer.head) {
            return Ok(Visit {
                answer,
                certificate,
            });
        }
        hop = follow(&hop, &answer, followed)?;
        followed += 1;
    }
}

/// The next hop, unless there were too many or it leads nowhere.
fn follow<'a>(hop: &Hop<'a>, answer: &Answer, followed: u32) -> Result<Hop<'a>, Finding> {
    let location = answer.head.location.as_deref().unwrap_or_default();
    let next = redirect::next(hop, answer.head.status, location);
    let reason = match next {
        Ok(next) if followed < MAX_REDIRECTS => return Ok(next),
        Ok(next) => WebReason::TooManyRedirects {
            limit: MAX_REDIRECTS,
            to: judge::excerpt(next.url.as_str().as_bytes()),
        },
        Err(reason) => reason,
    };
    Err(Finding::failed(Phase::Answer, reason))
}

/// Looks for what the body must and must not hold.
async fn search(options: &Web, answer: &Answer) -> Option<WebReason> {
    if options.body_matches.is_none() || answer.body.len() < SEARCH_ELSEWHERE {
        return judge::body(options, answer);
    }
    let (options, answer) = (options.clone(), answer.clone());
    match tokio::task::spawn_blocking(move || judge::body(&options, &answer)).await {
        Ok(reason) => reason,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The runtime is shutting down: nobody waits for the verdict any more.
            Err(_) => std::future::pending().await,
        },
    }
}

/// The check cannot be made as configured: that says nothing about the target.
fn setup(reason: WebReason) -> Finding {
    Finding::unknown(None, reason)
}

/// `503 Service Unavailable`; only the number where it has no name.
pub fn status_text(status: u16) -> String {
    let name = StatusCode::from_u16(status)
        .ok()
        .and_then(|s| s.canonical_reason());
    match name {
        Some(name) => format!("{status} {name}"),
        None => status.to_string(),
    }
}
