//! Who may what. Pure: a message and what is known of its sender become a decision with a reason.
//!
//! The order matters: what is no command at all is passed over before anyone is judged, and a
//! stranger is refused before the words are looked at, so that nobody learns from the answers
//! which commands there are.

use hostmessenger_config::Access;
use xmpp_parsers::jid::{BareJid, Jid};

use super::handover::is_acceptance;
use super::{MessageKind, MessageReceived};

/// What somebody may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Look.
    Support,
    /// Everything.
    Owner,
}

/// Why a message is no command; nobody is to blame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoCommand {
    /// `groupchat`, `headline` or `error`.
    #[error("message of a type that carries no commands")]
    Type,
    /// Written some time ago (XEP-0203); what was right then may be wrong now.
    #[error("delayed message")]
    Delayed,
    /// Somebody else's message, copied to us (XEP-0280).
    #[error("carbon copy")]
    Carbon,
    /// A receipt, a typing notification, a subject.
    #[error("message with no body")]
    NoBody,
    /// From the server or our own account.
    #[error("message with no sender")]
    NoSender,
}

/// Why a command is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Neither owner nor support.
    #[error("not the owner and not support")]
    Stranger,
    /// In `access.locked`, whatever else names him.
    #[error("locked by access.locked")]
    Locked,
    /// Support asked for something that only the owner may.
    #[error("only the owner may")]
    OwnerOnly,
    /// More than ten commands within a minute.
    #[error("more than 10 commands a minute")]
    TooFast,
    /// The second factor is missing, wrong, used, or locked.
    #[error("no valid second factor")]
    SecondFactor,
    /// Words that are no command. Answered with a hint, and no refusal where scripts look.
    #[error("no such command")]
    NoSuchCommand,
}

impl Refusal {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Stranger,
        Self::Locked,
        Self::OwnerOnly,
        Self::TooFast,
        Self::SecondFactor,
        Self::NoSuchCommand,
    ];
}

/// What becomes of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    /// It is passed over without a word.
    PassOver(NoCommand),
    /// It is a command by someone who may command something.
    Command {
        /// Who sent it, with resource.
        from: Jid,
        /// What the sender may.
        role: Role,
        /// The text.
        body: String,
    },
    /// It is the yes of who was offered this host.
    Accept(Jid),
    /// It is from someone who may nothing, for this reason.
    Refuse(BareJid, Refusal),
}

/// Judges a message by its form and sender. Addresses are compared as bare JIDs, normalised by
/// their type (RFC 7622). `candidate` is who may accept this host now, and say nothing else by that.
pub fn judge(message: &MessageReceived, access: &Access, candidate: Option<&BareJid>) -> Judgement {
    let no_command = match message.kind {
        MessageKind::Groupchat | MessageKind::Headline | MessageKind::Error => {
            Some(NoCommand::Type)
        }
        MessageKind::Chat | MessageKind::Normal => None,
    };
    let no_command = no_command
        .or(message.carbon.then_some(NoCommand::Carbon))
        .or(message.delayed.then_some(NoCommand::Delayed));
    if let Some(why) = no_command {
        return Judgement::PassOver(why);
    }
    let Some(body) = &message.body else {
        return Judgement::PassOver(NoCommand::NoBody);
    };
    let Some(from) = &message.from else {
        return Judgement::PassOver(NoCommand::NoSender);
    };
    let sender = from.to_bare();
    let accepts = candidate == Some(&sender) && is_acceptance(body);
    match role_of(&sender, access) {
        None if access.is_locked(&sender) => Judgement::Refuse(sender, Refusal::Locked),
        _ if accepts => Judgement::Accept(from.clone()),
        Some(role) => Judgement::Command {
            from: from.clone(),
            role,
            body: body.clone(),
        },
        None => Judgement::Refuse(sender, Refusal::Stranger),
    }
}

