//! Which faults strike, in which order: drawn from a seed, the same for the same seed. Pure.
//!
//! Kinds are dealt like cards: each comes once before any comes again.

use std::time::Duration;

use fastrand::Rng;

use crate::peers::proxy::Way;

/// Something that goes wrong.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Fault {
    /// The line is cut, and carries new connections at once.
    Cut,
    /// The line is cut, and stays so.
    Outage,
    /// The line falls silent and is cut later.
    Stall,
    /// The line gets slow.
    Delay([Duration; 2]),
    /// What the server says is lost: our stanzas arrive, their acknowledgements do not; then a cut.
    SwallowedAcks,
    /// The same, and then kill -9 of the program: nothing is left that could be resumed.
    SwallowedAcksProgramKill,
    /// The same with kill -9 of the server.
    SwallowedAcksServerKill,
    /// A cut in the middle of what goes one way.
    CutAfter(Way, u64),
    /// One end learns that the connection is over, the other does not; then a cut.
    HalfOpen(Way),
    /// kill -9 of the server.
    ServerKill,
    /// The server is asked to end.
    ServerRestart,
    /// The server halts, and goes on.
    ServerHalt,
    /// kill -9 of the program.
    ProgramKill,
    /// The program is asked to end.
    ProgramRestart,
    /// The program dies right before it commits to its journal for the n-th time.
    KillBeforeCommit(u32),
    /// The program dies right after that.
    KillAfterCommit(u32),
    /// No room on the program's disk.
    DiskFull,
    /// The program's wall clock is wrong by so many seconds from now on.
    ClockJump(i64),
}

/// The names of all kinds, in the order of the deck.
pub(crate) const KINDS: [&str; 18] = [
    "cut",
    "outage",
    "stall",
    "delay",
    "swallowed-acks",
    "cut-after",
    "half-open",
    "server-kill",
    "server-restart",
    "server-halt",
    "program-kill",
    "program-restart",
    "kill-before-commit",
    "kill-after-commit",
    "disk-full",
    "clock-jump",
    "swallowed-acks-program-kill",
    "swallowed-acks-server-kill",
];

impl Fault {
    /// Its kind.
    pub(crate) fn name(&self) -> &'static str {
        let place = match self {
            Self::Cut => 0,
            Self::Outage => 1,
            Self::Stall => 2,
            Self::Delay(_) => 3,
            Self::SwallowedAcks => 4,
            Self::CutAfter(..) => 5,
            Self::HalfOpen(_) => 6,
            Self::ServerKill => 7,
            Self::ServerRestart => 8,
            Self::ServerHalt => 9,
            Self::ProgramKill => 10,
            Self::ProgramRestart => 11,
            Self::KillBeforeCommit(_) => 12,
            Self::KillAfterCommit(_) => 13,
            Self::DiskFull => 14,
            Self::ClockJump(_) => 15,
            Self::SwallowedAcksProgramKill => 16,
            Self::SwallowedAcksServerKill => 17,
        };
        KINDS[place]
    }

    fn drawn(name: &str, rng: &mut Rng) -> Self {
        let ms = Duration::from_millis;
        let way = if rng.bool() {
            Way::ToServer
        } else {
            Way::ToProgram
        };
        match name {
            "cut" => Self::Cut,
            "outage" => Self::Outage,
            "stall" => Self::Stall,
            "delay" => Self::Delay([ms(rng.u64(0..800)), ms(rng.u64(0..800))]),
            "swallowed-acks" => Self::SwallowedAcks,
            "swallowed-acks-program-kill" => Self::SwallowedAcksProgramKill,
            "swallowed-acks-server-kill" => Self::SwallowedAcksServerKill,
            "cut-after" => Self::CutAfter(way, rng.u64(1..6_000)),
            "half-open" => Self::HalfOpen(way),
            "server-kill" => Self::ServerKill,
            "server-restart" => Self::ServerRestart,
            "server-halt" => Self::ServerHalt,
            "program-kill" => Self::ProgramKill,
            "program-restart" => Self::ProgramRestart,
            "kill-before-commit" => Self::KillBeforeCommit(rng.u32(1..30)),
            "kill-after-commit" => Self::KillAfterCommit(rng.u32(1..30)),
            "disk-full" => Self::DiskFull,
            "clock-jump" => {
                // Half a minute, or half a day, to either side.
                let widest = if rng.bool() { 30 } else { 43_200 };
                Self::ClockJump(rng.i64(-widest..=widest))
            }
            _ => panic!("no fault is called {name:?}; there are {KINDS:?}"),
        }
    }
}

/// A fault and what happens around it.
#[derive(Debug, Clone)]
pub(crate) struct Round {
    /// What strikes.
    pub(crate) fault: Fault,
    /// How long it lasts at least.
    pub(crate) lasts: Duration,
    /// Between the changes before and the fault: those alerts are on their way as it strikes.
    pub(crate) eve: Duration,
    /// Which targets change before, during and after.
    pub(crate) targets: [Vec<usize>; 3],
    /// Whether the next fault waits until all is told.
    pub(crate) calm: bool,
}

/// Deals rounds.
pub(crate) struct Plan {
    rng: Rng,
    kinds: Vec<String>,
    deck: Vec<String>,
    targets: usize,
    changes: usize,
}

impl Plan {
    /// From a seed; of these kinds; `changes` around each fault, among so many targets.
    pub(crate) fn new(seed: u64, kinds: Vec<String>, targets: usize, changes: usize) -> Self {
        Self {
            rng: Rng::with_seed(seed),
            kinds,
            deck: Vec::new(),
            targets,
            changes,
        }
    }

    /// The next round.
    pub(crate) fn round(&mut self) -> Round {
        if self.deck.is_empty() {
            self.deck.clone_from(&self.kinds);
            self.rng.shuffle(&mut self.deck);
        }
        let kind = self.deck.pop().unwrap_or_default();
        let fault = Fault::drawn(&kind, &mut self.rng);
        let mut chosen: Vec<usize> = (0..self.targets).collect();
        self.rng.shuffle(&mut chosen);
        chosen.truncate(self.changes);
        let mut targets = [Vec::new(), Vec::new(), Vec::new()];
        for target in chosen {
            targets[self.rng.usize(..3)].push(target);
        }
        Round {
            fault,
            lasts: Duration::from_millis(self.rng.u64(500..4_000)),
            eve: Duration::from_millis(self.rng.u64(0..1_500)),
            targets,
            calm: self.rng.u8(..3) > 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(seed: u64) -> Plan {
        Plan::new(seed, KINDS.map(str::to_owned).into(), 20, 10)
    }

    #[test]
    fn the_same_seed_deals_the_same_rounds_and_another_does_not() {
        let rounds = |seed| {
            let mut plan = plan(seed);
            let rounds: Vec<_> = (0..40).map(|_| format!("{:?}", plan.round())).collect();
            rounds
        };
        assert_eq!(rounds(7), rounds(7));
        assert_ne!(rounds(7), rounds(8));
    }

    #[test]
    fn every_kind_comes_once_before_any_comes_again() {
        let mut plan = plan(3);
        let mut names: Vec<_> = KINDS.iter().map(|_| plan.round().fault.name()).collect();
        let mut all = KINDS.to_vec();
        names.sort_unstable();
        all.sort_unstable();
        assert_eq!(names, all);
    }

    #[test]
    fn a_round_changes_a_target_once() {
        let mut targets = plan(5).round().targets.concat();
        targets.sort_unstable();
        targets.dedup();
        assert_eq!(targets.len(), 10);
    }
}
