//! The client's TLS handshake.

use std::net::SocketAddr;
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::client::Resumption;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::reason::inner;
use super::{NetError, NetReason, io_reason, tls_reason};
use crate::probe::kinds::Trace;
use crate::probe::verdict::Phase;
use crate::text::clean;

/// The same configuration with an empty memory of sessions, for one check.
///
/// A resumed session shows no certificate (RFC 8446, 2.2): with the shared memory a check would
/// call a server good whose certificate has expired, or was swapped, since the first check.
pub fn without_memory(config: &ClientConfig) -> Arc<ClientConfig> {
    let mut config = config.clone();
    config.resumption = Resumption::in_memory_sessions(4);
    Arc::new(config)
}

/// The name that the certificate must have: a trailing dot and the brackets of IPv6 do not count.
pub fn server_name(host: &str) -> Result<ServerName<'static>, NetReason> {
    let bare = host.trim_matches(['[', ']']).trim_end_matches('.');
    ServerName::try_from(bare.to_owned()).map_err(|_| NetReason::Tls {
        why: format!("{} is no host name", clean(host, 80)),
    })
}

/// Shakes hands as a client. The certificate must be the host's; the peer is who is named when the
/// connection breaks.
pub async fn tls_connect<S>(
    (stream, peer): (S, SocketAddr),
    host: &str,
    config: Arc<ClientConfig>,
    trace: &Trace,
) -> Result<TlsStream<S>, NetError>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    trace.phase(Phase::Tls);
    let name = server_name(host).map_err(|reason| (Phase::Tls, reason))?;
    TlsConnector::from(config)
        .connect(name, stream)
        .await
        .map_err(|error| {
            let reason = match inner(&error) {
                Some(error) => tls_reason(error, host),
                None => io_reason(&error, &peer),
            };
            (Phase::Tls, reason)
        })
}
