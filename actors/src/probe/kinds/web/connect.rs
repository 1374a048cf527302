//! From a URL to a connection: addresses, TCP to whichever answers first, TLS.
//!
//! A trap: the caller may drop this at any `await`, and then tells from the trace what was waited
//! for. So the phase is noted before each step, not after it.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use hostmessenger_config::Web;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use url::{Host, Url};

use super::judge::Certificate;
use super::race::race;
use super::{failure, setup};
use crate::probe::kinds::{Tools, Trace};
use crate::probe::net::NetReason;
use crate::probe::verdict::{Finding, Phase};

/// A connection, encrypted or not.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// A connection that is ready for a request.
pub(super) struct Link {
    pub(super) stream: Box<dyn Stream>,
    pub(super) peer: SocketAddr,
    /// Host name and certificate (DER) with TLS.
    shown: Option<(String, Vec<u8>)>,
}

impl Link {
    /// The certificate that the host showed.
    pub(super) fn certificate(&self) -> Option<Certificate> {
        let (host, der) = self.shown.as_ref()?;
        Some(Certificate::read(host, der))
    }
}

/// Opens a connection for this URL.
pub(super) async fn open(
    url: &Url,
    options: &Web,
    tools: &Tools,
    trace: &Trace,
) -> Result<Link, Finding> {
    // First, since a CA file that cannot be read is no news about the target.
    let config = match url.scheme() {
        "https" => Some(tools.web.tls(&tools.tls, options).await.map_err(setup)?),
        _ => None,
    };
    trace.phase(Phase::Resolve);
    let addresses = resolve(url, tools)
        .await
        .map_err(|reason| Finding::failed(Phase::Resolve, reason))?;
    trace.phase(Phase::Connect);
    let (tcp, peer) = race(addresses, trace)
        .await
        .map_err(|missed| missed.finding())?;
    let Some(config) = config else {
        return Ok(Link {
            stream: Box::new(tcp),
            peer,
            shown: None,
        });
    };
    trace.phase(Phase::Tls);
    let host = name(url);
    encrypt(config, tcp, peer, &host)
        .await
        .map_err(|error| Finding::failed(Phase::Tls, failure::of_tls(&error, &host, peer)))
}

/// Shakes hands by TLS.
async fn encrypt(
    config: Arc<ClientConfig>,
    tcp: TcpStream,
    peer: SocketAddr,
    host: &str,
) -> io::Result<Link> {
    let server =
        ServerName::try_from(host.trim_end_matches('.').to_owned()).map_err(io::Error::other)?;
    let tls = TlsConnector::from(config).connect(server, tcp).await?;
    let chain = tls.get_ref().1.peer_certificates().unwrap_or_default();
    let shown = chain.first().map(|der| (host.to_owned(), der.to_vec()));
    Ok(Link {
        stream: Box::new(tls),
        peer,
        shown,
    })
}

/// Name or address of the URL's host, IPv6 without brackets.
fn name(url: &Url) -> String {
    match url.host() {
        Some(Host::Domain(name)) => name.to_owned(),
        Some(Host::Ipv4(ip)) => ip.to_string(),
        Some(Host::Ipv6(ip)) => ip.to_string(),
        None => String::new(),
    }
}

async fn resolve(url: &Url, tools: &Tools) -> Result<Vec<SocketAddr>, NetReason> {
    let port = url.port_or_known_default().unwrap_or(80);
    let host = match url.host() {
        Some(Host::Ipv4(ip)) => return Ok(vec![(ip, port).into()]),
        Some(Host::Ipv6(ip)) => return Ok(vec![(ip, port).into()]),
        _ => name(url),
    };
    match tools.web.addresses(&host, port).await {
        Ok(found) if found.is_empty() => Err(NetReason::NoAddress { host }),
        Ok(found) => Ok(found),
        Err(error) => Err(failure::of_resolve(&error, &host)),
    }
}
