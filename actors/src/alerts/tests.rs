//! The board as its users see it: checks go in, messages come out.

use std::collections::HashMap;
use std::time::Duration;

use hostmessenger_config::{AlertTo, Alerts, Flapping, Language, Scope};
use jiff::Timestamp;
use proptest::prelude::*;

use super::board::{Board, Effects};
use super::record::TargetRecord;
use super::{Link, State, TargetPolicy};
use crate::probe::net::NetReason;
use crate::probe::verdict::{Finding, Outcome, Phase, Reason, Verdict};
use crate::time::Now;

fn policy(name: &str, scope: Scope) -> TargetPolicy {
    TargetPolicy {
        name: name.into(),
        every: Duration::from_secs(60),
        fail_after: 3,
        recover_after: 1,
        retry_every: Duration::from_secs(5),
        remind_every: None,
        depends_on: Vec::new(),
        alert_to: vec![AlertTo::Owner],
        scope,
    }
}

fn alerts() -> Alerts {
    Alerts {
        to: vec![AlertTo::Owner],
        batch_window: Duration::from_secs(2),
        flapping: Flapping {
            window: 20,
            high_percent: 50,
            low_percent: 25,
        },
    }
}

/// A program in a nutshell: it carries out what the board asks for, and notes what is said.
struct Sim {
    board: Board,
    mono: u64,
    start: Timestamp,
    said: Vec<String>,
    changes: Vec<String>,
    recheck: Vec<String>,
    verify: usize,
}

impl Sim {
    fn new(policies: Vec<TargetPolicy>, link: Link) -> Self {
        let start = Timestamp::from_second(1_700_000_000).unwrap();
        let now = Now {
            wall: start,
            mono: Duration::ZERO,
        };
        let board = Board::new(policies, HashMap::new(), alerts(), Language::En, link, now);
        Self {
            board,
            mono: 0,
            start,
            said: vec![],
            changes: vec![],
            recheck: vec![],
            verify: 0,
        }
    }

    fn now(&self) -> Now {
        let mono = Duration::from_secs(self.mono);
        Now {
            wall: self.start + mono,
            mono,
        }
    }

    fn take(&mut self, effects: Effects) {
        self.said.extend(
            effects
                .messages
                .into_iter()
                .flat_map(|m| m.body.lines().map(str::to_owned).collect::<Vec<_>>()),
        );
        self.changes.extend(
            effects
                .changes
                .iter()
                .map(|c| format!("{} {}>{}", c.target, c.from.as_str(), c.to.as_str())),
        );
        self.recheck.extend(effects.recheck);
        self.verify += usize::from(effects.verify_link);
    }

    /// One check, and its next delay in seconds.
    fn check(&mut self, name: &str, verdict: Verdict) -> u64 {
        let reason = Reason::Net(NetReason::Refused {
            peer: "127.0.0.1:81".into(),
        });
        let now = self.now();
        let outcome = Outcome {
            finding: Finding {
                verdict,
                phase: Some(Phase::Connect),
                reason,
            },
            at: now.wall,
            took: Duration::ZERO,
        };
        let effects = self.board.checked(name, &outcome, now);
        let next = effects.next_check.map_or(0, |next| next.as_secs());
        self.take(effects);
        next
    }

    fn checks(&mut self, name: &str, verdicts: &str) {
        for c in verdicts.chars() {
            self.check(name, verdict(c));
            self.pass(5);
        }
    }

    /// Lets time pass, second by second.
    fn pass(&mut self, seconds: u64) {
        for _ in 0..seconds {
            self.mono += 1;
            let effects = self.board.tick(self.now());
            self.take(effects);
        }
    }

    fn link(&mut self, link: Link) {
        let effects = self.board.link_changed(link, self.now());
        self.take(effects);
    }

    fn mute(&mut self, seconds: u64) {
        let until = self.now().wall + Duration::from_secs(seconds);
        let (_, effects) = self.board.mute(None, until, None);
        self.take(effects);
    }

    /// The first words and names of what was said since the last call: `DOWN shop`.
    fn heard(&mut self) -> Vec<String> {
        self.said
            .drain(..)
            .map(|line| line.split([':', ',']).next().unwrap().to_owned())
            .collect()
    }

    fn state(&self, name: &str) -> State {
        self.board.record(name).unwrap().state
    }

    /// Ends the program and starts it again with what was stored.
    fn restart(&mut self, policies: Vec<TargetPolicy>, link: Link) {
        let stored: HashMap<String, TargetRecord> = policies
            .iter()
            .filter_map(|policy| {
                let json = serde_json::to_string(self.board.record(&policy.name)?).unwrap();
                Some((policy.name.clone(), serde_json::from_str(&json).unwrap()))
            })
            .collect();
        self.board = Board::new(policies, stored, alerts(), Language::En, link, self.now());
    }
}

