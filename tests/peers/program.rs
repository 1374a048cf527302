//! The program itself, as it runs on a host.

use std::io::{PipeReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::guard::Lines;
use super::{Home, until};

/// How it is run: its log as JSON; no console, and nothing on the screen of whoever runs the tests.
///
/// Without the icon for another reason too: it is a process of its own on Windows, and Wine takes a lock in
/// the handler of a signal that it holds while it starts one, so that Ctrl-C would hang it now and then.
pub(crate) const RUN: [&str; 5] = ["--log-format", "json", "run", "--no-console", "--no-tray"];

/// A running program; it ends with its value.
pub(crate) struct Program {
    child: Child,
    input: Option<ChildStdin>,
    out: Lines,
    log: Lines,
}

impl Program {
    /// Runs it without a console.
    pub(crate) fn start(home: &Home) -> Self {
        Self::of(&mut home.command(&RUN))
    }

    /// Runs it with a console on a pipe.
    pub(crate) fn with_console(home: &Home) -> Self {
        Self::of(&mut home.command(&["--log-format", "json"]))
    }

    /// Runs this command.
    pub(crate) fn of(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let out = Lines::of(child.stdout.take().unwrap());
        let log = Lines::of(child.stderr.take().unwrap());
        Self {
            input: child.stdin.take(),
            child,
            out,
            log,
        }
    }

    /// Runs it without a console, on a pipe for its log that is full already and is read by nobody, until
    /// [`Self::reads`].
    pub(crate) fn unread(home: &Home) -> (Self, PipeReader) {
        let (reader, mut writer) = std::io::pipe().unwrap();
        let blocking = fcntl_getfl(&writer).unwrap();
        fcntl_setfl(&writer, blocking | OFlags::NONBLOCK).unwrap();
        while writer.write(&[b'\n'; 1024]).is_ok() {}
        fcntl_setfl(&writer, blocking).unwrap();
        let child = home
            .command(&RUN)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(writer)
            .spawn()
            .unwrap();
        let program = Self {
            input: None,
            child,
            out: Lines::default(),
            log: Lines::default(),
        };
        (program, reader)
    }

    /// Reads its log from now on.
    pub(crate) fn reads(&mut self, log: PipeReader) {
        self.log = Lines::of(log);
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// All log lines so far; what is no JSON is passed over.
    pub(crate) fn log(&self) -> Vec<Value> {
        let parse = |line: &String| serde_json::from_str(line).ok();
        self.log.all().iter().filter_map(parse).collect()
    }

    /// The log lines after a mark, and the mark for those that come next.
    pub(crate) fn log_after(&self, mark: usize) -> (Vec<Value>, usize) {
        let lines = self.log.after(mark);
        let parse = |line: &String| serde_json::from_str(line).ok();
        let next = mark + lines.len();
        (lines.iter().filter_map(parse).collect(), next)
    }

    /// Waits until the whole log of a program that ended is here.
    pub(crate) async fn reads_all(&self) {
        let log = &self.log;
        until("the log is read to its end", || log.at_end().then_some(())).await;
    }

    /// Whether it ended by itself: true where a signal killed it.
    pub(crate) fn ended(&mut self) -> Option<bool> {
        let status = self.child.try_wait().unwrap()?;
        Some(status.code().is_none())
    }

    /// Standard error as it was written.
    pub(crate) fn errors(&self) -> String {
        self.log.all().join("\n")
    }

    /// Standard output so far.
    pub(crate) fn printed(&self) -> String {
        self.out.all().join("\n")
    }

    /// Waits for a log line with this message.
    pub(crate) async fn logs(&self, message: &str) -> Value {
        self.logs_where(message, |_| true).await
    }

    /// Waits for a log line with this message that is as wanted.
    pub(crate) async fn logs_where(&self, message: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        self.logs_after(0, message, wanted).await
    }

    /// A place in the log to look on from.
    pub(crate) fn mark(&self) -> usize {
        self.log().len()
    }

    /// The same among the lines after a mark.
    pub(crate) async fn logs_after(
        &self,
        mark: usize,
        message: &str,
        wanted: impl Fn(&Value) -> bool,
    ) -> Value {
        let what = format!("the log says {message:?}");
        until(&what, || {
            let mut lines = self.log().into_iter().skip(mark);
            lines.find(|line| line["message"] == message && wanted(line))
        })
        .await
    }

    /// Waits until it has clearly held its account longer than one that logs in from now on: ages are
    /// whole seconds, and of two of one age the id decides.
    pub(crate) async fn is_the_elder(&self) {
        self.logs("connected").await;
        let begin = Instant::now();
        until("it is clearly the older one", || {
            (begin.elapsed() > Duration::from_secs(2)).then_some(())
        })
        .await;
    }

    /// Waits until a target goes into this state.
    pub(crate) async fn target_goes(&self, target: &str, to: &str) -> Value {
        let wanted = |line: &Value| line["probe"] == target && line["to"] == to;
        self.logs_where("target changed", wanted).await
    }

    /// Types a command on the console and gives the answer.
    pub(crate) async fn ask(&mut self, line: &str) -> String {
        let mark = self.out.len();
        // VERSION ends the answer: the console takes a line only when the last one is answered.
        self.types(&format!("{line}\nVERSION"));
        let what = format!("{line:?} is answered on the console");
        until(&what, || {
            let lines = self.out.all().split_off(mark);
            let end = lines.iter().position(|line| line.contains(", up for "))?;
            Some(lines[..end].join("\n"))
        })
        .await
    }

    /// Types a line on the console.
    pub(crate) fn types(&mut self, line: &str) {
        let input = self.input.as_mut().unwrap();
        writeln!(input, "{line}").unwrap();
    }

    /// Closes its standard input.
    pub(crate) fn closes_input(&mut self) {
        drop(self.input.take());
    }

    /// Waits until standard output holds this.
    pub(crate) async fn prints(&self, needle: &str) {
        let what = format!("{needle:?} on standard output");
        until(&what, || self.printed().contains(needle).then_some(())).await;
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.pid()).unwrap();
        kill_process(Pid::from_raw(pid).unwrap(), signal).unwrap();
    }

    /// Asks it to stop and waits: the exit code.
    pub(crate) async fn stop(&mut self) -> Option<i32> {
        self.signal(Signal::TERM);
        self.ends().await
    }

    /// `kill -9`, and waits.
    pub(crate) async fn crash(&mut self) {
        self.signal(Signal::KILL);
        assert_eq!(self.ends().await, None);
    }

    /// Whether it has ended.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Waits until it ended: the exit code; `None` where a signal killed it.
    pub(crate) async fn ends(&mut self) -> Option<i32> {
        let child = &mut self.child;
        until("the program ends", || child.try_wait().unwrap())
            .await
            .code()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.child.kill().and_then(|()| self.child.wait()));
        if std::thread::panicking() {
            eprintln!("--- standard output ---\n{}", self.printed());
            eprintln!("--- log ---\n{}", self.errors());
        }
    }
}
