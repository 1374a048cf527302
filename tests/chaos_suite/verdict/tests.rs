//! What is counted, and as what.

use std::time::SystemTime;

use super::*;
use crate::load::Seen;

fn count(changes: &[Change], heard: &[Heard]) -> Tally {
    tally(changes, heard, &[])
}

#[test]
fn a_change_before_the_clock_was_set_back_is_known_in_the_time_after_it() {
    let bodies = heard(&[down(0)]);
    let mut changes = changes(1);
    if let Some(seen) = &mut changes[0].seen {
        seen.logged = Some((1, time(3_600)));
    }
    assert_eq!(counts(&count(&changes, &bodies)), (0, 1, 0, 1));
    let back = [SignedDuration::from_secs(3_600)];
    assert_eq!(counts(&tally(&changes, &bodies, &back)), (1, 0, 0, 0));
}

#[test]
fn what_ended_after_the_clock_was_set_back_is_told_at_its_beginning_at_the_earliest() {
    let up = format!("UP t000: quiet, after 0ms (at {})", clock(100));
    let mut changes = changes(2);
    for (n, second) in [(0, 100), (1, 90)] {
        if let Some(seen) = &mut changes[n].seen {
            seen.logged = Some((n + 1, time(second)));
        }
    }
    let told = |lines: &[String]| counts(&count(&changes, &heard(lines)));
    assert_eq!(told(&[down(100), up]), (2, 0, 0, 0));
    let early = format!("UP t000: quiet, after 0ms (at {})", clock(80));
    assert_eq!(told(&[down(100), early]), (1, 1, 0, 1));
}

/// Second 1, 2, 3 … in this order: target 0 goes down, up, down …
fn changes(count: usize) -> Vec<Change> {
    let change = |n: usize| Change {
        target: 0,
        down: n.is_multiple_of(2),
        calm: false,
        made: SystemTime::UNIX_EPOCH,
        seen: Some(Seen {
            at: SystemTime::UNIX_EPOCH,
            logged: Some((n + 1, time(n * 10))),
        }),
    };
    (0..count).map(change).collect()
}

fn time(second: usize) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + i64::try_from(second).unwrap()).unwrap()
}

fn clock(second: usize) -> String {
    time(second).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

fn down(second: usize) -> String {
    format!("DOWN t000: x, since {}", clock(second))
}

fn heard(bodies: &[String]) -> Vec<Heard> {
    let message = |(n, body): (usize, &String)| Heard {
        archive_id: None,
        origin_id: Some(n.to_string()),
        at: SystemTime::UNIX_EPOCH,
        body: body.clone(),
        taken_only: false,
    };
    bodies.iter().enumerate().map(message).collect()
}

fn counts(tally: &Tally) -> (usize, usize, usize, usize) {
    let Tally {
        delivered,
        lost,
        doubled,
        disordered,
        ..
    } = tally;
    (*delivered, lost.len(), doubled.len(), disordered.len())
}

#[test]
fn all_told_in_order_is_well() {
    let bodies = [down(0), "UP t000: y, after 10s".into(), down(20)];
    let tally = count(&changes(3), &heard(&bodies));
    assert_eq!((tally.due, counts(&tally)), (3, (3, 0, 0, 0)));
}

#[test]
fn what_was_never_told_is_lost() {
    let bodies = [down(0), "UP t000: y, after 10s".into()];
    assert_eq!(counts(&count(&changes(4), &heard(&bodies))), (2, 2, 0, 0));
    assert_eq!(
        counts(&count(&changes(3), &heard(&[down(20)]))),
        (1, 2, 0, 0)
    );
}

#[test]
fn a_message_or_a_line_that_comes_again_is_doubled() {
    let mut again = heard(&[down(0), down(0)]);
    again[1].origin_id = again[0].origin_id.clone();
    assert_eq!(counts(&count(&changes(1), &again)), (1, 0, 1, 0));
    let again = heard(&[down(0), down(0)]);
    assert_eq!(counts(&count(&changes(1), &again)), (1, 0, 1, 0));
}

#[test]
fn a_message_about_something_older_than_the_one_before_is_out_of_order() {
    let mut changes = changes(1);
    changes.push(Change {
        target: 1,
        ..changes[0].clone()
    });
    changes[1].seen.as_mut().unwrap().logged = Some((2, time(0)));
    let other = down(0).replace("t000", "t001");
    let right = heard(&[down(0), other.clone()]);
    assert_eq!(counts(&count(&changes, &right)), (2, 0, 0, 0));
    let wrong = heard(&[other, down(0)]);
    assert_eq!(counts(&count(&changes, &wrong)), (2, 0, 0, 1));
}

#[test]
fn a_digest_tells_what_is_still_true_first_and_what_came_and_went_after_it() {
    let was = format!("was DOWN t000: x, from {} to {} (10s)", clock(0), clock(10));
    let digest = format!(
        "Waiting since {}, there was no connection:\n{}\n{was}",
        clock(0),
        down(20)
    );
    assert_eq!(counts(&count(&changes(3), &heard(&[digest]))), (3, 0, 0, 0));
    let up = format!("UP t000: y, after 10s (at {})", clock(10));
    let bodies = [down(0), format!("{}\n{up}", down(20))];
    assert_eq!(counts(&count(&changes(3), &heard(&bodies))), (3, 0, 0, 0));
}