fn verdict(c: char) -> Verdict {
    match c {
        'o' => Verdict::Ok,
        'w' => Verdict::Warning,
        'f' => Verdict::Failed,
        _ => Verdict::Unknown,
    }
}

fn one(name: &str) -> Sim {
    Sim::new(vec![policy(name, Scope::Local)], Link::Up)
}

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
    assert_eq!(sim.heard(), ["DOWN c"]);
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
    let body = &messages[0].body;
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

#[derive(Debug, Clone)]
enum Event {
    Check(usize, char),
    Pass(u64),
    Link(Link),
    Verified(bool),
    Mute(u64),
    Unmute,
    Restart,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        12 => (0usize..4, prop::sample::select(vec!['o', 'o', 'w', 'f', 'f', 'u'])).prop_map(|(n, c)| Event::Check(n, c)),
        6 => (1u64..40).prop_map(Event::Pass),
        1 => prop::sample::select(vec![Link::Up, Link::Down]).prop_map(Event::Link),
        1 => any::<bool>().prop_map(Event::Verified),
        1 => (1u64..90).prop_map(Event::Mute),
        1 => Just(Event::Unmute),
        1 => Just(Event::Restart),
    ]
}

const NAMES: [&str; 4] = ["a", "b", "c", "d"];

fn mixed_policies(fail_after: u32, recover_after: u32) -> Vec<TargetPolicy> {
    let scopes = [Scope::Remote, Scope::Remote, Scope::Local, Scope::Remote];
    let mut policies: Vec<_> = NAMES
        .iter()
        .zip(scopes)
        .map(|(name, scope)| policy(name, scope))
        .collect();
    for policy in &mut policies {
        policy.fail_after = fail_after;
        policy.recover_after = recover_after;
        policy.remind_every = Some(Duration::from_secs(300));
    }
    policies[3].depends_on = vec!["a".into()];
    policies
}

/// What the last word about each target was, checked for sense on the way.
fn listen(said: &[String]) -> Result<HashMap<String, String>, TestCaseError> {
    let mut last: HashMap<String, String> = HashMap::new();
    for line in said {
        let head = line.split(':').next().unwrap_or_default();
        let (word, name) = head.rsplit_once(' ').unwrap_or((head, ""));
        let before = last.get(name).map_or("UP", String::as_str).to_owned();
        match word {
            "DOWN" => prop_assert!(before != "DOWN", "DOWN twice: {said:?}"),
            "UP" => prop_assert!(before != "UP", "UP of nothing: {said:?}"),
            "WARNING" => prop_assert!(before != "WARNING", "WARNING twice: {said:?}"),
            "still DOWN" => prop_assert!(before == "DOWN", "still DOWN of nothing: {said:?}"),
            "FLAPPING" | "STEADY" => continue,
            other => prop_assert!(false, "unknown word {other}"),
        }
        if word != "still DOWN" {
            last.insert(name.to_owned(), word.to_owned());
        }
    }
    Ok(last)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]
    #[test]
    fn whatever_happens_nothing_is_said_twice_and_in_the_end_everything_true_was_said(
        events in prop::collection::vec(event(), 0..120),
        fail_after in 1u32..4,
        recover_after in 1u32..3,
        ends in prop::collection::vec(prop::sample::select(vec!['o', 'w', 'f']), 4),
    ) {
        let policies = mixed_policies(fail_after, recover_after);
        let mut sim = Sim::new(policies.clone(), Link::Up);
        for event in events {
            match event {
                Event::Check(n, c) => {
                    let next = sim.check(NAMES[n], verdict(c));
                    prop_assert!(next == 5 || next == 60);
                }
                Event::Pass(seconds) => sim.pass(seconds),
                Event::Link(link) => sim.link(link),
                Event::Verified(alive) => {
                    let effects = sim.board.link_verified(alive, sim.now());
                    sim.take(effects);
                }
                Event::Mute(seconds) => sim.mute(seconds),
                Event::Unmute => {
                    let (_, effects) = sim.board.unmute(None, sim.now());
                    sim.take(effects);
                }
                Event::Restart => sim.restart(policies.clone(), Link::Down),
            }
        }
        // Calm: the link is there, mutes are over, and every check says the same for a while.
        sim.link(Link::Up);
        sim.pass(100);
        for _ in 0..40 {
            for (name, end) in NAMES.iter().zip(&ends) {
                sim.check(name, verdict(*end));
            }
            sim.pass(10);
        }
        let heard = listen(&sim.said)?;
        for (name, end) in NAMES.iter().zip(&ends) {
            let shadowed = *name == "d" && ends[0] == 'f';
            let expected = match end { 'o' => "UP", 'w' => "WARNING", _ => "DOWN" };
            let last = heard.get(*name).map_or("UP", String::as_str);
            if !shadowed {
                prop_assert_eq!(last, expected, "{} after {:?}", name, sim.said);
            }
        }
    }
}
