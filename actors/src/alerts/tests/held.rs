//! What is held back: dependencies, flapping, our own link, restarts, crowds.

use super::*;
use crate::alerts::digest::Content;

fn with_router() -> Sim {
    let mut mail = policy("mail", Scope::Local);
    mail.depends_on = vec!["router".into()];
    let mut list = policy("list", Scope::Local);
    list.depends_on = vec!["mail".into()];
    Sim::new(vec![mail, list, policy("router", Scope::Local)], Link::Up)
}

#[test]
fn nothing_is_said_of_what_depends_on_something_that_is_down() {
    let mut sim = with_router();
    sim.checks("router", "offf");
    assert_eq!(sim.heard(), ["DOWN router"]);
    sim.checks("mail", "fff");
    sim.checks("list", "fff");
    assert!(sim.heard().is_empty());
    assert_eq!(sim.board.status()[1].shadowed_by.as_deref(), Some("router"));
    sim.recheck.clear();
    sim.checks("router", "o");
    assert_eq!(
        sim.recheck,
        ["list", "mail"],
        "judged anew, not by what was seen behind the router"
    );
    sim.checks("mail", "o");
    sim.checks("list", "ff");
    assert_eq!(sim.heard(), ["UP router", "DOWN list"]);
}

#[test]
fn a_dependent_that_fails_first_waits_until_its_dependency_was_looked_at() {
    let mut sim = with_router();
    sim.checks("router", "o");
    sim.checks("mail", "offf");
    assert!(sim.heard().is_empty());
    assert!(sim.recheck.contains(&"router".to_owned()));
    sim.checks("router", "fff");
    assert_eq!(sim.heard(), ["DOWN router"]);

    let mut sim = with_router();
    sim.checks("mail", "offf");
    sim.checks("router", "oo");
    assert_eq!(sim.heard(), ["DOWN mail"]);
}

#[test]
fn a_dependency_that_is_never_looked_at_does_not_silence_for_ever() {
    let mut sim = with_router();
    sim.checks("mail", "offf");
    sim.pass(200);
    assert_eq!(sim.heard(), ["DOWN mail"]);
}

#[test]
fn flapping_is_said_once_and_what_is_true_in_the_end_too() {
    let mut sim = one("shop");
    let mut eager = policy("shop", Scope::Local);
    eager.fail_after = 1;
    sim.board.retarget(vec![eager], sim.now());
    sim.checks("shop", &"of".repeat(20));
    let heard = sim.heard();
    assert_eq!(
        heard.iter().filter(|line| *line == "FLAPPING shop").count(),
        1
    );
    assert_eq!(heard.last().unwrap(), "FLAPPING shop");
    sim.checks("shop", &"f".repeat(20));
    let heard = sim.heard();
    assert_eq!(heard.len(), 1, "{heard:?}");
}

#[test]
fn a_restart_says_nothing_twice_and_forgets_no_up() {
    let policies = vec![policy("shop", Scope::Local)];
    let mut sim = Sim::new(policies.clone(), Link::Up);
    sim.checks("shop", "offf");
    assert_eq!(sim.heard(), ["DOWN shop"]);
    sim.restart(policies.clone(), Link::Down);
    sim.checks("shop", "ff");
    assert!(sim.heard().is_empty());
    sim.restart(policies.clone(), Link::Down);
    sim.checks("shop", "o");
    assert_eq!(sim.heard(), ["UP shop"]);
    sim.checks("shop", "ff");
    sim.restart(policies, Link::Down);
    sim.checks("shop", "f");
    assert_eq!(sim.heard(), ["DOWN shop"], "the streak went on");
}

#[test]
fn a_hundred_at_once_fit_into_one_message_that_says_how_many_more() {
    let names: Vec<String> = (0..100).map(|n| format!("target number {n}")).collect();
    let mut sim = Sim::new(
        names
            .iter()
            .map(|name| policy(name, Scope::Local))
            .collect(),
        Link::Up,
    );
    for _ in 0..3 {
        for name in &names {
            sim.check(name, Verdict::Failed);
        }
    }
    let mut messages = Vec::new();
    for _ in 0..5 {
        sim.mono += 1;
        messages.extend(sim.board.tick(sim.now()).messages);
    }
    assert_eq!(messages.len(), 1);
    let content = Content::of(messages.remove(0).lines);
    let body = say::body(Language::En, &content);
    assert!(body.chars().count() <= 4_000);
    let shown = body.lines().count() - 1;
    assert!(
        body.lines()
            .last()
            .unwrap()
            .contains(&format!("{} more", 100 - shown)),
        "{body}"
    );
}

#[test]
fn what_was_not_told_before_a_short_restart_is_told_before_anything_newer() {
    let policies = ["a", "b"].map(|name| policy(name, Scope::Local)).to_vec();
    let mut sim = Sim::new(policies.clone(), Link::Up);
    sim.checks("b", "o");
    sim.checks("a", "offf");
    assert_eq!(sim.heard(), ["DOWN a"]);
    sim.check("a", Verdict::Ok);
    sim.restart(policies.clone(), Link::Up);
    sim.pass(1);
    sim.check("b", Verdict::Failed);
    sim.check("b", Verdict::Failed);
    sim.check("b", Verdict::Failed);
    sim.pass(5);
    assert_eq!(sim.heard(), ["UP a", "DOWN b"]);

    sim.check("b", Verdict::Ok);
    sim.mono += 3_600;
    sim.restart(policies, Link::Up);
    sim.pass(5);
    assert!(sim.heard().is_empty(), "an hour later it may be otherwise");
    sim.checks("b", "o");
    assert_eq!(sim.heard(), ["UP b"]);
}
