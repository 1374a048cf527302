//! Ad-Hoc Commands (XEP-0050): a server's own commands, run step by step with forms.
//!
//! Types only, in the manner of `xmpp-parsers`, which has none for this extension. A trap: what a
//! command carries is open (most carry a form), so payloads stay elements until one is needed.

#![expect(
    clippy::option_option,
    reason = "what the derive makes of a child that may be missing"
)]

use std::borrow::Cow;

use xmpp_parsers::iq::{IqResultPayload, IqSetPayload};
use xmpp_parsers::minidom::Element;
use xso::error::Error;
use xso::{AsXml, AsXmlText, FromXml, FromXmlText};

use super::xep0004::Form;

/// The namespace, which is also the disco node under which commands are listed.
pub const NS: &str = "http://jabber.org/protocol/commands";

/// An attribute that takes one of a few words.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident => $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $($(#[$vdoc])* $variant,)+
        }

        impl FromXmlText for $name {
            fn from_xml_text(text: String) -> Result<Self, Error> {
                match text.as_str() {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(Error::Other(concat!("unknown ", stringify!($name)))),
                }
            }
        }

        impl AsXmlText for $name {
            fn as_xml_text(&self) -> Result<Cow<'_, str>, Error> {
                Ok(Cow::Borrowed(match self {
                    $(Self::$variant => $word,)+
                }))
            }
        }
    };
}

words! {
    /// What the requester wants done (XEP-0050, 3.5).
    Action {
        /// End it, and undo what it began.
        Cancel => "cancel",
        /// Do it with what is known now.
        Complete => "complete",
        /// Begin, or take the step that the responder takes for the usual one.
        Execute => "execute",
        /// Go to the next step.
        Next => "next",
        /// Go back a step.
        Prev => "prev",
    }
}

words! {
    /// How far the command came.
    Status {
        /// It ended, and nothing was done.
        Canceled => "canceled",
        /// It ended.
        Completed => "completed",
        /// It waits for more.
        Executing => "executing",
    }
}

words! {
    /// What a note is about.
    NoteType {
        /// The command failed.
        Error => "error",
        /// Only said.
        Info => "info",
        /// It went well, but there is something to know.
        Warn => "warn",
    }
}

/// Something the responder says for people.
#[derive(FromXml, AsXml, Debug, Clone, PartialEq, Eq)]
#[xml(namespace = NS, name = "note", on_unknown_attribute = Discard, on_unknown_child = Discard)]
pub struct Note {
    /// What it is about; `info` where nothing is said.
    #[xml(attribute(name = "type", default))]
    pub type_: Option<NoteType>,
    /// The text.
    #[xml(text)]
    pub text: String,
}

/// What may be done next.
#[derive(FromXml, AsXml, Debug, Clone, PartialEq, Eq, Default)]
#[xml(namespace = NS, name = "actions", on_unknown_attribute = Discard, on_unknown_child = Discard)]
pub struct Actions {
    /// What `execute` means at this step.
    #[xml(attribute(default))]
    pub execute: Option<Action>,
    /// `prev` is possible.
    #[xml(flag)]
    pub prev: bool,
    /// `next` is possible.
    #[xml(flag)]
    pub next: bool,
    /// `complete` is possible.
    #[xml(flag)]
    pub complete: bool,
}

/// A command, or the answer to one.
#[derive(FromXml, AsXml, Debug, Clone, PartialEq)]
#[xml(namespace = NS, name = "command", on_unknown_attribute = Discard)]
pub struct Command {
    /// Which.
    #[xml(attribute)]
    pub node: String,
    /// The execution; given by the responder, repeated by the requester.
    #[xml(attribute(default))]
    pub sessionid: Option<String>,
    /// What is wanted; only the requester says it.
    #[xml(attribute(default))]
    pub action: Option<Action>,
    /// How far it came; only the responder says it.
    #[xml(attribute(default))]
    pub status: Option<Status>,
    /// What may be done next.
    #[xml(child(default))]
    pub actions: Option<Actions>,
    /// What is said for people.
    #[xml(child(n = ..))]
    pub notes: Vec<Note>,
    /// What it carries.
    #[xml(element(n = ..))]
    pub payloads: Vec<Element>,
}

