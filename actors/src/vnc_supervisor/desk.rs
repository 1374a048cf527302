//! The work behind the actor: one start or stop after another, and what runs.
//!
//! Its futures are spawned by the actor and end with its life; what it holds ends with them.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use jiff::Timestamp;
use secrecy::SecretString;
use tokio::sync::{Mutex, Notify, watch};
use tokio::time::{Instant, sleep, timeout};

use super::environment::Environment;
use super::guard::End;
use super::held::Held;
use super::line::Line;
use super::record::Record;
use super::refusal::Refusal;
use super::registry;
use super::reverse::Relay;
use super::servers::{self, Shows};
use super::viewers::{Event, Watch};
use super::{START_DEADLINE, StartVnc, VncSpec, port};

/// How often the wall's clock is looked at: it goes on while the machine sleeps.
const LOOK: Duration = Duration::from_secs(10);
/// How long a port may take to be closed once its program is gone.
const CLOSING: Duration = Duration::from_secs(2);

/// What runs.
#[derive(Debug, Clone)]
pub(crate) struct Running {
    /// The program's name.
    pub(crate) program: String,
    /// How viewers and it come together.
    pub(crate) line: Line,
    pub(crate) since: Timestamp,
    pub(crate) until: Timestamp,
    /// Wayland's program asks viewers for a name, too.
    pub(crate) user: Option<&'static str>,
}

/// How what ran came to its end.
#[derive(Debug)]
pub(crate) enum Ending {
    /// It was stopped.
    Asked,
    /// Its time was over.
    TimeUp,
    /// The viewer that it was connected to hung up.
    ViewerGone,
    /// It ended by itself; `None`: its guard was ended.
    Crashed(Option<End>, String),
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Asked => f.write_str("asked"),
            Self::TimeUp => f.write_str("time over"),
            Self::ViewerGone => f.write_str("viewer gone"),
            Self::Crashed(Some(end), _) => write!(f, "crashed: {end}"),
            Self::Crashed(None, _) => f.write_str("crashed: guard was ended"),
        }
    }
}

/// What ran and has ended.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) running: Running,
    pub(crate) ending: Ending,
    /// Pids that do not end.
    pub(crate) left: Vec<i32>,
    /// Whether its port is closed.
    pub(crate) closed: bool,
}

/// What the handlers share.
pub(super) struct Desk {
    pub(super) spec: VncSpec,
    pub(super) environment: Environment,
    /// Held by who starts or stops.
    turn: Mutex<()>,
    /// Calls off a start that is under way.
    call_off: Notify,
    starting: Cell<bool>,
    running: RefCell<Option<Running>>,
    /// Whether what runs is to end.
    stop: watch::Sender<bool>,
    /// Whether nothing runs.
    idle: watch::Sender<bool>,
}

/// What a start came to.
pub(super) enum Started {
    /// It runs, and is to be watched.
    Now(Box<Fresh>),
    /// It ran before.
    Already(Running),
}

/// What was started just now.
pub(super) struct Fresh {
    pub(super) running: Running,
    held: Held,
    lasting: Duration,
    relay: Option<Relay>,
    /// The password, where it is for this start alone.
    pub(super) one_time: Option<SecretString>,
}

impl Desk {
    pub(super) fn new(spec: VncSpec, environment: Environment) -> Self {
        Self {
            spec,
            environment,
            turn: Mutex::default(),
            call_off: Notify::new(),
            starting: Cell::new(false),
            running: RefCell::default(),
            stop: watch::Sender::new(false),
            idle: watch::Sender::new(true),
        }
    }

    pub(super) fn running(&self) -> Option<Running> {
        self.running.borrow().clone()
    }

    pub(super) fn is_starting(&self) -> bool {
        self.starting.get()
    }

    /// Ends what an earlier life or run left behind, before anything is started.
    pub(super) async fn sweep(self: Rc<Self>) {
        let _turn = self.turn.lock().await;
        // A refusal is said by the start that meets it.
        let _refused = self.end_leftovers().await;
    }

    pub(super) async fn end_leftovers(&self) -> Result<(), Refusal> {
        let data_dir = &self.spec.data_dir;
        let Some(record) = Record::fetch(data_dir, &registry::lender()) else {
            return Ok(());
        };
        let left = record.end(data_dir).await;
        if left.is_empty() {
            return match Record::read(data_dir) {
                Some(kept) if kept.owes() => Err(Refusal::Registry {
                    why: std::io::ErrorKind::PermissionDenied.into(),
                }),
                _ => Ok(()),
            };
        }
        Err(Refusal::Leftovers { pids: pids(&left) })
    }

