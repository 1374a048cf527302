//! TLS from the first byte to a port of loopback, for an authority of one's own.

use std::borrow::Cow;
use std::fmt;
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;

use sasl::common::ChannelBinding;
use tokio::io::BufStream;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};
use tokio_xmpp::connect::ServerConnector;
use tokio_xmpp::jid::Jid;
use tokio_xmpp::xmlstream::{PendingFeaturesRecv, StreamHeader, Timeouts, initiate_stream};

/// Connects a [`Human`](super::Human).
#[derive(Clone)]
pub(crate) struct Connector {
    port: u16,
    tls: TlsConnector,
}

impl Connector {
    /// To this port, trusting the certificates in this file alone.
    pub(crate) fn new(port: u16, ca_file: &Path) -> Self {
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_file_iter(ca_file).unwrap() {
            roots.add(certificate.unwrap()).unwrap();
        }
        let provider = Arc::new(crypto::ring::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"xmpp-client".to_vec()];
        Self {
            port,
            tls: TlsConnector::from(Arc::new(config)),
        }
    }
}

impl Connector {
    /// A connection with TLS to this host.
    pub(crate) async fn tls(&self, domain: &str) -> TlsStream<TcpStream> {
        let tcp = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))
            .await
            .unwrap();
        let name = ServerName::try_from(domain.to_owned()).unwrap();
        self.tls.connect(name, tcp).await.unwrap()
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector")
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

impl ServerConnector for Connector {
    type Stream = BufStream<TlsStream<TcpStream>>;

    async fn connect(
        &self,
        jid: &Jid,
        ns: &'static str,
        timeouts: Timeouts,
    ) -> Result<(PendingFeaturesRecv<Self::Stream>, ChannelBinding), tokio_xmpp::Error> {
        let tcp = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).await?;
        // As chat clients do; else a second small stanza waits for the answer to the first.
        tcp.set_nodelay(true)?;
        let name = ServerName::try_from(jid.domain().as_str().to_owned()).unwrap();
        let tls = self.tls.connect(name, tcp).await?;
        let header = StreamHeader {
            to: Some(Cow::Borrowed(jid.domain().as_str())),
            from: None,
            id: None,
        };
        let stream = initiate_stream(BufStream::new(tls), ns, header, timeouts).await?;
        Ok((stream, ChannelBinding::None))
    }
}
