//! The socket of the service manager, on a thread of its own: a manager that does not read must
//! not hold up the actors.
//!
//! The thread tells only what it is given; it never feeds the watchdog by itself.

use std::io;
use std::rc::Rc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use sd_notify::NotifyState;

use super::News;

/// What may wait for a manager that does not read (at most a piece in five seconds comes); the rest
/// is dropped.
const QUEUE: usize = 256;
/// How long the end of the program waits for it.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// The manager. Clones are the same one.
#[derive(Clone)]
pub(super) struct Manager {
    /// `None`: that was all.
    queue: SyncSender<Option<News>>,
    done: Rc<Receiver<()>>,
}

impl Manager {
    /// Tells it.
    pub(super) fn tell(&self, news: News) {
        if self.queue.try_send(Some(news)).is_err() {
            tracing::debug!("news dropped: the service manager does not read");
        }
    }

    /// Waits until all is told.
    pub(super) fn finish(self) {
        if self.queue.try_send(None).is_ok() {
            // What cannot be told by now never will be; either way the thread is done.
            let _late = self.done.recv_timeout(LAST_WORDS);
        }
    }

    /// The manager that `$NOTIFY_SOCKET` names.
    pub(super) fn find() -> Option<Self> {
        std::env::var_os("NOTIFY_SOCKET").filter(|socket| !socket.is_empty())?;
        let (queue, news) = sync_channel(QUEUE);
        let (end, done) = sync_channel(0);
        let told = std::thread::Builder::new()
            .name("service-manager".into())
            .spawn(move || {
                tell_all(&news);
                drop(end);
            });
        match told {
            Ok(_) => Some(Self {
                queue,
                done: Rc::new(done),
            }),
            Err(error) => {
                tracing::warn!(%error, "the service manager is not told: no thread");
                None
            }
        }
    }

    /// How soon it must hear that we get on, where it wants to, from us (`$WATCHDOG_PID`).
    #[expect(clippy::unused_self, reason = "there is no watchdog without a manager")]
    pub(super) fn watchdog(&self) -> Option<Duration> {
        sd_notify::watchdog_enabled().filter(|every| !every.is_zero())
    }
}

/// Tells what comes until that was all. A manager that cannot be told is logged once.
fn tell_all(news: &Receiver<Option<News>>) {
    let mut deaf = false;
    while let Ok(Some(news)) = news.recv() {
        match tell(&news) {
            Ok(()) => deaf = false,
            Err(error) if !deaf => {
                tracing::warn!(%error, ?news, "the service manager could not be told");
                deaf = true;
            }
            Err(_) => {}
        }
    }
}

fn tell(news: &News) -> io::Result<()> {
    match news {
        News::Ready => sd_notify::notify(&[NotifyState::Ready]),
        News::Reloading => sd_notify::notify(&[
            NotifyState::Reloading,
            // Without it systemd would not believe the READY of a later reload.
            NotifyState::monotonic_usec_now()?,
        ]),
        News::Stopping => sd_notify::notify(&[NotifyState::Stopping]),
        News::Status(line) => sd_notify::notify(&[NotifyState::Status(line)]),
        News::Alive => sd_notify::notify(&[NotifyState::Watchdog]),
    }
}
