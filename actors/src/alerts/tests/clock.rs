//! A wall clock that jumps; the time that passes does not.

use super::*;

/// Sets the wall clock to another time.
fn jump(sim: &mut Sim, seconds: i64) {
    sim.start = Timestamp::from_second(sim.start.as_second() + seconds).unwrap();
}

const YEARS: i64 = 10 * 365 * 86_400;

#[test]
fn a_mute_lasts_as_long_as_it_was_meant_to_though_the_clock_is_set_back() {
    let mut sim = one("shop");
    sim.checks("shop", "o");
    sim.mute(600);
    sim.checks("shop", "fff");
    jump(&mut sim, -YEARS);
    sim.pass(500);
    assert!(sim.heard().is_empty());
    sim.pass(200);
    sim.checks("shop", "f");
    assert_eq!(sim.heard(), ["DOWN shop"]);
}

#[test]
fn a_reminder_comes_in_time_though_the_clock_is_set_back() {
    let mut policies = vec![policy("shop", Scope::Local)];
    policies[0].remind_every = Some(Duration::from_secs(600));
    let mut sim = Sim::new(policies, Link::Up);
    sim.checks("shop", "offf");
    sim.heard();
    jump(&mut sim, -YEARS);
    sim.pass(700);
    assert_eq!(sim.heard(), ["still DOWN shop"]);
    sim.check("shop", Verdict::Ok);
    sim.pass(5);
    let up = sim.said.pop().unwrap();
    assert!(up.contains("after 11m") || up.contains("after 12m"), "{up}");
}

#[test]
fn a_clock_that_was_set_back_while_the_program_did_not_run_keeps_no_mute_for_years() {
    let policies = vec![policy("shop", Scope::Local)];
    let mut sim = Sim::new(policies.clone(), Link::Up);
    sim.checks("shop", "o");
    sim.mute(600);
    jump(&mut sim, -YEARS);
    sim.restart(policies, Link::Up);
    sim.checks("shop", "fff");
    assert!(sim.heard().is_empty());
    sim.pass(700);
    sim.checks("shop", "f");
    assert_eq!(sim.heard(), ["DOWN shop"]);
}

#[test]
fn a_clock_that_is_corrected_or_set_forward_says_nothing_new() {
    let mut sim = one("shop");
    sim.checks("shop", "offf");
    sim.heard();
    jump(&mut sim, -20);
    sim.pass(60);
    jump(&mut sim, YEARS);
    sim.pass(60);
    assert!(sim.heard().is_empty());
    sim.check("shop", Verdict::Ok);
    sim.pass(5);
    assert_eq!(sim.heard(), ["UP shop"]);
}
