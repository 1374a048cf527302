//! An alert that nobody reads.

use hostmessenger_config::Escalation;

use super::*;

/// A target whose alerts go on after ten minutes; and who got what.
fn watched() -> (Sim, AlertTo) {
    let next = AlertTo::Support;
    let mut sim = one("shop");
    let escalation = Some(Escalation {
        after: Duration::from_secs(600),
        to: vec![next.clone()],
    });
    sim.board.alerts = Alerts {
        escalation,
        ..alerts()
    };
    (sim, next)
}

/// What was said to whom while so much time passes.
fn told(sim: &mut Sim, seconds: u64) -> Vec<(AlertTo, String)> {
    let mut told = Vec::new();
    for _ in 0..seconds {
        sim.mono += 1;
        for message in sim.board.tick(sim.now()).messages {
            for line in message.lines {
                let text = say::line(Language::En, &line);
                told.push((message.to.clone(), text));
            }
        }
    }
    told
}

#[test]
fn what_is_still_true_and_unread_goes_to_others_once_and_they_hear_the_end() {
    let (mut sim, next) = watched();
    sim.checks("shop", "offf");
    assert_eq!(sim.heard(), ["DOWN shop"]);
    assert!(told(&mut sim, 590).is_empty());
    let heard = told(&mut sim, 3_000);
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert_eq!(heard[0].0, next);
    assert!(
        heard[0].1.starts_with("DOWN shop: ") && heard[0].1.contains("nobody has read"),
        "{heard:?}"
    );
    sim.check("shop", Verdict::Ok);
    let heard = told(&mut sim, 10);
    let receivers: Vec<&AlertTo> = heard.iter().map(|(to, _)| to).collect();
    assert_eq!(receivers, [&AlertTo::Owner, &next]);
    assert!(heard.iter().all(|(_, text)| text.starts_with("UP shop")));
}

#[test]
fn what_was_read_or_is_over_or_muted_goes_to_nobody_else() {
    let (mut sim, _) = watched();
    sim.checks("shop", "offf");
    let line = sim.board.entries[0].line(
        Language::En,
        Word::Down,
        sim.start,
        sim.board.entries[0].record.since,
    );
    sim.board.was_read(std::slice::from_ref(&line));
    assert!(told(&mut sim, 3_000).is_empty(), "read");

    let (mut sim, _) = watched();
    sim.checks("shop", "offfo");
    sim.heard();
    assert!(told(&mut sim, 3_000).is_empty(), "over");
    sim.checks("shop", "fff");
    sim.board.was_read(&[line]);
    assert_eq!(
        told(&mut sim, 3_000).len(),
        1,
        "an earlier alert was read, not this one"
    );

    let (mut sim, next) = watched();
    sim.checks("shop", "offf");
    sim.mute(1_000);
    assert!(told(&mut sim, 990).is_empty(), "muted");
    let heard = told(&mut sim, 30);
    assert_eq!(heard[0].0, next, "still true when the mute ends");
}

#[test]
fn it_survives_a_restart_that_nobody_has_read_it() {
    let (mut sim, next) = watched();
    sim.checks("shop", "offf");
    sim.restart(vec![policy("shop", Scope::Local)], Link::Up);
    assert_eq!(told(&mut sim, 700)[0].0, next);
}
