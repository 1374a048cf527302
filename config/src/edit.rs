//! Changes one value in the text of a configuration and leaves every other byte alone: comments,
//! order and quoting are the work of people.
//!
//! The parser says where the value stands. A newcomer's trap: it counts characters, not bytes, and
//! a place that is wrong by one would write into a neighbour; so what comes out is read again and
//! must differ in that one value alone.

use std::path::Path;

use config::{Value, ValueKind};
use jid::BareJid;
use saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput};

use crate::mistake::Mistakes;
use crate::yaml;

/// Why the owner cannot be changed in a text.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// It is no YAML that the program would read.
    #[error("it has mistakes: {0}")]
    Mistakes(Mistakes),
    /// `access.owner` is not written there.
    #[error("access.owner is not written in it")]
    NotWritten,
    /// It stands somewhere else, and an alias names it.
    #[error("access.owner is given by an alias; write the address itself there")]
    Alias,
    /// It, or the table it stands in, has an anchor, by which other keys may name it.
    #[error("access.owner has an anchor, so that other keys may name it; take the anchor away")]
    Anchor,
    /// It has a tag.
    #[error("access.owner has a tag; take the tag away")]
    Tag,
    /// It goes over several lines.
    #[error("access.owner is written over several lines; write it on one")]
    SeveralLines,
    /// The change would change more.
    #[error("access.owner cannot be changed alone")]
    NotAlone,
}

/// The same text with this address as the value of `access.owner`; not one other byte differs.
///
/// # Errors
/// Where the value is not written plainly in the text, or the text is no configuration.
pub fn set_owner(text: &str, owner: &BareJid) -> Result<String, EditError> {
    let mut expected = tree(text)?;
    let place = find(text)?;
    let value = match place.style {
        ScalarStyle::Plain if is_plain(owner.as_str()) => owner.to_string(),
        ScalarStyle::Plain | ScalarStyle::SingleQuoted => {
            format!("'{}'", owner.as_str().replace('\'', "''"))
        }
        ScalarStyle::DoubleQuoted => {
            let escaped = owner.as_str().replace('\\', "\\\\").replace('"', "\\\"");
            format!("\"{escaped}\"")
        }
        ScalarStyle::Literal | ScalarStyle::Folded => return Err(EditError::SeveralLines),
    };
    let new = [&text[..place.start], &value, &text[place.end..]].concat();
    owner_in(&mut expected).ok_or(EditError::NotWritten)?.kind =
        ValueKind::String(owner.to_string());
    match tree(&new) {
        // Lines count too: each value still stands where it stood.
        Ok(found) if found == expected => Ok(new),
        _ => Err(EditError::NotAlone),
    }
}

fn tree(text: &str) -> Result<Value, EditError> {
    let mut mistakes = Vec::new();
    let tree = yaml::read(text, Path::new("the configuration"), &mut mistakes);
    match tree {
        Some(tree) if mistakes.is_empty() => Ok(tree),
        _ => Err(EditError::Mistakes(Mistakes::sorted(mistakes))),
    }
}

fn owner_in(tree: &mut Value) -> Option<&mut Value> {
    let ValueKind::Table(top) = &mut tree.kind else {
        return None;
    };
    let ValueKind::Table(access) = &mut top.get_mut("access")?.kind else {
        return None;
    };
    access.get_mut("owner")
}

/// Whether an address means itself without quotes, in a flow as well.
fn is_plain(text: &str) -> bool {
    text.starts_with(char::is_alphanumeric)
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || "@._-+".contains(c))
}

/// Bytes of the text, and how the value in them is written.
struct Place {
    start: usize,
    end: usize,
    style: ScalarStyle,
}

/// A table or list that the parser is in.
enum Frame {
    List,
    /// With the key whose value comes next.
    Table(Option<String>),
}

/// Where the value of `access.owner` stands.
fn find(text: &str) -> Result<Place, EditError> {
    let body = text.trim_start_matches('\u{feff}');
    let skipped = text.len() - body.len();
    let mut stack: Vec<Frame> = Vec::new();
    let mut parser: Parser<'_, StrInput<'_>> = Parser::new_from_str(body);
    while let Some(Ok((event, span))) = parser.next_event() {
        if let (Event::Scalar(key, ..), Some(Frame::Table(next @ None))) =
            (&event, stack.last_mut())
        {
            *next = Some(key.to_string());
            continue;
        }
        match (path(&stack).as_slice(), &event) {
            (["access"] | ["access", "owner"], Event::Alias(_)) => return Err(EditError::Alias),
            (["access"], Event::MappingStart(anchor, _)) if *anchor != 0 => {
                return Err(EditError::Anchor);
            }
            (["access", "owner"], Event::Scalar(value, style, anchor, tag)) => {
                return match (anchor, tag) {
                    (0, None) => {
                        place(body, skipped, span, value, *style).ok_or(EditError::SeveralLines)
                    }
                    (0, Some(_)) => Err(EditError::Tag),
                    _ => Err(EditError::Anchor),
                };
            }
            _ => {}
        }
        step(&mut stack, &event);
    }
    Err(EditError::NotWritten)
}

