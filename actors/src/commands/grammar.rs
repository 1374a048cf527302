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

/// What is left of `line` after the words of `name`, which are compared without regard to case or
/// to the number of spaces between them.
fn strip_words<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = line;
    for word in name.split(' ') {
        rest = rest.trim_start();
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        if !same(&rest[..end], word) {
            return None;
        }
        rest = &rest[end..];
    }
    Some(rest.trim())
}

/// Whether two words are the same but for case, umlauts included.
pub fn same(a: &str, b: &str) -> bool {
    a.chars()
        .flat_map(char::to_lowercase)
        .eq(b.chars().flat_map(char::to_lowercase))
}

/// The command that was probably meant: at most two edits away, compared with as many words as the
/// name has. Words too many for a command count like two edits.
fn nearest(line: &str) -> Option<&'static Command> {
    let shorten = |word: &str| word.chars().take(20).collect::<String>().to_uppercase();
    let words: Vec<String> = line.split_whitespace().take(2).map(shorten).collect();
    COMMANDS
        .iter()
        .flat_map(|command| names(command).map(move |name| (command, name)))
        .filter_map(|(command, name)| {
            let count = name.split(' ').count().min(words.len());
            let edits = strsim::damerau_levenshtein(&words[..count].join(" "), name);
            let too_many = command.arguments.is_empty() && words.len() > count;
            let near = edits <= 2 && edits < name.chars().count();
            near.then_some((command, edits + if too_many { 2 } else { 0 }))
        })
        .min_by_key(|&(_, distance)| distance)
        .map(|(command, _)| command)
}

/// Splits a line into a target's name and the rest. Names may hold spaces, so the longest known
/// name that the line begins with is meant; `None` where there is none.
pub fn split_target<'a, 'n>(
    line: &'a str,
    names: impl Iterator<Item = &'n str>,
) -> Option<(&'n str, &'a str)> {
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

    proptest! {
        #[test]
        fn no_line_makes_the_grammar_panic(line in "\\PC{0,60}") {
            parse(&line);
            split_target(&line, ["a", "ä b"].into_iter());
        }
    }
}
