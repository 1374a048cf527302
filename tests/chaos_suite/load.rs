//! The targets, the changes made to them, and which of these the program saw.
//!
//! A target is down while its trigger file exists. It is changed again only when the program's log
//! has told the last change, so that the changes made are the changes seen.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use jiff::Timestamp;
use serde_json::Value;

/// A change made to a target.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    /// Which target.
    pub(crate) target: usize,
    /// Where to.
    pub(crate) down: bool,
    /// Made while nothing was wrong.
    pub(crate) calm: bool,
    /// When it was made.
    pub(crate) made: SystemTime,
    /// What the program's log says of it.
    pub(crate) seen: Option<Seen>,
}

/// That the program saw a change.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// When we learned that.
    pub(crate) at: SystemTime,
    /// Its place among all changes in the log, and the log's time. `None`: the program died
    /// between journal and log, and has not seen it as new since.
    pub(crate) logged: Option<(usize, Timestamp)>,
}

/// All targets and all changes.
pub(crate) struct Load {
    dir: PathBuf,
    down: Vec<bool>,
    changes: Vec<Change>,
    lines: usize,
    /// Changes in the log that nobody made.
    pub(crate) unmade: Vec<String>,
}

/// A target's name.
pub(crate) fn name(target: usize) -> String {
    format!("t{target:03}")
}

impl Load {
    /// So many targets, all up, with their trigger files in this folder.
    pub(crate) fn new(dir: &Path, targets: usize) -> Self {
        std::fs::create_dir_all(dir).unwrap();
        Self {
            dir: dir.to_owned(),
            down: vec![false; targets],
            changes: Vec::new(),
            lines: 0,
            unmade: Vec::new(),
        }
    }

    /// The targets as the configuration has them.
    pub(crate) fn yaml(&self) -> String {
        let mut yaml = String::from("targets:\n");
        for target in 0..self.down.len() {
            let (name, trigger) = (name(target), self.trigger(target));
            let trigger = trigger.display();
            writeln!(
                yaml,
                "  - {{name: {name}, kind: fault, mode: fail, trigger: {trigger}, scope: local}}"
            )
            .unwrap();
        }
        yaml
    }

    fn trigger(&self, target: usize) -> PathBuf {
        self.dir.join(name(target))
    }

    /// Takes a target down, or up where it is down.
    pub(crate) fn change(&mut self, target: usize, calm: bool) {
        let down = !self.down[target];
        self.down[target] = down;
        let trigger = self.trigger(target);
        if down {
            std::fs::write(trigger, "").unwrap();
        } else {
            std::fs::remove_file(trigger).unwrap();
        }
        self.changes.push(Change {
            target,
            down,
            calm,
            made: SystemTime::now(),
            seen: None,
        });
    }

    /// All changes so far.
    pub(crate) fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Whether each target is down.
    pub(crate) fn down(&self) -> &[bool] {
        &self.down
    }

    /// Takes note of a line of the program's log.
    pub(crate) fn note(&mut self, line: &Value) {
        if line["message"] != "target changed" {
            return;
        }
        let down = match line["to"].as_str() {
            Some("DOWN") => true,
            // The first check of all.
            Some("UP") if line["from"] == "PENDING" => return,
            Some("UP") => false,
            _ => return self.unmade.push(line.to_string()),
        };
        self.lines += 1;
        let latest = self.changes.iter_mut().rev();
        let mut latest =
            latest.filter(|change| Some(name(change.target).as_str()) == line["probe"].as_str());
        let said = line["timestamp"]
            .as_str()
            .and_then(|text| text.parse().ok());
        match (latest.next(), said) {
            // Seen again: what was seen first died with the program before it was kept.
            (Some(change), Some(said)) if change.down == down => {
                change.seen = Some(Seen {
                    at: SystemTime::now(),
                    logged: Some((self.lines, said)),
                });
            }
            _ => self.unmade.push(line.to_string()),
        }
    }

    /// How many changes the program has not seen.
    pub(crate) fn unseen(&self) -> usize {
        let unseen = self.changes.iter().filter(|change| change.seen.is_none());
        unseen.count()
    }

    /// The program has looked at every target since, and told nothing new: it had seen them before
    /// it died, between its journal and its log.
    pub(crate) fn presume(&mut self) {
        for change in self
            .changes
            .iter_mut()
            .filter(|change| change.seen.is_none())
        {
            change.seen = Some(Seen {
                at: SystemTime::now(),
                logged: None,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn line(target: &str, from: &str, to: &str) -> Value {
        json!({"message": "target changed", "probe": target, "from": from, "to": to,
            "timestamp": "2026-11-23T14:03:05.123456Z"})
    }

    #[test]
    fn a_change_is_seen_when_the_log_says_so_and_the_last_word_counts() {
        let dir = tempfile::tempdir().unwrap();
        let mut load = Load::new(dir.path(), 2);
        load.note(&line("t001", "PENDING", "UP"));
        load.change(1, false);
        assert_eq!(load.unseen(), 1);
        load.note(&line("t001", "UP", "DOWN"));
        load.note(&line("t001", "UP", "DOWN"));
        let seen = load.changes()[0].seen.as_ref().unwrap();
        assert_eq!(seen.logged.map(|(place, _)| place), Some(2));
        assert!(load.unmade.is_empty());
        load.note(&line("t000", "UP", "DOWN"));
        assert_eq!(load.unmade.len(), 1);
    }
}
