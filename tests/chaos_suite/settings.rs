//! How long and by which seed, from the environment; `tests/chaos` sets it.

use std::str::FromStr;

/// What a run is asked to do.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// Faults.
    pub(crate) rounds: usize,
    /// Where the faults are drawn from.
    pub(crate) seed: u64,
    /// Changes of targets around each fault.
    pub(crate) changes: usize,
    /// Only these faults, by their names; all where there is none.
    pub(crate) only: Vec<String>,
}

impl Settings {
    /// As the environment says; where it says nothing, so many rounds.
    pub(crate) fn of_environment(rounds: usize) -> Self {
        let only = std::env::var("CHAOS_ONLY").unwrap_or_default();
        Self {
            rounds: number("CHAOS_ROUNDS", rounds),
            seed: number("CHAOS_SEED", 1),
            changes: number("CHAOS_CHANGES", 10),
            only: only.split_whitespace().map(str::to_owned).collect(),
        }
    }
}

/// A number from the environment.
///
/// # Panics
/// Where it is none.
pub(crate) fn number<T: FromStr>(name: &str, default: T) -> T {
    match std::env::var(name) {
        Ok(text) => text
            .parse()
            .unwrap_or_else(|_| panic!("{name}={text} is no number")),
        Err(_) => default,
    }
}