/// Enters, leaves, or goes past a value.
fn step(stack: &mut Vec<Frame>, event: &Event<'_>) {
    match event {
        Event::SequenceStart(..) => stack.push(Frame::List),
        Event::MappingStart(..) => stack.push(Frame::Table(None)),
        Event::SequenceEnd | Event::MappingEnd => {
            stack.pop();
            passed(stack);
        }
        Event::Scalar(..) | Event::Alias(_) => passed(stack),
        _ => {}
    }
}

fn passed(stack: &mut [Frame]) {
    if let Some(Frame::Table(key)) = stack.last_mut() {
        *key = None;
    }
}

/// The keys that lead here; a list has the name `[]`.
fn path(stack: &[Frame]) -> Vec<&str> {
    stack
        .iter()
        .map(|frame| match frame {
            Frame::List => "[]",
            Frame::Table(key) => key.as_deref().unwrap_or_default(),
        })
        .collect()
}

/// Where a value stands, in bytes. `None`: not on one line. Only where it begins is taken from the
/// parser: the end of a quoted one is, there, behind the comment that follows.
fn place(body: &str, skipped: usize, span: Span, value: &str, style: ScalarStyle) -> Option<Place> {
    let (start, _) = body.char_indices().nth(span.start.index())?;
    let rest = &body[start..];
    let length = match style {
        ScalarStyle::Plain => rest.starts_with(value).then_some(value.len())?,
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => quoted(rest)?,
        ScalarStyle::Literal | ScalarStyle::Folded => return None,
    };
    Some(Place {
        start: skipped + start,
        end: skipped + start + length,
        style,
    })
}

