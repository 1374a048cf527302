//! What the actor does with what its session tells.

use std::time::Instant;

use actix::prelude::*;
use tokio::sync::oneshot;
use tokio_xmpp::Stanza;
use xmpp_parsers::iq::Iq;
use xmpp_parsers::jid::Jid;
use xmpp_parsers::message::{Message, MessageType};
use xmpp_parsers::minidom::Element;
use xmpp_parsers::ns;
use xmpp_parsers::presence::{Presence, Type};
use xmpp_parsers::roster::Roster;
use xmpp_parsers::stanza_error::StanzaError;

use super::ConnectionSpec;
use super::actor::{Connected, Connection, disconnected};
use super::asking::Reply;
use super::incoming::{self, is_known, is_own_server};
use super::session::SessionEvent;
use super::xep::{self, muc::RoomNews, receipts};
use crate::alerts::Link;
use crate::journal::Receipt;
use crate::supervision::tell_recipient;
use crate::text::clean;

impl Connection {
    pub(super) fn session_event(&mut self, event: SessionEvent, ctx: &mut Context<Self>) {
        match event {
            // Another program obeys by now.
            SessionEvent::Stanza(_) if self.yielded.is_some() => {}
            SessionEvent::Bound {
                jid,
                peer,
                mechanism,
            } => {
                self.full = Some(jid.clone());
                if let Some(spec) = &self.spec {
                    spec.memory.tenure(|tenure| tenure.holds(Instant::now()));
                }
                self.news = Some(Connected {
                    jid,
                    peer,
                    mechanism,
                });
                self.link_is(Link::Up);
                self.bound(ctx);
            }
            SessionEvent::Suspended(why) => {
                disconnected(&why);
                self.outbox.shut();
                self.link_is(Link::Down);
            }
            SessionEvent::Resumed => {
                if let Some(jid) = &self.full {
                    let jid = jid.to_string();
                    tracing::info!(jid, resumed = true, "connected");
                }
                self.link_is(Link::Up);
                self.show_current_health(ctx);
                self.open_outbox(true, ctx);
            }
            SessionEvent::Stanza(stanza) => match *stanza {
                Stanza::Message(message) => self.message(message),
                Stanza::Presence(presence) => self.presence(&presence, ctx),
                Stanza::Iq(iq) => self.iq(iq, ctx),
            },
            SessionEvent::Acknowledged(mark) => self.acknowledged(mark, ctx),
            SessionEvent::Ended(end) => self.ended(end, ctx),
        }
    }

    fn message(&mut self, message: Message) {
        if self.archived(&message) {
            return;
        }
        let Some(spec) = &self.spec else {
            return;
        };
        self.receipts(spec, &message);
        if message.type_ == MessageType::Error {
            let from = message.from.as_ref().map(Jid::to_string);
            let from = clean(from.as_deref().unwrap_or_default(), 100);
            let id = clean(message.id.as_ref().map_or("", |id| id.0.as_str()), 40);
            tracing::warn!(from, id, "message came back as undeliverable");
        }
        let received = incoming::message(message, &spec.account.jid);
        tell_recipient(&spec.received, received);
    }

    /// What a client says of our alerts, and what it wants to hear of its commands. Strangers say and
    /// hear nothing.
    fn receipts(&self, spec: &ConnectionSpec, message: &Message) {
        let Some(from) = message.from.as_ref().map(Jid::to_bare) else {
            return;
        };
        if spec.access.is_locked(&from) {
            return;
        }
        let known = is_known(message.from.as_ref(), &spec.access);
        if known && let Some(receipt) = receipts::receipt(message) {
            self.send(receipt, None);
        }
        if let Some(mark) = receipts::mark(message)
            && (known || self.told.contains(&from))
        {
            let receipt = Receipt {
                id: Some(mark.id),
                by: incoming::as_receivers(&from, &spec.access),
                read: mark.read,
            };
            tell_recipient(&spec.ledger.receipt, receipt);
        }
    }

