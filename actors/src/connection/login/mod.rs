//! From an account to a stream that is logged in: name, connection, TLS, SASL, under one deadline.
//!
//! Why not the login of the XMPP library: over TLS 1.3 it would send the password itself to a
//! server without channel binding, checks no proof of the server, knows no deadline, and takes SRV
//! records as they come. Binding a resource and XEP-0198 are left to its stanza stream.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use hickory_resolver::TokioResolver;
use hostmessenger_config::{Account, AccountTls};
use rustls::ProtocolVersion;
use tokio::io::{AsyncRead, AsyncWrite, BufReader};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;
use tokio_xmpp::stanzastream::Connection as Stream;
use tokio_xmpp::xmlstream::{
    FallibleStreamElement, RecvFeaturesError, StreamHeader, Timeouts, XmlStream, XmppStreamElement,
    initiate_stream,
};
use xmpp_parsers::jid::Jid;
use xmpp_parsers::{ns, sasl, starttls, stream_features::StreamFeatures};

use crate::probe::kinds::Trace;
use crate::probe::net;
use crate::probe::verdict::Phase;
use crate::tls::TlsStore;

pub(super) mod error;
mod mechanism;
mod scram;
pub(super) mod srv;
mod tap;
#[cfg(test)]
mod tests;

pub(super) use error::{LoginError, Remedy};
pub(super) use tap::Heard;

use mechanism::{Choice, Means, Offer};
use scram::Exchange;
use srv::Server;
use tap::Tap;

/// All of a login, from the look-up of the name to the bound resource.
pub(super) const LOGIN_DEADLINE: Duration = Duration::from_secs(30);

/// Silence that is answered with a question, and silence after that which is the end: 75 s in all.
const TIMEOUTS: Timeouts = Timeouts {
    read_timeout: Duration::from_secs(45),
    response_timeout: Duration::from_secs(30),
};

/// A plain stream, before TLS.
type Plain = BufReader<TcpStream>;

/// What a login is made from; cheap to clone.
#[derive(Clone)]
pub(super) struct Login {
    /// Whose.
    pub account: Account,
    /// Whom to trust.
    pub tls: TlsStore,
    /// Who is asked for SRV records; `None` where this machine has no name server.
    pub resolver: Option<Arc<TokioResolver>>,
}

/// A stream that is logged in, and how.
pub(super) struct LoggedIn {
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
    pub(super) async fn run(&self, deadline: Duration) -> Result<LoggedIn, LoginError> {
        let trace = Trace::default();
        match tokio::time::timeout(deadline, self.try_all(&trace)).await {
            Ok(result) => result,
            Err(_) => {
                let (phase, peer) = trace.reached();
                Err(LoginError::TimedOut {
                    after: deadline,
                    phase: error::phase_name(phase),
                    peer,
                })
            }
        }
    }

    async fn try_all(&self, trace: &Trace) -> Result<LoggedIn, LoginError> {
        trace.phase(Phase::Resolve);
        let servers = srv::servers(&self.account, self.resolver.as_deref()).await?;
        let share = LOGIN_DEADLINE / u32::try_from(servers.len()).unwrap_or(1);
        let mut last = None;
        for server in servers {
            let tried = tokio::time::timeout(share, self.try_one(&server, trace)).await;
            match tried {
                Ok(Ok(logged_in)) => return Ok(logged_in),
                // What a person must mend is the same at every server.
                Ok(Err(error)) if error.remedy() != Remedy::Retry => return Err(error),
                Ok(Err(error)) => last = Some(error),
                Err(_) => {
                    let (phase, peer) = trace.reached();
                    last = Some(LoginError::TimedOut {
                        after: share,
                        phase: error::phase_name(phase),
                        peer,
                    });
                }
            }
        }
        Err(last.unwrap_or_else(|| LoginError::Protocol("no server to try".into())))
    }

