//! A stream that is logged in and bound, for requests and their answers (RFC 6120, 8.2.3).
//!
//! One thing is done after the other, so there is no task behind it: what comes in is read while an
//! answer is waited for. It never becomes available by itself, so that no message comes here that a
//! person should see. A trap: an answer counts only where it has our id and comes from whom we asked.

use std::time::Duration;

use futures_util::SinkExt;
use hostmessenger_config::Account;
use secrecy::SecretString;
use tokio::time::{Instant, timeout_at};
use tokio_xmpp::Stanza;
use tokio_xmpp::stanzastream::XmppStream;
use xmpp_parsers::bind::{BindQuery, BindResponse};
use xmpp_parsers::iq::Iq;
use xmpp_parsers::jid::{BareJid, FullJid, Jid};
use xmpp_parsers::minidom::Element;
use xmpp_parsers::stream_features::StreamFeatures;

use super::error::{OpenError, RequestError};
use super::incoming::Incoming;
use crate::connection::{
    Heard, LOGIN_DEADLINE, LoggedIn, Login, LoginError, LoginMemory, Registration, new_id,
    system_resolver,
};
use crate::tls::TlsStore;

/// How long an answer may take.
pub(super) const REQUEST: Duration = Duration::from_secs(15);
/// How long the goodbye may take.
const CLOSE_WITHIN: Duration = Duration::from_secs(2);

/// A session of an account, bound to a resource of its own.
pub struct Session {
    pub(super) stream: XmppStream,
    heard: Heard,
    features: StreamFeatures,
    jid: FullJid,
    account: Account,
    tls: TlsStore,
}

/// A request.
pub(super) enum Ask {
    /// Tells.
    Get(Element),
    /// Does something.
    Set(Element),
}

impl Session {
    /// Logs in and binds a resource that nobody else has, within 30 s each.
    pub async fn open(account: &Account, tls: &TlsStore) -> Result<Self, OpenError> {
        Box::pin(Self::open_as(account.clone(), tls, None)).await
    }

    /// The same; the account is made first where that is wanted.
    pub(super) async fn open_as(
        account: Account,
        tls: &TlsStore,
        register: Option<Registration>,
    ) -> Result<Self, OpenError> {
        let login = Login {
            account: Account {
                resource: format!("enrolment-{}", new_id()),
                ..account
            },
            tls: tls.clone(),
            resolver: system_resolver(),
            memory: LoginMemory::default(),
            register,
        };
        let logged_in = match Box::pin(login.run(LOGIN_DEADLINE)).await {
            // The memory of the login knows where to.
            Err(LoginError::SeeOtherHost { .. }) => Box::pin(login.run(LOGIN_DEADLINE)).await?,
            result => result?,
        };
        Self::bind(login, logged_in).await
    }

    /// RFC 6120, 7.
    async fn bind(login: Login, logged_in: LoggedIn) -> Result<Self, OpenError> {
        let LoggedIn { stream, heard, .. } = logged_in;
        let no_session = |why: String| OpenError::NoSession { why };
        let wished = stream.identity.try_into_full();
        let jid = wished.map_err(|_| no_session("no resource to ask for".into()))?;
        let query = BindQuery::new(Some(jid.resource().to_string()));
        let mut session = Self {
            stream: stream.stream,
            heard,
            features: stream.features,
            jid,
            // How to get there again is kept; the password is not.
            account: Account {
                password: SecretString::default(),
                ..login.account
            },
            tls: login.tls,
        };
        let bound = session.request(Ask::Set(query.into()), None).await;
        let bound = bound.map_err(|error| no_session(error.to_string()))?;
        let bound = bound.and_then(|payload| BindResponse::try_from(payload).ok());
        let Some(BindResponse { jid }) = bound else {
            return Err(no_session("the server bound no resource".into()));
        };
        if jid.to_bare() != session.account.jid {
            return Err(no_session("the server calls us somebody else".into()));
        }
        session.jid = jid;
        Ok(session)
    }

