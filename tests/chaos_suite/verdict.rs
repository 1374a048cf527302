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
            .find(|(place, (n, _))| !self.matched.contains(n) && self.fits(told, own, *place))
            .map(|(place, (n, change))| (place, *n, *change));
        let Some((place, n, change)) = found else {
            let again =
                |place: usize| self.matched.contains(&own[place].0) && self.fits(told, own, place);
            if (0..own.len()).any(again) {
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

    /// Whether a line may tell this change of a target's. What happened before the clock was set back
    /// is told in the time of the clock as it is then; and nothing is told to have ended before it
    /// began, though the clock was set back in between.
    fn fits(&self, told: &Told, own: &[(usize, &Change)], place: usize) -> bool {
        let time = |place: usize| logged(own.get(place)?.1).map(|(_, said)| said);
        let near = match (told.at, time(place)) {
            (Some(at), Some(said)) => {
                let begun = place.checked_sub(1).and_then(time);
                let at_least = begun.map_or(said, |begun| begun.max(said));
                let none = SignedDuration::ZERO;
                let mut shifts = self.set_back.iter().chain([&none]);
                let near = |time: Timestamp, by| (time.duration_since(at) - by).abs() <= TOLERANCE;
                shifts.any(|back| near(said, *back) || near(at_least, *back))
            }
            _ => true,
        };
        told.down == own[place].1.down && near
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
mod tests;