    async fn try_one(&self, server: &Server, trace: &Trace) -> Result<LoggedIn, LoginError> {
        let network = |error| LoginError::network(&server.host, error);
        let tcp = net::connect(&server.host, server.port, trace)
            .await
            .map_err(network)?;
        let peer = tcp.peer_addr().map_err(io_error)?;
        let heard = Heard::default();
        let (stream, features, mechanism) = match self.account.tls {
            AccountTls::None if !peer.ip().is_loopback() => {
                let peer = peer.to_string();
                return Err(LoginError::NotLoopback { peer });
            }
            AccountTls::None => self.authenticate(tcp, None, &heard, trace).await?,
            AccountTls::StartTls => {
                let tcp = self.start_tls(tcp, trace).await?;
                let tls = self.handshake(tcp, &[], trace).await?;
                let exporter = exporter(&tls);
                self.authenticate(tls, Some(exporter), &heard, trace)
                    .await?
            }
            AccountTls::Direct => {
                let tls = self.handshake(tcp, &[b"xmpp-client"], trace).await?;
                let exporter = exporter(&tls);
                self.authenticate(tls, Some(exporter), &heard, trace)
                    .await?
            }
        };
        if !features.can_bind() {
            let why = "the server offers no resource binding";
            return Err(LoginError::Protocol(why.into()));
        }
        let identity = self
            .account
            .jid
            .with_resource_str(&self.account.resource)
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
        let stream = initiate_stream(Plain::new(tcp), ns::JABBER_CLIENT, self.header(), TIMEOUTS);
        let (features, mut stream) = stream
            .await
            .map_err(io_error)?
            .recv_features::<XmppStreamElement>()
            .await
            .map_err(no_features)?;
        if !features.can_starttls() {
            return Err(LoginError::NoStartTls);
        }
        let request = XmppStreamElement::Starttls(starttls::Nonza::Request(starttls::Request));
        stream.send(&request).await.map_err(io_error)?;
        match next(&mut stream).await? {
            XmppStreamElement::Starttls(starttls::Nonza::Proceed(_)) => {}
            XmppStreamElement::StreamError(error) => return Err(LoginError::stream(&error.0)),
            _ => return Err(LoginError::NoStartTls),
        }
        let plain = stream.into_inner();
        // Whatever came before the handshake was not the server's for sure.
        if !plain.buffer().is_empty() {
            let why = "more than `proceed` was sent before the TLS handshake";
            return Err(LoginError::Protocol(why.into()));
        }
        Ok(plain.into_inner())
    }

    async fn handshake(
        &self,
        tcp: TcpStream,
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
        net::tls_connect(tcp, &domain, Arc::new(config), trace)
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

    /// SASL (RFC 6120, 6), and the new stream after it. `tls` is `Some` where the link is
    /// encrypted, with the data to bind to where there is some.
    async fn authenticate<S>(
        &self,
        io: S,
        tls: Option<Option<Vec<u8>>>,
        heard: &Heard,
        trace: &Trace,
    ) -> Result<
        (
            tokio_xmpp::stanzastream::XmppStream,
            StreamFeatures,
            &'static str,
        ),
        LoginError,
    >
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        trace.phase(Phase::Greeting);
        let io = BufReader::new(Tap::new(io, heard.clone()));
        let (features, stream) = initiate_stream(io, ns::JABBER_CLIENT, self.header(), TIMEOUTS)
            .await
            .map_err(io_error)?
            .recv_features::<XmppStreamElement>()
            .await
            .map_err(no_features)?;
        trace.phase(Phase::Login);
        let choice = self.choose(&features, tls.as_ref())?;
        let user = self.account.jid.node().map_or("", |node| node.as_str());
        let exporter = tls.flatten();
        let exchange = Exchange::new(choice, user, &self.account.password, exporter)?;
        let stream = exchanged(stream, choice, exchange).await?;
        let (features, stream) = stream
            .initiate_reset()
            .send_header(self.header())
            .await
            .map_err(io_error)?
            .recv_features::<FallibleStreamElement>()
            .await
            .map_err(no_features)?;
        Ok((stream.box_stream(), features, choice.name()))
    }

