//! What is said of one target, and when.

use super::*;

#[test]
fn three_failures_are_one_down_and_one_success_is_one_up_with_its_duration() {
    let mut sim = one("shop");
    sim.checks("shop", "off");
    assert!(sim.heard().is_empty());
    sim.checks("shop", "ffff");
    assert_eq!(sim.said.len(), 1);
    let down = sim.said.remove(0);
    assert!(
        down.starts_with("DOWN shop: connection refused by 127.0.0.1:81 (connect), since "),
        "{down}"
    );
    sim.checks("shop", "oo");
    let up = sim.said.remove(0);
    assert!(
        up.starts_with("UP shop: ") && up.ends_with(", after 30s"),
        "{up}"
    );
    assert!(sim.said.is_empty());
    assert_eq!(
        sim.changes,
        ["shop PENDING>UP", "shop UP>DOWN", "shop DOWN>UP"]
    );
}

#[test]
fn the_pace_is_quick_only_between_the_first_failure_and_the_verdict() {
    let mut sim = one("shop");
    let paces: Vec<u64> = "offff"
        .chars()
        .map(|c| sim.check("shop", verdict(c)))
        .collect();
    assert_eq!(paces, [60, 5, 5, 60, 60]);
}

#[test]
fn up_without_a_down_is_never_said() {
    let mut sim = one("shop");
    sim.checks("shop", "oooffoffo");
    assert!(sim.heard().is_empty());
}

#[test]
fn changes_within_the_window_are_one_message_the_worst_first() {
    let mut sim = Sim::new(
        vec![
            policy("a", Scope::Local),
            policy("b", Scope::Local),
            policy("c", Scope::Local),
        ],
        Link::Up,
    );
    sim.checks("a", "fff");
    assert_eq!(sim.heard(), ["DOWN a"]);
    for _ in 0..3 {
        sim.check("b", Verdict::Warning);
        sim.check("c", Verdict::Failed);
    }
    sim.check("a", Verdict::Ok);
    let before = sim.said.len();
    let mut messages = 0;
    for _ in 0..5 {
        sim.mono += 1;
        let effects = sim.board.tick(sim.now());
        messages += effects.messages.len();
        sim.take(effects);
    }
    assert_eq!((before, messages), (0, 1));
    assert_eq!(sim.heard(), ["DOWN c", "WARNING b", "UP a"]);
}

#[test]
fn what_came_and_went_within_a_batch_is_not_said() {
    let mut sim = one("shop");
    for verdict in [
        Verdict::Ok,
        Verdict::Failed,
        Verdict::Failed,
        Verdict::Failed,
        Verdict::Ok,
    ] {
        sim.check("shop", verdict);
    }
    sim.pass(10);
    assert!(sim.heard().is_empty());
    assert_eq!(sim.changes.len(), 3, "but it is in the history");
}

#[test]
fn a_warning_that_gets_worse_and_better_is_said_at_each_step_once() {
    let mut sim = one("disk");
    sim.checks("disk", "owwwwfffffwwo");
    assert_eq!(
        sim.heard(),
        ["WARNING disk", "DOWN disk", "WARNING disk", "UP disk"]
    );
}

#[test]
fn a_reminder_says_still_down_and_never_down_again() {
    let mut reminding = policy("shop", Scope::Local);
    reminding.remind_every = Some(Duration::from_secs(600));
    let mut sim = Sim::new(vec![reminding], Link::Up);
    sim.checks("shop", "fff");
    sim.pass(1_250);
    assert_eq!(
        sim.heard(),
        ["DOWN shop", "still DOWN shop", "still DOWN shop"]
    );
}

#[test]
fn a_mute_holds_alerts_and_its_end_tells_what_is_still_true_once() {
    let mut sim = Sim::new(
        vec![policy("a", Scope::Local), policy("b", Scope::Local)],
        Link::Up,
    );
    sim.mute(100);
    sim.checks("a", "fff");
    sim.checks("b", "fffo");
    sim.pass(80);
    assert!(
        sim.recheck.contains(&"a".to_owned()),
        "what is said must be fresh"
    );
    assert!(sim.heard().is_empty());
    sim.checks("a", "ff");
    sim.checks("b", "oo");
    assert_eq!(sim.heard(), ["DOWN a"]);
}

#[test]
fn a_maintenance_does_not_say_down_again_nor_forget_the_up() {
    let mut sim = one("shop");
    sim.checks("shop", "fff");
    assert_eq!(sim.heard(), ["DOWN shop"]);
    sim.mute(60);
    sim.checks("shop", "oofff");
    sim.pass(60);
    sim.checks("shop", "ff");
    assert!(sim.heard().is_empty(), "it was said, and is still true");
    sim.mute(60);
    sim.checks("shop", "oo");
    sim.pass(60);
    sim.checks("shop", "o");
    assert_eq!(sim.heard(), ["UP shop"]);
}

#[test]
fn what_stays_as_it_is_is_not_written_at_every_check() {
    let mut sim = one("shop");
    let mut writes = |verdict: &str| {
        sim.checks("shop", &verdict.repeat(100));
        std::mem::take(&mut sim.writes)
    };
    assert!(writes("o") < 5);
    // The change, the telling, and the window in which it may be flapping.
    assert!((1..40).contains(&writes("f")));
    assert_eq!(writes("f"), 0);
}

#[test]
fn a_new_failure_stands_before_a_reminder_of_the_same_moment() {
    let mut old = policy("old", Scope::Local);
    old.remind_every = Some(Duration::from_secs(100));
    let mut sim = Sim::new(vec![old, policy("new", Scope::Local)], Link::Up);
    sim.checks("old", "offf");
    assert_eq!(sim.heard(), ["DOWN old"]);
    sim.mono += 200;
    for _ in 0..3 {
        sim.check("new", Verdict::Failed);
    }
    sim.mono += 5;
    sim.pass(1);
    assert_eq!(sim.heard(), ["DOWN new", "still DOWN old"]);
}
