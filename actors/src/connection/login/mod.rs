//! From an account to a stream that is logged in: name, connection, TLS, SASL, under one deadline.
//!
//! Why not the login of the XMPP library: over TLS 1.3 it would send the password itself to a
//! server without channel binding, checks no proof of the server, knows no deadline, and takes SRV
//! records as they come. Binding a resource and XEP-0198 are left to its stanza stream.

use std::borrow::Cow;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::SinkExt;
use hickory_resolver::TokioResolver;
use hostmessenger_config::{Account, AccountTls};
use tokio::io::{AsyncRead, AsyncWrite, BufReader};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;
use tokio_xmpp::connect::AsyncReadAndWrite;
use tokio_xmpp::stanzastream::Connection as Stream;
use tokio_xmpp::xmlstream::{
    RecvFeaturesError, StreamHeader, Timeouts, XmppStreamElement, initiate_stream,
};
use xmpp_parsers::jid::Jid;
use xmpp_parsers::{ns, starttls};

use crate::probe::kinds::Trace;
use crate::probe::net;
use crate::probe::verdict::Phase;
use crate::tls::TlsStore;

pub(super) mod error;
mod mechanism;
mod memory;
mod registration;
mod sasl;
mod scram;
pub(in crate::connection) mod sieve;
pub(super) mod srv;
mod tap;
#[cfg(test)]
mod tests;

pub use error::LoginError;
pub(super) use error::Remedy;
pub use memory::LoginMemory;
pub(crate) use registration::Registration;
pub(crate) use tap::Heard;

use sasl::{Channel, next};
use srv::Server;
pub(crate) use srv::system_resolver;
use tap::Tap;

/// All of a login, from the look-up of the name to the bound resource.
pub(crate) const LOGIN_DEADLINE: Duration = Duration::from_secs(30);

/// Silence that is answered with a question, and silence after that which is the end: 75 s in all.
const TIMEOUTS: Timeouts = Timeouts {
    read_timeout: Duration::from_secs(45),
    response_timeout: Duration::from_secs(30),
};

/// What a stream runs on, the same for all: the XML library is compiled anew for every other type, and
/// it is large.
pub(super) type Wire<'a> = Box<dyn AsyncReadAndWrite + Send + 'a>;

/// What a login is made from; cheap to clone.
#[derive(Clone)]
pub(crate) struct Login {
    /// Whose.
    pub account: Account,
    /// Whom to trust.
    pub tls: TlsStore,
    /// Who is asked for SRV records; `None` where this machine has no name server.
    pub resolver: Option<Arc<TokioResolver>>,
    /// What earlier logins have shown.
    pub memory: LoginMemory,
    /// Whether the account is to be made first (XEP-0077).
    pub register: Option<Registration>,
}

/// A stream that is logged in, and how.
pub(crate) struct LoggedIn {
    /// The stream, not bound to a resource.
    pub stream: Stream,
    /// Listens in on it.
    pub heard: Heard,
    /// The server's address.
    pub peer: String,
    /// The SASL mechanism.
    pub mechanism: &'static str,
}

impl Login {
    /// Logs in at the first server that answers, within `deadline`.
    pub(crate) async fn run(&self, deadline: Duration) -> Result<LoggedIn, LoginError> {
        let trace = Trace::default();
        self.memory.begin(&self.account);
        let tried = tokio::time::timeout(deadline, Box::pin(self.try_all(&trace))).await;
        let tried = tried.unwrap_or_else(|_| Err(too_late(deadline, &trace)));
        let peer = |text: &str| text.parse::<SocketAddr>().ok();
        match tried {
            Ok(logged_in) => {
                if let Some(peer) = peer(&logged_in.peer) {
                    self.memory.worked(peer);
                }
                Ok(logged_in)
            }
            Err(error) => {
                let silent = match &error {
                    LoginError::TimedOut { peer, .. } => peer.clone(),
                    _ => None,
                };
                let silent = silent.as_deref().and_then(peer);
                Err(self.memory.failed(error, silent))
            }
        }
    }