impl IqSetPayload for Command {}
impl IqResultPayload for Command {}

impl Command {
    /// Asks to begin.
    pub fn execute(node: &str) -> Self {
        Self {
            node: node.to_owned(),
            sessionid: None,
            action: Some(Action::Execute),
            status: None,
            actions: None,
            notes: Vec::new(),
            payloads: Vec::new(),
        }
    }

    /// Answers a step with a form, by the action that leads on.
    #[must_use]
    pub fn submit(&self, form: Form) -> Self {
        let action = match &self.actions {
            Some(actions) if actions.complete => Action::Complete,
            Some(actions) if actions.next => Action::Next,
            // XEP-0050, 3.4: without a list there is one step, and `execute` means `complete`.
            _ => Action::Execute,
        };
        Self {
            sessionid: self.sessionid.clone(),
            action: Some(action),
            payloads: vec![form.into()],
            ..Self::execute(&self.node)
        }
    }

    /// Gives it up.
    #[must_use]
    pub fn cancel(&self) -> Self {
        Self {
            sessionid: self.sessionid.clone(),
            action: Some(Action::Cancel),
            ..Self::execute(&self.node)
        }
    }

    /// The form that it carries; `Err` where it carries one that cannot be read.
    pub fn form(&self) -> Option<Result<Form, String>> {
        let is_form = |payload: &&Element| payload.is("x", xmpp_parsers::ns::DATA_FORMS);
        let form = self.payloads.iter().find(is_form)?.clone();
        Some(Form::try_from(form).map_err(|error| error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Example 7 and 8 of the specification, shortened.
    const STEP: &str = "<command xmlns='http://jabber.org/protocol/commands' xml:lang='en' \
        sessionid='config:20020923T213616Z-700' node='config' status='executing'>\
        <actions execute='complete'><prev/><complete/></actions>\
        <x xmlns='jabber:x:data' type='form'><title>Configure</title>\
        <field var='state' type='list-single' label='Run State'><value>off</value>\
        <option label='Active'><value>on</value></option></field></x>\
        <note type='warn'>Service will be slow</note></command>";

    #[test]
    fn a_step_is_read_and_answered() {
        let step = Command::try_from(STEP.parse::<Element>().unwrap()).unwrap();
        assert_eq!(step.status, Some(Status::Executing));
        assert_eq!(step.notes[0].type_, Some(NoteType::Warn));
        let actions = step.actions.clone().unwrap();
        assert!(actions.prev && actions.complete && !actions.next);
        let form = step.form().unwrap().unwrap();
        let answer = Element::from(step.submit(form));
        assert_eq!(answer.attr("action"), Some("complete"));
        assert_eq!(
            answer.attr("sessionid"),
            Some("config:20020923T213616Z-700")
        );
        assert_eq!(answer.attr("status"), None);
    }

    #[test]
    fn a_step_that_lists_no_actions_is_answered_with_execute() {
        let plain = "<command xmlns='http://jabber.org/protocol/commands' node='a' sessionid='1'/>";
        let step = Command::try_from(plain.parse::<Element>().unwrap()).unwrap();
        let form = Form {
            type_: "submit".into(),
            fields: Vec::new(),
        };
        assert_eq!(step.submit(form).action, Some(Action::Execute));
        assert!(step.form().is_none());
    }

    #[test]
    fn a_status_that_nobody_knows_is_no_command() {
        let odd =
            "<command xmlns='http://jabber.org/protocol/commands' node='a' status='perhaps'/>";
        assert!(Command::try_from(odd.parse::<Element>().unwrap()).is_err());
    }
}
