//! "Did you mean …?"

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
}
