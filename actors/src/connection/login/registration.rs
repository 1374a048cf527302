//! In-band registration (XEP-0077) on a stream that nobody is logged in on yet. The login follows on
//! the same stream, so that an account that was made is one that can log in.
//!
//! Only enrolment asks for it. A trap: a login may try twice (channel binding that was a guess, a
//! second server); what was registered once is not registered again, or our own account would be
//! taken for somebody else's.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::SinkExt;
use secrecy::ExposeSecret;
use tokio_xmpp::Stanza;
use tokio_xmpp::xmlstream::XmppStreamElement;
use xmpp_parsers::iq::Iq;
use xmpp_parsers::jid::NodeRef;
use xmpp_parsers::minidom::Element;
use xmpp_parsers::ns;
use xmpp_parsers::stanza_error::{DefinedCondition, StanzaError};
use xmpp_parsers::stream_features::StreamFeatures;

use super::sasl::{Authenticating, next};
use super::{Login, LoginError, io_error};
use crate::connection::new_id;
use crate::text::clean;

/// Wanted before the login; whether the server has done it. Clones know the same.
#[derive(Debug, Clone, Default)]
pub(crate) struct Registration(Arc<AtomicBool>);

impl Registration {
    /// Whether the server may have made the account.
    pub(crate) fn is_sent(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

impl Login {
    /// Registers the account where that is wanted and was not done yet.
    pub(super) async fn register(
        &self,
        stream: &mut Authenticating<'_>,
        features: &StreamFeatures,
    ) -> Result<(), LoginError> {
        let Some(wanted) = self.register.as_ref().filter(|wanted| !wanted.is_sent()) else {
            return Ok(());
        };
        if !features.in_band_registration {
            return Err(not_registered("the server does not offer it"));
        }
        // What is wanted beside name and password is for people to know (XEP-0077, 3.1).
        let query = Element::builder("query", ns::REGISTER).build();
        let fields = request(stream, |id| Iq::Get {
            from: None,
            to: None,
            id,
            payload: query,
        });
        let fields = fields.await?;
        let known = ["instructions", "username", "password"];
        for field in fields.iter().flat_map(Element::children) {
            if field.ns() == ns::REGISTER && !known.contains(&field.name()) {
                let name = clean(field.name(), 100);
                return Err(not_registered(&format!("the server wants to know {name}")));
            }
        }
        wanted.0.store(true, Ordering::SeqCst);
        let field = |name: &str, text: &str| Element::builder(name, ns::REGISTER).append(text);
        let name = self.account.jid.node().map(NodeRef::as_str);
        let account = Element::builder("query", ns::REGISTER)
            .append_all(name.map(|name| field("username", name)))
            .append(field("password", self.account.password.expose_secret()))
            .build();
        let made = request(stream, |id| Iq::Set {
            from: None,
            to: None,
            id,
            payload: account,
        });
        let made = made.await;
        if let Err(LoginError::AccountExists | LoginError::NotRegistered { .. }) = made {
            wanted.0.store(false, Ordering::SeqCst);
        }
        made.map(drop)
    }
}

/// Sends what `request` makes of an id, and waits for the answer.
async fn request(
    stream: &mut Authenticating<'_>,
    request: impl FnOnce(String) -> Iq,
) -> Result<Option<Element>, LoginError> {
    let asked = new_id();
    let request = request(asked.clone());
    let request = XmppStreamElement::Stanza(Stanza::from(request));
    stream.send(&request).await.map_err(io_error)?;
    match next(stream).await? {
        XmppStreamElement::Stanza(Stanza::Iq(Iq::Result { id, payload, .. })) if id == asked => {
            Ok(payload)
        }
        XmppStreamElement::Stanza(Stanza::Iq(Iq::Error { id, error, .. })) if id == asked => {
            Err(refused(&error))
        }
        XmppStreamElement::StreamError(error) => Err(LoginError::stream(&error.0)),
        _ => Err(LoginError::Protocol("no answer to a registration".into())),
    }
}

fn refused(error: &StanzaError) -> LoginError {
    if error.defined_condition == DefinedCondition::Conflict {
        return LoginError::AccountExists;
    }
    let text = error.texts.values().next().map(String::as_str);
    let text = text.unwrap_or("no reason given");
    not_registered(&format!("the server refuses it: {text}"))
}

fn not_registered(why: &str) -> LoginError {
    LoginError::NotRegistered {
        why: clean(why, 300),
    }
}
