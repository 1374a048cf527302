//! A page for who is no check, by the means of checks: no proxy, no redirect, every address tried, and
//! a name that hangs holds one thread.

use hostmessenger_config::Web;
use http::StatusCode;
use url::Url;

use super::exchange::{self, Want};
use super::message::Head;
use super::redirect::Hop;
use super::{connect, request, setup};
use crate::probe::kinds::{Tools, Trace};
use crate::probe::verdict::{Finding, Reason};
use crate::tls::TlsStore;

/// What came back.
pub(crate) struct Page {
    pub(crate) status: u16,
    /// Read only where the status is 200.
    pub(crate) body: Vec<u8>,
    /// Whether the body goes on beyond what was read.
    pub(crate) cut: bool,
}

/// Asks once, and reads `most` bytes of the body at most.
pub(crate) async fn page(url: &Url, most: usize, tls: &TlsStore) -> Result<Page, Reason> {
    ask(url, most, tls).await.map_err(|finding| finding.reason)
}

async fn ask(url: &Url, most: usize, tls: &TlsStore) -> Result<Page, Finding> {
    let options = plain(url);
    let tools = Tools::new(tls.clone());
    let hop = Hop::first(&options).map_err(setup)?;
    // Whoever is asked need not know who asks.
    let request = request::build(&options, &hop, None).map_err(setup)?;
    let link = connect::open(url, &options, &tools, &Trace::default()).await?;
    let wants = |head: &Head| match head.status {
        StatusCode::OK => Want::Most(most),
        _ => Want::Nothing,
    };
    let answer = exchange::ask(link, request, wants).await;
    let answer = answer.map_err(|reason| Finding::unsuccessful(None, reason))?;
    Ok(Page {
        status: answer.head.status.as_u16(),
        body: answer.body,
        cut: answer.cut,
    })
}

/// Nothing configured but the address.
fn plain(url: &Url) -> Web {
    Web {
        url: url.clone(),
        method: "GET".into(),
        headers: Vec::new(),
        user: None,
        password: None,
        follow_redirects: false,
        ca_file: None,
        verify_tls: true,
        status: Vec::new(),
        body_contains: None,
        body_matches: None,
        body_lacks: None,
        max_time: None,
        certificate_days: None,
    }
}
