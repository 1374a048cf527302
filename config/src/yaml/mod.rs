//! YAML with places: events of the parser become a tree of [`config::Value`]s whose `origin` is
//! the line they were written on.
//!
//! A trap: the ready-made loaders build the tree recursively and drop it recursively, so that a
//! line of 100,000 brackets overflows the stack, and they stop at the first key given twice. This
//! one has limits and goes on. Another trap: an error text must not quote the file, which may
//! hold a password.

#[cfg(test)]
mod tests;

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
                    // Mostly a path of Windows.
                    info if info.contains("escape") || info.contains("hexadecimal") => {
                        "in double quotes a \\ is written \\\\; single quotes take it as it is"
                    }
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
                Items::List(items) => {
                    path.extend(["[", items.len().to_string().as_str(), "]"]);
                }
                Items::Table(_, Some((key, _))) if path.is_empty() => path.push_str(key),
                Items::Table(_, Some((key, _))) => path.extend([".", key]),
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
