//! SASL on a stream (RFC 6120, 6): what is offered, the exchange, the proof.

use futures_util::{SinkExt, StreamExt};
use rustls::ProtocolVersion;
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;
use tokio_xmpp::stanzastream::XmppStream;
use tokio_xmpp::xmlstream::{
    FallibleStreamElement, ReadError, XmlStream, XmppStreamElement, initiate_stream,
};
use xmpp_parsers::{ns, sasl, stream_features::StreamFeatures};

use super::mechanism::{self, Choice, Means, Offer};
use super::scram::Exchange;
use super::{Login, LoginError, TIMEOUTS, Wire, io_error, no_features};
use crate::probe::kinds::Trace;
use crate::probe::verdict::Phase;
use crate::text::clean;

/// What the link is worth to SASL.
pub(super) enum Channel {
    /// Not encrypted.
    Open,
    /// Encrypted.
    Encrypted,
    /// Encrypted, with the data to bind to: `tls-exporter` (RFC 9266).
    Bindable(Vec<u8>),
}

impl Channel {
    /// Only TLS 1.3 makes the exporter safe without conditions.
    pub(super) fn of(tls: &TlsStream<TcpStream>) -> Self {
        let (_, connection) = tls.get_ref();
        if connection.protocol_version() != Some(ProtocolVersion::TLSv1_3) {
            return Self::Encrypted;
        }
        connection
            .export_keying_material(vec![0; 32], b"EXPORTER-Channel-Binding", None)
            .map_or(Self::Encrypted, Self::Bindable)
    }

    fn exporter(self) -> Option<Vec<u8>> {
        match self {
            Self::Bindable(data) => Some(data),
            Self::Open | Self::Encrypted => None,
        }
    }
}

impl Login {
    /// SASL (RFC 6120, 6), and the new stream after it.
    pub(super) async fn authenticate(
        &self,
        wire: Wire<'static>,
        channel: Channel,
        trace: &Trace,
    ) -> Result<(XmppStream, StreamFeatures, &'static str), LoginError> {
        trace.phase(Phase::Greeting);
        let (features, mut stream) =
            initiate_stream(wire, ns::JABBER_CLIENT, self.header(), TIMEOUTS)
                .await
                .map_err(io_error)?
                .recv_features::<XmppStreamElement>()
                .await
                .map_err(no_features)?;
        trace.phase(Phase::Login);
        let choice = self.choose(&features, &channel)?;
        Box::pin(self.register(&mut stream, &features)).await?;
        let user = self.account.jid.node().map_or("", |node| node.as_str());
        let exchange = Exchange::new(choice, user, &self.account.password, channel.exporter())?;
        // RFC 9266 makes `tls-exporter` the default for TLS 1.3, but ejabberd 23.01, for one, means
        // another kind and does not say so.
        let guessed = choice.is_bound() && features.sasl_cb.is_none();
        let exchanged = exchanged(stream, choice, exchange).await;
        let stream = exchanged.map_err(|error| match error {
            LoginError::Refused { condition } if guessed => LoginError::BoundInVain { condition },
            error => error,
        })?;
        let (features, stream) = stream
            .initiate_reset()
            .send_header(self.header())
            .await
            .map_err(io_error)?
            .recv_features::<FallibleStreamElement>()
            .await
            .map_err(no_features)?;
        Ok((stream, features, choice.name()))
    }

    fn choose(&self, features: &StreamFeatures, channel: &Channel) -> Result<Choice, LoginError> {
        let known_not_to_bind = self
            .memory
            .binds_in_vain(self.account.jid.domain().as_str());
        let offer = Offer {
            mechanisms: &features.sasl_mechanisms,
            bindings: match &features.sasl_cb {
                Some(listed) => Some(listed.types.as_slice()),
                None if known_not_to_bind => Some(&[]),
                None => None,
            },
        };
        let means = Means {
            tls: !matches!(channel, Channel::Open),
            exporter: matches!(channel, Channel::Bindable(_)),
            allow_plain: self.account.allow_plain,
        };
        let choice = mechanism::choose(offer, means)?;
        if choice == Choice::Plain {
            tracing::warn!("the server offers no SCRAM, the password itself is sent");
        }
        Ok(choice)
    }
}

pub(in crate::connection::login) type Authenticating<'a> = XmlStream<Wire<'a>, XmppStreamElement>;

/// Sends and answers until the server says `success`, with a proof that is good.
async fn exchanged(
    mut stream: Authenticating<'static>,
    choice: Choice,
    mut exchange: Exchange,
) -> Result<Authenticating<'static>, LoginError> {
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

async fn send(stream: &mut Authenticating<'_>, nonza: sasl::Nonza) -> Result<(), LoginError> {
    stream
        .send(&XmppStreamElement::Sasl(nonza))
        .await
        .map_err(io_error)
}

pub(in crate::connection::login) async fn next(
    stream: &mut Authenticating<'_>,
) -> Result<XmppStreamElement, LoginError> {
    loop {
        return match stream.next().await {
            Some(Ok(element)) => Ok(element),
            Some(Err(ReadError::SoftTimeout)) => continue,
            Some(Err(ReadError::HardError(error))) => Err(io_error(error)),
            Some(Err(ReadError::ParseError(error))) => {
                Err(LoginError::Protocol(clean(&error.to_string(), 200)))
            }
            Some(Err(ReadError::StreamFooterReceived)) | None => {
                Err(LoginError::Protocol("the server closed the stream".into()))
            }
        };
    }
}
