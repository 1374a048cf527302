//! The simulated world: targets with seeded trouble, an uplink that fails, an owner who mutes, and
//! a program that is stopped and killed.
//!
//! The world is made before it runs: each target is a list of spans with one verdict each, so that a
//! seed means the same world whatever the program does with it.

use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use hostmessenger_config::{AlertTo, Alerts, Flapping, Judging, Scope};

use crate::alerts::TargetPolicy;
use crate::probe::verdict::Verdict;

/// A world with its plan for a whole run.
pub(super) struct World {
    pub(super) alerts: Alerts,
    pub(super) targets: Vec<Target>,
    uplink: Vec<Outage>,
    /// What happens to the program, in order of time.
    pub(super) plan: Vec<(Duration, Happening)>,
}

/// A target and what is true of it.
pub(super) struct Target {
    pub(super) policy: TargetPolicy,
    /// From then on, this verdict.
    spans: Vec<(Duration, Verdict)>,
    /// Cannot be reached while this one fails.
    behind: Option<usize>,
}

/// Trouble on the way out.
struct Outage {
    from: Duration,
    until: Duration,
    /// Whether remote targets fail meanwhile.
    targets: bool,
    /// Whether the link is dead meanwhile.
    link: bool,
}

/// Something that happens to the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Happening {
    LinkDown,
    LinkUp,
    /// `None`: all.
    Mute(Option<usize>, Duration),
    Unmute(Option<usize>),
    /// For so long it does not run.
    Stop(Duration),
    Kill(Duration),
}

#[derive(Debug, Clone, Copy)]
enum Behaviour {
    Steady,
    Blips,
    Outages,
    FlapsFast,
    FlapsSlowly,
    Warns,
    Unknowns,
    Degrades,
    Chaos,
}

const BEHAVIOURS: [Behaviour; 9] = [
    Behaviour::Steady,
    Behaviour::Blips,
    Behaviour::Outages,
    Behaviour::FlapsFast,
    Behaviour::FlapsSlowly,
    Behaviour::Warns,
    Behaviour::Unknowns,
    Behaviour::Degrades,
    Behaviour::Chaos,
];

impl World {
    /// The world of this seed.
    pub(super) fn new(seed: u64, length: Duration) -> Self {
        let mut rng = Rng::with_seed(seed);
        let count = rng.usize(20..=40);
        let mut targets: Vec<Target> = (0..count).map(|n| target(&mut rng, n, length)).collect();
        // A router, a switch behind it, and two hosts behind that.
        for (n, behind) in [(1, 0), (2, 1), (3, 1)] {
            targets[n].behind = Some(behind);
            targets[n].policy.depends_on = vec![format!("t{behind}")];
        }
        targets[0].spans = spans(&mut rng, Behaviour::Outages, &targets[0].policy, length);
        let uplink = uplink(&mut rng, length);
        let mut world = Self {
            alerts: alerts(&mut rng),
            targets,
            uplink,
            plan: Vec::new(),
        };
        world.plan(&mut rng, length);
        world
    }

    /// What a check finds.
    pub(super) fn verdict(&self, target: usize, at: Duration) -> Verdict {
        let it = &self.targets[target];
        let cut_off = it.policy.is_remote() && self.outage(at, |outage| outage.targets);
        let behind = it.behind.map(|router| self.verdict(router, at));
        if cut_off || behind == Some(Verdict::Failed) {
            return Verdict::Failed;
        }
        let next = it.spans.partition_point(|(from, _)| *from <= at);
        it.spans[next - 1].1
    }

    /// Whether the link lives, in truth.
    pub(super) fn link_lives(&self, at: Duration) -> bool {
        !self.outage(at, |outage| outage.link)
    }

    fn outage(&self, at: Duration, of: impl Fn(&Outage) -> bool) -> bool {
        let now = |outage: &&Outage| outage.from <= at && at < outage.until;
        self.uplink.iter().filter(now).any(of)
    }

    fn plan(&mut self, rng: &mut Rng, length: Duration) {
        let mut plan = Vec::new();
        for outage in self.uplink.iter().filter(|outage| outage.link) {
            // The connection finds out by itself some time later, or never.
            let noticed = outage.from + millis(rng, 0..90_000);
            if noticed < outage.until {
                plan.push((noticed, Happening::LinkDown));
            }
            plan.push((outage.until + millis(rng, 500..60_000), Happening::LinkUp));
        }
        for _ in 0..40 {
            let at = millis(rng, 60_000..length_ms(length));
            let whom = rng.u8(..5).min(1);
            let whom = (whom > 0).then(|| rng.usize(..self.targets.len()));
            let mute = Happening::Mute(whom, millis(rng, 60_000..3 * 3_600_000));
            plan.push((at, mute));
            if rng.bool() {
                plan.push((at + millis(rng, 1_000..3_600_000), Happening::Unmute(whom)));
            }
        }
        for _ in 0..24 {
            let at = millis(rng, 60_000..length_ms(length));
            let away = millis(rng, 100..600_000);
            let end = if rng.bool() {
                Happening::Stop(away)
            } else {
                Happening::Kill(away)
            };
            plan.push((at, end));
        }
        plan.sort_by_key(|(at, _)| *at);
        self.plan = plan;
    }
}

