//! Whatever comes in whatever order, with restarts and clocks set anywhere in between.

use proptest::prelude::*;

use super::*;

fn at(wall: i64, mono: u64) -> Now {
    Now {
        wall: Timestamp::from_second(wall).unwrap(),
        mono: Duration::from_secs(mono),
    }
}

/// After a restart at `now`, through the form on disk.
fn restarted(memory: &Memory, before: Now, now: Now) -> Memory {
    let json = serde_json::to_vec(&memory.kept(before)).unwrap();
    serde_json::from_slice::<Kept>(&json).unwrap().wake(now).0
}

const NOON: i64 = 1_800_000_000;

fn step(wall: i64) -> u64 {
    step_of(Timestamp::from_second(wall).unwrap())
}

#[test]
fn a_used_code_stays_used_over_a_restart_and_with_the_clock_set_back() {
    let now = at(NOON, 5);
    let (memory, verdict) = Memory::default().judge(Given::Step(step(NOON)), now);
    assert_eq!(verdict, Factor::Good);
    // A day back, at once and with a restart: what was used stays so when that time comes again.
    let back = at(NOON - 86_400, 10);
    let (memory, fresh) = memory.judge(Given::Step(step(NOON - 86_400)), back);
    assert_eq!(fresh, Factor::Good, "locked for a day");
    for memory in [
        memory.clone(),
        restarted(&memory, back, at(NOON - 80_000, 0)),
    ] {
        let (_, again) = memory.judge(Given::Step(step(NOON)), at(NOON, 86_410));
        assert_eq!(again, Factor::Wrong);
    }
}

#[test]
fn a_lock_outlives_a_restart_and_never_grows_beyond_its_whole() {
    let mut memory = Memory::default();
    for _ in 0..WRONG_LIMIT {
        memory = memory.judge(Given::Wrong, at(NOON, 100)).0;
    }
    let left = |memory: Memory, now| match memory.judge(Given::Step(step(NOON + 900)), now).1 {
        Factor::Locked { left, just_now } => {
            assert!(!just_now);
            Some(left.as_secs())
        }
        _ => None,
    };
    let before = at(NOON + 60, 160);
    assert_eq!(left(memory.clone(), before), Some(840));
    let now = at(NOON + 120, 3);
    assert_eq!(left(restarted(&memory, before, now), now), Some(780));
    let set_back = at(NOON - 999_999, 0);
    assert_eq!(
        left(restarted(&memory, before, set_back), set_back),
        Some(900)
    );
    let over = at(NOON + 900, 0);
    assert_eq!(left(restarted(&memory, before, over), over), None);
}

#[test]
fn four_wrong_codes_are_not_forgotten_by_a_restart() {
    let mut memory = Memory::default();
    let now = at(NOON, 0);
    for _ in 1..WRONG_LIMIT {
        memory = restarted(&memory.judge(Given::Wrong, now).0, now, now);
    }
    let verdict = memory.judge(Given::Wrong, now).1;
    assert!(matches!(verdict, Factor::Locked { just_now: true, .. }));
}

#[test]
fn garbage_of_the_future_bars_what_was_before_now_and_nothing_later() {
    let garbage = r#"{"used":[18446744073709551615],"barred":18446744073709551615,
        "wrong":4294967295,"locked_until":9223372036854775807}"#;
    let kept: Kept = serde_json::from_str(garbage).unwrap();
    let (memory, of_later) = kept.wake(at(NOON, 0));
    assert!(of_later);
    let verdict = memory.clone().judge(Given::Step(step(NOON)), at(NOON, 1)).1;
    assert!(matches!(verdict, Factor::Locked { .. }));
    // The lock of a quarter of an hour is over; `wrong` was at its limit, so the next one locks.
    let (memory, verdict) = memory.judge(Given::Step(step(NOON)), at(NOON + 1, 900));
    assert!(matches!(verdict, Factor::Locked { just_now: true, .. }));
    let later = NOON + 1_000;
    let verdict = memory.judge(Given::Step(step(later)), at(later, 1_800)).1;
    assert_eq!(verdict, Factor::Good);
}

