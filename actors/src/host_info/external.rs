//! External IP address: what those who are configured see of us, and nobody else is ever asked. So
//! there is no proxy from the environment here, and no redirect is followed.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use actix::Recipient;
use hostmessenger_config::IpSource;
use url::Url;

use super::HostInfoSpec;
use super::apart::{self, Sentence, Told, failure, plain, sentence};
use super::lines::PATIENCE;
use crate::connection::AskExternalIp;
use crate::probe::kinds::web;
use crate::text::{clean, clean_bytes};
use crate::tls::TlsStore;
use crate::wording::{host_info as say, reasons};

/// One source, at most; less where several share the line's time.
const SOURCE_PATIENCE: Duration = Duration::from_secs(4);

/// An address has 45 characters at the most; the rest is for blanks and line ends.
const MOST_BYTES: usize = 256;

/// Asks the sources in turn; the first address counts.
pub(super) async fn ask(spec: &HostInfoSpec) -> Told {
    if spec.external_ip.is_empty() {
        return Err(sentence(say::no_source));
    }
    let began = Instant::now();
    let mut failed: Vec<(Sentence, Sentence)> = Vec::new();
    for (asked, source) in spec.external_ip.iter().enumerate() {
        let patience = share(began.elapsed(), spec.external_ip.len() - asked);
        let asking = async {
            match source {
                IpSource::Xmpp => from_server(spec.connection.as_ref()).await,
                IpSource::Url(url) => from_page(url, &spec.tls).await,
            }
        };
        let answer = tokio::time::timeout(patience, asking).await;
        match answer.unwrap_or_else(|_| Err(apart::late(patience))) {
            Ok(ip) => return Ok(plain(ip.to_string())),
            Err(why) => failed.push((name(source), why)),
        }
    }
    Err(sentence(move |lang| {
        let told = failed
            .iter()
            .map(|(source, why)| say::source_failed(lang, source(lang), why(lang)));
        told.collect::<Vec<_>>().join("; ")
    }))
}

/// The time of the next source: an even share of what is left of the line's.
fn share(passed: Duration, sources_left: usize) -> Duration {
    let sources_left = u32::try_from(sources_left.max(1)).unwrap_or(u32::MAX);
    (PATIENCE.saturating_sub(passed) / sources_left).min(SOURCE_PATIENCE)
}

/// Without its query, which may hold a key.
fn name(source: &IpSource) -> Sentence {
    match source {
        IpSource::Xmpp => sentence(say::xmpp_source),
        IpSource::Url(url) => plain(clean(&url.origin().ascii_serialization(), 200)),
    }
}

/// XEP-0279.
async fn from_server(connection: Option<&Recipient<AskExternalIp>>) -> Result<IpAddr, Sentence> {
    let connection = connection.ok_or_else(|| sentence(say::no_account))?;
    let answer = connection.send(AskExternalIp).await;
    let answer = answer.map_err(|_| sentence(say::no_connection))?;
    answer.map_err(failure)
}

async fn from_page(url: &Url, tls: &TlsStore) -> Result<IpAddr, Sentence> {
    let page = web::page(url, MOST_BYTES, tls).await;
    let page = page.map_err(|reason| sentence(move |lang| reasons::reason(lang, &reason)))?;
    if page.status != 200 {
        return Err(sentence(move |lang| say::bad_status(lang, page.status)));
    }
    if page.cut {
        return Err(sentence(|lang| say::too_long(lang, MOST_BYTES)));
    }
    address(&page.body).ok_or_else(|| {
        let shown = clean_bytes(page.body.trim_ascii(), 60);
        sentence(move |lang| say::not_an_address(lang, &shown))
    })
}

/// The address alone, with blanks around it.
fn address(body: &[u8]) -> Option<IpAddr> {
    std::str::from_utf8(body).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests;
