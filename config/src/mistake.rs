//! Mistakes in a configuration: every one of them, each with its place, so that a person mends
//! the file in one go.
//!
//! A trap: `value` is text from outside and may be a secret put in the wrong place. Whoever
//! makes a mistake fills it in only where no secret can stand.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::characters::is_harmful;

/// How much of a value or a key is shown.
const MAX_SHOWN: usize = 60;
/// A problem may name a file, and the command that mends it.
const MAX_PROBLEM: usize = 2_000;

/// One mistake. Its `Display` is one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The configuration file.
    pub file: PathBuf,
    /// The line in it, counted from 1; `None`: the file as a whole, or a variable.
    pub line: Option<usize>,
    /// The environment variable that the value came from.
    pub variable: Option<String>,
    /// The key, `targets[2].every`; empty: the file as a whole.
    pub path: String,
    /// What was written there; never that of a secret key.
    pub value: Option<String>,
    /// What is wrong with it.
    pub problem: String,
    /// What would be right.
    pub allowed: Option<String>,
}

/// Where a value was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// This line of the file.
    Line(usize),
    /// The file as a whole.
    File,
    /// This environment variable.
    Variable(String),
}

impl Mistake {
    /// A mistake with no value and nothing allowed yet.
    pub(crate) fn new(file: &Path, place: Place, path: &str, problem: impl Into<String>) -> Self {
        let (line, variable) = match place {
            Place::Line(line) => (Some(line), None),
            Place::File => (None, None),
            Place::Variable(name) => (None, Some(shown(&name))),
        };
        Self {
            file: file.to_owned(),
            line,
            variable,
            path: shown_path(path),
            value: None,
            problem: escaped(&problem.into(), MAX_PROBLEM),
            allowed: None,
        }
    }

    /// Shows what was written; the caller answers for it being no secret.
    pub(crate) fn value(mut self, value: Option<String>) -> Self {
        self.value = value.map(|value| shown(&value));
        self
    }

    /// Says what would be right.
    pub(crate) fn allowed(mut self, allowed: impl Into<String>) -> Self {
        self.allowed = Some(allowed.into());
        self
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = escaped(&self.file.to_string_lossy(), MAX_PROBLEM);
        match (&self.variable, self.line) {
            (Some(name), _) => write!(f, "variable {name}: ")?,
            (None, Some(line)) => write!(f, "{file}:{line}: ")?,
            (None, None) => write!(f, "{file}: ")?,
        }
        // The name of a variable is its path; only what is inside its value adds to that.
        if !self.path.is_empty() && (self.variable.is_none() || self.path.contains('[')) {
            write!(f, "{}: ", self.path)?;
        }
        if let Some(value) = &self.value {
            write!(f, "'{value}' ")?;
        }
        f.write_str(&self.problem)?;
        match &self.allowed {
            Some(allowed) => write!(f, "; allowed: {allowed}"),
            None => Ok(()),
        }
    }
}

/// All mistakes of a configuration, in the order of the file, those of variables last. Its
/// `Display` is one line each, without a line break at the end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Mistakes(pub Vec<Mistake>);

impl Mistakes {
    /// Puts them into the order of the file.
    pub(crate) fn sorted(mut mistakes: Vec<Mistake>) -> Self {
        mistakes.sort_by_key(|mistake| (mistake.variable.is_some(), mistake.line));
        Self(mistakes)
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, mistake) in self.0.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{mistake}")?;
        }
        Ok(())
    }
}

/// Text from outside on one line, without terminal escapes, and short.
pub(crate) fn shown(text: &str) -> String {
    escaped(text, MAX_SHOWN)
}

/// A path may be longer: it has one key a level.
fn shown_path(path: &str) -> String {
    escaped(path, 4 * MAX_SHOWN)
}

fn escaped(text: &str, max: usize) -> String {
    let mut out = String::new();
    for (count, c) in text.chars().enumerate() {
        if count == max {
            out.push('…');
            break;
        }
        // Quotes and backslashes stay as they are: the text is for people, not for a parser.
        if c.is_whitespace() && c != ' ' {
            out.extend(c.escape_debug());
        } else if is_harmful(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(place: Place) -> Mistake {
        Mistake::new(
            Path::new("hostmessenger.yaml"),
            place,
            "targets[2].every",
            "is too short",
        )
    }

    #[test]
    fn a_mistake_is_one_line_with_place_key_value_and_what_is_allowed() {
        let mistake = at(Place::Line(31))
            .value(Some("10ms".into()))
            .allowed("a duration of at least 1s, such as 30s or 5m");
        assert_eq!(
            mistake.to_string(),
            "hostmessenger.yaml:31: targets[2].every: '10ms' is too short; \
             allowed: a duration of at least 1s, such as 30s or 5m"
        );
    }

    #[test]
    fn a_mistake_in_a_variable_names_the_variable() {
        let mistake = |path: &str| {
            let place = Place::Variable("HOSTMESSENGER__A".into());
            Mistake::new(Path::new("f"), place, path, "is too short").to_string()
        };
        assert_eq!(mistake("a"), "variable HOSTMESSENGER__A: is too short");
        assert_eq!(
            mistake("a[1].b"),
            "variable HOSTMESSENGER__A: a[1].b: is too short"
        );
    }

    #[test]
    fn mistakes_stand_in_the_order_of_the_file_and_those_of_variables_last() {
        let all = [
            at(Place::Variable("V".into())),
            at(Place::Line(9)),
            at(Place::Line(2)),
            at(Place::File),
        ];
        let sorted = Mistakes::sorted(all.to_vec());
        let lines: Vec<_> = sorted.0.iter().map(|m| m.line).collect();
        assert_eq!(lines, [None, Some(2), Some(9), None]);
        assert_eq!(sorted.to_string().lines().count(), 4);
    }

    #[test]
    fn a_hostile_value_stays_on_one_line_and_is_cut() {
        let mistake = at(Place::File).value(Some(format!("a\n\u{1b}[31m{}", "x".repeat(100))));
        let line = mistake.to_string();
        assert!(line.contains("'a\\n\\u{1b}[31mxx") && line.contains("x…'"));
        assert_eq!(line.lines().count(), 1);
    }

    #[test]
    fn neither_the_name_of_a_file_nor_a_problem_breaks_the_line() {
        let hostile = "a\r\n\u{1b}[2K\u{9b}\u{202e}\u{2028}\u{fffe}";
        let whole = Mistake::new(Path::new(hostile), Place::File, hostile, hostile).to_string();
        assert!(!whole.chars().any(is_harmful), "{whole:?}");
        assert!(whole.contains("a\\r\\n\\u{1b}[2K"), "{whole}");
        let long = Mistake::new(Path::new("f"), Place::File, "", "x".repeat(1 << 20)).to_string();
        assert!(long.chars().count() < 2 * MAX_PROBLEM);
    }
}
