//! From a URL to a connection by [`net`], encrypted where the URL says so.

use std::io;
use std::net::SocketAddr;

use hostmessenger_config::Web;
use tokio::io::{AsyncRead, AsyncWrite};
use url::Url;

use super::judge::Certificate;
use super::setup;
use crate::probe::kinds::{Tools, Trace};
use crate::probe::net;
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
    /// Without a host that showed itself.
    #[cfg(any(test, feature = "fuzzing"))]
    pub(super) fn of(stream: Box<dyn Stream>, peer: SocketAddr) -> Self {
        let shown = None;
        Self {
            stream,
            peer,
            shown,
        }
    }

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
        "https" => {
            let config = Box::pin(tools.web.tls(&tools.tls, options)).await;
            Some(config.map_err(setup)?)
        }
        _ => None,
    };
    let broken = |(phase, reason)| Finding::unsuccessful(phase, reason);
    let host = url.host_str().unwrap_or_default();
    let host = host.trim_matches(['[', ']']);
    let port = url.port_or_known_default().unwrap_or(80);
    let addresses = net::resolve_by(tools.web.resolver(), host, port, trace)
        .await
        .map_err(broken)?;
    let (tcp, peer) = net::open_any(addresses, trace).await.map_err(broken)?;
    let Some(config) = config else {
        return Ok(Link {
            stream: Box::new(tcp),
            peer,
            shown: None,
        });
    };
    let unwatched = |error: io::Error| broken((Phase::Connect, net::io_reason(&error, &peer)));
    let tcp = tcp.chatty().map_err(unwatched)?;
    let tls = Box::pin(net::tls_connect((tcp, peer), host, config, trace))
        .await
        .map_err(broken)?;
    let chain = tls.get_ref().1.peer_certificates().unwrap_or_default();
    let shown = chain.first().map(|der| (host.to_owned(), der.to_vec()));
    Ok(Link {
        stream: Box::new(tls),
        peer,
        shown,
    })
}