fn alerts(rng: &mut Rng) -> Alerts {
    let window = [500, 2_000, 2_000, 10_000][rng.usize(..4)];
    let flapping = Flapping {
        window: [20, 20, 10, 0][rng.usize(..4)],
        high_percent: rng.u8(30..=60),
        low_percent: rng.u8(10..=25),
    };
    Alerts {
        escalation: None,
        to: vec![AlertTo::Owner],
        batch_window: Duration::from_millis(window),
        flapping,
    }
}

fn target(rng: &mut Rng, n: usize, length: Duration) -> Target {
    let every = seconds(rng, 10..=300).max(seconds(rng, 10..=120));
    let remind = [None, Some(20 * 60), Some(3_600), Some(6 * 3_600)];
    let remind = remind[rng.usize(..remind.len())];
    let policy = TargetPolicy {
        name: format!("t{n}").into(),
        judging: Arc::new(Judging {
            every,
            fail_after: rng.u32(1..=5),
            recover_after: rng.u32(1..=3),
            retry_every: seconds(rng, 1..=10),
            remind_every: remind.map(Duration::from_secs),
            depends_on: Vec::new(),
            alert_to: match rng.u8(..8) {
                0 => vec![AlertTo::Support],
                1 => vec![AlertTo::Owner, AlertTo::Support],
                _ => vec![AlertTo::Owner],
            },
            scope: Some(if rng.u8(..3) > 0 {
                Scope::Remote
            } else {
                Scope::Local
            }),
        }),
    };
    let behaviour = BEHAVIOURS[n % BEHAVIOURS.len()];
    Target {
        spans: spans(rng, behaviour, &policy, length),
        policy,
        behind: None,
    }
}

fn spans(
    rng: &mut Rng,
    behaviour: Behaviour,
    policy: &TargetPolicy,
    length: Duration,
) -> Vec<(Duration, Verdict)> {
    use Verdict::{Failed, Ok, Unknown, Warning};
    let every = policy.every.as_millis().try_into().unwrap_or(u64::MAX);
    let retry: u64 = policy
        .retry_every
        .as_millis()
        .try_into()
        .unwrap_or(u64::MAX);
    let hour = 3_600_000;
    let mut spans = vec![(Duration::ZERO, Ok)];
    let mut at = Duration::ZERO;
    for turn in 1_usize.. {
        if at >= length {
            break;
        }
        let odd = turn % 2 == 1;
        // Who flaps does so for a while, and then is calm.
        let calm = rng.u8(..30) == 0;
        let (lasts, verdict) = match behaviour {
            Behaviour::FlapsFast | Behaviour::Chaos if calm => (rng.u64(hour..4 * hour), Ok),
            Behaviour::Steady => (length_ms(length), Ok),
            Behaviour::Blips if odd => (rng.u64(10 * 60_000..2 * hour), Ok),
            Behaviour::Blips => (
                1 + rng.u64(..=retry * u64::from(policy.fail_after - 1)),
                Failed,
            ),
            Behaviour::Outages if odd => (rng.u64(hour / 4..8 * hour), Ok),
            Behaviour::Outages => (rng.u64(300_000..6 * hour), Failed),
            Behaviour::FlapsFast => (
                rng.u64(every / 2..2 * every),
                [Ok, Failed][usize::from(odd)],
            ),
            Behaviour::FlapsSlowly => (
                rng.u64(4 * every..15 * every),
                [Ok, Failed][usize::from(odd)],
            ),
            Behaviour::Warns => (rng.u64(120_000..3 * hour), [Ok, Warning][usize::from(odd)]),
            Behaviour::Unknowns if odd => {
                (rng.u64(600_000..2 * hour), [Ok, Failed][rng.usize(..2)])
            }
            Behaviour::Unknowns => (rng.u64(1_000..hour / 2), [Unknown, Failed][rng.usize(..2)]),
            Behaviour::Degrades => {
                let course = [Ok, Warning, Failed, Warning];
                (rng.u64(60_000..2 * hour), course[turn % 4])
            }
            Behaviour::Chaos => (
                rng.u64(1_000..3 * every),
                [Ok, Warning, Failed, Unknown][rng.usize(..4)],
            ),
        };
        spans.push((at, verdict));
        at += Duration::from_millis(lasts);
    }
    spans
}

fn uplink(rng: &mut Rng, length: Duration) -> Vec<Outage> {
    let mut outages = Vec::new();
    let mut at = Duration::ZERO;
    loop {
        at += millis(rng, 600_000..6 * 3_600_000);
        if at >= length {
            return outages;
        }
        let (targets, link) =
            [(true, true), (true, true), (false, true), (true, false)][rng.usize(..4)];
        let until = at + millis(rng, 5_000..3_600_000);
        outages.push(Outage {
            from: at,
            until,
            targets,
            link,
        });
        at = until;
    }
}

fn millis(rng: &mut Rng, range: std::ops::Range<u64>) -> Duration {
    Duration::from_millis(rng.u64(range))
}

fn seconds(rng: &mut Rng, range: std::ops::RangeInclusive<u64>) -> Duration {
    Duration::from_secs(rng.u64(range))
}

fn length_ms(length: Duration) -> u64 {
    length.as_millis().try_into().unwrap_or(u64::MAX)
}
