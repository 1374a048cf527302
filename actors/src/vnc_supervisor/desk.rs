//! The work behind the actor: one start or stop after another, and what runs.
//!
//! Its futures are spawned by the actor and end with its life; what it holds ends with them.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{Mutex, Notify, watch};
use tokio::time::{Instant, sleep, timeout};

use super::environment::Environment;
use super::guard::End;
use super::held::Held;
use super::record::Record;
use super::refusal::{Refusal, recognise};
use super::servers::{self, Chosen, Command, Shows, Wish};
use super::{START_DEADLINE, VncSpec, display, password, port};

/// How often the wall's clock is looked at: it goes on while the machine sleeps.
const LOOK: Duration = Duration::from_secs(10);
/// How long a port may take to be closed once its program is gone.
const CLOSING: Duration = Duration::from_secs(2);

/// What runs.
#[derive(Debug, Clone)]
pub(crate) struct Running {
    /// The program's name.
    pub(crate) program: String,
    pub(crate) listen: SocketAddr,
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
    /// It ended by itself; `None`: its guard was ended.
    Crashed(Option<End>, String),
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
    Now(Running, Box<Held>),
    /// It ran before.
    Already(Running),
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

    async fn end_leftovers(&self) -> Result<(), Refusal> {
        let Some(record) = Record::read(&self.spec.data_dir) else {
            return Ok(());
        };
        let left = record.end(&self.spec.data_dir).await;
        if left.is_empty() {
            return Ok(());
        }
        Err(Refusal::Leftovers { pids: pids(&left) })
    }

    /// Starts it and waits until it speaks RFB.
    pub(super) async fn start(self: Rc<Self>, lasting: Duration) -> Result<Started, Refusal> {
        let deadline = Instant::now() + START_DEADLINE;
        let _turn = self.turn.lock().await;
        if let Some(running) = self.running() {
            return Ok(Started::Already(running));
        }
        let _starting = Starting::begin(&self.starting);
        let (chosen, command) = tokio::select! {
            prepared = self.prepare() => prepared?,
            () = self.call_off.notified() => return Err(Refusal::StoppedMeanwhile),
        };
        let (guard, data_dir) = (&self.spec.guard, self.spec.data_dir.clone());
        let mut held = Held::start(chosen.name(), guard, &command, data_dir).await?;
        let up = tokio::select! {
            up = self.wait_for_greeting(&mut held, deadline) => up,
            () = self.call_off.notified() => Err(Refusal::StoppedMeanwhile),
        };
        if let Err(refusal) = up {
            return Err(self.give_up(held, refusal).await);
        }
        let since = Timestamp::now();
        let running = Running {
            program: chosen.name(),
            listen: self.spec.vnc.listen,
            since,
            until: since.saturating_add(lasting).unwrap_or(Timestamp::MAX),
            user: (chosen.shows() == Shows::Wayland).then_some(servers::WAYVNC_USER),
        };
        self.running.replace(Some(running.clone()));
        self.stop.send_replace(false);
        self.idle.send_replace(false);
        Ok(Started::Now(running, Box::new(held)))
    }

    /// All that can be found out without starting anything.
    async fn prepare(&self) -> Result<(Chosen, Command), Refusal> {
        let spec = &self.spec;
        let password = password::read(&spec.data_dir)
            .map_err(|unusable| unusable.refusal(password::path(&spec.data_dir)))?;
        let chosen = servers::choose(&spec.vnc, &self.environment)?;
        let x_display = spec.vnc.display.as_deref().unwrap_or(":0");
        match chosen.shows() {
            Shows::X => display::x(x_display).await?,
            Shows::Wayland => display::wayland(&self.environment).await?,
            Shows::Unknown => {}
        }
        self.end_leftovers().await?;
        port::is_free(spec.vnc.listen).await?;
        let command = chosen.command(&Wish {
            vnc: &spec.vnc,
            display: x_display,
            password: &password,
            password_file: &password::path(&spec.data_dir),
            data_dir: &spec.data_dir,
        })?;
        Ok((chosen, command))
    }

    async fn wait_for_greeting(&self, held: &mut Held, deadline: Instant) -> Result<(), Refusal> {
        let listen = self.spec.vnc.listen;
        let program = held.name().to_owned();
        tokio::select! {
            // The program's end first: a greeting by another one counts for nothing then.
            biased;
            end = held.ended() => Err(Refusal::Ended {
                program,
                end: end.map_or_else(|| "its guard was ended".to_owned(), |end| end.to_string()),
                evidence: String::new(),
            }),
            greeted = port::greeting(listen) => greeted.map_err(|bytes| Refusal::NoGreeting {
                program,
                listen,
                evidence: crate::text::clean_bytes(&bytes, 40),
            }),
            () = tokio::time::sleep_until(deadline) => Err(Refusal::NoGreeting {
                program,
                listen,
                evidence: held.output().evidence(),
            }),
        }
    }

    /// Ends what did not come up, and finds out why from what it wrote.
    async fn give_up(&self, held: Held, refusal: Refusal) -> Refusal {
        let output = held.output().clone();
        held.end().await;
        let Refusal::Ended { program, end, .. } = refusal else {
            return refusal;
        };
        let x_display = self.spec.vnc.display.as_deref().unwrap_or(":0");
        let text = output.text();
        recognise(&text, self.spec.vnc.listen, x_display).unwrap_or_else(|| Refusal::Ended {
            program,
            end,
            evidence: output.evidence(),
        })
    }

    /// Watches what runs until it has ended, then ends all that belongs to it.
    pub(super) async fn watch(
        self: Rc<Self>,
        running: Running,
        mut held: Box<Held>,
        lasting: Duration,
    ) -> Finished {
        let mut ending = tokio::select! {
            biased;
            end = held.ended() => Ending::Crashed(end, String::new()),
            () = becomes_true(&self.stop) => Ending::Asked,
            () = time_up(running.until, lasting) => Ending::TimeUp,
        };
        let output = held.output().clone();
        let left = held.end().await;
        if let Ending::Crashed(_, evidence) = &mut ending {
            *evidence = output.evidence();
        }
        let closed = timeout(CLOSING, port::closed(running.listen)).await.is_ok();
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
