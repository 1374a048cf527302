//! The icon in the notification area: how it stands at a glance, a menu, and a notice on the screen
//! while remote control runs. One more desk of the owner at the host, beside the console.
//!
//! [`desk`] is between the tree and a face; the face is the desktop's (`linux`, `windows`) and
//! knows nothing of the tree. Where there is no desktop there is no face, and nothing runs.
//! A newcomer's trap: whatever happens to a face, the program goes on without it.

use std::rc::Rc;
use std::time::Duration;

use hostmessenger_actors::supervision::aside;
use hostmessenger_actors::supervision::tree::Tree;
use hostmessenger_config::SecretString;
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

mod desk;
mod icon;
mod look;

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
use linux as desktop;

#[cfg(windows)]
pub(crate) mod windows;
#[cfg(windows)]
use windows as desktop;

use look::Look;

/// How long the icon may take to go away.
const FAREWELL: Duration = Duration::from_secs(2);

/// What a face is to show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Show {
    /// How it stands.
    Look(Look),
    /// The answer to an order.
    Answer {
        /// What was ordered, in the words of the menu.
        title: String,
        /// The answer.
        text: String,
    },
    /// What became of a password.
    Password {
        /// Whether it was set.
        set: bool,
        /// That in words.
        text: String,
    },
}

/// What the person at the host orders.
enum Order {
    /// STATUS.
    Status,
    /// CHECK ALL.
    CheckNow,
    /// VNC STOP.
    StopVnc,
    /// `vnc-password`.
    SetPassword(SecretString),
    /// `quit`.
    Quit,
}

/// What the desktop shows of us. Its task ends when nobody talks to it any more, and the icon is gone
/// then.
struct Face {
    shows: mpsc::UnboundedSender<Show>,
    orders: mpsc::UnboundedReceiver<Order>,
    task: JoinHandle<()>,
}

/// The icon, if there is a desktop.
#[derive(Default)]
pub(crate) struct Tray {
    quit: Option<oneshot::Receiver<()>>,
    desk: Option<JoinHandle<()>>,
    face: Option<JoinHandle<()>>,
}

impl Tray {
    /// Shows it, where there is a desktop and it is wanted.
    pub(crate) fn start(tree: &Rc<Tree>, wanted: bool) -> Self {
        let face = if wanted { desktop::face() } else { None };
        let Some(Face {
            shows,
            orders,
            task,
        }) = face
        else {
            return Self {
                desk: Some(aside(desk::unseen(tree.glance()))),
                ..Self::default()
            };
        };
        let (quit, asked) = oneshot::channel();
        let desk = desk::run(Rc::downgrade(tree), tree.glance(), shows, orders, quit);
        Self {
            quit: Some(asked),
            desk: Some(aside(desk)),
            face: Some(task),
        }
    }

    /// Waits until the person at the host wants the program to end.
    pub(crate) async fn quit(&mut self) {
        if let Some(quit) = &mut self.quit
            && quit.await.is_ok()
        {
            self.quit = None;
            return;
        }
        // The face is gone and comes back no more.
        self.quit = None;
        std::future::pending::<()>().await;
    }

    /// Takes the icon away.
    pub(crate) async fn stop(mut self) {
        if let Some(desk) = self.desk.take() {
            desk.abort();
            let _ended = desk.await;
        }
        if let Some(face) = self.face.take()
            && tokio::time::timeout(FAREWELL, face).await.is_err()
        {
            tracing::debug!("the icon takes its time, not waited for");
        }
    }
}