#[test]
fn with_nothing_known_codes_up_to_now_are_refused_and_the_next_are_good() {
    let memory = Memory::of_the_unknown(at(NOON, 0));
    let (memory, verdict) = memory.judge(Given::Step(step(NOON) + 1), at(NOON, 0));
    assert_eq!(verdict, Factor::Wrong);
    let later = NOON + 60;
    let verdict = memory.judge(Given::Step(step(later)), at(later, 60)).1;
    assert_eq!(verdict, Factor::Good);
}

#[test]
fn what_is_kept_does_not_grow_without_end_and_what_fell_out_stays_barred() {
    let (mut memory, first) = (Memory::default(), step(NOON));
    for n in 0..KEPT as u64 + 10 {
        let wall = NOON + i64::try_from(n * STEP).unwrap();
        let (next, verdict) = memory.judge(Given::Step(first + n), at(wall, n * STEP));
        assert_eq!(verdict, Factor::Good);
        memory = next;
    }
    assert_eq!(memory.used.len(), KEPT);
    let verdict = memory.judge(Given::Step(first), at(NOON, 999_999)).1;
    assert_eq!(verdict, Factor::Wrong);
}

#[derive(Debug, Clone)]
enum Happens {
    /// A code so many steps from now, as the window allows.
    Code(i64),
    Wrong,
    Restart,
    /// The wall's clock is set by so many seconds; the other goes on by one.
    Clock(i64),
    Passes(u64),
}

fn happens() -> impl Strategy<Value = Happens> {
    prop_oneof![
        4 => (-1_i64..=1).prop_map(Happens::Code),
        1 => Just(Happens::Wrong),
        1 => Just(Happens::Restart),
        1 => (-7_200_i64..=7_200).prop_map(Happens::Clock),
        2 => (0_u64..=1_000).prop_map(Happens::Passes),
    ]
}

proptest! {
    #[test]
    fn no_code_is_good_twice_and_none_while_it_is_locked(
        events in prop::collection::vec(happens(), 1..200)
    ) {
        let (mut memory, mut wall, mut mono) = (Memory::default(), NOON, 0_u64);
        let (mut used, mut in_a_row) = (BTreeSet::new(), 0);
        for event in events {
            let now = at(wall, mono);
            let given = match event {
                Happens::Code(off) => Given::Step(step(wall).saturating_add_signed(off)),
                Happens::Wrong => Given::Wrong,
                Happens::Restart => {
                    memory = restarted(&memory, now, at(wall, 0));
                    mono = 0;
                    continue;
                }
                Happens::Clock(by) => {
                    wall += by;
                    mono += 1;
                    continue;
                }
                Happens::Passes(by) => {
                    wall += i64::try_from(by).unwrap();
                    mono += by;
                    continue;
                }
            };
            let (next, verdict) = memory.judge(given, now);
            memory = next;
            match (verdict, given) {
                (Factor::Good, Given::Step(step)) => {
                    prop_assert!(used.insert(step), "used twice");
                    in_a_row = 0;
                }
                (Factor::Wrong, _) => in_a_row += 1,
                (Factor::Locked { just_now: true, left }, _) => {
                    prop_assert_eq!(left, LOCK);
                    prop_assert_eq!(in_a_row, WRONG_LIMIT - 1);
                    in_a_row = 0;
                }
                (Factor::Locked { left, .. }, _) => prop_assert!(left <= LOCK),
                other => prop_assert!(false, "{:?}", other),
            }
            prop_assert!(in_a_row < WRONG_LIMIT);
        }
        // Never for ever: where the clock goes on, fresh codes are good again.
        let good = (1..=6_u64).any(|n| {
            let later = wall + 1_000 * i64::try_from(n).unwrap();
            let given = Given::Step(step(later));
            let (next, verdict) = memory.clone().judge(given, at(later, mono + 1_000 * n));
            memory = next;
            verdict == Factor::Good
        });
        prop_assert!(good);
    }
}
