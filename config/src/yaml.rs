//! YAML with places: events of the parser become a tree of [`config::Value`]s whose `origin` is
//! the line they were written on.
//!
//! A trap: the ready-made loaders build the tree recursively and drop it recursively, so that a
//! line of 100,000 brackets overflows the stack, and they stop at the first key given twice. This
//! one has limits and goes on. Another trap: an error text must not quote the file, which may
//! hold a password.

use std::collections::HashMap;
use std::path::Path;

use config::{Map, Value, ValueKind};
use saphyr::Scalar;
use saphyr_parser::{Event, Parser, StrInput};

use crate::mistake::{Mistake, Place};

/// How deep lists and tables may stand in each other. The deepest key that there is stands at 4.
const MAX_DEPTH: usize = 32;
/// How many values a file may hold, those that aliases repeat included ("billion laughs").
const MAX_NODES: usize = 250_000;

/// Where a value was written.
pub(crate) fn place(value: &Value) -> Place {
    value
        .origin()
        .and_then(|origin| origin.parse().ok())
        .map_or(Place::File, Place::Line)
}

/// A value with the line it was written on.
fn marked(line: usize, kind: ValueKind) -> Value {
    Value::new(Some(&line.to_string()), kind)
}

/// Reads a text of one document. Mistakes are added to the list; `None`: nothing could be read.
/// An empty text is an empty table.
pub(crate) fn read(text: &str, file: &Path, mistakes: &mut Vec<Mistake>) -> Option<Value> {
    let mut loader = Loader {
        file,
        mistakes,
        stack: Vec::new(),
        anchors: HashMap::new(),
        nodes: 0,
        root: None,
    };
    let mut parser = Parser::new_from_str(text.trim_start_matches('\u{feff}'));
    match loader.run(&mut parser) {
        Ok(()) => Some(
            loader
                .root
                .filter(|root| !matches!(root.kind, ValueKind::Nil))
                .unwrap_or_else(|| Value::new(None, ValueKind::Table(Map::new()))),
        ),
        Err(fatal) => {
            loader.mistakes.push(*fatal);
            None
        }
    }
}

/// A list or a table that is not finished.
struct Frame {
    line: usize,
    anchor: usize,
    /// `loader.nodes` when it began.
    nodes_before: usize,
    items: Items,
}

enum Items {
    List(Vec<Value>),
    Table(Map<String, Value>, Option<(String, usize)>),
}

struct Loader<'a> {
    file: &'a Path,
    mistakes: &'a mut Vec<Mistake>,
    stack: Vec<Frame>,
    /// Finished anchors, with how many nodes they hold.
    anchors: HashMap<usize, (Value, usize)>,
    nodes: usize,
    root: Option<Value>,
}

type Step = Result<(), Box<Mistake>>;