    async fn try_all(&self, trace: &Trace) -> Result<LoggedIn, LoginError> {
        trace.phase(Phase::Resolve);
        let known = self.memory.last_good();
        let patience = match known {
            // Time must be left for it.
            Some(_) => LOGIN_DEADLINE / 2,
            None => LOGIN_DEADLINE,
        };
        let named = tokio::time::timeout(patience, self.try_named(patience, trace)).await;
        let (phase, peer) = trace.reached();
        let result = named.unwrap_or_else(|_| Err(too_late(patience, trace)));
        let unnamed = matches!(phase, None | Some(Phase::Resolve)) && peer.is_none();
        match (result, known) {
            // Names cannot be looked up now; where the server was it may still be.
            (Err(error), Some(address)) if unnamed && error.remedy() == Remedy::Retry => {
                tracing::debug!(%error, %address, "the last address that worked is tried");
                let server = Server {
                    host: address.ip().to_string(),
                    port: address.port(),
                };
                self.try_one(&server, trace).await.map_err(|_| error)
            }
            (result, _) => result,
        }
    }

    async fn try_named(&self, patience: Duration, trace: &Trace) -> Result<LoggedIn, LoginError> {
        let servers = match self.memory.take_elsewhere() {
            Some(server) => vec![server],
            None => srv::servers(&self.account, self.resolver.as_deref()).await?,
        };
        let share = patience / u32::try_from(servers.len()).unwrap_or(1);
        let mut last = None;
        for server in servers {
            let tried = tokio::time::timeout(share, self.try_one(&server, trace)).await;
            match tried {
                Ok(Ok(logged_in)) => return Ok(logged_in),
                // What a person must mend is the same at every server.
                Ok(Err(error)) if error.remedy() != Remedy::Retry => return Err(error),
                Ok(Err(error)) => last = Some(error),
                Err(_) => last = Some(too_late(share, trace)),
            }
        }
        Err(last.unwrap_or_else(|| LoginError::Protocol("no server to try".into())))
    }

    /// One server. Where channel binding was a guess, a second login does without.
    async fn try_one(&self, server: &Server, trace: &Trace) -> Result<LoggedIn, LoginError> {
        match Box::pin(self.try_once(server, trace)).await {
            Err(LoginError::BoundInVain { .. }) => {
                self.memory
                    .bound_in_vain(self.account.jid.domain().as_str());
                Box::pin(self.try_once(server, trace)).await
            }
            result => result,
        }
    }

    async fn try_once(&self, server: &Server, trace: &Trace) -> Result<LoggedIn, LoginError> {
        let network = |error| LoginError::network(&server.host, error);
        let addresses = net::resolve(&server.host, server.port, trace)
            .await
            .map_err(network)?;
        let addresses = self.memory.order(addresses);
        let (tcp, peer) = net::connect_any(addresses, trace).await.map_err(network)?;
        if self.account.tls == AccountTls::None && !peer.ip().is_loopback() {
            let peer = peer.to_string();
            return Err(LoginError::NotLoopback { peer });
        }
        let heard = Heard::default();
        let (stream, features, mechanism) = match self.account.tls {
            AccountTls::None => {
                let wire = tapped(tcp, &heard);
                self.authenticate(wire, Channel::Open, trace).await?
            }
            AccountTls::StartTls => {
                let tcp = self.start_tls(tcp, trace).await?;
                let tls = self.handshake((tcp, peer), &[], trace).await?;
                let channel = Channel::of(&tls);
                self.authenticate(tapped(tls, &heard), channel, trace)
                    .await?
            }
            AccountTls::Direct => {
                let tls = self
                    .handshake((tcp, peer), &[b"xmpp-client"], trace)
                    .await?;
                let channel = Channel::of(&tls);
                self.authenticate(tapped(tls, &heard), channel, trace)
                    .await?
            }
        };
        if !features.can_bind() {
            let why = "the server offers no resource binding";
            return Err(LoginError::Protocol(why.into()));
        }
        let resource = self.memory.tenure(|t| t.resource(&self.account.resource));
        let identity = self
            .account
            .jid
            .with_resource_str(&resource)
            .map_err(|error| LoginError::Protocol(format!("account.resource: {error}")))?;
        let stream = Stream {
            stream,
            features,
            identity: Jid::from(identity),
        };
        Ok(LoggedIn {
            stream,
            heard,
            peer: peer.to_string(),
            mechanism,
        })
    }

