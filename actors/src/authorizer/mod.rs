//! Who may command, and the dispatch of what is allowed.
//!
//! Decisions are in [`policy`] and [`second_factor`]; the actor only carries them out. A newcomer's
//! trap: a refusal is logged and never answered, except to support (contract, section 3).

use std::cell::RefCell;
use std::future::ready;
use std::rc::Rc;

use actix::prelude::*;
use futures_util::future::join;
use hostmessenger_config::{Access, Language};
use xmpp_parsers::jid::Jid;

use crate::commands::grammar::{self, Parsed};
use crate::commands::{Ask, Command, Services, help};
use crate::connection::{SendAnswer, as_receivers};
use crate::journal::Receipt;
use crate::supervised;
use crate::supervision::{Child, Life, tell, tell_recipient};
use crate::wording::{commands as say, numbers};

pub(crate) mod acceptance;
mod desks;
pub mod handover;
mod noting;
pub mod pace;
pub mod policy;
pub mod second_factor;

pub use desks::{ConsoleLine, TRAY, TrayLine};
use pace::{Pace, PaceKeeper, Strangers};
use policy::{Judgement, Refusal, Role};
use second_factor::{Factor, Keeping, SecondFactor};

/// Type of a message stanza (RFC 6121, 5.2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageKind {
    /// `chat`
    Chat,
    /// `normal`, or none
    Normal,
    /// `groupchat`
    Groupchat,
    /// `headline`
    Headline,
    /// `error`
    Error,
}

/// A message came in over XMPP. The authorizer decides whether it is a command.
#[derive(Message, Debug, Clone)]
#[rtype(result = "()")]
pub struct MessageReceived {
    /// The sender as the server stamped it; `None`: the server itself or our own account.
    pub from: Option<Jid>,
    /// Its type.
    pub kind: MessageKind,
    /// Its text, if any, at most 10,000 bytes kept.
    pub body: Option<String>,
    /// Its thread.
    pub thread: Option<String>,
    /// Whether it was delayed (XEP-0203).
    pub delayed: bool,
    /// Whether it is a carbon copy (XEP-0280).
    pub carbon: bool,
}

/// What must outlive a life: otherwise a crash would make a used code good again.
pub type SharedFactor = Rc<RefCell<SecondFactor>>;

/// What the authorizer is made from.
#[derive(Clone)]
pub struct AuthorizerSpec {
    /// Who may command.
    pub access: Access,
    /// The second factor of VNC START, where one is set up.
    pub second_factor: Option<SharedFactor>,
    /// Language of the answers.
    pub lang: Language,
    /// What commands are run with.
    pub services: Rc<Services>,
    /// Where answers go; `None` without an account.
    pub connection: Option<Recipient<SendAnswer>>,
}

/// Judges messages and runs commands.
pub struct Authorizer {
    spec: AuthorizerSpec,
    life: Life,
    pace: PaceKeeper,
    strangers: Strangers,
}

