//! "Did you mean …?"

/// Comparisons in all: where there are as many mistakes as names, and thousands of both, looking
/// among all names for each takes minutes, and nobody reads so far.
const COMPARISONS: usize = 1_000_000;

/// Whether one more name is to be looked for, after so many mistakes.
pub(crate) fn is_worth_it(mistakes: usize, names: usize) -> bool {
    mistakes.saturating_mul(names) < COMPARISONS
}

/// The name that is most like what was written, if one is like it at all.
pub(crate) fn of<'a>(written: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // What is longer than any name by half is not a slip, and comparing costs its square.
    if written.len() > 80 {
        return None;
    }
    let written = written.to_lowercase();
    let limit = (written.chars().count() / 3).clamp(1, 3);
    names
        .map(|name| (strsim::damerau_levenshtein(&written, name), name))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_slip_finds_its_name_and_nonsense_does_not() {
        let names = || ["account", "access", "targets"].into_iter();
        assert_eq!(super::of("acount", names()), Some("account"));
        assert_eq!(super::of("Target", names()), Some("targets"));
        assert_eq!(super::of("colour", names()), None);
        assert_eq!(super::of(&"a".repeat(100_000), names()), None);
    }

    #[test]
    fn ten_thousand_targets_have_hints_and_a_hundred_thousand_mistakes_have_not() {
        assert!(super::is_worth_it(20, 10_000) && super::is_worth_it(1_000, 12));
        assert!(!super::is_worth_it(100_000, 25_000));
    }
}