/// How long the quoted value is that a text begins with. `None`: it does not end on this line.
fn quoted(text: &str) -> Option<usize> {
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '\n' | '\r' => return None,
            '\\' if quote == '"' => drop(chars.next()),
            c if c == quote
                && quote == '\''
                && chars.peek().is_some_and(|next| next.1 == quote) =>
            {
                chars.next();
            }
            c if c == quote => return Some(at + c.len_utf8()),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn jid(text: &str) -> BareJid {
        BareJid::new(text).unwrap()
    }

    fn set(text: &str) -> Result<String, String> {
        set_owner(text, &jid("new@example.org")).map_err(|error| error.to_string())
    }

    #[test]
    fn only_the_value_changes_however_it_is_written() {
        for (before, after) in [
            (
                "access:\n  owner: a@b.c   # who\n",
                "access:\n  owner: new@example.org   # who\n",
            ),
            (
                "access:\r\n  owner: a@b.c\r\nlog: {level: info}\r\n",
                "access:\r\n  owner: new@example.org\r\nlog: {level: info}\r\n",
            ),
            (
                "access: {support: [x@y.z], owner: a@b.c}",
                "access: {support: [x@y.z], owner: new@example.org}",
            ),
            (
                "access: {owner: a@b.c , support: []}",
                "access: {owner: new@example.org , support: []}",
            ),
            (
                "access: {\"owner\":\"a@b.c\"}",
                "access: {\"owner\":\"new@example.org\"}",
            ),
            (
                "access:\n  owner:\n    'a@b.c' # quoted\n",
                "access:\n  owner:\n    'new@example.org' # quoted\n",
            ),
            (
                "\u{feff}# ÄÖÜ 🦀\naccess:\n  # owner: x@y.z\n  owner: ä@b.c",
                "\u{feff}# ÄÖÜ 🦀\naccess:\n  # owner: x@y.z\n  owner: new@example.org",
            ),
            (
                "targets: [{name: access, owner: x}, {access: {owner: y}}]\naccess: {owner: a@b.c}\n",
                "targets: [{name: access, owner: x}, {access: {owner: y}}]\naccess: {owner: new@example.org}\n",
            ),
        ] {
            assert_eq!(set(before).as_deref(), Ok(after), "{before}");
        }
    }

    #[test]
    fn what_cannot_be_changed_alone_is_refused_with_the_reason() {
        for (text, why) in [
            ("access: {support: []}\n", "not written"),
            ("", "not written"),
            ("log: {level: info}", "not written"),
            ("x: &o a@b.c\naccess: {owner: *o}\n", "alias"),
            ("x: &a {owner: a@b.c}\naccess: *a\n", "alias"),
            ("access: {owner: &o a@b.c, support: [*o]}\n", "anchor"),
            ("access: &a {owner: a@b.c}\n", "anchor"),
            ("access: {owner: !!str a@b.c}\n", "tag"),
            ("access:\n  owner: |-\n    a@b.c\n", "several lines"),
            ("access:\n  owner: a\n    @b.c\n", "several lines"),
            ("access: {owner: a@b.c, owner: d@e.f}\n", "mistakes"),
            ("access: {owner: a@b.c\n", "mistakes"),
        ] {
            let error = set(text).unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
        }
    }

    #[test]
    fn an_address_with_signs_of_yaml_in_it_is_quoted() {
        for owner in [
            "#a@b.c",
            "a,b@c.d",
            "[x]@b.c",
            "-@b.c",
            "a\\20b@c.d",
            "*x@b.c",
            "!x@b.c",
        ] {
            for text in ["access: {owner: a@b.c}", "access:\n  owner: \"a@b.c\"\n"] {
                let new = set_owner(text, &jid(owner)).unwrap();
                let mut tree = tree(&new).unwrap();
                let found = owner_in(&mut tree).unwrap();
                assert_eq!(found.kind, ValueKind::String(owner.into()), "{new}");
            }
        }
    }

    /// Comments, blank lines and other keys as people write them.
    fn filler() -> impl Strategy<Value = String> {
        let comment = "# [ -~äöü🦀]{0,30}\n";
        let line = prop_oneof![
            comment.prop_map(String::from),
            Just("\n".to_owned()),
            Just("   \n".to_owned()),
        ];
        prop::collection::vec(line, 0..4).prop_map(|lines| lines.concat())
    }

    fn value() -> impl Strategy<Value = String> {
        let address = "[a-zä]{1,8}@[a-z]{1,8}\\.org";
        prop_oneof![
            address.prop_map(String::from),
            address.prop_map(|text| format!("'{text}'")),
            address.prop_map(|text| format!("\"{text}\"")),
        ]
    }

    fn access(block: bool, before: &str, blanks: &str, after: &str) -> (String, String) {
        if block {
            let start = format!("access:\n{before}  support: [x@y.z]\n{before}  owner:{blanks} ");
            (start, format!("{blanks} # it's \"who\"\n{after}"))
        } else {
            let start = format!("{before}access: {{support: [x@y.z], owner:{blanks} ");
            (start, format!("{blanks}, locked: [ü@y.z]}} # end\n{after}"))
        }
    }

    proptest! {
        #[test]
        fn everything_but_the_value_stays_byte_for_byte_and_the_result_loads(
            block in any::<bool>(),
            top in filler(), before in filler(), after in filler(),
            blanks in " {0,3}", old in value(), crlf in any::<bool>(),
            new in "[a-zß,#]{1,8}@[a-z]{1,8}\\.net",
        ) {
            let owner = jid(&new);
            let (start, end) = access(block, &before, &blanks, &after);
            let breaks = |text: String| if crlf { text.replace('\n', "\r\n") } else { text };
            let start = breaks(format!("{top}history: {{keep: 1d}}\n{start}"));
            let end = breaks(format!("{end}log: {{level: info}} # ä\n"));
            let changed = set_owner(&format!("{start}{old}{end}"), &owner).unwrap();
            let inside = changed.strip_prefix(&start).and_then(|rest| rest.strip_suffix(&end));
            let inside = inside.unwrap().trim_matches(['"', '\'']);
            prop_assert_eq!(inside, owner.as_str());
            let dir = tempfile::tempdir().unwrap();
            let file = dir.path().join("f.yaml");
            std::fs::write(&file, &changed).unwrap();
            let config = crate::load(&file, std::iter::empty()).unwrap();
            prop_assert_eq!(config.access.owner, Some(owner));
            prop_assert_eq!(config.access.support.len(), 1);
        }

        #[test]
        fn no_text_makes_it_panic_or_change_another_byte(text in "(access|owner|: |\\{|\\}|[ \n,&*!|>'\"#ä-]|a@b){0,20}") {
            if let Ok(new) = set_owner(&text, &jid("new@example.org")) {
                prop_assert!(new.contains("new@example.org"));
            }
        }
    }
}