    /// Starts it and waits until it speaks RFB.
    pub(super) async fn start(self: Rc<Self>, wish: StartVnc) -> Result<Started, Refusal> {
        let deadline = Instant::now() + START_DEADLINE;
        let _turn = self.turn.lock().await;
        if let Some(running) = self.running() {
            return Ok(Started::Already(running));
        }
        let _starting = Starting::begin(&self.starting);
        // One for the whole start: a stop that comes between two waits is not missed.
        let mut called_off = pin!(self.call_off.notified());
        let prepared = tokio::select! {
            prepared = self.prepare(&wish) => prepared?,
            () = called_off.as_mut() => return Err(Refusal::StoppedMeanwhile),
        };
        let (chosen, data_dir) = (prepared.chosen, self.spec.data_dir.clone());
        let mut held =
            Held::start(chosen.name(), &self.spec.guard, &prepared.command, data_dir).await?;
        let up = tokio::select! {
            up = self.wait_until_up(&mut held, &prepared.door, &wish, deadline) => up,
            () = called_off.as_mut() => Err(Refusal::StoppedMeanwhile),
        };
        let (line, relay) = match up {
            Ok(up) => up,
            Err(refusal) => {
                let refusal = self.give_up(held, refusal).await;
                return Err(chosen.explain(refusal));
            }
        };
        let lasting = self.lasting(&wish);
        let since = Timestamp::now();
        let running = Running {
            program: chosen.name(),
            line,
            since,
            until: since.saturating_add(lasting).unwrap_or(Timestamp::MAX),
            user: (chosen.shows() == Shows::Wayland).then_some(servers::WAYVNC_USER),
        };
        self.running.replace(Some(running.clone()));
        self.stop.send_replace(false);
        self.idle.send_replace(false);
        Ok(Started::Now(Box::new(Fresh {
            running,
            held,
            lasting,
            relay,
            one_time: prepared.one_time,
        })))
    }

    fn lasting(&self, wish: &StartVnc) -> Duration {
        wish.minutes.map_or(self.spec.vnc.stop_after, |minutes| {
            Duration::from_secs(60 * u64::from(minutes))
        })
    }

    /// Watches what runs until it has ended, then ends all that belongs to it. Each viewer that
    /// comes or goes is told.
    pub(super) async fn watch(self: Rc<Self>, fresh: Fresh, tell: impl FnMut(Event)) -> Finished {
        let Fresh {
            running,
            mut held,
            lasting,
            relay,
            ..
        } = fresh;
        let mut viewers = Watch::new(tell);
        let mut ending = tokio::select! {
            biased;
            end = held.ended() => Ending::Crashed(end, String::new()),
            () = becomes_true(&self.stop) => Ending::Asked,
            () = time_up(running.until, lasting) => Ending::TimeUp,
            () = follow(&running.line, relay, &mut viewers) => Ending::ViewerGone,
        };
        let output = held.output().clone();
        let left = held.end().await;
        if let Ending::Crashed(_, evidence) = &mut ending {
            *evidence = output.evidence();
        }
        let closed = match running.line {
            Line::Listens(listen) => timeout(CLOSING, port::closed(listen)).await.is_ok(),
            Line::Viewer { .. } => true,
        };
        viewers.saw(&[]);
        self.running.replace(None);
        self.idle.send_replace(true);
        Finished {
            running,
            ending,
            left,
            closed,
        }
    }

    /// Stops what runs or is being started. `None`: nothing did.
    pub(super) async fn stop(self: Rc<Self>) -> Option<Running> {
        self.call_off.notify_waiters();
        let _turn = self.turn.lock().await;
        let running = self.running()?;
        self.stop.send_replace(true);
        becomes_true(&self.idle).await;
        Some(running)
    }
}

/// Follows who comes and goes. Ends where the one viewer that it was led to hangs up.
async fn follow(line: &Line, relay: Option<Relay>, viewers: &mut Watch<impl FnMut(Event)>) {
    match (line, relay) {
        (Line::Viewer { peer, .. }, Some(relay)) => {
            viewers.saw(&[*peer]);
            relay.run().await;
        }
        (Line::Listens(listen), _) => viewers.look(*listen).await,
        (Line::Viewer { .. }, None) => {}
    }
}

async fn becomes_true(flag: &watch::Sender<bool>) {
    let mut flag = flag.subscribe();
    // An error would mean that the sender is gone, which is borrowed here.
    let _true = flag.wait_for(|flag| *flag).await;
}

/// Waits until either clock says so.
async fn time_up(until: Timestamp, lasting: Duration) {
    let end = Instant::now() + lasting;
    while Instant::now() < end && Timestamp::now() < until {
        sleep(LOOK.min(end.saturating_duration_since(Instant::now()))).await;
    }
}

/// `12, 13`.
pub(super) fn pids(left: &[i32]) -> String {
    let pids: Vec<String> = left.iter().map(ToString::to_string).collect();
    pids.join(", ")
}

/// Says that a start is under way, for as long as it lives.
struct Starting<'a>(&'a Cell<bool>);

impl<'a> Starting<'a> {
    fn begin(flag: &'a Cell<bool>) -> Self {
        flag.set(true);
        Self(flag)
    }
}

impl Drop for Starting<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}
