//! What waited while nobody could be told, made short: what is still true, then what came and went.
//! Pure.
//!
//! Only lines that were never sent come here; what may have reached somebody stays as it was. A
//! digest that could not be sent either is merged with what came after it: a line that tells of
//! the past (`until`) is final, the others are taken up again.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::line::{Line, Word};

/// Lines that a digest shows; HISTORY shows the rest.
pub const SHOWN: usize = 50;
/// Lines about the past that are kept for a later digest; more are only counted.
const KEPT: usize = 200;

/// The body of a message in its parts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// Its lines, in the order of their telling.
    pub lines: Vec<Line>,
    /// Lines about the past that are only counted.
    #[serde(default)]
    pub omitted: usize,
    /// Whether it was made of several messages that waited.
    #[serde(default)]
    pub merged: bool,
}

impl Content {
    /// Lines that are told as they are.
    pub fn of(lines: Vec<Line>) -> Self {
        Self {
            lines,
            omitted: 0,
            merged: false,
        }
    }
}

/// One target while the lines are gone through.
#[derive(Default)]
struct Open {
    trouble: Option<Line>,
    reminder: Option<Line>,
    flapping: Option<Line>,
}

/// Makes one message of several that were never sent, in the order in which they waited.
pub fn merge(waiting: impl IntoIterator<Item = Content>) -> Content {
    let mut open: HashMap<String, Open> = HashMap::new();
    let mut order: Vec<String> = Vec::new();
    let mut past: Vec<Line> = Vec::new();
    let mut omitted = 0;
    for content in waiting {
        omitted += content.omitted;
        for line in content.lines {
            if line.until.is_some() || matches!(line.word, Word::Notice | Word::CutOff) {
                past.push(line);
                continue;
            }
            let target = open.entry(line.target.clone()).or_insert_with(|| {
                order.push(line.target.clone());
                Open::default()
            });
            target.take(line, &mut past);
        }
    }
    let mut lines: Vec<Line> = order
        .iter()
        .filter_map(|name| open.remove(name))
        .flat_map(Open::still_true)
        .collect();
    lines.sort_by_key(|line| line.word);
    past.sort_by_key(|line| (line.word != Word::CutOff, line.since));
    let surplus = past.len().saturating_sub(KEPT);
    past.drain(..surplus);
    omitted += surplus;
    // How long the host was cut off explains all that follows.
    let cuts = past
        .iter()
        .take_while(|line| line.word == Word::CutOff)
        .count();
    let rest = past.split_off(cuts);
    past.extend(lines);
    past.extend(rest);
    Content {
        lines: past,
        omitted,
        merged: true,
    }
}

impl Open {
    fn take(&mut self, line: Line, past: &mut Vec<Line>) {
        match line.word {
            Word::Down | Word::Warning => {
                self.reminder = None;
                if let Some(before) = self.trouble.replace(line) {
                    let until = self.trouble.as_ref().map_or(before.at, |line| line.at);
                    past.push(before.ended(until));
                }
            }
            Word::StillDown => {
                if self.trouble.is_none() {
                    self.reminder = Some(line);
                }
            }
            Word::Up => {
                self.reminder = None;
                past.push(ended(self.trouble.take(), line));
            }
            Word::Flapping => self.flapping = Some(line),
            Word::Steady => past.push(ended(self.flapping.take(), line)),
            Word::Notice | Word::CutOff => past.push(line),
        }
    }

    fn still_true(self) -> impl Iterator<Item = Line> {
        [self.trouble, self.reminder, self.flapping]
            .into_iter()
            .flatten()
    }
}

