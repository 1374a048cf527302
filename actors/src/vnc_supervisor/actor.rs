//! The actor itself: its handlers, and what it tells the owner unasked.

use std::cell::Cell;
use std::ffi::OsString;
use std::path::PathBuf;
use std::rc::Rc;

use actix::prelude::*;
use hostmessenger_config::{AlertTo, Language, Vnc};

use super::desk::{Desk, Ending, Finished, Running, Started};
use super::environment::Environment;
use super::line::Line;
use super::viewers::Event;
use super::{AskVnc, StartVnc, StopVnc, desk, peers};
use crate::audit::{Audited, Deed};
use crate::glance::{Glances, Session, Showing};
use crate::journal::Notify;
use crate::supervised;
use crate::supervision::{Child, Life, tell_recipient};
use crate::wording::vnc as say;

/// What remote control is made from.
#[derive(Clone)]
pub struct VncSpec {
    /// What is started, and where it listens.
    pub vnc: Vnc,
    /// Where the password lies.
    pub data_dir: PathBuf,
    /// The command that starts [`super::guard::run`] with what follows as its arguments.
    pub guard: Vec<OsString>,
    /// The language of what is told unasked; it may change while the program runs.
    pub lang: Rc<Cell<Language>>,
    /// Tells the owner.
    pub notify: Recipient<Notify>,
    /// Notes starts, ends and viewers.
    pub audit: Recipient<Audited>,
    /// Who shows at the host that somebody may see its screen.
    pub glances: Glances,
}

/// Who is named for what happens to remote control; who asked for it stands beside its command.
const SELF: &str = "hostmessenger";

/// Starts, watches and stops the remote-control program; one at a time.
pub struct VncSupervisor {
    life: Life,
    desk: Rc<Desk>,
}

impl VncSupervisor {
    fn tell_owner(&self, text: String) {
        let to = vec![AlertTo::Owner];
        tell_recipient(&self.desk.spec.notify, Notify { to, text });
    }

    fn lang(&self) -> Language {
        self.desk.spec.lang.get()
    }

    fn watch(&mut self, started: Started, lang: Language, ctx: &mut Context<Self>) -> String {
        let fresh = match started {
            Started::Already(running) => return say::runs_already(lang, &running),
            Started::Now(fresh) => fresh,
        };
        let running = &fresh.running;
        tracing::info!(program = running.program, at = %running.line, "remote control started");
        self.audit(
            SELF,
            Deed::VncStarted {
                program: running.program.clone(),
                at: running.line.to_string(),
            },
        );
        let answer = say::started(lang, running, fresh.one_time.as_ref());
        let told = self.viewers_told(&running.line, self.showing(running));
        let watch = Rc::clone(&self.desk).watch(*fresh, told);
        ctx.spawn(watch.into_actor(self).map(|finished, actor, ctx| {
            actor.finished(&finished, ctx);
        }));
        answer
    }

    /// Notes who comes and goes. The owner hears of the first that comes from elsewhere, once a
    /// start, and not of one that was asked for by name.
    fn viewers_told(&self, line: &Line, showing: Showing) -> impl FnMut(Event) + use<> {
        let spec = self.desk.spec.clone();
        let mut untold = matches!(line, Line::Listens(_));
        move |event| {
            let (viewer, deed) = match event {
                Event::Connected(viewer) => {
                    tracing::info!(%viewer, "viewer connected");
                    showing.came(viewer);
                    if untold && !viewer.ip().is_loopback() {
                        untold = false;
                        let text = say::viewer_connected(spec.lang.get(), viewer);
                        let to = vec![AlertTo::Owner];
                        tell_recipient(&spec.notify, Notify { to, text });
                    }
                    (viewer, Deed::ViewerConnected)
                }
                Event::Gone(viewer, lasting) => {
                    let seconds = lasting.as_secs();
                    tracing::info!(%viewer, seconds, "viewer gone");
                    showing.went(viewer);
                    (viewer, Deed::ViewerGone { seconds })
                }
            };
            let by = viewer.to_string();
            tell_recipient(&spec.audit, Audited { by, deed });
        }
    }

    /// It is shown at the host for as long as the result lives.
    fn showing(&self, running: &Running) -> Showing {
        self.desk.spec.glances.showing(Session {
            program: running.program.clone(),
            since: running.since,
            until: running.until,
            viewers: Vec::new(),
        })
    }