    /// Of a stream of a test's own.
    #[cfg(test)]
    pub(super) fn scripted(
        stream: XmppStream,
        features: StreamFeatures,
        jid: FullJid,
        account: Account,
    ) -> Self {
        Self {
            stream,
            heard: Heard::default(),
            features,
            jid,
            account,
            tls: TlsStore::load().unwrap(),
        }
    }

    /// The address that the server gave us.
    pub fn jid(&self) -> &FullJid {
        &self.jid
    }

    /// The bare address.
    pub fn account(&self) -> BareJid {
        self.jid.to_bare()
    }

    /// The address of the server.
    pub(super) fn domain(&self) -> Jid {
        Jid::from(BareJid::from_parts(None, self.jid.domain()))
    }

    /// How the same server is reached as somebody else.
    pub(super) fn same_server(&self) -> (&Account, &TlsStore) {
        (&self.account, &self.tls)
    }

    /// Whether the server approves subscriptions before they are asked for (RFC 6121, 3.4).
    pub(super) fn can_pre_approve(&self) -> bool {
        let is = |feature: &Element| feature.is("sub", "urn:xmpp:features:pre-approval");
        self.features.others.iter().any(is)
    }

    /// Says goodbye, within 2 s.
    pub async fn close(mut self) {
        let stream = &mut self.stream;
        let closing = <XmppStream as SinkExt<&Stanza>>::close(stream);
        if tokio::time::timeout(CLOSE_WITHIN, closing).await.is_err() {
            tracing::debug!("stream not closed in time");
        }
    }

    /// Asks `to`, or our own account, and waits for the answer.
    pub(super) async fn request(
        &mut self,
        ask: Ask,
        to: Option<Jid>,
    ) -> Result<Option<Element>, RequestError> {
        let due = Instant::now() + REQUEST;
        let waited = Box::pin(async {
            let asked = self.ask(ask, to.clone()).await?;
            loop {
                if let Incoming::Answer { id, from, answer } = self.read().await?
                    && id == asked
                    && self.is_from(from.as_ref(), to.as_ref())
                {
                    return answer;
                }
            }
        });
        let waited = timeout_at(due, waited).await;
        waited.unwrap_or(Err(RequestError::TimedOut { after: REQUEST }))
    }

    /// Sends a request; its id.
    pub(super) async fn ask(&mut self, ask: Ask, to: Option<Jid>) -> Result<String, RequestError> {
        let (id, from) = (new_id(), None);
        let request = match ask {
            Ask::Get(payload) => Iq::Get {
                from,
                to,
                id: id.clone(),
                payload,
            },
            Ask::Set(payload) => Iq::Set {
                from,
                to,
                id: id.clone(),
                payload,
            },
        };
        self.send(request.into()).await?;
        Ok(id)
    }

    /// Sends a stanza, within 15 s.
    pub(super) async fn send(&mut self, stanza: Stanza) -> Result<(), RequestError> {
        let sent = tokio::time::timeout(REQUEST, self.stream.send(&stanza)).await;
        match sent {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(self.gone()),
            Err(_) => Err(RequestError::TimedOut { after: REQUEST }),
        }
    }

    /// Whether an answer comes from whom we asked: a server may speak for our own account
    /// (RFC 6120, 8.1.2.1).
    pub(super) fn is_from(&self, from: Option<&Jid>, asked: Option<&Jid>) -> bool {
        let own = |jid: &Jid| jid.to_bare() == self.jid.to_bare();
        match (from, asked) {
            (Some(from), Some(asked)) => from == asked,
            (None, Some(asked)) => *asked == self.domain(),
            (None, None) => true,
            (Some(from), None) => own(from) || *from == self.domain(),
        }
    }

    pub(super) fn gone(&self) -> RequestError {
        let why = self.heard.why_it_ended();
        RequestError::Link { why }
    }
}
