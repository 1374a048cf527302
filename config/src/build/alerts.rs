//! How alerts are told, and to whom.

use jid::BareJid;

use super::Builder;
use crate::used::{Access, AlertTo, Alerts, Escalation, Flapping};
use crate::value::{FromText, Resource, Written};
use crate::written::{self, Recipient};

impl Builder<'_> {
    pub(super) fn alerts(&mut self, alerts: &written::Alerts, access: &Access) -> Alerts {
        let to = match &alerts.to {
            Some(to) => self.recipients(to, access, "alerts.to"),
            None => access.owner.iter().map(|_| AlertTo::Owner).collect(),
        };
        let flapping = Flapping {
            window: alerts.flapping.window,
            high_percent: alerts.flapping.high.0.0,
            low_percent: alerts.flapping.low.0.0,
        };
        if flapping.low_percent > flapping.high_percent {
            let allowed = format!("at most {}% (high)", flapping.high_percent);
            let (path, high) = ("alerts.flapping.low", "alerts.flapping.high");
            // The one that was written is the one to mend.
            if self.is_written(path) || !self.is_written(high) {
                self.wrong(path, "is more than high", &allowed);
            } else {
                let allowed = format!("at least {}% (low)", flapping.low_percent);
                self.wrong(high, "is less than low", &allowed);
            }
        }
        let escalation = self.escalation(alerts, access);
        Alerts {
            to,
            batch_window: alerts.batch_window.0,
            escalation,
            flapping,
        }
    }

    /// Both keys or none: one alone would do nothing, and look as if it did.
    fn escalation(&mut self, alerts: &written::Alerts, access: &Access) -> Option<Escalation> {
        let path = "alerts.escalate_to";
        let to = self.recipients(&alerts.escalate_to, access, path);
        match (alerts.escalate_after.0.0, alerts.escalate_to.is_empty()) {
            (Some(after), false) => Some(Escalation { after, to }),
            (None, true) => None,
            // Where something stands there, a mistake in it has been told.
            (Some(_), true) if self.has_elements(path) => None,
            (Some(_), true) => {
                let problem = "is set, but alerts.escalate_to is not";
                self.wrong("alerts.escalate_after", problem, "both or none");
                None
            }
            (None, false) => {
                self.wrong(
                    path,
                    "is set, but alerts.escalate_after is not",
                    "both or none",
                );
                None
            }
        }
    }

    /// Recipients as used, each once; `path` is their list.
    pub(super) fn recipients(
        &mut self,
        written: &[Recipient],
        access: &Access,
        path: &str,
    ) -> Vec<AlertTo> {
        // A mistake among the elements has been told, and moves those behind it.
        let mut to = Vec::new();
        for recipient in written {
            let Some(recipient) = recipient_of(recipient) else {
                continue;
            };
            let missing = match recipient {
                AlertTo::Owner if access.owner.is_none() => Some(("owner", "access.owner")),
                AlertTo::Support if access.support.is_empty() => {
                    Some(("support", "access.support"))
                }
                _ => None,
            };
            match missing {
                // Where that key was written there is a mistake in it, which has been told.
                Some((_, key)) if self.has_elements(key) => {}
                Some((word, key)) => {
                    let problem = format!("names {word}, but {key} is not set");
                    self.wrong(path, problem, &format!("{word} only where {key} is set"));
                }
                None if !to.contains(&recipient) => to.push(recipient),
                None => {}
            }
        }
        to
    }

    /// Whether something stands at a key, and no empty list.
    fn has_elements(&self, path: &str) -> bool {
        match self.find(path).0.map(|value| &value.kind) {
            None | Some(config::ValueKind::Nil) => false,
            Some(config::ValueKind::Array(list)) => !list.is_empty(),
            Some(_) => true,
        }
    }
}

fn recipient_of(written: &Recipient) -> Option<AlertTo> {
    match written {
        Recipient::Word(word) => match word.as_str() {
            "owner" => Some(AlertTo::Owner),
            "support" => Some(AlertTo::Support),
            address => BareJid::from_text(address).ok().map(AlertTo::Jid),
        },
        Recipient::Room { room, nick } => {
            let (Written(room), Written(Resource(nick))) = (room.as_ref()?, nick.as_ref()?);
            Some(AlertTo::Room {
                room: room.clone(),
                nick: nick.clone(),
            })
        }
    }
}