/// What ended something that they never heard of: one line tells all. Else the end is the news.
fn ended(begun: Option<Line>, end: Line) -> Line {
    let at = end.at;
    begun.unwrap_or(end).ended(at)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;

    fn time(second: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + second).unwrap()
    }

    fn line(word: Word, target: &str, since: i64, at: i64) -> Line {
        Line {
            word,
            target: target.into(),
            why: "refused".into(),
            since: time(since),
            at: time(at),
            until: None,
            escalated: false,
        }
    }

    fn told(content: &Content) -> Vec<String> {
        let tell = |line: &Line| {
            let until = line
                .until
                .map(|at| format!(" {}-{}", second(line.since), second(at)));
            format!(
                "{:?} {}{}",
                line.word,
                line.target,
                until.unwrap_or_default()
            )
        };
        content.lines.iter().map(tell).collect()
    }

    fn second(at: Timestamp) -> i64 {
        at.as_second() - 1_700_000_000
    }

    fn one(line: Line) -> Content {
        Content::of(vec![line])
    }

    #[test]
    fn what_is_still_true_comes_first_and_pairs_are_one_line() {
        let merged = merge([
            one(line(Word::Down, "shop", 0, 10)),
            one(line(Word::Up, "shop", 0, 60)),
            one(line(Word::Warning, "disk", 70, 80)),
            one(line(Word::Down, "mail", 90, 100)),
            one(line(Word::StillDown, "mail", 90, 400)),
        ]);
        assert_eq!(
            told(&merged),
            ["Down mail", "Warning disk", "Down shop 0-60"]
        );
        assert!(merged.merged);
    }

    #[test]
    fn a_recovery_of_what_was_told_before_stays_one() {
        let merged = merge([
            one(line(Word::StillDown, "shop", -500, 10)),
            one(line(Word::Up, "shop", -500, 60)),
            one(line(Word::Down, "shop", 70, 80)),
        ]);
        assert_eq!(told(&merged), ["Down shop", "Up shop -500-60"]);
    }

    #[test]
    fn a_digest_that_was_not_sent_is_merged_with_what_came_after_it() {
        let first = merge([
            one(line(Word::Up, "shop", -500, 60)),
            one(line(Word::Down, "shop", 70, 80)),
        ]);
        let merged = merge([first, one(line(Word::Up, "shop", 70, 90))]);
        assert_eq!(told(&merged), ["Up shop -500-60", "Down shop 70-90"]);
    }

    #[test]
    fn how_long_the_host_was_cut_off_comes_before_all() {
        let merged = merge([
            one(line(Word::Down, "disk", 0, 10)),
            one(line(Word::CutOff, "", 5, 300)),
            one(Line::notice("the journal is full".into(), time(20))),
        ]);
        assert_eq!(told(&merged), ["CutOff ", "Down disk", "Notice "]);
    }

    #[test]
    fn the_past_is_counted_where_it_is_too_long() {
        let pair = |n: i64| {
            [
                one(line(Word::Down, "shop", n, n)),
                one(line(Word::Up, "shop", n, n + 1)),
            ]
        };
        let merged = merge((0..1_000).map(|n| n * 10).flat_map(pair));
        assert_eq!((merged.lines.len(), merged.omitted), (KEPT, 800));
        assert_eq!(told(&merged)[KEPT - 1], "Down shop 9990-9991");
    }

    proptest! {
        /// In whatever portions a sequence is merged, the same is told.
        #[test]
        fn merging_in_portions_tells_the_same(
            steps in prop::collection::vec((0usize..3, 0usize..3), 1..60),
            cut in 0usize..60,
        ) {
            let mut down = [false; 3];
            let mut at = 0;
            let mut waiting = Vec::new();
            for (target, kind) in steps {
                at += 10;
                let name = ["a", "b", "c"][target];
                let word = match (down[target], kind) {
                    (false, 0) => Word::Warning,
                    (false, _) => Word::Down,
                    (true, 0) => Word::StillDown,
                    (true, _) => Word::Up,
                };
                down[target] = word != Word::Up;
                waiting.push(one(line(word, name, at - 5, at)));
            }
            let cut = cut.min(waiting.len());
            let whole = merge(waiting.clone());
            let first = merge(waiting[..cut].to_vec());
            let twice = merge(std::iter::once(first).chain(waiting[cut..].to_vec()));
            let sorted = |content: &Content| {
                let mut told = told(content);
                told.sort();
                told
            };
            prop_assert_eq!(sorted(&whole), sorted(&twice));
            let open = |name: &str| whole.lines.iter().filter(|line| line.target == name && line.until.is_none()).count();
            for (n, name) in ["a", "b", "c"].into_iter().enumerate() {
                prop_assert_eq!(open(name), usize::from(down[n]), "{}", name);
            }
        }
    }
}
