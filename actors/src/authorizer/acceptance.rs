//! The candidate's yes, and what follows from it: the file, then what is in force, then who is told.
//!
//! Each life of the authorizer begins by asking the journal how a handover stands. So what a crash
//! left between the file and the telling is made good, and what the renewal by a new owner begins is
//! the same path.

use std::rc::Rc;
use std::time::Duration;

use actix::prelude::*;
use hostmessenger_config::{AlertTo, OwnerChange};
use xmpp_parsers::jid::{BareJid, Jid};

use super::handover::{Failure, Offer, Standing};
use super::pace::Pace;
use super::{Authorizer, Refusal, log_refusal};
use crate::audit::{Audited, Deed};
use crate::commands::Services;
use crate::journal::{AskOffer, NoteOffer};
use crate::supervision::aside;
use crate::wording::owner as say;

/// How long the beginning of a life waits for the journal.
const RECALL: Duration = Duration::from_secs(10);
/// How the yes stands in the trail.
const ACCEPT: &str = "OWNER ACCEPT";

impl Authorizer {
    /// Before the first message: an offer that stands, or one whose end nobody has heard of.
    pub(super) fn recall_offer(&mut self, ctx: &mut Context<Self>) {
        let asked = self.spec.services.journal.send(AskOffer);
        let recalled = tokio::time::timeout(RECALL, asked).into_actor(self);
        ctx.wait(recalled.map(|offer, authorizer, _| {
            if let Ok(Ok(Ok(offer))) = offer {
                authorizer.resume(offer);
            } else {
                tracing::warn!("how a handover stands is not known; nobody can accept it now");
            }
        }));
    }

    fn resume(&mut self, offer: Option<Offer>) {
        let services = &self.spec.services;
        let standing = offer
            .as_ref()
            .map(|offer| offer.standing(&self.spec.access, services.clock.now().wall));
        services.offer.replace(match standing {
            Some(Standing::Open) => offer.clone(),
            _ => None,
        });
        let Some(offer) = offer else { return };
        match standing {
            Some(Standing::Done) => self.finish(&offer),
            Some(Standing::Over) => {
                tracing::info!(to = %offer.to, "handover void");
                spawn_note(services, NoteOffer::none());
            }
            _ => {}
        }
    }

    /// The file names the new owner, and it is in force: who took part hears of it.
    fn finish(&self, offer: &Offer) {
        let (lang, services) = (self.spec.lang, &self.spec.services);
        let host = services.host();
        tracing::info!(from = %offer.from, to = %offer.to, "handed over");
        let note = NoteOffer {
            offer: None,
            say: vec![
                to(&offer.from, say::handed_over(lang, &offer.to, &host)),
                to(&offer.to, say::yours_now(lang, &host)),
            ],
            audited: vec![Audited {
                by: offer.to.to_string(),
                deed: Deed::OwnerChanged {
                    from: offer.from.to_string(),
                    to: offer.to.to_string(),
                },
            }],
        };
        spawn_note(services, note);
    }

    /// The candidate says yes.
    pub(super) fn accept(&mut self, from: &Jid) {
        let who = from.to_bare();
        let services = Rc::clone(&self.spec.services);
        match self.pace.command(&who, services.clock.mono()) {
            Pace::Fine => {}
            pace => {
                log_refusal(who.as_str(), Refusal::TooFast);
                if pace == Pace::SlowDown {
                    self.note_refusal(who.as_str(), ACCEPT.to_owned(), Refusal::TooFast);
                }
                return;
            }
        }
        tracing::info!(from = %who, "handover accepted");
        // Taken: a second yes finds no offer until it is known what became of the first.
        let Some(offer) = services.offer.take() else {
            return;
        };
        let lang = self.spec.lang;
        // In a task of its own: what it puts in force renews this actor.
        aside(async move {
            if let Err(why) = carry_out(&services, &offer).await {
                tracing::warn!(to = %offer.to, reason = %why, "handover failed");
                let reason = crate::text::clean(&why.to_string(), 500);
                let text = say::failed(lang, &offer.to, services.host(), &why);
                // Written, it is finished by the next start.
                let accepted = matches!(why, Failure::NotInForce(_));
                let offer = Offer { accepted, ..offer };
                let note = NoteOffer {
                    say: vec![to(&offer.from, text.clone()), to(&offer.to, text)],
                    audited: vec![Audited {
                        by: offer.to.to_string(),
                        deed: Deed::Refused {
                            what: ACCEPT.to_owned(),
                            reason,
                        },
                    }],
                    offer: Some(offer.clone()),
                };
                note_now(&services, note).await;
                services.offer.replace(Some(offer));
            }
        });
    }
}

/// Notes the yes, then has the file written and put in force.
async fn carry_out(services: &Services, offer: &Offer) -> Result<(), Failure> {
    let accepted = NoteOffer {
        offer: Some(Offer {
            accepted: true,
            ..offer.clone()
        }),
        say: Vec::new(),
        audited: vec![Audited {
            by: offer.to.to_string(),
            deed: Deed::Command {
                line: ACCEPT.to_owned(),
            },
        }],
    };
    if !note_now(services, accepted).await {
        return Err(Failure::Journal);
    }
    let change = OwnerChange {
        from: offer.from.clone(),
        to: offer.to.clone(),
        really: true,
    };
    (services.change_owner)(change).await
}

/// A word for one person, by address: roles change hands here.
pub(crate) fn to(who: &BareJid, text: String) -> (AlertTo, String) {
    (AlertTo::Jid(who.clone()), text)
}

/// Has the journal note it, all or nothing. Says whether it did.
pub(crate) async fn note_now(services: &Services, note: NoteOffer) -> bool {
    match services.journal.send(note).await {
        Ok(Ok(())) => true,
        Ok(Err(error)) => {
            tracing::error!(error, "journal not written");
            false
        }
        Err(_) => false,
    }
}

fn spawn_note(services: &Rc<Services>, note: NoteOffer) {
    let services = Rc::clone(services);
    aside(async move {
        // It has logged why not.
        let _noted = note_now(&services, note).await;
    });
}
