//! Requests of ours (RFC 6120, 8.2.3): each waits for the answer of whom it was sent to.

use tokio::sync::oneshot;
use xmpp_parsers::iq::Iq;
use xmpp_parsers::jid::{BareJid, Jid};
use xmpp_parsers::minidom::Element;

use super::actor::Connection;
use super::{ConnectionSpec, new_id};

/// What a request is answered with; the error as the server names it.
pub(super) type Reply = Result<Option<Element>, String>;

/// A request.
pub(super) enum Question {
    /// Tells.
    Get(Element),
    /// Does something, or tells much.
    Set(Element),
}

/// A request that waits for its answer.
pub(super) struct Asked {
    /// Who was asked, where it was not the server.
    pub(super) room: Option<Jid>,
    pub(super) answer: oneshot::Sender<Reply>,
}

impl Connection {
    /// Sends a request to the server and waits for the answer.
    pub(super) fn ask_server(
        &mut self,
        payload: Element,
        to_domain: bool,
    ) -> oneshot::Receiver<Reply> {
        let domain = self.spec.as_ref().filter(|_| to_domain).map(jid_of_domain);
        self.ask(Question::Get(payload), domain.map(Jid::from))
    }

    /// Asks `to` (our own account where it is `None`); only its answer counts.
    pub(super) fn ask(&mut self, question: Question, to: Option<Jid>) -> oneshot::Receiver<Reply> {
        let (answer, answered) = oneshot::channel();
        let (id, from) = (new_id(), None);
        let asked = Asked {
            room: to.clone().filter(|to| to.node().is_some()),
            answer,
        };
        let request = match question {
            Question::Get(payload) => Iq::Get {
                from,
                to,
                id: id.clone(),
                payload,
            },
            Question::Set(payload) => Iq::Set {
                from,
                to,
                id: id.clone(),
                payload,
            },
        };
        self.send(request, None);
        // Those that nobody waits for any more.
        self.asked.retain(|_, waiting| !waiting.answer.is_closed());
        self.asked.insert(id, asked);
        answered
    }
}

fn jid_of_domain(spec: &ConnectionSpec) -> BareJid {
    BareJid::from_parts(None, spec.account.jid.domain())
}
