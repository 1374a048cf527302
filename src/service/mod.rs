//! What the service manager hears of us (`sd_notify(3)`, or the SCM of Windows): that the program runs, how it stands, that
//! it gets on. Where there is no manager nothing happens.
//!
//! A trap: a watchdog that a timer feeds is worth nothing. Here the root feeds it, on the thread
//! that all actors share, and only after it has looked at the tree.

use std::rc::{Rc, Weak};
use std::time::Duration;

use hostmessenger_actors::journal::AskSummary;
use hostmessenger_actors::supervision::tree::Tree;
use hostmessenger_actors::supervision::{Stuck, aside};
use hostmessenger_actors::text;
use hostmessenger_actors::wording::{Language, service as say};
use tokio::time::{Instant, Interval, MissedTickBehavior};

#[cfg(target_os = "linux")]
mod manager;
#[cfg(not(any(target_os = "linux", windows)))]
#[path = "nobody.rs"]
mod manager;
#[cfg(windows)]
#[path = "scm.rs"]
pub(crate) mod manager;

use manager::Manager;

/// Pace of the looks at how it stands; only what changed is told.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// A tree that was found stuck is looked at again so soon: a machine that stood still for a moment
/// wakes its timers in any order.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// How much of the reason of an end is told.
const MAX_REASON: usize = 200;

/// Something to tell the manager.
#[derive(Debug, PartialEq, Eq)]
#[cfg_attr(
    not(any(target_os = "linux", windows)),
    expect(dead_code, reason = "not everybody reads how it stands")
)]
enum News {
    /// It runs; after [`News::Reloading`]: it runs with the new configuration.
    Ready,
    /// The configuration is read again.
    Reloading,
    /// It winds down.
    Stopping,
    /// How it stands, in one line.
    Status(String),
    /// It gets on.
    Alive,
}

/// The line to the service manager, if there is one.
pub(crate) struct Service {
    manager: Option<Manager>,
    feeding: Option<Interval>,
    /// How often in a row the watchdog got nothing.
    refused: u32,
    showing: Option<tokio::task::JoinHandle<()>>,
}

impl Service {
    /// Finds the manager in the environment.
    pub(crate) fn find() -> Self {
        let manager = Manager::find();
        let watchdog = manager.as_ref().and_then(Manager::watchdog);
        Self {
            feeding: watchdog.map(|every| ticks(feeding_pace(every))),
            manager,
            refused: 0,
            showing: None,
        }
    }

    /// The tree has started.
    pub(crate) fn ready(&mut self, tree: &Rc<Tree>) {
        let Some(manager) = &self.manager else { return };
        manager.tell(News::Ready);
        let showing = show(Rc::downgrade(tree), manager.clone());
        self.showing = Some(aside(showing));
    }

    /// Waits until the watchdog is to be fed.
    pub(crate) async fn hungry(&mut self) {
        match &mut self.feeding {
            Some(feeding) => drop(feeding.tick().await),
            None => std::future::pending().await,
        }
    }

    /// Feeds the watchdog if the tree gets on.
    pub(crate) fn feed(&mut self, progress: Result<(), Stuck>) {
        match (meal(progress, &mut self.refused), &mut self.feeding) {
            (Some(news), _) => self.tell(news),
            (None, Some(feeding)) => feeding.reset_after(LOOK_AGAIN.min(feeding.period())),
            (None, None) => {}
        }
    }

    /// The configuration is about to be read again; [`Self::reloaded`] must follow.
    pub(crate) fn reloading(&self) {
        self.tell(News::Reloading);
    }

    /// It was, or it was refused and nothing changed.
    pub(crate) fn reloaded(&self) {
        self.tell(News::Ready);
    }

    /// The program winds down, for this reason where it is an error.
    pub(crate) fn stopping(&mut self, lang: Language, error: Option<&anyhow::Error>) {
        if let Some(showing) = self.showing.take() {
            showing.abort();
        }
        let why = error.map(|error| text::clean(&format!("{error:#}"), MAX_REASON));
        self.tell(News::Stopping);
        self.tell(News::Status(why.unwrap_or_else(|| say::stopping(lang))));
    }

    /// Waits, but not for long, until all is told.
    pub(crate) fn finish(self) {
        if let Some(manager) = self.manager {
            manager.finish();
        }
    }

    fn tell(&self, news: News) {
        if let Some(manager) = &self.manager {
            manager.tell(news);
        }
    }
}

/// What the watchdog gets; `refused` counts how often in a row that was nothing. Said at the second
/// time: the first may be a moment's.
fn meal(progress: Result<(), Stuck>, refused: &mut u32) -> Option<News> {
    match progress {
        Ok(()) => {
            *refused = 0;
            Some(News::Alive)
        }
        Err(reason) => {
            *refused = refused.saturating_add(1);
            if *refused == 2 {
                tracing::error!(%reason, "watchdog not fed: the tree makes no progress");
            }
            None
        }
    }
}

/// Half of what the manager allows, as `sd_watchdog_enabled(3)` advises.
fn feeding_pace(watchdog: Duration) -> Duration {
    (watchdog / 2).max(Duration::from_millis(1))
}

fn ticks(every: Duration) -> Interval {
    let mut ticks = tokio::time::interval_at(Instant::now() + every, every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

/// Tells how it stands, for as long as the tree is there.
async fn show(tree: Weak<Tree>, manager: Manager) {
    let mut looks = tokio::time::interval(LOOK_EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut shown = String::new();
    loop {
        looks.tick().await;
        let Some(tree) = tree.upgrade() else { return };
        let asked = tree.journal().send(AskSummary);
        let health = tokio::time::timeout(LOOK_EVERY, asked).await;
        let health = health.ok().and_then(Result::ok);
        let status = say::status(tree.config().language, health.as_ref(), tree.link());
        if status != shown {
            manager.tell(News::Status(status.clone()));
            shown = status;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_watchdog_gets_nothing_while_the_tree_is_stuck_and_again_when_it_gets_on() {
        let mut refused = 0;
        let stuck = || Err(Stuck::Supervisor(Duration::from_secs(31)));
        for (progress, news, times) in [
            (Ok(()), Some(News::Alive), 0),
            (stuck(), None, 1),
            (stuck(), None, 2),
            (Ok(()), Some(News::Alive), 0),
        ] {
            assert_eq!(meal(progress, &mut refused), news);
            assert_eq!(refused, times);
        }
    }

    #[test]
    fn the_watchdog_is_fed_twice_as_often_as_it_asks_and_never_without_a_pause() {
        assert_eq!(
            feeding_pace(Duration::from_secs(60)),
            Duration::from_secs(30)
        );
        assert_eq!(
            feeding_pace(Duration::from_micros(1)),
            Duration::from_millis(1)
        );
    }
}
