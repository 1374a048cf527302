//! Each rule finds a breach made by hand, and none objects to a story that is right.

use std::sync::Arc;
use std::time::Duration;

use hostmessenger_config::{AlertTo, Alerts, Flapping, Judging, Scope};

use super::super::trace::{End, Event, Line, Said, Trace, What, Word};
use super::RULES;
use crate::alerts::{Link, State, TargetPolicy};
use crate::probe::verdict::Verdict::{self, Failed, Ok};

const fn s(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

fn policy(n: usize, scope: Scope) -> TargetPolicy {
    TargetPolicy {
        name: format!("t{n}").into(),
        judging: Arc::new(Judging {
            every: s(60),
            fail_after: 2,
            recover_after: 2,
            retry_every: s(5),
            remind_every: Some(s(3_600)),
            depends_on: Vec::new(),
            alert_to: vec![AlertTo::Owner],
            scope: Some(scope),
        }),
    }
}

/// t1 depends on t0; t1 and t2 are remote.
fn trace(mut events: Vec<Event>) -> Trace {
    // What was said comes last among what happened at one time.
    events.sort_by_key(|event| (event.at, matches!(event.what, What::Said(_))));
    let mut policies = vec![
        policy(0, Scope::Local),
        policy(1, Scope::Remote),
        policy(2, Scope::Remote),
    ];
    policies[1].depends_on = vec!["t0".into()];
    let alerts = Alerts {
        escalation: None,
        to: vec![AlertTo::Owner],
        batch_window: s(2),
        flapping: Flapping {
            window: 4,
            high_percent: 50,
            low_percent: 25,
        },
    };
    Trace {
        policies,
        alerts,
        events,
    }
}

fn at(secs: u64, what: What) -> Event {
    Event { at: s(secs), what }
}

fn check(secs: u64, target: usize, verdict: Verdict, pace: u64) -> Event {
    at(secs, What::Checked(target, verdict, s(pace)))
}

fn became(secs: u64, target: usize, from: State, to: State) -> Event {
    at(secs, What::Became(target, from, to))
}

fn said(secs: u64, target: usize, word: Word) -> Event {
    said_to(secs, target, word, AlertTo::Owner)
}

fn said_to(secs: u64, target: usize, word: Word, to: AlertTo) -> Event {
    let seq = secs.cast_signed() * 10 + i64::try_from(target).unwrap();
    let lines = vec![Line { target, word }];
    at(
        secs,
        What::Said(Said {
            seq,
            to,
            stamp: s(secs),
            lines,
            cut: false,
        }),
    )
}

/// All are UP from the first second on.
fn begun() -> Vec<Event> {
    let mut events = vec![at(0, What::Link(Link::Up)), at(0, What::Started)];
    for target in 0..3 {
        events.push(check(1, target, Ok, 60));
        events.push(became(1, target, State::Pending, State::Up));
    }
    events
}

/// It turns DOWN five seconds later.
fn down(secs: u64, target: usize) -> Vec<Event> {
    vec![
        check(secs, target, Failed, 5),
        check(secs + 5, target, Failed, 60),
        became(secs + 5, target, State::Up, State::Down),
    ]
}

fn up(secs: u64, target: usize) -> Vec<Event> {
    vec![
        check(secs, target, Ok, 5),
        check(secs + 5, target, Ok, 60),
        became(secs + 5, target, State::Down, State::Up),
    ]
}

fn right() -> Vec<Event> {
    let mut events = begun();
    events.extend(down(100, 0));
    events.push(said(107, 0, Word::Down(s(100))));
    events.push(said(3_707, 0, Word::StillDown("1h".into())));
    events.extend(up(4_000, 0));
    events.push(said(4_007, 0, Word::Up("1h 5m".into())));
    events.push(check(9_000, 2, Ok, 60));
    events
}

/// A story that breaks the rule of this name.
fn wrong(rule: &str) -> Vec<Event> {
    match rule {
        "down_needs_failures_in_a_row" => {
            vec![
                check(100, 0, Failed, 5),
                became(100, 0, State::Up, State::Down),
            ]
        }
        "failures_in_a_row_make_down" => vec![check(100, 0, Failed, 5), check(105, 0, Failed, 5)],
        "up_needs_successes_in_a_row" => {
            let mut all = down(100, 0);
            all.extend([check(200, 0, Ok, 5), became(200, 0, State::Down, State::Up)]);
            all
        }
        "successes_in_a_row_make_up" => {
            let mut all = down(100, 0);
            all.extend([check(200, 0, Ok, 5), check(205, 0, Ok, 5)]);
            all
        }
        "states_follow_from_checks" => vec![became(100, 0, State::Up, State::Pending)],
        "retries_keep_their_pace" => vec![check(100, 0, Failed, 60)],
        "being_cut_off_is_told_on_return" => {
            let mut told = said(100, 0, Word::Flapping);
            if let What::Said(said) = &mut told.what {
                said.cut = true;
            }
            vec![at(50, What::Link(Link::Up)), told]
        }
        "trouble_here_is_not_theirs" => {
            let mut all = vec![at(90, What::Link(Link::Down))];
            all.extend(down(100, 1));
            all.extend(down(101, 2));
            all
        }
        _ => wrong_words(rule),
    }
}

fn wrong_words(rule: &str) -> Vec<Event> {
    let text = |text: &str| text.to_owned();
    match rule {
        "up_only_follows_what_was_sent" => vec![said(100, 0, Word::Up(text("1m")))],
        "nothing_says_down_twice" => {
            let mut all = down(100, 0);
            all.extend([107, 120].map(|secs| said(secs, 0, Word::Down(s(100)))));
            all
        }
        "reminders_are_paced" => {
            let mut all = down(100, 0);
            all.push(said(107, 0, Word::Down(s(100))));
            all.push(said(707, 0, Word::StillDown(text("10m 7s"))));
            all
        }
        "reminders_come" => {
            let mut all = down(100, 0);
            all.push(said(107, 0, Word::Down(s(100))));
            all.extend([check(5_000, 0, Failed, 60), check(5_060, 0, Failed, 60)]);
            all
        }
        "what_stands_has_been_told" => down(100, 0),
        "after_is_the_time_between" => {
            let mut all = down(100, 0);
            all.push(said(107, 0, Word::Down(s(100))));
            all.extend(up(400, 0));
            all.push(said(407, 0, Word::Up(text("1m"))));
            all
        }
        "since_is_when_it_became_so" => {
            let mut all = down(100, 0);
            all.push(said(107, 0, Word::Down(s(106))));
            all
        }
        "only_who_should_hears" => vec![said_to(100, 0, Word::Flapping, AlertTo::Support)],
        "what_is_said_is_true" => vec![said(100, 0, Word::Down(s(90)))],
        _ => wrong_when_quiet(rule),
    }
}

fn wrong_when_quiet(rule: &str) -> Vec<Event> {
    let flapping = || {
        let mut all = Vec::new();
        for turn in 0..4 {
            let verdict = if turn % 2 == 0 { Failed } else { Ok };
            all.push(check(100 + turn * 60, 0, verdict, 60));
        }
        all
    };
    match rule {
        "muted_is_silent" => {
            let mut all = vec![at(90, What::Muted(0, s(500)))];
            all.extend(down(100, 0));
            all.push(said(107, 0, Word::Down(s(100))));
            all
        }
        "shadowed_is_silent" => {
            let mut all = down(100, 0);
            all.extend(down(102, 1));
            all.push(said(109, 1, Word::Down(s(102))));
            all
        }
        "flapping_is_held_back" => {
            let mut all = vec![at(90, What::Flapping(0, true))];
            all.extend(down(100, 0));
            all.push(said(107, 0, Word::Down(s(100))));
            all
        }
        "flapping_is_told_once" => [100, 110].map(|secs| said(secs, 0, Word::Flapping)).into(),
        "flapping_is_told_soon" => vec![at(280, What::Flapping(0, true))],
        "flapping_follows_the_shares" => {
            let mut all = flapping();
            all.push(at(300, What::Flapping(0, true)));
            all.extend((0..9).map(|turn| check(400 + turn * 60, 0, Ok, 60)));
            all
        }
        "changes_together_are_one_message" | "changes_together_are_one_message_for_each" => {
            vec![
                said(107, 0, Word::Down(s(100))),
                said(108, 2, Word::Down(s(100))),
            ]
        }
        "messages_are_in_order" => {
            let mut late = said(100, 0, Word::Flapping);
            late.at = s(200);
            vec![said(150, 0, Word::Flapping), late]
        }
        "a_restart_changes_nothing" => {
            let mut all = down(100, 0);
            all.push(at(200, What::Stopped(End::Killed)));
            all.push(at(300, What::Started));
            all.push(became(300, 0, State::Down, State::Up));
            all
        }
        "a_restart_keeps_what_flaps" => vec![
            at(200, What::Stopped(End::Killed)),
            at(300, What::Started),
            at(300, What::Flapping(0, true)),
        ],
        rule => panic!("no story breaks {rule}"),
    }
}

#[test]
fn each_rule_finds_its_breach() {
    for (name, rule) in RULES {
        let mut events = begun();
        events.extend(wrong(name));
        events.extend([8_000, 9_000].map(|secs| check(secs, 2, Ok, 60)));
        assert!(!rule(&trace(events)).is_empty(), "{name} finds nothing");
    }
}

#[test]
fn a_story_that_is_right_breaks_no_rule() {
    for (name, rule) in RULES {
        assert_eq!(rule(&trace(right())), [], "{name}");
    }
}
