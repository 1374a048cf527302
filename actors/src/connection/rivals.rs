//! Other sessions of our own account: asked who they are, and what follows ([`super::holder`]).
//!
//! A newcomer's trap: a session whose line is dead looks like any other until the server gives it up.
//! It never answers, and who does not answer is left alone; so is a chat client.

use std::time::{Duration, Instant};

use actix::prelude::*;
use tokio::time::timeout;
use xmpp_parsers::iq::Iq;
use xmpp_parsers::jid::Jid;
use xmpp_parsers::presence::{Presence, Type};

use super::actor::Connection;
use super::asking::Question;
use super::holder::{Claim, Tenure, Verdict, judge};
use super::xep::holder;
use crate::machine;

/// How long an answer is waited for; a session that is being resumed needs some.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// So often a session is asked.
const QUESTIONS: u32 = 3;
/// So many are asked at once.
const MOST: usize = 8;
/// How long the stream may take to close before the program ends all the same.
const GOODBYE: Duration = Duration::from_secs(3);

impl Connection {
    /// A presence came. Answers whether it was of our own account.
    pub(super) fn saw_rival(&mut self, presence: &Presence, ctx: &mut Context<Self>) -> bool {
        let Some(from) = presence.from.as_ref().filter(|from| self.is_rival(from)) else {
            return false;
        };
        if presence.type_ == Type::None {
            self.ask_rival(from.clone(), QUESTIONS, ctx);
        }
        true
    }

    /// A request came. Answers what is to be sent back, where it was a question of this kind from
    /// our own account.
    pub(super) fn rival_asks(&mut self, request: &Iq, ctx: &mut Context<Self>) -> Option<Iq> {
        let Iq::Get {
            from, id, payload, ..
        } = request
        else {
            return None;
        };
        let from = from.as_ref().filter(|from| self.is_rival(from))?;
        let theirs = holder::read(payload)?;
        let ours = self.claim()?;
        let verdict = judge(&ours, &theirs, false);
        self.judged(verdict, &theirs, from, ctx);
        Some(Iq::Result {
            from: None,
            to: Some(from.clone()),
            id: id.clone(),
            payload: holder::element(&ours),
        })
    }

    /// Another session of our own account, by its full address.
    fn is_rival(&self, from: &Jid) -> bool {
        let own = self.spec.as_ref().map(|spec| &spec.account.jid);
        let is_own = own == Some(&from.to_bare()) && from.resource().is_some();
        is_own && self.full.as_ref().is_some_and(|full| full != from)
    }

    fn claim(&self) -> Option<Claim> {
        let host = machine::host_name().unwrap_or_else(|| "another machine".to_owned());
        let memory = &self.spec.as_ref()?.memory;
        Some(memory.tenure(|tenure| tenure.claim(Instant::now(), host)))
    }

    fn ask_rival(&mut self, rival: Jid, left: u32, ctx: &mut Context<Self>) {
        let Some(ours) = self.claim() else {
            return;
        };
        let Some(question) = holder::element(&ours) else {
            return;
        };
        if left == 0 || self.rivals.len() >= MOST || !self.rivals.insert(rival.clone()) {
            return;
        }
        let answer = self.ask(Question::Get(question), Some(rival.clone()));
        let answer = timeout(ANSWER_WITHIN, answer);
        let answer = answer.into_actor(self);
        ctx.spawn(answer.map(move |answer, connection, ctx| {
            connection.rivals.remove(&rival);
            match answer {
                Ok(Ok(Ok(payload))) => {
                    if let Some(theirs) = payload.as_ref().and_then(holder::read) {
                        let verdict = judge(&ours, &theirs, true);
                        connection.judged(verdict, &theirs, &rival, ctx);
                    }
                }
                // Another kind of client, or one that is gone.
                Ok(_) => tracing::debug!(%rival, "no program like this one"),
                Err(_) => connection.ask_rival(rival, left - 1, ctx),
            }
        }));
    }

    fn judged(&mut self, verdict: Verdict, theirs: &Claim, rival: &Jid, ctx: &mut Context<Self>) {
        let host = theirs.host.as_str();
        match verdict {
            Verdict::Keep => {
                tracing::warn!(host, "another program with this account is told to stop");
                if let Some(spec) = &self.spec {
                    spec.memory.tenure(Tenure::settled);
                }
            }
            Verdict::Yield => self.yield_to(theirs, ctx),
            Verdict::Ask => self.ask_rival(rival.clone(), QUESTIONS, ctx),
            Verdict::Wait | Verdict::Ourselves => {}
        }
    }

    /// Says goodbye, so that nothing is sent to us any more, and ends the program.
    fn yield_to(&mut self, theirs: &Claim, ctx: &mut Context<Self>) {
        let Some(spec) = self.spec.as_ref().filter(|_| self.yielded.is_none()) else {
            return;
        };
        let reason = format!(
            "the account {} is held by {} since {}; stop it there first",
            spec.account.jid,
            theirs.host,
            since(theirs.age)
        );
        tracing::error!(reason, "account held elsewhere");
        self.yielded = Some(reason);
        // What was just answered goes first.
        ctx.run_later(Duration::from_millis(200), |connection, _| {
            connection.close();
        });
        ctx.run_later(GOODBYE, |connection, ctx| {
            connection.give_way(ctx);
        });
    }

    /// Ends the program where another one keeps the account. Answers whether that is so.
    pub(super) fn give_way(&self, ctx: &mut Context<Self>) -> bool {
        if let Some(reason) = self.yielded.clone() {
            self.life.fatal(ctx, reason);
        }
        self.yielded.is_some()
    }
}

/// The time so long ago, on this machine's clock.
fn since(age: Duration) -> String {
    let age = jiff::SignedDuration::try_from(age).unwrap_or_default();
    let now = jiff::Zoned::now();
    let then = now.checked_sub(age).unwrap_or(now);
    then.strftime("%Y-%m-%d %H:%M:%S").to_string()
}
