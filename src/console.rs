//! The console as a chat: where standard input is a terminal with line editing, history and
//! completion, else line by line.
//!
//! Reading blocks, so it has a thread of its own; it reads the next line only when the last one
//! was answered.

use std::io::{self, BufRead, IsTerminal, Read, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use hostmessenger_actors::commands::{COMMANDS, grammar};
use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;
use rustyline::{Config, Context, Editor, Helper, Highlighter, Hinter, Validator};
use tokio::sync::{mpsc, oneshot};

use crate::logging;

/// A line longer than this is cut.
const LINE_LIMIT: u64 = 10_000;

/// What comes from the console.
pub(crate) enum Input {
    /// A line; the answer is shown before the next is read.
    Line(String, oneshot::Sender<String>),
    /// `quit`, Ctrl-D or Ctrl-C at the prompt.
    Quit,
    /// Nothing more comes, but the program goes on: standard input was a file or a pipe.
    End,
}

/// Names that can be completed beside the commands.
pub(crate) type Names = Arc<Mutex<Arc<[Arc<str>]>>>;

/// Starts to read. `history` is where lines are kept between runs, on a terminal.
pub(crate) fn start(history: PathBuf, names: Names) -> io::Result<mpsc::UnboundedReceiver<Input>> {
    let (tx, rx) = mpsc::unbounded_channel();
    let thread = std::thread::Builder::new()
        .name("console".into())
        .stack_size(512 * 1024);
    if io::stdin().is_terminal() {
        let editor = editor(names).map_err(io::Error::other)?;
        thread.spawn(move || edit(editor, &history, &tx))?;
    } else {
        thread.spawn(move || read(&tx))?;
    }
    Ok(rx)
}

/// Shows something, and waits until it is taken.
pub(crate) fn show(text: &str) {
    // Standard output may be closed; the log goes elsewhere.
    let mut out = io::stdout().lock();
    let _closed = writeln!(out, "{text}").and_then(|()| out.flush());
}

/// Hands a line over and shows the answer. `false`: nobody listens any more.
fn ask(tx: &mpsc::UnboundedSender<Input>, line: &str) -> bool {
    let (answer_tx, answer) = oneshot::channel();
    if tx.send(Input::Line(line.to_owned(), answer_tx)).is_err() {
        return false;
    }
    if let Ok(answer) = answer.blocking_recv() {
        show(&answer);
    }
    true
}

fn is_quit(line: &str) -> bool {
    ["quit", "exit"]
        .iter()
        .any(|word| line.trim().eq_ignore_ascii_case(word))
}

fn read(tx: &mpsc::UnboundedSender<Input>) {
    let mut input = io::stdin().lock();
    loop {
        let mut line = Vec::new();
        match input.by_ref().take(LINE_LIMIT).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => break,
            Ok(_) => {}
        }
        let line = String::from_utf8_lossy(&line);
        if is_quit(&line) {
            let _ending = tx.send(Input::Quit);
            return;
        }
        if !line.trim().is_empty() && !ask(tx, line.trim()) {
            return;
        }
    }
    let _ending = tx.send(Input::End);
}

fn editor(names: Names) -> rustyline::Result<Editor<Completion, FileHistory>> {
    let config = Config::builder()
        .max_history_size(1_000)?
        .auto_add_history(true)
        .build();
    let mut editor = Editor::with_config(config)?;
    editor.set_helper(Some(Completion { names }));
    Ok(editor)
}

fn edit(
    mut editor: Editor<Completion, FileHistory>,
    history: &PathBuf,
    tx: &mpsc::UnboundedSender<Input>,
) {
    if let Err(error) = editor.load_history(history) {
        tracing::debug!(%error, "console history not read");
    }
    if let Ok(printer) = editor.create_external_printer() {
        logging::print_above(Some(Box::new(printer)));
    }
    loop {
        match editor.readline("hostmessenger> ") {
            Ok(line) if is_quit(&line) => break,
            Ok(line) if line.trim().is_empty() => {}
            Ok(line) => {
                let cut: String = line.trim().chars().take(2_000).collect();
                if !ask(tx, &cut) {
                    break;
                }
            }
            Err(ReadlineError::Eof | ReadlineError::Interrupted) => break,
            Err(error) => {
                tracing::warn!(%error, "console not readable");
                break;
            }
        }
    }
    logging::print_above(None);
    if let Err(error) = editor.save_history(history) {
        tracing::debug!(%error, "console history not written");
    }
    let _ending = tx.send(Input::Quit);
}

/// Completes commands, and names of targets behind a command that takes one.
#[derive(Helper, Highlighter, Hinter, Validator)]
struct Completion {
    names: Names,
}

impl Completer for Completion {
    type Candidate = String;

    fn complete(
        &self,
        line: &str,
        at: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<String>)> {
        let names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        Ok((0, candidates(&line[..at], &names)))
    }
}

/// Whole lines that begin like this one.
fn candidates(typed: &str, targets: &[Arc<str>]) -> Vec<String> {
    let begins = |whole: &str| {
        let head: String = whole.chars().take(typed.chars().count()).collect();
        grammar::same(&head, typed)
    };
    let mut found = Vec::new();
    for command in COMMANDS {
        for name in grammar::names(command).filter(|name| begins(name)) {
            found.push(if command.arguments.is_empty() {
                name.to_owned()
            } else {
                format!("{name} ")
            });
        }
        if command.arguments.contains("TARGET") {
            let lines = grammar::names(command)
                .flat_map(|name| targets.iter().map(move |target| format!("{name} {target}")));
            found.extend(lines.filter(|line| typed.contains(' ') && begins(line)));
        }
    }
    if begins("quit") {
        found.push("quit".into());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_and_targets_are_completed() {
        let targets = ["shop".into(), "system disk".into()];
        assert_eq!(candidates("stat", &targets), ["STATUS "]);
        assert_eq!(
            candidates("vnc st", &targets),
            ["VNC START ", "VNC STARTEN ", "VNC STOP", "VNC STOPPEN"]
        );
        assert_eq!(
            candidates("check s", &targets),
            ["CHECK shop", "CHECK system disk"]
        );
        assert_eq!(candidates("q", &targets), ["quit"]);
    }
}
