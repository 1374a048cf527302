//! What waits, what the server may have, and what was read.

use super::*;
use crate::alerts::digest::SHOWN;

/// One alert each.
async fn down_and_up(program: &Program, name: &str, verdicts: &[Verdict]) {
    for &verdict in verdicts {
        let before = program.outbox().await.len();
        program.check(name, verdict).await;
        program.check(name, verdict).await;
        program.outbox_of(before + 1).await;
    }
}

async fn begin(program: &Program, items: &[OutboxItem]) -> Vec<i64> {
    let seqs = items.iter().map(|item| item.seq).collect();
    program.journal.send(BeginDelivery { seqs }).await.unwrap()
}

async fn open(program: &Program) -> Vec<OutboxItem> {
    program.journal.send(OpenOutbox).await.unwrap()
}

#[actix_rt::test]
async fn what_was_never_sent_is_one_message_and_what_was_stays_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let program = start(dir.path(), true);
    down_and_up(&program, "shop", &[Verdict::Failed]).await;
    let sent = program.outbox().await;
    assert_eq!(begin(&program, &sent).await, [sent[0].seq]);
    down_and_up(
        &program,
        "shop",
        &[Verdict::Ok, Verdict::Failed, Verdict::Ok],
    )
    .await;
    down_and_up(&program, "mail", &[Verdict::Failed]).await;

    let doubtful = open(&program).await;
    assert_eq!(doubtful.len(), 1);
    assert_eq!(
        (doubtful[0].id.as_str(), doubtful[0].seq),
        (sent[0].id.as_str(), sent[0].seq)
    );
    let waiting = program.outbox().await;
    assert_eq!(waiting.len(), 2, "{waiting:?}");
    let lines: Vec<&str> = waiting[1].body.lines().collect();
    assert_eq!(lines.len(), 4, "{lines:?}");
    assert!(lines[0].starts_with("Waiting since "), "{lines:?}");
    assert!(lines[1].starts_with("DOWN mail: "), "{lines:?}");
    assert!(
        lines[2].starts_with("UP shop: ") && lines[2].contains("(at "),
        "{lines:?}"
    );
    assert!(
        lines[3].starts_with("was DOWN shop: ") && lines[3].contains(" to "),
        "{lines:?}"
    );
    open(&program).await;
    assert_eq!(program.outbox().await, waiting, "once");
}

#[actix_rt::test]
async fn what_was_merged_meanwhile_is_not_sent_by_itself() {
    let dir = tempfile::tempdir().unwrap();
    let program = start(dir.path(), true);
    down_and_up(&program, "shop", &[Verdict::Failed, Verdict::Ok]).await;
    let taken = program.outbox().await;
    open(&program).await;
    assert!(begin(&program, &taken).await.is_empty());
    assert_eq!(program.outbox().await.len(), 1);
}

#[actix_rt::test]
async fn a_flood_is_a_summary_and_does_not_grow_while_nobody_can_be_told() {
    let dir = tempfile::tempdir().unwrap();
    let program = start(dir.path(), true);
    program.journal.send(LinkChanged(Link::Down)).await.unwrap();
    // As many alerts, made without the checks that would take minutes.
    for n in 0..450 {
        let text = format!("notice {n}");
        let to = vec![AlertTo::Owner];
        program.journal.send(Notify { to, text }).await.unwrap();
    }
    let most = async {
        while program.outbox().await.len() > 202 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), most)
        .await
        .expect("it grows");
    open(&program).await;
    let waiting = program.outbox().await;
    assert_eq!(waiting.len(), 1);
    let body = &waiting[0].body;
    assert_eq!(body.lines().count(), SHOWN + 2, "{body}");
    assert!(
        body.ends_with("400 more came and went; HISTORY shows them"),
        "{body}"
    );
}

#[actix_rt::test]
async fn what_was_read_is_in_the_history_with_all_before_it() {
    let dir = tempfile::tempdir().unwrap();
    let program = start(dir.path(), true);
    down_and_up(&program, "shop", &[Verdict::Failed, Verdict::Ok]).await;
    down_and_up(&program, "mail", &[Verdict::Failed]).await;
    let items = program.outbox().await;
    let receipt = |id: Option<&str>, by, read| Receipt {
        id: id.map(str::to_owned),
        by: vec![by],
        read,
    };
    let heard = async |program: &Program, target: &str| {
        let ask = AskHistory {
            target: Some(target.into()),
            limit: 10,
        };
        let history = program.journal.send(ask).await.unwrap().unwrap();
        history
            .changes
            .iter()
            .map(|(_, heard)| *heard)
            .collect::<Vec<_>>()
    };
    // One that is faster than the acknowledgement of the server.
    let arrived = receipt(Some(&items[2].id), AlertTo::Owner, false);
    program.journal.send(arrived).await.unwrap();
    for item in &items {
        program
            .journal
            .send(ItemDelivered { seq: item.seq })
            .await
            .unwrap();
    }
    let mail = heard(&program, "mail").await;
    assert!(
        mail[0].arrived.is_some() && mail[0].read.is_none(),
        "{mail:?}"
    );

    let stranger = receipt(Some(&items[2].id), AlertTo::Support, true);
    program.journal.send(stranger).await.unwrap();
    assert!(heard(&program, "mail").await[0].read.is_none(), "not his");
    let read = receipt(Some(&items[1].id), AlertTo::Owner, true);
    program.journal.send(read).await.unwrap();
    let shop = heard(&program, "shop").await;
    assert!(
        shop[0].read.is_some() && shop[1].read.is_some(),
        "and all before it: {shop:?}"
    );
    assert!(
        heard(&program, "mail").await[0].read.is_none(),
        "but not what came later"
    );
    program
        .journal
        .send(receipt(None, AlertTo::Owner, true))
        .await
        .unwrap();
    assert!(
        heard(&program, "mail").await[0].read.is_some(),
        "who answers has read all"
    );
}