    /// RFC 6120, 5.4. Without it there is no login.
    async fn start_tls(&self, tcp: TcpStream, trace: &Trace) -> Result<TcpStream, LoginError> {
        trace.phase(Phase::Greeting);
        let mut plain = BufReader::new(tcp);
        let wire: Wire<'_> = Box::new(&mut plain);
        let stream = initiate_stream(wire, ns::JABBER_CLIENT, self.header(), TIMEOUTS);
        let (features, mut stream) = stream
            .await
            .map_err(io_error)?
            .recv_features::<XmppStreamElement>()
            .await
            .map_err(|error| no_features(error).unprotected())?;
        if !features.can_starttls() {
            return Err(LoginError::NoStartTls);
        }
        let request = XmppStreamElement::Starttls(starttls::Nonza::Request(starttls::Request));
        stream.send(&request).await.map_err(io_error)?;
        match next(&mut stream).await? {
            XmppStreamElement::Starttls(starttls::Nonza::Proceed(_)) => {}
            XmppStreamElement::StreamError(error) => {
                return Err(LoginError::stream(&error.0).unprotected());
            }
            _ => return Err(LoginError::NoStartTls),
        }
        drop(stream);
        // Whatever came before the handshake was not the server's for sure.
        if !plain.buffer().is_empty() {
            let why = "more than `proceed` was sent before the TLS handshake";
            return Err(LoginError::Protocol(why.into()));
        }
        Ok(plain.into_inner())
    }

    async fn handshake(
        &self,
        connected: net::Connected,
        alpn: &[&[u8]],
        trace: &Trace,
    ) -> Result<TlsStream<TcpStream>, LoginError> {
        let (store, ca_file) = (self.tls.clone(), self.account.ca_file.clone());
        // A file may be on a share that hangs.
        let read = tokio::task::spawn_blocking(move || store.client(ca_file.as_deref(), true));
        let config = read
            .await
            .map_err(|error| LoginError::Protocol(error.to_string()))??;
        let mut config = rustls::ClientConfig::clone(&config);
        config.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
        let domain = srv::ascii_domain(&self.account)?;
        net::tls_connect(connected, &domain, Arc::new(config), trace)
            .await
            .map_err(|error| LoginError::network(&domain, error))
    }

    fn header(&self) -> StreamHeader<'_> {
        StreamHeader {
            to: Some(Cow::Borrowed(self.account.jid.domain().as_str())),
            from: None,
            id: None,
        }
    }
}

fn tapped(
    io: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    heard: &Heard,
) -> Wire<'static> {
    Box::new(BufReader::new(Tap::new(io, heard.clone())))
}

fn too_late(after: Duration, trace: &Trace) -> LoginError {
    let (phase, peer) = trace.reached();
    LoginError::TimedOut {
        after,
        phase: error::phase_name(phase),
        peer,
    }
}

#[expect(clippy::needless_pass_by_value, reason = "used with map_err")]
fn io_error(error: std::io::Error) -> LoginError {
    LoginError::Protocol(crate::text::clean(&error.to_string(), 200))
}

fn no_features(error: RecvFeaturesError) -> LoginError {
    match error {
        RecvFeaturesError::Io(error) => io_error(error),
        RecvFeaturesError::StreamError(error) => LoginError::stream(&error.0),
    }
}
