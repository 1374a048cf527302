//! What is kept, and who hears of it.

use super::*;

#[actix_rt::test]
async fn an_alert_waits_on_disk_until_it_is_delivered() {
    let dir = tempfile::tempdir().unwrap();
    let program = start(dir.path(), true);
    program.check("shop", Verdict::Failed).await;
    program.check("shop", Verdict::Failed).await;
    let before = program.outbox_of(1).await;
    assert!(
        before[0]
            .body
            .starts_with("DOWN shop: connection refused by 127.0.0.1:81")
    );
    assert!(program.grew.get() >= 1);
    program.end().await;

    let program = reopen(dir.path(), true).await;
    assert_eq!(
        program.outbox().await,
        before,
        "same number, same id, same words"
    );
    program
        .journal
        .send(ItemDelivered { seq: before[0].seq })
        .await
        .unwrap();
    assert!(program.outbox().await.is_empty());
}

#[actix_rt::test]
async fn a_restart_goes_on_in_mid_streak_and_says_nothing_twice() {
    let dir = tempfile::tempdir().unwrap();
    let program = start(dir.path(), true);
    program.check("shop", Verdict::Ok).await;
    program.check("shop", Verdict::Failed).await;
    assert_eq!(program.state("shop").await, State::Up);
    program.end().await;

    let program = reopen(dir.path(), true).await;
    program.check("shop", Verdict::Failed).await;
    assert_eq!(program.state("shop").await, State::Down);
    program.outbox_of(1).await;
    program.end().await;

    let program = reopen(dir.path(), true).await;
    program.check("shop", Verdict::Failed).await;
    program.check("shop", Verdict::Ok).await;
    let items = program.outbox_of(2).await;
    assert_eq!(items.len(), 2);
    assert!(items[1].body.starts_with("UP shop:"));
}

#[actix_rt::test]
async fn a_mute_survives_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let program = start(dir.path(), true);
    let for_ = Duration::from_secs(3_600);
    let mute = MuteTarget {
        target: Some("shop".into()),
        for_,
        reason: Some("moving".into()),
    };
    assert_eq!(program.journal.send(mute).await.unwrap(), ["shop"]);
    program.end().await;
    let program = reopen(dir.path(), true).await;
    let status = program.journal.send(AskStatus).await.unwrap();
    assert_eq!(
        status[0].muted.as_ref().unwrap().reason.as_deref(),
        Some("moving")
    );
    assert_eq!(status[1].muted, None);
    let unmuted = program
        .journal
        .send(UnmuteTarget { target: None })
        .await
        .unwrap();
    assert_eq!(unmuted, ["shop"]);
}

#[actix_rt::test]
async fn without_an_account_the_console_hears_and_nothing_stays_behind() {
    let dir = tempfile::tempdir().unwrap();
    let program = start(dir.path(), false);
    program.check("shop", Verdict::Failed).await;
    program.check("shop", Verdict::Failed).await;
    let heard = async {
        while program.said.borrow().is_empty() || !program.outbox().await.is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), heard)
        .await
        .unwrap();
    assert!(program.said.borrow()[0].starts_with("DOWN shop:"));
}

#[actix_rt::test]
async fn the_presence_follows_the_health() {
    let dir = tempfile::tempdir().unwrap();
    let program = start(dir.path(), true);
    program.check("shop", Verdict::Ok).await;
    program.check("mail", Verdict::Failed).await;
    program.check("mail", Verdict::Failed).await;
    shows_down(&program, &["mail"]).await;
    let total = program.health.borrow().last().map(|health| health.total);
    assert_eq!(total, Some(2));
}

/// Waits until these are shown to be DOWN.
async fn shows_down(program: &super::Program, names: &[&str]) {
    let is_shown = || {
        let shown = program.health.borrow();
        shown.last().is_some_and(|health| health.down == names)
    };
    let shown = async {
        while !is_shown() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let shown = tokio::time::timeout(Duration::from_secs(10), shown).await;
    assert!(shown.is_ok(), "{:?}", program.health.borrow().last());
}

#[actix_rt::test]
async fn what_changes_all_the_time_is_shown_ten_times_a_second_at_most_and_the_last_of_it_always() {
    let dir = tempfile::tempdir().unwrap();
    let program = start(dir.path(), true);
    let begun = std::time::Instant::now();
    for _ in 0..100 {
        for verdict in [Verdict::Failed, Verdict::Failed, Verdict::Ok] {
            program.check("shop", verdict).await;
        }
    }
    program.check("mail", Verdict::Failed).await;
    program.check("mail", Verdict::Failed).await;
    shows_down(&program, &["mail"]).await;
    let most = begun.elapsed().as_millis() / 100 + 2;
    let shown = program.health.borrow().len();
    assert!(shown as u128 <= most, "{shown} times, {most} at most");
}

#[actix_rt::test]
async fn history_shows_the_changes_newest_first_and_the_shares() {
    let dir = tempfile::tempdir().unwrap();
    let program = start(dir.path(), true);
    for verdict in [Verdict::Ok, Verdict::Failed, Verdict::Failed, Verdict::Ok] {
        program.check("shop", verdict).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let ask = AskHistory {
        target: Some("shop".into()),
        limit: 2,
    };
    let history = program.journal.send(ask).await.unwrap().unwrap();
    let changes: Vec<_> = history
        .changes
        .iter()
        .map(|(change, _)| change.to)
        .collect();
    assert_eq!(changes, [State::Up, State::Down]);
    let (name, shares) = &history.up[0];
    assert_eq!((history.up.len(), name.as_str()), (1, "shop"));
    assert!(
        shares
            .iter()
            .all(|share| share.is_some_and(|s| s > 0.0 && s < 100.0)),
        "{shares:?}"
    );
}
