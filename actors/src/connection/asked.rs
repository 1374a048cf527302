//! What other actors ask of the link.

use std::future::ready;
use std::net::IpAddr;
use std::time::Duration;

use actix::prelude::*;
use tokio::time::timeout;
use xmpp_parsers::ping::Ping;

use super::actor::Connection;
use super::xep::external_ip;
use super::{
    AskExternalIp, ConnectionSpec, OutboxGrew, SendAnswer, ShowHealth, VerifyLink, stanzas,
};
use crate::alerts::Link;

/// How long an answer of the server is waited for.
pub(super) const ANSWER_WITHIN: Duration = Duration::from_secs(5);

impl Handler<SendAnswer> for Connection {
    type Result = ();

    fn handle(&mut self, answer: SendAnswer, _: &mut Context<Self>) {
        // Locked since he asked.
        let locked = |spec: &ConnectionSpec| spec.access.is_locked(&answer.to.to_bare());
        if !self.spec.as_ref().is_some_and(locked) {
            self.send(stanzas::answer(answer), None);
        }
    }
}

impl Handler<OutboxGrew> for Connection {
    type Result = ();

    fn handle(&mut self, _: OutboxGrew, ctx: &mut Context<Self>) {
        let after = self.outbox.grew();
        self.pump(after, ctx);
    }
}

impl Handler<ShowHealth> for Connection {
    type Result = ();

    fn handle(&mut self, ShowHealth(health): ShowHealth, _: &mut Context<Self>) {
        self.show_health(health);
    }
}

impl Handler<VerifyLink> for Connection {
    type Result = ResponseFuture<bool>;

    fn handle(&mut self, _: VerifyLink, _: &mut Context<Self>) -> Self::Result {
        if self.link != Link::Up {
            return Box::pin(ready(false));
        }
        let answer = self.ask_server(Ping.into(), true);
        // An error is an answer too: the server lives.
        Box::pin(async move { matches!(timeout(ANSWER_WITHIN, answer).await, Ok(Ok(_))) })
    }
}

impl Handler<AskExternalIp> for Connection {
    type Result = ResponseFuture<Result<IpAddr, String>>;

    fn handle(&mut self, _: AskExternalIp, _: &mut Context<Self>) -> Self::Result {
        if self.link != Link::Up {
            return Box::pin(ready(Err("not connected".into())));
        }
        let answer = self.ask_server(external_ip::question(), true);
        Box::pin(async move {
            match timeout(ANSWER_WITHIN, answer).await {
                Ok(Ok(Ok(Some(payload)))) => external_ip::read(&payload)
                    .ok_or_else(|| "the server's answer holds no address".to_owned()),
                Ok(Ok(Ok(None))) => Err("the server's answer is empty".into()),
                Ok(Ok(Err(error))) => Err(error),
                Ok(Err(_)) | Err(_) => Err("the server does not answer".into()),
            }
        })
    }
}
