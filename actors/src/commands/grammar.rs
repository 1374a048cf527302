//! From a line of chat to a command. Pure. In any case, with spaces around ignored; German and
//! English words both work whatever the language of the answers.

use super::{COMMANDS, Command};

/// What a line means.
pub enum Parsed<'a> {
    /// This command, with the rest of the line.
    Command(&'static Command, &'a str),
    /// No command; the nearest one, if any is near.
    Unknown(Option<&'static Command>),
}

/// Finds the command with the longest name that the line begins with. A command that takes nothing
/// must stand alone: `VNC STRAT` is not `VNC`.
pub fn parse(line: &str) -> Parsed<'_> {
    let line = line.trim();
    COMMANDS
        .iter()
        .flat_map(|command| names(command).map(move |name| (command, name)))
        .filter_map(|(command, name)| Some((command, name, strip_words(line, name)?)))
        .filter(|(command, _, rest)| rest.is_empty() || !command.arguments.is_empty())
        .max_by_key(|(_, name, _)| name.len())
        .map_or_else(
            || Parsed::Unknown(nearest(line)),
            |(command, _, rest)| Parsed::Command(command, rest),
        )
}

/// All names of a command.
pub fn names(command: &'static Command) -> impl Iterator<Item = &'static str> {
    std::iter::once(command.name).chain(command.german.iter().copied())
}

/// What is left of a trimmed line after the words of `name`, which are compared without regard to
/// case or to the number of spaces between them.
fn strip_words<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = line;
    for word in name.split(' ') {
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        if !same(&rest[..end], word) {
            return None;
        }
        rest = rest[end..].trim_start();
    }
    Some(rest)
}

/// Whether two words are the same but for case, umlauts included.
pub fn same(a: &str, b: &str) -> bool {
    if a.is_ascii() && b.is_ascii() {
        return a.eq_ignore_ascii_case(b);
    }
    a.chars()
        .flat_map(char::to_lowercase)
        .eq(b.chars().flat_map(char::to_lowercase))
}

/// The command that was probably meant: at most two edits away, compared with as many words as the
/// name has. Words too many for a command count like two edits.
fn nearest(line: &str) -> Option<&'static Command> {
    let shorten = |word: &str| word.chars().take(20).collect::<String>().to_uppercase();
    let words: Vec<String> = line.split_whitespace().take(2).map(shorten).collect();
    let both = words.join(" ");
    COMMANDS
        .iter()
        .flat_map(|command| names(command).map(move |name| (command, name)))
        .filter_map(|(command, name)| {
            let written = if name.contains(' ') {
                &both
            } else {
                words.first()?
            };
            let edits = few_edits(written, name)?;
            let too_many = command.arguments.is_empty() && both.len() > written.len();
            let near = edits < name.chars().count();
            near.then_some((command, edits + if too_many { 2 } else { 0 }))
        })
        .min_by_key(|&(_, distance)| distance)
        .map(|(command, _)| command)
}

/// How many edits make one word of the other, where they are two at most. A letter that only one
/// of them has costs one: that rules out most pairs, and is much cheaper to find.
fn few_edits(a: &str, b: &str) -> Option<usize> {
    let lacking = |a: &str, b: &str| a.chars().filter(|&letter| !b.contains(letter)).count();
    if lacking(a, b) > 2 || lacking(b, a) > 2 {
        return None;
    }
    let edits = strsim::damerau_levenshtein(a, b);
    (edits <= 2).then_some(edits)
}

/// Splits a line into a target's name and the rest. Names may hold spaces, so the longest known
/// name that the line begins with is meant; `None` where there is none.
pub fn split_target<'a, 'n>(
    line: &'a str,
    names: impl Iterator<Item = &'n str>,
) -> Option<(&'n str, &'a str)> {
    let line = line.trim();
    names
        .filter_map(|name| Some((name, strip_words(line, name)?)))
        .max_by_key(|(name, _)| name.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn name_and_rest(line: &str) -> (&'static str, &str) {
        match parse(line) {
            Parsed::Command(command, rest) => (command.name, rest),
            Parsed::Unknown(near) => panic!("{line}: unknown, near {:?}", near.map(|c| c.name)),
        }
    }

    #[test]
    fn case_and_spaces_do_not_matter_and_german_words_work() {
        assert_eq!(name_and_rest("  os "), ("OS", ""));
        assert_eq!(
            name_and_rest("vnc   start 30 123456"),
            ("VNC START", "30 123456")
        );
        assert_eq!(name_and_rest("Vnc Starten 5"), ("VNC START", "5"));
        assert_eq!(name_and_rest("prüfen shop"), ("CHECK", "shop"));
        assert_eq!(name_and_rest("vnc"), ("VNC", ""));
        assert_eq!(name_and_rest("HD /mnt/my share"), ("HD", "/mnt/my share"));
    }

    #[test]
    fn a_word_that_only_begins_like_a_command_is_none() {
        assert!(matches!(parse("OSX"), Parsed::Unknown(_)));
        assert!(matches!(parse(""), Parsed::Unknown(None)));
    }

    #[test]
    fn the_nearest_command_is_named() {
        let near = |line| match parse(line) {
            Parsed::Unknown(near) => near.map(|command| command.name),
            Parsed::Command(..) => panic!("{line}"),
        };
        assert_eq!(near("statsu"), Some("STATUS"));
        assert_eq!(near("VNC STRAT"), Some("VNC START"));
        assert_eq!(near("hilfee"), Some("HELP"));
        assert_eq!(near("os please"), Some("OS"));
        assert_eq!(near("good morning"), None);
    }

    #[test]
    fn a_target_with_spaces_in_its_name_is_found_and_the_longest_wins() {
        let names = ["disk", "disk two", "shop"];
        assert_eq!(
            split_target("Disk Two 2h moving", names.into_iter()),
            Some(("disk two", "2h moving"))
        );
        assert_eq!(
            split_target("disk 2h", names.into_iter()),
            Some(("disk", "2h"))
        );
        assert_eq!(split_target("disks", names.into_iter()), None);
    }

    #[test]
    fn case_does_not_matter_in_any_alphabet_and_all_else_does() {
        assert!(same("oWnEr", "OWNER") && same("PRÜFEN", "prüfen"));
        // The sign for kelvin is a capital k too.
        assert!(same("\u{212a}", "k"));
        assert!(!same("owne", "owner") && !same("prufen", "prüfen"));
    }

    proptest! {
        #[test]
        fn no_word_is_ruled_out_that_is_two_edits_away(a in "[A-CÜ ]{0,5}", b in "[A-CÜ ]{0,5}") {
            let edits = strsim::damerau_levenshtein(&a, &b);
            prop_assert_eq!(few_edits(&a, &b), (edits <= 2).then_some(edits));
        }

        #[test]
        fn no_line_makes_the_grammar_panic(line in "\\PC{0,60}") {
            parse(&line);
            split_target(&line, ["a", "ä b"].into_iter());
        }
    }
}
