//! The health step: what becomes of a check.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use criterion::{BatchSize, Criterion};
use hostmessenger_actors::alerts::board::{Board, Outgoing};
use hostmessenger_actors::alerts::health::{Streaks, judge};
use hostmessenger_actors::alerts::{Change, State};
use hostmessenger_actors::probe::verdict::{Outcome, Verdict};
use hostmessenger_actors::supervision::policies;

use crate::stage;

const MOMENT: Duration = Duration::from_millis(1);
/// Longer than a batch waits.
const LATER: Duration = Duration::from_secs(60);
/// So many go DOWN together. Debug builds look at everyone at each event, which takes its time.
const CROWDS: [usize; 3] = if cfg!(debug_assertions) {
    [10, 100, 1_000]
} else {
    [1_000, 10_000, 40_000]
};

/// One verdict: counted and judged.
pub(crate) fn verdict(c: &mut Criterion) {
    use Verdict::{Failed, Ok, Unknown, Warning};
    let policy = &policies::of(&stage::config(1))[0];
    let verdicts = [Ok, Failed, Failed, Failed, Unknown, Warning, Ok, Ok];
    c.bench_function("health/a verdict", |b| {
        let (mut state, mut streaks) = (State::Pending, Streaks::default());
        let mut verdicts = verdicts.iter().cycle();
        b.iter(|| {
            if let Some(&verdict) = verdicts.next() {
                streaks.count(black_box(verdict));
            }
            state = judge(state, &streaks, policy);
            state
        });
    });
}

/// One check that changes nothing. It looks at no other target, so their number must not matter but
/// for the processor's cache.
pub(crate) fn steady(c: &mut Criterion) {
    for count in [10, 1_000, 10_000] {
        let config = stage::config(count);
        let (names, good) = (stage::names(&config), stage::good());
        let (mut board, mut now) = stage::steady_board(&config);
        let effects = board.checked(&names[0], &good, stage::after(now));
        assert!(effects.save.is_empty() && effects.changes.is_empty());
        c.bench_function(&format!("health/a steady check among {count}"), |b| {
            let mut next = names.iter().cycle();
            b.iter(|| {
                now += MOMENT;
                let name = next.next().unwrap();
                board.checked(black_box(name), black_box(&good), stage::after(now))
            });
        });
    }
}

/// Checks one target until its state has changed, and has that told.
fn change(
    board: &mut Board,
    now: &mut Duration,
    name: &str,
    outcome: &Outcome,
) -> (Vec<Change>, usize) {
    loop {
        *now += MOMENT;
        let changes = board.checked(name, outcome, stage::after(*now)).changes;
        if !changes.is_empty() {
            *now += LATER;
            let told = board.tick(stage::after(*now)).messages;
            return (changes, told.len());
        }
    }
}

/// One target of a thousand goes DOWN after its third failure, is told of, comes back and is told of
/// again: four checks, two alerts.
pub(crate) fn one_down_and_up(c: &mut Criterion) {
    let mut config = stage::config(1_000);
    // It would be told of once, and then no more.
    config.alerts.flapping.window = 0;
    let (name, good, bad) = (
        config.targets[500].name.clone(),
        stage::good(),
        stage::bad(),
    );
    let (mut board, mut now) = stage::steady_board(&config);
    let mut round = || {
        let down = change(&mut board, &mut now, &name, &bad);
        (down, change(&mut board, &mut now, &name, &good))
    };
    let ((down, told), (up, told_again)) = round();
    assert_eq!((down[0].to, up[0].to), (State::Down, State::Up));
    assert_eq!((told, told_again), (1, 1));
    c.bench_function("health/DOWN and UP of one among 1000", |b| {
        b.iter(&mut round);
    });
}

/// Has all these targets checked, and asks the board after each when it is to be asked again, as
/// the journal does.
fn check_all(board: &mut Board, now: &mut Duration, names: &[Arc<str>], outcome: &Outcome) {
    for name in names {
        *now += MOMENT;
        board.checked(name, outcome, stage::after(*now));
        black_box(board.next_tick(stage::after(*now)));
    }
}

/// What is told once the batch is due.
fn told(board: &mut Board, now: &mut Duration) -> Vec<Outgoing> {
    *now += LATER;
    let messages = board.tick(stage::after(*now)).messages;
    black_box(board.next_tick(stage::after(*now)));
    messages
}

/// All go DOWN at once, and one message tells of them: three checks of each. Then they are checked
/// once more, come back, and are told of again. What one target costs must not grow with their number.
pub(crate) fn all_down(c: &mut Criterion) {
    let mut group = c.benchmark_group("health");
    group.sample_size(10);
    for count in CROWDS {
        let config = stage::config(count);
        let (names, good, bad) = (stage::names(&config), stage::good(), stage::bad());
        let (board, start) = stage::steady_board(&config);
        let fall = |mut board: Board| {
            let mut now = start;
            (0..3).for_each(|_| check_all(&mut board, &mut now, &names, &bad));
            let messages = told(&mut board, &mut now);
            (board, now, messages)
        };
        let rise = |(mut board, mut now): (Board, Duration)| {
            check_all(&mut board, &mut now, &names, &bad);
            check_all(&mut board, &mut now, &names, &good);
            told(&mut board, &mut now)
        };
        let (fallen, later, down) = fall(board.clone());
        assert_eq!((down.len(), down[0].lines.len()), (1, count));
        let up = rise((fallen.clone(), later));
        assert_eq!((up.len(), up[0].lines.len()), (1, count));
        group.bench_function(format!("{count} go DOWN and are told of"), |b| {
            b.iter_batched(|| board.clone(), &fall, BatchSize::PerIteration);
        });
        group.bench_function(format!("{count} stay DOWN and come back"), |b| {
            b.iter_batched(|| (fallen.clone(), later), &rise, BatchSize::PerIteration);
        });
    }
}

/// Gateways go DOWN and come back, with nine targets behind each, which nobody is told of.
pub(crate) fn gateways_down(c: &mut Criterion) {
    let gateways = CROWDS[0];
    let mut config = stage::config(10 * gateways);
    let names = stage::names(&config);
    for (n, target) in config.targets.iter_mut().enumerate() {
        let gateway = n - n % 10;
        let behind = names[gateway..n].iter().take(1).map(ToString::to_string);
        let target = Arc::get_mut(target).unwrap();
        Arc::make_mut(&mut target.judging).depends_on = behind.collect();
    }
    let (good, bad) = (stage::good(), stage::bad());
    let (board, start) = stage::steady_board(&config);
    let fall_and_rise = |mut board: Board| {
        let mut now = start;
        (0..3).for_each(|_| check_all(&mut board, &mut now, &names, &bad));
        let down = told(&mut board, &mut now);
        check_all(&mut board, &mut now, &names, &good);
        (down, told(&mut board, &mut now))
    };
    let (down, up) = fall_and_rise(board.clone());
    assert_eq!(
        (down[0].lines.len(), up[0].lines.len()),
        (gateways, gateways)
    );
    let mut group = c.benchmark_group("health");
    group.sample_size(10);
    group.bench_function(format!("{gateways} gateways go DOWN and come back"), |b| {
        b.iter_batched(|| board.clone(), &fall_and_rise, BatchSize::PerIteration);
    });
}
