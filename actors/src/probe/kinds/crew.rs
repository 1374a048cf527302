//! A thread that makes the calls of many in turn, and is relieved by another where one keeps it.
//!
//! A thread for each call costs ten times what `statvfs` does, and so does waking the arbiter for each
//! answer. So calls are handed over together, and so are their answers. A newcomer's trap: who is relieved
//! stays with its call, for hours maybe, and must touch nothing of the crew's afterwards.

use std::collections::VecDeque;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::one_per_key::{Start, Tell, Work};

/// A call that takes longer is left to its thread; the others get another one.
const PATIENCE: Duration = Duration::from_millis(50);

/// Answers are handed over after this time, though more calls wait.
const HAND_OVER: Duration = Duration::from_millis(1);

/// A thread without work ends.
const LINGER: Duration = Duration::from_secs(10);

/// Clones are the same crew.
#[derive(Clone)]
pub(crate) struct Crew {
    shared: Arc<Shared>,
}

struct Shared {
    name: &'static str,
    stack: usize,
    state: Mutex<State>,
    /// There is work.
    work: Condvar,
    /// There are answers.
    done: Notify,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Work>,
    answers: Vec<Tell>,
    /// The number of the thread that takes calls, where there is one.
    worker: Option<u64>,
    newest: u64,
    /// Since when it is at its call.
    since: Option<Instant>,
    handed_over: Option<Instant>,
    /// Whether the task that hands calls and answers over is there.
    foreman: bool,
}

impl Crew {
    /// A crew of nobody yet. `stack`: bytes for each thread.
    pub(crate) fn new(name: &'static str, stack: usize) -> Self {
        let shared = Shared {
            name,
            stack,
            state: Mutex::default(),
            work: Condvar::new(),
            done: Notify::new(),
        };
        Self {
            shared: Arc::new(shared),
        }
    }
}

impl Start for Crew {
    /// Errors: no thread can be started.
    fn start(&self, call: Work) -> io::Result<()> {
        let mut state = self.shared.lock();
        if state.worker.is_none() {
            hire(&self.shared, &mut state)?;
        }
        state.queue.push_back(call);
        if !std::mem::replace(&mut state.foreman, true) {
            tokio::spawn(oversee(Foreman {
                shared: Arc::clone(&self.shared),
                on_duty: true,
            }));
        }
        Ok(())
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Starts the thread that takes calls from now on.
fn hire(shared: &Arc<Shared>, state: &mut State) -> io::Result<()> {
    let (number, theirs) = (state.newest + 1, Arc::clone(shared));
    std::thread::Builder::new()
        .name(shared.name.to_owned())
        .stack_size(shared.stack)
        .spawn(move || labour(&theirs, number))?;
    state.newest = number;
    state.worker = Some(number);
    state.since = None;
    Ok(())
}

/// The life of a thread.
fn labour(shared: &Shared, number: u64) {
    while let Some(call) = next(shared, number) {
        let told = catch_unwind(AssertUnwindSafe(call)).ok();
        let mut state = shared.lock();
        if state.worker != Some(number) {
            drop(state);
            if let Some(tell) = told {
                tell();
            }
            return;
        }
        state.since = None;
        state.answers.extend(told);
        let now = Instant::now();
        let waited = state
            .handed_over
            .map(|at| now.saturating_duration_since(at));
        if state.queue.is_empty() || waited.is_none_or(|waited| waited > HAND_OVER) {
            state.handed_over = Some(now);
            drop(state);
            shared.done.notify_one();
        }
    }
}

/// The next call; `None`: there is none for this thread any more.
fn next(shared: &Shared, number: u64) -> Option<Work> {
    let mut state = shared.lock();
    loop {
        if state.worker != Some(number) {
            return None;
        }
        if let Some(call) = state.queue.pop_front() {
            state.since = Some(Instant::now());
            return Some(call);
        }
        let (back, waited) = shared
            .work
            .wait_timeout(state, LINGER)
            .unwrap_or_else(PoisonError::into_inner);
        state = back;
        if waited.timed_out() && state.queue.is_empty() && state.worker == Some(number) {
            state.worker = None;
        }
    }
}

struct Foreman {
    shared: Arc<Shared>,
    on_duty: bool,
}

impl Drop for Foreman {
    /// The runtime ended first.
    fn drop(&mut self) {
        if self.on_duty {
            self.shared.lock().foreman = false;
        }
    }
}

/// Hands over until nothing is left to do.
async fn oversee(mut foreman: Foreman) {
    loop {
        // Whoever was woken together with the first has asked by now.
        foreman.shared.work.notify_one();
        tokio::select! {
            () = foreman.shared.done.notified() => {}
            () = tokio::time::sleep(PATIENCE) => {}
        }
        let (answers, over) = take(&foreman.shared);
        // What is asked from now on has a foreman of its own.
        foreman.on_duty = !over;
        for tell in answers {
            tell();
        }
        if over {
            return;
        }
    }
}

/// The answers that there are, and whether that was all; then nobody is on duty any more.
fn take(shared: &Arc<Shared>) -> (Vec<Tell>, bool) {
    let mut state = shared.lock();
    relieve(shared, &mut state);
    let over = state.queue.is_empty() && state.since.is_none();
    state.foreman = !over;
    (std::mem::take(&mut state.answers), over)
}

/// Leaves a thread that is kept too long to its call.
fn relieve(shared: &Arc<Shared>, state: &mut State) {
    if state.since.is_some_and(|since| since.elapsed() >= PATIENCE) {
        state.worker = None;
        state.since = None;
    }
    if state.worker.is_none()
        && !state.queue.is_empty()
        && let Err(error) = hire(shared, state)
    {
        // It is tried again soon; those that wait have deadlines of their own.
        tracing::debug!(%error, "no thread for calls");
    }
}
