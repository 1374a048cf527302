//! What was heard against what was made: lost, doubled, out of order. Pure.
//!
//! Each change that the program saw is due: as a line of its own or, where nobody could be told
//! meanwhile, inside a digest. A line is known for a change by target, direction and time.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::lines::{self, Word};
use crate::load::{Change, name};
use crate::recorder::Heard;
use crate::told::{Told, told};

/// Lines have whole seconds, and the log's time is that of its writing.
const TOLERANCE: SignedDuration = SignedDuration::from_millis(3_000);

/// The count.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Changes that the program saw.
    pub(crate) due: usize,
    /// Those told.
    pub(crate) delivered: usize,
    /// Those never told.
    pub(crate) lost: Vec<String>,
    /// Those that the server took and never gave to the owner.
    pub(crate) taken_only: usize,
    /// Lines that a digest only counts.
    pub(crate) omitted: usize,
    /// Messages or lines that came again.
    pub(crate) doubled: Vec<String>,
    /// Messages that told of something older than a message before, and lines that fit no change.
    pub(crate) disordered: Vec<String>,
    /// From the program's log to the owner, at worst.
    pub(crate) worst: Duration,
    /// The same for changes made while nothing was wrong.
    pub(crate) worst_calm: Duration,
}

/// Counts; `set_back` is by how much the clock was set back, each time that it was.
pub(crate) fn tally(changes: &[Change], heard: &[Heard], set_back: &[SignedDuration]) -> Tally {
    let mut count = Count::of(changes, set_back);
    for message in heard {
        count.message(message);
    }
    for (n, change) in changes.iter().enumerate() {
        if change.seen.is_some() && !count.matched.contains(&n) {
            let lost = format!("{} {change:?}", name(change.target));
            count.tally.lost.push(lost);
        }
    }
    count.tally
}

/// What is known while message after message is gone through.
struct Count<'a> {
    /// Of each target: the changes that the program saw, with their places among all.
    made: HashMap<String, Vec<(usize, &'a Change)>>,
    /// Of each target: how many of these are told or passed over.
    next: HashMap<String, usize>,
    /// The places of those told.
    matched: HashSet<usize>,
    /// Origin ids so far.
    origins: HashSet<String>,
    /// The place in the log of the newest change told.
    newest: usize,
    /// By how much the clock was set back, each time that it was.
    set_back: &'a [SignedDuration],
    tally: Tally,
}

impl<'a> Count<'a> {
    fn of(changes: &'a [Change], set_back: &'a [SignedDuration]) -> Self {
        let mut made: HashMap<String, Vec<_>> = HashMap::new();
        let seen = changes.iter().enumerate();
        let seen = seen.filter(|(_, change)| change.seen.is_some());
        let mut tally = Tally::default();
        for (n, change) in seen {
            tally.due += 1;
            made.entry(name(change.target))
                .or_default()
                .push((n, change));
        }
        Self {
            made,
            next: HashMap::new(),
            matched: HashSet::new(),
            origins: HashSet::new(),
            newest: 0,
            set_back,
            tally,
        }
    }

    fn message(&mut self, message: &Heard) {
        if let Some(origin) = &message.origin_id
            && !self.origins.insert(origin.clone())
        {
            return self.tally.doubled.push(format!("{message:?}"));
        }
        for line in lines::read(&message.body) {
            if let Word::More(count) = line.word {
                self.tally.omitted += count;
            }
        }
        // The order within a message is not that of time.
        let begin = self.next.clone();
        let places: Vec<_> = told(&message.body)
            .iter()
            .filter_map(|told| self.line(told, &begin, message))
            .collect();
        if places
            .iter()
            .min()
            .is_some_and(|&oldest| oldest < self.newest)
        {
            let text = format!("older than a message before: {message:?}");
            self.tally.disordered.push(text);
        }
        self.newest = places.into_iter().fold(self.newest, usize::max);
    }

    /// Finds the change that a line tells. Gives its place in the log.
    fn line(
        &mut self,
        told: &Told,
        begin: &HashMap<String, usize>,
        message: &Heard,
    ) -> Option<usize> {
        let own = self.made.get(&told.target).map_or(&[][..], Vec::as_slice);
        let from = begin.get(&told.target).copied().unwrap_or_default();
        let mut untold = own.iter().enumerate().skip(from);
        let found = untold
            .find(|(_, (n, change))| !self.matched.contains(n) && self.fits(told, change))
            .map(|(place, (n, change))| (place, *n, *change));
        let Some((place, n, change)) = found else {
            let again = |(n, change): &(usize, &Change)| {
                self.matched.contains(n) && self.fits(told, change)
            };
            if own.iter().any(again) {
                let text = format!("line {:?} in {message:?}", told.text);
                self.tally.doubled.push(text);
            } else {
                let text = format!("fits no change: {:?} in {message:?}", told.text);
                self.tally.disordered.push(text);
            }
            return None;
        };
        let next = self.next.entry(told.target.clone()).or_default();
        *next = (*next).max(place + 1);
        self.matched.insert(n);
        if message.taken_only {
            self.tally.taken_only += 1;
            return None;
        }
        self.tally.delivered += 1;
        self.tally.took(change, message);
        logged(change).map(|(place, _)| place)
    }

    /// Whether a line may tell this change. What happened before the clock was set back is told in
    /// the time of the clock as it is then.
    fn fits(&self, told: &Told, change: &Change) -> bool {
        let near = match (told.at, logged(change)) {
            (Some(at), Some((_, said))) => {
                let ahead = said.duration_since(at);
                let none = SignedDuration::ZERO;
                let mut shifts = self.set_back.iter().chain([&none]);
                shifts.any(|back| (ahead - *back).abs() <= TOLERANCE)
            }
            _ => true,
        };
        told.down == change.down && near
    }
}

fn logged(change: &Change) -> Option<(usize, Timestamp)> {
    change.seen.as_ref()?.logged
}

impl Tally {
    fn took(&mut self, change: &Change, message: &Heard) {
        let seen = change.seen.as_ref().map_or(change.made, |seen| seen.at);
        let delay = message.at.duration_since(seen).unwrap_or_default();
        self.worst = self.worst.max(delay);
        if change.calm {
            self.worst_calm = self.worst_calm.max(delay);
        }
    }
}

#[cfg(test)]
mod tests {
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
}
