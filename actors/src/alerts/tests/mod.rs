//! The board as its users see it: checks go in, messages come out.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use hostmessenger_config::{AlertTo, Alerts, Flapping, Judging, Language, Scope};
use jiff::Timestamp;

use super::board::{Board, Effects};
use super::line::Word;
use super::record::TargetRecord;
use super::{Link, State, TargetPolicy};
use crate::probe::net::NetReason;
use crate::probe::verdict::{Finding, Outcome, Phase, Reason, Verdict};
use crate::time::Now;
use crate::wording::alerts as say;

mod clock;
mod escalated;
mod held;
mod own_trouble;
mod random;
mod told;

fn policy(name: &str, scope: Scope) -> TargetPolicy {
    TargetPolicy {
        name: name.into(),
        judging: Arc::new(Judging {
            every: Duration::from_secs(60),
            fail_after: 3,
            recover_after: 1,
            retry_every: Duration::from_secs(5),
            remind_every: None,
            depends_on: Vec::new(),
            alert_to: vec![AlertTo::Owner],
            scope: Some(scope),
        }),
    }
}

fn alerts() -> Alerts {
    Alerts {
        to: vec![AlertTo::Owner],
        batch_window: Duration::from_secs(2),
        escalation: None,
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
    /// Records that were to be stored.
    writes: usize,
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
            writes: 0,
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
                .flat_map(|m| m.lines)
                .map(|line| say::line(Language::En, &line)),
        );
        self.changes.extend(
            effects
                .changes
                .iter()
                .map(|c| format!("{} {}>{}", c.target, c.from.as_str(), c.to.as_str())),
        );
        self.recheck.extend(effects.recheck);
        self.verify += usize::from(effects.verify_link);
        self.writes += effects.save.len();
        // As the program does; it also compares who waits for a moment with a look at everyone.
        self.board.next_tick(self.now());
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
        let (_, effects) = self.board.mute(None, until, None, self.now());
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
                Some((
                    policy.name.to_string(),
                    serde_json::from_str(&json).unwrap(),
                ))
            })
            .collect();
        let alerts = self.board.alerts.clone();
        self.board = Board::new(policies, stored, alerts, Language::En, link, self.now());
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