/// A command that may be run, what was given with it, and what must be on disk first.
type Allowed = (&'static Command, String, Option<Keeping>);
/// The same, or why not and the answer.
type Admitted = Result<Allowed, (Refusal, String)>;

impl Authorizer {
    /// The command in this line, or why it may not or cannot be run and the answer to it.
    fn admit(&mut self, line: &str, role: Role, sender: &str) -> Admitted {
        let lang = self.spec.lang;
        let (command, rest) = match grammar::parse(line) {
            Parsed::Command(command, rest) => (command, rest),
            Parsed::Unknown(near) => {
                return Err((Refusal::NoSuchCommand, help::unknown(lang, near)));
            }
        };
        if command.who > role {
            log_refusal(sender, Refusal::OwnerOnly);
            return Err((Refusal::OwnerOnly, say::only_the_owner_may(lang)));
        }
        let keeping = if command.needs_second_factor {
            let passed = self.second_factor(rest, sender);
            passed.map_err(|answer| (Refusal::SecondFactor, answer))?
        } else {
            None
        };
        Ok((command, rest.to_owned(), keeping))
    }

    fn second_factor(&mut self, rest: &str, sender: &str) -> Result<Option<Keeping>, String> {
        let Some(factor) = &self.spec.second_factor else {
            return Ok(None);
        };
        let lang = self.spec.lang;
        let code = crate::commands::vnc::start_arguments(rest).and_then(|arguments| arguments.code);
        let (judged, keeping) = factor
            .borrow_mut()
            .check(code.as_deref(), self.spec.services.clock.now());
        let answer = match judged {
            Factor::Good => return Ok(Some(keeping)),
            Factor::Missing => say::code_missing(lang),
            Factor::Wrong => say::code_wrong(lang),
            Factor::Locked { left, just_now } => {
                if just_now {
                    self.notify_owner(say::code_lock_notice(lang, sender));
                }
                say::code_locked(lang, numbers::duration(left))
            }
        };
        log_refusal(sender, Refusal::SecondFactor);
        Err(answer)
    }

    /// Runs a command; the answer comes out cut to one message.
    fn run(
        &self,
        (command, rest, keeping): Allowed,
        role: Role,
        sender: String,
    ) -> ResponseFuture<String> {
        let lang = self.spec.lang;
        let services = Rc::clone(&self.spec.services);
        Box::pin(async move {
            if let Some(keeping) = keeping
                && !keeping.await
            {
                log_refusal(&sender, Refusal::SecondFactor);
                noting::not_run(&services.journal, &sender, command.name);
                return say::code_not_kept(lang);
            }
            let left = services.remainders.borrow_mut().take(&sender);
            let answer = if let ("MORE", Some(left)) = (command.name, left) {
                left
            } else {
                let services = Rc::clone(&services);
                (command.run)(Ask {
                    rest,
                    lang,
                    role,
                    sender: sender.clone(),
                    services,
                })
                .await
            };
            services.remainders.borrow_mut().fit(&sender, lang, answer)
        })
    }

    fn command(
        &mut self,
        from: &Jid,
        role: Role,
        body: &str,
        ctx: &mut Context<Self>,
        thread: Option<String>,
    ) {
        let sender = from.to_bare();
        let now = self.spec.services.clock.mono();
        let answer = match self.pace.command(&sender, now) {
            Pace::Silence => return log_refusal(sender.as_str(), Refusal::TooFast),
            Pace::SlowDown => {
                log_refusal(sender.as_str(), Refusal::TooFast);
                Err((Refusal::TooFast, say::slow_down(self.spec.lang)))
            }
            Pace::Fine => self.admit(body, role, sender.as_str()),
        };
        // First in the journal's queue, so that the answer waits for nothing else.
        let noted = self.note(sender.as_str(), noting::deed(body, &answer));
        // Who answers has seen what was told before; who goes on too fast has been counted already.
        let receipt = Receipt {
            id: None,
            by: as_receivers(&sender, &self.spec.access),
            read: true,
        };
        tell(&self.spec.services.journal, receipt);
        let Some(connection) = self.spec.connection.clone() else {
            return;
        };
        let to = from.clone();
        let reply = move |body| tell_recipient(&connection, SendAnswer { to, thread, body });
        let answer = match answer {
            Err((_, text)) => Box::pin(ready(text)),
            Ok(allowed) => {
                tracing::info!(from = %sender, command = allowed.0.name, "command");
                self.run(allowed, role, sender.to_string())
            }
        };
        let answer = join(answer, noted).into_actor(self);
        ctx.spawn(answer.map(|(body, ()), _, _| reply(body)));
    }
}

fn log_refusal(from: &str, reason: Refusal) {
    tracing::warn!(from, %reason, "command refused");
}

impl Child for Authorizer {
    type Spec = AuthorizerSpec;

    fn new(spec: AuthorizerSpec, life: Life) -> Self {
        Self {
            spec,
            life,
            pace: PaceKeeper::default(),
            strangers: Strangers::default(),
        }
    }

    fn origin(&self) -> (AuthorizerSpec, Life) {
        (self.spec.clone(), self.life.clone())
    }

    fn begin(&mut self, ctx: &mut Context<Self>) {
        self.recall_offer(ctx);
    }
}
supervised!(Authorizer);

impl Handler<MessageReceived> for Authorizer {
    type Result = ();

    fn handle(&mut self, message: MessageReceived, ctx: &mut Context<Self>) {
        let now = self.spec.services.clock.now().wall;
        let offer = self.spec.services.offer.borrow().clone();
        let access = &self.spec.access;
        let candidate = offer
            .as_ref()
            .and_then(|offer| offer.candidate(access, now));
        match policy::judge(&message, access, candidate) {
            Judgement::Accept(from) => self.accept(&from),
            Judgement::PassOver(reason) => tracing::debug!(%reason, "message passed over"),
            Judgement::Refuse(who, why) => self.refuse_stranger(&who, why),
            Judgement::Command { from, role, body } => {
                self.command(&from, role, &body, ctx, message.thread);
            }
        }
    }
}