/// What the sender with this address may. Who is locked may nothing, whatever else he is.
pub fn role_of(sender: &BareJid, access: &Access) -> Option<Role> {
    if access.is_locked(sender) {
        None
    } else if access.owner.as_ref() == Some(sender) {
        Some(Role::Owner)
    } else if access.support.contains(sender) {
        Some(Role::Support)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn access() -> Access {
        Access {
            owner: Some(BareJid::new("Admin@Example.org").unwrap()),
            support: vec![BareJid::new("help@example.org").unwrap()],
            locked: Vec::new(),
            vnc_totp_secret: None,
        }
    }

    fn message(from: &str) -> MessageReceived {
        MessageReceived {
            from: Some(Jid::new(from).unwrap()),
            kind: MessageKind::Chat,
            body: Some("OS".into()),
            thread: None,
            delayed: false,
            carbon: false,
        }
    }

    fn role(from: &str) -> Option<Role> {
        match judge(&message(from), &access(), None) {
            Judgement::Command { role, .. } => Some(role),
            Judgement::Refuse(..) | Judgement::Accept(_) => None,
            Judgement::PassOver(why) => panic!("{why}"),
        }
    }

    #[test]
    fn owner_and_support_are_known_by_their_normalised_bare_address() {
        assert_eq!(role("admin@example.org/phone"), Some(Role::Owner));
        assert_eq!(role("ADMIN@EXAMPLE.ORG"), Some(Role::Owner));
        assert_eq!(role("help@example.org/x"), Some(Role::Support));
    }

    #[test]
    fn addresses_that_look_alike_are_strangers() {
        for from in [
            "admin@example.org.evil.net",
            "admin@example.or",
            "admin@sub.example.org",
            "xadmin@example.org",
            "example.org",
            "аdmin@example.org",
            "evil.net/admin@example.org",
        ] {
            assert_eq!(role(from), None, "{from}");
        }
    }

    #[test]
    fn without_an_owner_nobody_is_the_owner() {
        let nobody = Access::default();
        assert!(matches!(
            judge(&message("a@b.c"), &nobody, None),
            Judgement::Refuse(_, Refusal::Stranger)
        ));
    }

    #[test]
    fn what_is_no_chat_message_is_never_a_command_not_even_of_the_owner() {
        let owner = message("admin@example.org/phone");
        let judged = |message: MessageReceived| match judge(&message, &access(), None) {
            Judgement::PassOver(why) => why,
            other => panic!("{other:?}"),
        };
        for kind in [
            MessageKind::Groupchat,
            MessageKind::Headline,
            MessageKind::Error,
        ] {
            assert_eq!(
                judged(MessageReceived {
                    kind,
                    ..owner.clone()
                }),
                NoCommand::Type
            );
        }
        assert_eq!(
            judged(MessageReceived {
                delayed: true,
                ..owner.clone()
            }),
            NoCommand::Delayed
        );
        assert_eq!(
            judged(MessageReceived {
                carbon: true,
                ..owner.clone()
            }),
            NoCommand::Carbon
        );
        assert_eq!(
            judged(MessageReceived {
                body: None,
                ..owner.clone()
            }),
            NoCommand::NoBody
        );
        assert_eq!(
            judged(MessageReceived {
                from: None,
                ..owner
            }),
            NoCommand::NoSender
        );
    }

    #[test]
    fn a_candidate_may_say_yes_and_is_a_stranger_otherwise() {
        let candidate = BareJid::new("new@example.org").unwrap();
        let judged = |from: &str, body: &str| {
            let message = MessageReceived {
                body: Some(body.into()),
                ..message(from)
            };
            judge(&message, &access(), Some(&candidate))
        };
        let from = "New@Example.org/phone";
        let yes = Judgement::Accept(Jid::new("new@example.org/phone").unwrap());
        assert_eq!(judged(from, "owner accept"), yes);
        for other in ["OS", "OWNER", "OWNER ACCEPT OS", "OWNER CANCEL"] {
            let refused = Judgement::Refuse(candidate.clone(), Refusal::Stranger);
            assert_eq!(judged(from, other), refused, "{other}");
        }
        let other = judged("eve@example.org", "OWNER ACCEPT");
        assert!(matches!(other, Judgement::Refuse(_, Refusal::Stranger)));
        let owner = judged("admin@example.org", "OWNER ACCEPT");
        assert!(matches!(owner, Judgement::Command { .. }));
    }

    fn people(which: &[usize]) -> Vec<BareJid> {
        let name = |n: &usize| BareJid::new(&format!("p{n}@example.org")).unwrap();
        which.iter().map(name).collect()
    }

    proptest! {
        #[test]
        fn whatever_else_names_the_locked_they_never_command_and_others_do_as_before(
            owner in prop::option::of(0usize..4),
            support in prop::collection::vec(0usize..4, 0..4),
            locked in prop::collection::vec(0usize..4, 0..4),
            sender in 0usize..4,
            resource in "(/[a-z]{1,5})?",
            candidate in prop::option::of(0usize..4),
            accepts in any::<bool>(),
        ) {
            let access = Access {
                owner: owner.map(|n| people(&[n]).remove(0)),
                support: people(&support),
                locked: people(&locked),
                vnc_totp_secret: None,
            };
            let who = people(&[sender]).remove(0);
            let candidate = candidate.map(|n| people(&[n]).remove(0));
            let body = if accepts { "OWNER ACCEPT" } else { "OS" };
            let said = MessageReceived {
                body: Some(body.into()),
                ..message(&format!("P{sender}@Example.org{resource}"))
            };
            let judged = judge(&said, &access, candidate.as_ref());
            if locked.contains(&sender) {
                prop_assert_eq!(judged, Judgement::Refuse(who, Refusal::Locked));
            } else {
                let open = Access { locked: Vec::new(), ..access };
                let before = judge(&said, &open, candidate.as_ref());
                prop_assert_eq!(judged, before);
            }
        }

        #[test]
        fn only_the_two_addresses_ever_get_a_role(from in "[a-z@./]{1,40}") {
            if let Ok(jid) = Jid::new(&from) {
                let known = ["admin@example.org", "help@example.org"];
                let message = MessageReceived { from: Some(jid.clone()), ..message("a@b") };
                let got_role = matches!(judge(&message, &access(), None), Judgement::Command { .. });
                prop_assert_eq!(got_role, known.contains(&jid.to_bare().as_str()));
            }
        }
    }
}
