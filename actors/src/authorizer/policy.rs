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
mod tests;