    fn audit(&self, by: &str, deed: Deed) {
        let by = by.to_owned();
        tell_recipient(&self.desk.spec.audit, Audited { by, deed });
    }

    fn finished(&mut self, finished: &Finished, ctx: &mut Context<Self>) {
        let program = &finished.running.program;
        if !finished.left.is_empty() || !finished.closed {
            tracing::error!(
                program,
                pids = desk::pids(&finished.left),
                closed = finished.closed,
                "remote control not ended wholly"
            );
            self.tell_owner(say::not_ended(self.lang(), finished));
        }
        let why = finished.ending.to_string();
        self.audit(SELF, Deed::VncStopped { why });
        match &finished.ending {
            Ending::Asked => tracing::info!(program, "remote control stopped"),
            Ending::TimeUp => {
                tracing::info!(program, "remote control stopped, its time is over");
                self.tell_owner(say::time_up(self.lang(), &finished.running));
            }
            Ending::ViewerGone => {
                tracing::info!(program, "remote control stopped, the viewer is gone");
                self.tell_owner(say::viewer_gone(self.lang(), &finished.running));
            }
            Ending::Crashed(end, evidence) => {
                self.tell_owner(say::crashed(self.lang(), program, *end, evidence));
                let how = end.map_or_else(|| "guard was ended".into(), |end| end.to_string());
                let life = self.life.clone();
                life.fail(ctx, format!("{program} exited: {how}: {evidence}"));
            }
        }
    }
}

impl Child for VncSupervisor {
    type Spec = VncSpec;

    fn begin(&mut self, ctx: &mut Context<Self>) {
        ctx.spawn(Rc::clone(&self.desk).sweep().into_actor(self));
    }

    fn new(spec: VncSpec, life: Life) -> Self {
        Self {
            life,
            desk: Rc::new(Desk::new(spec, Environment::of_process())),
        }
    }

    fn origin(&self) -> (VncSpec, Life) {
        (self.desk.spec.clone(), self.life.clone())
    }

    fn wind_down(&mut self, ctx: &mut Context<Self>) {
        let stopped = Rc::clone(&self.desk).stop().into_actor(self);
        ctx.spawn(stopped.map(|_, _, ctx| ctx.stop()));
    }
}
supervised!(VncSupervisor);

impl Handler<StartVnc> for VncSupervisor {
    type Result = ResponseActFuture<Self, String>;

    fn handle(&mut self, message: StartVnc, _: &mut Context<Self>) -> Self::Result {
        let lang = message.lang;
        let start = Rc::clone(&self.desk).start(message).into_actor(self);
        Box::pin(start.map(move |result, actor, ctx| match result {
            Ok(started) => actor.watch(started, lang, ctx),
            Err(refusal) => {
                tracing::warn!(reason = %refusal, "remote control not started");
                say::refusal(lang, &refusal)
            }
        }))
    }
}

impl Handler<StopVnc> for VncSupervisor {
    type Result = ResponseActFuture<Self, String>;

    fn handle(&mut self, message: StopVnc, _: &mut Context<Self>) -> Self::Result {
        let lang = message.lang;
        let was_starting = self.desk.is_starting();
        let stop = Rc::clone(&self.desk).stop().into_actor(self);
        Box::pin(stop.map(move |stopped, _, _| match stopped {
            Some(running) => say::stopped(lang, &running),
            None if was_starting => say::start_called_off(lang),
            None => say::not_running(lang),
        }))
    }
}

impl Handler<AskVnc> for VncSupervisor {
    type Result = ResponseFuture<String>;

    fn handle(&mut self, message: AskVnc, _: &mut Context<Self>) -> Self::Result {
        let lang = message.lang;
        let desk = Rc::clone(&self.desk);
        Box::pin(async move {
            let Some(running) = desk.running() else {
                return if desk.is_starting() {
                    say::is_starting(lang)
                } else {
                    say::not_running(lang)
                };
            };
            let connected = match running.line {
                Line::Listens(listen) => {
                    let look = tokio::task::spawn_blocking(move || peers::connected_to(listen));
                    look.await.unwrap_or_default()
                }
                Line::Viewer { peer, .. } => vec![peer],
            };
            say::runs(lang, &running, &connected)
        })
    }
}