    fn presence(&mut self, presence: &Presence, ctx: &mut Context<Self>) {
        if self.saw_rival(presence, ctx) {
            return;
        }
        match self.rooms.presence(presence) {
            Some(RoomNews::Entered(room)) => {
                tracing::info!(%room, "room entered");
                return self.search_on(ctx);
            }
            Some(RoomNews::Out(room)) => {
                tracing::warn!(%room, "room does not let us in");
                return;
            }
            None => {}
        }
        let (Some(spec), Some(from)) = (&self.spec, &presence.from) else {
            return;
        };
        if presence.type_ != Type::Subscribe {
            return;
        }
        let from = from.to_bare();
        if is_known(Some(&Jid::from(from.clone())), &spec.access) {
            tracing::info!(%from, "subscription accepted");
            self.send(Presence::subscribed().with_to(from.clone()), None);
            self.send(Presence::subscribe().with_to(from), None);
        } else {
            // No answer: a refusal would tell a stranger that somebody is here.
            tracing::info!(%from, "subscription ignored");
        }
    }

    fn iq(&mut self, iq: Iq, ctx: &mut Context<Self>) {
        if let Some(answer) = self.rival_asks(&iq, ctx) {
            return self.send(answer, None);
        }
        let Some(spec) = &self.spec else {
            return;
        };
        let from_server = is_own_server(iq.from(), &spec.account.jid) || self.was_asked(&iq);
        let Some(spec) = &self.spec else {
            return;
        };
        match iq {
            Iq::Result { id, payload, .. } if from_server => self.answered(&id, Ok(payload)),
            Iq::Error { id, error, .. } if from_server => {
                self.answered(&id, Err(condition(error)));
            }
            Iq::Set { id, payload, .. } if from_server && payload.is("query", ns::ROSTER) => {
                // A change of the roster (RFC 6121, 2.1.6); we keep no copy.
                let done = Iq::Result {
                    from: None,
                    to: None,
                    id,
                    payload: None,
                };
                self.send(done, None);
            }
            request => {
                let allowed = from_server || is_known(request.from(), &spec.access);
                if let Some(answer) = xep::answer(&request, allowed) {
                    self.send(answer, None);
                }
            }
        }
    }

    /// Whether this answers what its sender was asked.
    fn was_asked(&self, iq: &Iq) -> bool {
        let asked = match iq {
            Iq::Result { id, .. } | Iq::Error { id, .. } => self.asked.get(id),
            Iq::Get { .. } | Iq::Set { .. } => None,
        };
        asked.is_some_and(|asked| asked.room.is_some() && asked.room.as_ref() == iq.from())
    }

    fn answered(&mut self, id: &str, reply: Reply) {
        if let Some(waiting) = self.asked.remove(id) {
            // Who asked may have given up.
            let _gone = waiting.answer.send(reply);
        }
    }

    /// The server sends `subscribed` only to who has fetched the roster.
    pub(super) fn roster_came(&mut self, answer: Result<Reply, oneshot::error::RecvError>) {
        let Some(spec) = self.spec.clone() else {
            return;
        };
        let roster = match answer {
            Ok(Ok(Some(payload))) => Roster::try_from(payload),
            Ok(Ok(None)) | Err(_) => return,
            Ok(Err(error)) => {
                tracing::warn!(error, "roster not to be had");
                return;
            }
        };
        let items = match roster {
            Ok(roster) => roster.items,
            Err(error) => {
                tracing::warn!(%error, "roster not understood");
                return;
            }
        };
        for jid in incoming::to_subscribe(&items, &spec.access) {
            tracing::info!(%jid, "subscription asked");
            self.send(Presence::subscribe().with_to(jid), None);
        }
        for jid in incoming::to_cancel(&items, &spec.access) {
            tracing::info!(%jid, "subscription cancelled");
            let mut cancelled = Presence::new(Type::Unsubscribed);
            cancelled.to = Some(Jid::from(jid));
            self.send(cancelled, None);
        }
    }
}

/// `service-unavailable` and the like (RFC 6120, 8.3.3).
fn condition(error: StanzaError) -> String {
    let element = Element::from(error);
    let named = element
        .children()
        .find(|child| child.is(child.name(), ns::XMPP_STANZAS) && child.name() != "text");
    clean(named.map_or("error", Element::name), 40)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_told_by_its_name_on_the_wire() {
        let ns = ns::XMPP_STANZAS;
        let error: Element = format!(
            "<error xmlns='jabber:client' type='cancel'><text xmlns='{ns}'>no</text>\
             <service-unavailable xmlns='{ns}'/></error>"
        )
        .parse()
        .unwrap();
        let error = StanzaError::try_from(error).unwrap();
        assert_eq!(condition(error), "service-unavailable");
    }
}
