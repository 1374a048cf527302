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
mod tests;
