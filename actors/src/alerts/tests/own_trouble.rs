//! Whether the trouble is ours: what the link says about targets that fail together.

use super::*;

fn remotes() -> Sim {
    let mut policies: Vec<_> = ["a", "b", "c"]
        .map(|name| policy(name, Scope::Remote))
        .into();
    policies.push(policy("disk", Scope::Local));
    Sim::new(policies, Link::Up)
}

#[test]
fn when_our_own_link_is_gone_remote_targets_are_unknown_and_local_ones_count() {
    let mut sim = remotes();
    for name in ["a", "b", "c", "disk"] {
        sim.checks(name, "o");
    }
    sim.link(Link::Down);
    for _ in 0..5 {
        for name in ["a", "b", "c", "disk"] {
            sim.check(name, Verdict::Failed);
        }
        sim.pass(5);
    }
    assert_eq!(sim.state("b"), State::Unknown);
    assert_eq!(sim.heard(), ["DOWN disk"]);
    sim.link(Link::Up);
    assert_eq!(sim.recheck, ["a", "b", "c"]);
    sim.checks("a", "o");
    sim.checks("b", "o");
    sim.checks("c", "fff");
    assert_eq!(sim.heard(), ["This host was cut off for 25s", "DOWN c"]);
    assert_eq!(sim.state("a"), State::Up);
}

#[test]
fn one_remote_target_is_down_even_while_our_link_is_gone() {
    let mut sim = remotes();
    sim.link(Link::Down);
    sim.checks("a", "offf");
    assert_eq!(sim.state("a"), State::Down);
}

#[test]
fn while_the_link_seems_up_it_is_verified_before_half_of_all_are_called_down() {
    let mut sim = remotes();
    let fail_all = |sim: &mut Sim| {
        for _ in 0..3 {
            for name in ["a", "b", "c"] {
                sim.check(name, Verdict::Failed);
            }
            sim.pass(2);
        }
    };
    fail_all(&mut sim);
    assert_eq!(sim.verify, 1);
    assert!(sim.changes.is_empty() && sim.said.is_empty());
    let effects = sim.board.link_verified(false, sim.now());
    sim.take(effects);
    sim.pass(5);
    assert_eq!(sim.state("a"), State::Unknown);
    assert!(sim.heard().is_empty());

    let mut sim = remotes();
    fail_all(&mut sim);
    let effects = sim.board.link_verified(true, sim.now());
    sim.take(effects);
    sim.pass(5);
    assert_eq!(sim.heard(), ["DOWN a", "DOWN b", "DOWN c"]);

    let mut sim = remotes();
    fail_all(&mut sim);
    sim.pass(20);
    assert_eq!(sim.heard().len(), 3, "no answer does not silence for ever");
}

#[test]
fn without_an_account_nothing_is_blamed_on_the_link() {
    let mut sim = Sim::new(
        vec![policy("a", Scope::Remote), policy("b", Scope::Remote)],
        Link::None,
    );
    sim.checks("a", "fff");
    sim.checks("b", "fff");
    assert_eq!(sim.heard(), ["DOWN a", "DOWN b"]);
}

#[test]
fn a_link_that_does_not_answer_is_asked_again_until_it_does() {
    let mut sim = remotes();
    for name in ["a", "b", "c"] {
        sim.check(name, Verdict::Ok);
    }
    for _ in 0..3 {
        for name in ["a", "b", "c"] {
            sim.check(name, Verdict::Failed);
        }
        sim.pass(2);
    }
    let verified = |sim: &mut Sim, alive| {
        let effects = sim.board.link_verified(alive, sim.now());
        sim.take(effects);
    };
    verified(&mut sim, false);
    assert_eq!((sim.state("a"), sim.verify), (State::Unknown, 1));
    sim.pass(15);
    assert_eq!(
        sim.verify, 2,
        "the connection may never notice a short trouble"
    );
    verified(&mut sim, true);
    assert_eq!(sim.recheck, ["a", "b", "c"]);
    for name in ["a", "b", "c"] {
        sim.checks(name, "o");
    }
    assert_eq!(sim.state("a"), State::Up);
    assert_eq!(sim.heard(), ["This host was cut off for 15s"]);
}

#[test]
fn how_long_the_host_was_cut_off_is_known_after_a_restart() {
    let mut sim = remotes();
    for name in ["a", "b", "c"] {
        sim.check(name, Verdict::Ok);
    }
    sim.link(Link::Down);
    for _ in 0..3 {
        for name in ["a", "b", "c"] {
            sim.check(name, Verdict::Failed);
        }
        sim.pass(5);
    }
    let cut = sim.board.cut_since();
    assert!(cut.is_some());
    let policies = ["a", "b", "c", "disk"].map(|name| policy(name, Scope::Remote));
    sim.restart(policies.to_vec(), Link::Down);
    sim.board.remember_cut(cut);
    sim.pass(3_600);
    sim.link(Link::Up);
    assert_eq!(sim.heard(), ["This host was cut off for 1h"]);
    sim.link(Link::Down);
    sim.link(Link::Up);
    assert!(sim.heard().is_empty(), "once");
}

#[test]
fn who_was_down_before_the_link_was_lost_does_not_make_it_our_trouble() {
    let mut sim = remotes();
    for name in ["a", "b"] {
        sim.checks(name, "f");
    }
    let effects = sim.board.link_verified(true, sim.now());
    sim.take(effects);
    for name in ["a", "b"] {
        sim.checks(name, "ff");
    }
    assert_eq!(sim.heard(), ["DOWN a", "DOWN b"]);
    sim.link(Link::Down);
    sim.pass(600);
    sim.link(Link::Up);
    for name in ["a", "b"] {
        sim.checks(name, "fff");
    }
    assert!(sim.heard().is_empty(), "{:?}", sim.said);
}
