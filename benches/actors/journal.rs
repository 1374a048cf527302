//! The journal, with a file on disk: what the many checks cost that change nothing, and the few that
//! are told of.

use std::rc::Rc;
use std::time::Instant;

use actix::prelude::*;
use criterion::Criterion;
use hostmessenger_actors::connection::{OutboxGrew, ShowHealth, VerifyLink};
use hostmessenger_actors::journal::{
    AskOutbox, BeginDelivery, ItemDelivered, Journal, Listeners, Notify, TargetChecked,
};
use hostmessenger_config::AlertTo;

use crate::stage;

/// One check of a steady target among a thousand, from the probe's message to the journal's answer.
/// Nothing is written.
pub(crate) fn steady_check(c: &mut Criterion) {
    let (system, dir) = (actix_rt::System::new(), tempfile::tempdir().unwrap());
    let config = stage::config(1_000);
    let checks: Vec<TargetChecked> = stage::names(&config)
        .into_iter()
        .map(|target| TargetChecked {
            target,
            outcome: stage::good(),
        })
        .collect();
    let journal = system.block_on(async {
        let journal = stage::journal(dir.path(), &config, stage::nobody());
        // Until all have long been UP.
        for check in [&checks; 25].into_iter().flatten() {
            journal.send(check.clone()).await.unwrap();
        }
        journal
    });
    c.bench_function("journal/a steady check among 1000", |b| {
        let mut next = checks.iter().cycle();
        b.iter_custom(|times| {
            system.block_on(async {
                let begin = Instant::now();
                for check in next.by_ref().take(usize::try_from(times).unwrap()) {
                    journal.send(check.clone()).await.unwrap();
                }
                begin.elapsed()
            })
        });
    });
}

/// Stands where the link would.
struct Link(Rc<tokio::sync::Notify>);

impl Actor for Link {
    type Context = Context<Self>;
}

impl Handler<OutboxGrew> for Link {
    type Result = ();

    fn handle(&mut self, _: OutboxGrew, _: &mut Context<Self>) {
        self.0.notify_one();
    }
}

impl Handler<ShowHealth> for Link {
    type Result = ();

    fn handle(&mut self, _: ShowHealth, _: &mut Context<Self>) {}
}

impl Handler<VerifyLink> for Link {
    type Result = bool;

    fn handle(&mut self, _: VerifyLink, _: &mut Context<Self>) -> bool {
        true
    }
}

/// A text for the owner is written down, read by the link, noted as handed over, and taken out when
/// the server has it: three transactions. Returns its number.
async fn deliver(journal: &Addr<Journal>, grew: &tokio::sync::Notify, after: i64) -> i64 {
    let to = vec![AlertTo::Owner];
    let text = "The remote control was started.".to_owned();
    journal.send(Notify { to, text }).await.unwrap();
    grew.notified().await;
    let waiting = journal.send(AskOutbox { after }).await.unwrap();
    let seqs: Vec<i64> = waiting.iter().map(|item| item.seq).collect();
    assert_eq!(seqs.len(), 1);
    let begun = journal.send(BeginDelivery { seqs }).await.unwrap();
    for &seq in &begun {
        journal.send(ItemDelivered { seq }).await.unwrap();
    }
    begun[0]
}

/// One message after the other.
pub(crate) fn outbox(c: &mut Criterion) {
    crate::log_to_nowhere();
    let (system, dir) = (actix_rt::System::new(), tempfile::tempdir().unwrap());
    let grew = Rc::new(tokio::sync::Notify::new());
    let journal = system.block_on(async {
        let link = Link(Rc::clone(&grew)).start();
        let (grows, health) = (link.clone().recipient(), link.clone().recipient());
        let told = Listeners {
            connection: Some((grows, health, link.recipient())),
            ..stage::nobody()
        };
        let journal = stage::journal(dir.path(), &stage::config(1), told);
        // Said once at the beginning, whether anything waits or not.
        grew.notified().await;
        journal
    });
    let mut last = 0;
    c.bench_function("journal/a message through the outbox", |b| {
        b.iter_custom(|times| {
            system.block_on(async {
                let begin = Instant::now();
                for _ in 0..times {
                    last = deliver(&journal, &grew, last).await;
                }
                begin.elapsed()
            })
        });
    });
}
