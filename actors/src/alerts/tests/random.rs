//! Whatever happens, in any order.

use hostmessenger_config::Escalation;
use proptest::prelude::*;

use super::*;

#[derive(Debug, Clone)]
enum Event {
    Check(usize, char),
    Pass(u64),
    Link(Link),
    Verified(bool),
    Mute(u64),
    Unmute,
    Restart,
    Read(usize),
    Reload(bool),
    SetClock(i64),
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

/// What is seldom, too.
fn rare_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        20 => event(),
        2 => (300u64..700).prop_map(Event::Pass),
        1 => (0usize..4).prop_map(Event::Read),
        1 => any::<bool>().prop_map(Event::Reload),
        1 => (-5_000i64..100).prop_map(Event::SetClock),
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

fn happen(sim: &mut Sim, event: Event, policies: &[TargetPolicy]) {
    match event {
        Event::Check(n, c) => {
            let next = sim.check(NAMES[n], verdict(c));
            assert!(next == 5 || next == 60, "{next}");
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
        Event::Restart => sim.restart(policies.to_vec(), Link::Down),
        Event::Read(n) => {
            let entry = &sim.board.entries[n];
            let (since, lang) = (entry.record.since, Language::En);
            let line = entry.line(lang, Word::Down, since, since);
            let effects = sim.board.was_read(&[line]);
            sim.take(effects);
        }
        Event::Reload(remind) => {
            let mut policies = policies.to_vec();
            policies.reverse();
            for policy in &mut policies {
                policy.remind_every = remind.then_some(Duration::from_secs(100));
            }
            let effects = sim.board.retarget(policies, sim.now());
            sim.take(effects);
        }
        Event::SetClock(by) => {
            sim.start = Timestamp::from_second(sim.start.as_second() + by).unwrap();
        }
    }
}

/// What the last word about each target was, checked for sense on the way.
fn listen(said: &[String]) -> Result<HashMap<String, String>, TestCaseError> {
    let mut last: HashMap<String, String> = HashMap::new();
    for line in said {
        if line.starts_with("This host was cut off") {
            continue;
        }
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
            happen(&mut sim, event, &policies);
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

    /// [`Sim::take`] compares after each event.
    #[test]
    fn whatever_happens_everyone_is_looked_at_when_his_moment_has_come(
        events in prop::collection::vec(rare_event(), 0..120),
    ) {
        let policies = mixed_policies(2, 1);
        let mut sim = Sim::new(policies.clone(), Link::Up);
        sim.board.alerts.escalation = Some(Escalation {
            after: Duration::from_secs(200),
            to: vec![AlertTo::Support],
        });
        for event in events {
            happen(&mut sim, event, &policies);
        }
    }
}
