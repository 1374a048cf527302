//! Whatever happens, in any order.

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