    fn choose(
        &self,
        features: &StreamFeatures,
        tls: Option<&Option<Vec<u8>>>,
    ) -> Result<Choice, LoginError> {
        let offer = Offer {
            mechanisms: &features.sasl_mechanisms,
            bindings: features.sasl_cb.as_ref().map(|cb| cb.types.as_slice()),
        };
        let means = Means {
            tls: tls.is_some(),
            exporter: tls.is_some_and(Option::is_some),
            allow_plain: self.account.allow_plain,
        };
        let choice = mechanism::choose(offer, means)?;
        if choice == Choice::Plain {
            tracing::warn!("the server offers no SCRAM, the password itself is sent");
        }
        Ok(choice)
    }
}

type Authenticating<Io> = XmlStream<Io, XmppStreamElement>;

/// Sends and answers until the server says `success`, with a proof that is good.
async fn exchanged<Io>(
    mut stream: Authenticating<Io>,
    choice: Choice,
    mut exchange: Exchange,
) -> Result<Authenticating<Io>, LoginError>
where
    Io: tokio::io::AsyncBufRead + AsyncWrite + Unpin,
{
    let auth = sasl::Auth {
        mechanism: choice.mechanism(),
        data: exchange.initial(),
    };
    send(&mut stream, sasl::Nonza::Auth(auth)).await?;
    loop {
        match next(&mut stream).await? {
            XmppStreamElement::Sasl(sasl::Nonza::Challenge(challenge)) => {
                // Thousands of rounds of a hash: not on the thread of the actors.
                let work = tokio::task::spawn_blocking(move || {
                    let response = exchange.response(&challenge.data);
                    (exchange, response)
                });
                let (back, response) = work
                    .await
                    .map_err(|error| LoginError::Protocol(error.to_string()))?;
                exchange = back;
                let data = response?;
                send(&mut stream, sasl::Nonza::Response(sasl::Response { data })).await?;
            }
            XmppStreamElement::Sasl(sasl::Nonza::Success(success)) => {
                exchange.success(&success.data)?;
                return Ok(stream);
            }
            XmppStreamElement::Sasl(sasl::Nonza::Failure(failure)) => {
                let condition = failure.defined_condition;
                return Err(LoginError::Refused { condition });
            }
            XmppStreamElement::StreamError(error) => return Err(LoginError::stream(&error.0)),
            _ => return Err(LoginError::Protocol("something else than SASL".into())),
        }
    }
}

async fn send<Io>(stream: &mut Authenticating<Io>, nonza: sasl::Nonza) -> Result<(), LoginError>
where
    Io: tokio::io::AsyncBufRead + AsyncWrite + Unpin,
{
    stream
        .send(&XmppStreamElement::Sasl(nonza))
        .await
        .map_err(io_error)
}

async fn next<Io>(stream: &mut Authenticating<Io>) -> Result<XmppStreamElement, LoginError>
where
    Io: tokio::io::AsyncBufRead + AsyncWrite + Unpin,
{
    use tokio_xmpp::xmlstream::ReadError;
    loop {
        return match stream.next().await {
            Some(Ok(element)) => Ok(element),
            Some(Err(ReadError::SoftTimeout)) => continue,
            Some(Err(ReadError::HardError(error))) => Err(io_error(error)),
            Some(Err(ReadError::ParseError(error))) => Err(LoginError::Protocol(
                crate::text::clean(&error.to_string(), 200),
            )),
            Some(Err(ReadError::StreamFooterReceived)) | None => {
                Err(LoginError::Protocol("the server closed the stream".into()))
            }
        };
    }
}

/// Channel binding data `tls-exporter` (RFC 9266); only TLS 1.3 makes it safe without conditions.
fn exporter(tls: &TlsStream<TcpStream>) -> Option<Vec<u8>> {
    let (_, connection) = tls.get_ref();
    if connection.protocol_version() != Some(ProtocolVersion::TLSv1_3) {
        return None;
    }
    connection
        .export_keying_material(vec![0; 32], b"EXPORTER-Channel-Binding", None)
        .ok()
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
