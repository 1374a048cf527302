//! The health step: what becomes of a check.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BatchSize, Criterion};
use hostmessenger_actors::alerts::board::Board;
use hostmessenger_actors::alerts::health::{Streaks, judge};
use hostmessenger_actors::alerts::{Change, State};
use hostmessenger_actors::probe::verdict::{Outcome, Verdict};
use hostmessenger_actors::supervision::policies;

use crate::stage;

const MOMENT: Duration = Duration::from_millis(1);
/// Longer than a batch waits.
const LATER: Duration = Duration::from_secs(60);

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

/// A thousand go DOWN at once, and one message tells of all: three thousand checks.
pub(crate) fn all_down(c: &mut Criterion) {
    let config = stage::config(1_000);
    let (names, bad) = (stage::names(&config), stage::bad());
    let (board, start) = stage::steady_board(&config);
    let fall = |mut board: Board| {
        let mut now = start;
        for name in [&names; 3].into_iter().flatten() {
            now += MOMENT;
            board.checked(name, &bad, stage::after(now));
        }
        board.tick(stage::after(now + LATER)).messages
    };
    let told = fall(board.clone());
    assert_eq!((told.len(), told[0].lines.len()), (1, 1_000));
    c.bench_function("health/1000 go DOWN and are told of", |b| {
        b.iter_batched(|| board.clone(), &fall, BatchSize::LargeInput);
    });
}