impl Loader<'_> {
    fn run(&mut self, parser: &mut Parser<'_, StrInput<'_>>) -> Step {
        while let Some(next) = parser.next_event() {
            let (event, span) = next.map_err(|error| {
                // This one text quotes the file.
                let info = match error.info() {
                    info if info.starts_with("unexpected character") => "unexpected character",
                    info => info,
                };
                self.fatal(error.marker().line(), format!("is not valid YAML: {info}"))
            })?;
            let line = span.start.line();
            match event {
                Event::DocumentStart(_) if self.root.is_some() => {
                    return Err(self.fatal(line, "a second document starts here; one is read"));
                }
                Event::Scalar(text, style, anchor, tag) => {
                    if self.wants_key() {
                        self.take_key(text.into_owned(), line);
                        continue;
                    }
                    let foreign = tag.as_ref().is_some_and(|tag| !tag.is_yaml_core_schema());
                    let scalar = Scalar::parse_from_cow_and_metadata(text, style, tag.as_ref());
                    match scalar.filter(|_| !foreign) {
                        Some(scalar) => self.finish(line, anchor, kind_of(scalar))?,
                        None => return Err(self.fatal(line, "has a tag that is not known here")),
                    }
                }
                Event::SequenceStart(anchor, _) => {
                    self.open(line, anchor, Items::List(Vec::new()))?;
                }
                Event::MappingStart(anchor, _) => {
                    self.open(line, anchor, Items::Table(Map::new(), None))?;
                }
                Event::SequenceEnd | Event::MappingEnd => self.close()?,
                Event::Alias(anchor) => self.alias(line, anchor)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn fatal(&self, line: usize, problem: impl Into<String>) -> Box<Mistake> {
        let path = self.path();
        Box::new(Mistake::new(self.file, Place::Line(line), &path, problem))
    }

    /// Where the parser is, `targets[2].expect`.
    fn path(&self) -> String {
        let mut path = String::new();
        for frame in &self.stack {
            match &frame.items {
                Items::List(items) => path.push_str(&format!("[{}]", items.len())),
                Items::Table(_, Some((key, _))) if path.is_empty() => path.push_str(key),
                Items::Table(_, Some((key, _))) => path.push_str(&format!(".{key}")),
                Items::Table(_, None) => {}
            }
        }
        path
    }

    fn wants_key(&self) -> bool {
        matches!(
            self.stack.last().map(|frame| &frame.items),
            Some(Items::Table(_, None))
        )
    }

    fn take_key(&mut self, key: String, line: usize) {
        let Some(Frame {
            items: Items::Table(map, pending),
            ..
        }) = self.stack.last_mut()
        else {
            return;
        };
        let first = map.get(&key).map(place);
        *pending = Some((key, line));
        if let Some(Place::Line(first)) = first {
            let mistake = self.fatal(line, format!("is given twice, first on line {first}"));
            self.mistakes.push(*mistake);
        }
    }

    fn count(&mut self, line: usize, more: usize) -> Step {
        self.nodes += more;
        if self.nodes > MAX_NODES {
            return Err(self.fatal(line, format!("is one value too many: over {MAX_NODES}")));
        }
        Ok(())
    }

    fn open(&mut self, line: usize, anchor: usize, items: Items) -> Step {
        if self.wants_key() {
            return Err(self.fatal(line, "a key must be a word"));
        }
        if self.stack.len() == MAX_DEPTH {
            return Err(self.fatal(line, format!("stands deeper than {MAX_DEPTH} levels")));
        }
        self.stack.push(Frame {
            line,
            anchor,
            nodes_before: self.nodes,
            items,
        });
        Ok(())
    }

    fn close(&mut self) -> Step {
        let Some(frame) = self.stack.pop() else {
            return Ok(());
        };
        let kind = match frame.items {
            Items::List(items) => ValueKind::Array(items),
            Items::Table(map, _) => ValueKind::Table(map),
        };
        if frame.anchor != 0 {
            let size = self.nodes - frame.nodes_before + 1;
            let value = marked(frame.line, kind.clone());
            self.anchors.insert(frame.anchor, (value, size));
        }
        self.put(frame.line, kind)
    }

    fn finish(&mut self, line: usize, anchor: usize, kind: ValueKind) -> Step {
        if anchor != 0 {
            let value = marked(line, kind.clone());
            self.anchors.insert(anchor, (value, 1));
        }
        self.put(line, kind)
    }

    fn alias(&mut self, line: usize, anchor: usize) -> Step {
        if self.wants_key() {
            return Err(self.fatal(line, "a key must be a word"));
        }
        let Some((_, size)) = self.anchors.get(&anchor) else {
            return Err(self.fatal(line, "is an alias of what it stands in"));
        };
        // Counted before it is copied.
        self.count(line, *size)?;
        let Some((value, _)) = self.anchors.get(&anchor) else {
            return Ok(());
        };
        let kind = value.kind.clone();
        self.put(line, kind)
    }

    /// Puts a finished value where it belongs. A value in a table has the line of its key.
    fn put(&mut self, line: usize, kind: ValueKind) -> Step {
        self.count(line, 1)?;
        match self.stack.last_mut().map(|frame| &mut frame.items) {
            None => self.root = Some(marked(line, kind)),
            Some(Items::List(items)) => items.push(marked(line, kind)),
            Some(Items::Table(map, pending)) => {
                if let Some((key, line)) = pending.take() {
                    map.entry(key).or_insert_with(|| marked(line, kind));
                }
            }
        }
        Ok(())
    }
}

fn kind_of(scalar: Scalar<'_>) -> ValueKind {
    match scalar {
        Scalar::Null => ValueKind::Nil,
        Scalar::Boolean(value) => ValueKind::Boolean(value),
        Scalar::Integer(value) => ValueKind::I64(value),
        Scalar::FloatingPoint(value) => ValueKind::Float(value.0),
        Scalar::String(text) => ValueKind::String(text.into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read_all(text: &str) -> (Option<Value>, Vec<String>) {
        let mut mistakes = Vec::new();
        let tree = read(text, Path::new("f"), &mut mistakes);
        (tree, mistakes.iter().map(ToString::to_string).collect())
    }

    fn mistakes(text: &str) -> Vec<String> {
        read_all(text).1
    }

    #[test]
    fn a_value_knows_the_line_of_its_key_and_an_element_its_own() {
        let (tree, mistakes) = read_all("# comment\na:\n  - x\n  - b: 1\n    c: |\n      text\n");
        assert!(mistakes.is_empty());
        let root = tree
            .and_then(|tree| tree.into_table().ok())
            .unwrap_or_default();
        assert_eq!(place(&root["a"]), Place::Line(2));
        let list = root["a"].clone().into_array().unwrap_or_default();
        assert_eq!(place(&list[0]), Place::Line(3));
        let table = list[1].clone().into_table().unwrap_or_default();
        assert_eq!(place(&table["c"]), Place::Line(5));
    }

    #[test]
    fn every_key_given_twice_is_told_and_the_rest_is_read() {
        assert_eq!(
            mistakes("a: 1\nb: {c: 1,\n c: 2}\na: 3\n"),
            [
                "f:3: b.c: is given twice, first on line 2",
                "f:4: a: is given twice, first on line 1"
            ]
        );
    }

    #[test]
    fn depth_and_aliases_have_limits() {
        assert!(mistakes(&"[".repeat(200))[0].contains("stands deeper than 32 levels"));
        assert_eq!(mistakes(&"[".repeat(100_000)).len(), 1);
        assert_eq!(mistakes(&"- ".repeat(100_000)).len(), 1);
        let mut bomb = String::from("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for level in 1..9 {
            let inner = vec![format!("*a{}", level - 1); 10].join(",");
            bomb.push_str(&format!("a{level}: &a{level} [{inner}]\n"));
        }
        assert!(mistakes(&bomb)[0].contains("one value too many"));
        assert!(mistakes("a: &a [*a]\n")[0].contains("an alias of what it stands in"));
    }

    #[test]
    fn an_alias_repeats_what_was_written() {
        let (tree, mistakes) = read_all("a: &x [1, 2]\nb: *x\n");
        assert!(mistakes.is_empty());
        let root = tree
            .and_then(|tree| tree.into_table().ok())
            .unwrap_or_default();
        assert_eq!(
            root["b"].clone().into_array().map(|b| b.len()).ok(),
            Some(2)
        );
    }

    #[test]
    fn broken_yaml_and_a_second_document_are_one_mistake_with_its_line() {
        assert!(mistakes("a: 1\nb: [1\nc: 2\n")[0].starts_with("f:3: "));
        assert!(mistakes("a: 1\n---\nb: 1\n")[0].starts_with("f:2: a second document"));
        assert!(mistakes("a: !foo 1\n")[0].contains("a tag that is not known"));
        assert!(mistakes("{a: 1}: 2\n")[0].contains("a key must be a word"));
    }

    #[test]
    fn an_error_does_not_quote_the_file() {
        for text in [
            "password: @hunter2",
            "password: `hunter2",
            "password: %hunter2",
            "p: \"\\h\"",
        ] {
            let all = mistakes(text).concat();
            assert!(!all.contains('@') && !all.contains("hunter"), "{all}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[\\[\\]{}:,&*!|>'\"#%@`a-c0-9 \n\t-]{0,80}") {
            read_all(&text);
        }
    }
}
