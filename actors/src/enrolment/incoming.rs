//! What comes in on a session, and what is answered to it.

use futures_util::StreamExt;
use tokio_xmpp::Stanza;
use tokio_xmpp::xmlstream::{
    FallibleStreamElement, ReadError, StreamElementError, XmppStreamElement,
};
use xmpp_parsers::iq::Iq;
use xmpp_parsers::jid::Jid;
use xmpp_parsers::minidom::Element;
use xmpp_parsers::ns;
use xmpp_parsers::presence::Presence;

use super::error::RequestError;
use super::session::Session;
use crate::connection::refusal_of;
use crate::text::clean;

/// What came in.
pub(super) enum Incoming {
    /// The answer to a request with this id, from there.
    Answer {
        id: String,
        from: Option<Jid>,
        answer: Result<Option<Element>, RequestError>,
    },
    /// Somebody's presence.
    Presence(Presence),
    /// What is nothing to us.
    Other,
}

impl Session {
    /// Reads one stanza; answers it where it is a request.
    pub(super) async fn read(&mut self) -> Result<Incoming, RequestError> {
        loop {
            let stanza = match self.stream.next().await {
                Some(Ok(FallibleStreamElement::Ok(XmppStreamElement::Stanza(stanza)))) => stanza,
                Some(Ok(FallibleStreamElement::Ok(XmppStreamElement::StreamError(error)))) => {
                    let why = clean(&error.0.to_string(), 200);
                    return Err(RequestError::Link { why });
                }
                Some(Ok(FallibleStreamElement::Err(error))) => return Ok(unreadable(error)),
                Some(Ok(_) | Err(ReadError::SoftTimeout)) => continue,
                Some(Err(_)) | None => return Err(self.gone()),
            };
            return self.take(stanza).await;
        }
    }

    async fn take(&mut self, stanza: Stanza) -> Result<Incoming, RequestError> {
        Ok(match stanza {
            Stanza::Presence(presence) => Incoming::Presence(presence),
            Stanza::Message(_) => Incoming::Other,
            Stanza::Iq(Iq::Result {
                id, from, payload, ..
            }) => Incoming::Answer {
                id,
                from,
                answer: Ok(payload),
            },
            Stanza::Iq(Iq::Error {
                id, from, error, ..
            }) => Incoming::Answer {
                id,
                from,
                answer: Err(RequestError::refused(&error)),
            },
            Stanza::Iq(request) => {
                self.send(self.reply(&request).into()).await?;
                Incoming::Other
            }
        })
    }

    /// A change of the contact list is confirmed; the server's pings are answered; all else is refused.
    fn reply(&self, request: &Iq) -> Iq {
        let (Iq::Get { payload, .. } | Iq::Set { payload, .. }) = request else {
            return refusal_of(request);
        };
        let known = payload.is("query", ns::ROSTER) || payload.is("ping", ns::PING);
        if !known || !self.is_from(request.from(), None) {
            return refusal_of(request);
        }
        Iq::Result {
            from: None,
            to: request.from().cloned(),
            id: request.id().to_owned(),
            payload: None,
        }
    }
}

/// A stanza that cannot be read may be the answer that somebody waits for.
fn unreadable(error: StreamElementError) -> Incoming {
    match error {
        StreamElementError::InvalidStanza { header, error, .. } => match header.id {
            Some(id) => Incoming::Answer {
                id,
                from: header.from.and_then(|from| Jid::new(&from).ok()),
                answer: Err(RequestError::Unreadable {
                    why: clean(&error.to_string(), 200),
                }),
            },
            None => Incoming::Other,
        },
        StreamElementError::InvalidNonza { .. } => Incoming::Other,
    }
}
