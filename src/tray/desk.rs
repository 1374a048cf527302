//! Between the tree and a face: shows what changes, has orders carried out.
//!
//! An order is a line of the owner's, like one on the console: the authorizer runs it and the audit
//! trail has it.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use hostmessenger_actors::audit::{Audited, Deed};
use hostmessenger_actors::authorizer::{TRAY, TrayLine};
use hostmessenger_actors::glance::Glance;
use hostmessenger_actors::supervision::tree::Tree;
use hostmessenger_actors::supervision::{aside, tell};
use hostmessenger_actors::vnc_supervisor::set_password;
use hostmessenger_actors::wording::{Language, commands, tray as say};
use hostmessenger_config::{ExposeSecret, SecretString};
use tokio::sync::{mpsc, oneshot, watch};

use super::look::Look;
use super::{Order, Show};

/// Lines that wait for their answer: who clicks twice asks once.
type Asking = Rc<RefCell<Vec<&'static str>>>;

/// Runs until the tree or the face is gone.
pub(super) async fn run(
    tree: Weak<Tree>,
    mut glance: watch::Receiver<Glance>,
    shows: mpsc::UnboundedSender<Show>,
    mut orders: mpsc::UnboundedReceiver<Order>,
    quit: oneshot::Sender<()>,
) {
    let mut desk = Desk {
        tree,
        shows,
        asking: Asking::default(),
        quit: Some(quit),
        shown: None,
    };
    loop {
        let look = Look::of(&glance.borrow_and_update());
        desk.show(look);
        tokio::select! {
            changed = glance.changed() => if changed.is_err() { return },
            order = orders.recv() => match order {
                Some(order) => desk.obey(order),
                None => return,
            },
        }
    }
}

/// Without a face: remote control runs all the same, and the log says that nobody at the host sees it.
pub(super) async fn unseen(mut glance: watch::Receiver<Glance>) {
    loop {
        if glance
            .wait_for(|glance| glance.session.is_some())
            .await
            .is_err()
        {
            return;
        }
        tracing::info!("no desktop, so no notice of remote control");
        if glance
            .wait_for(|glance| glance.session.is_none())
            .await
            .is_err()
        {
            return;
        }
    }
}

struct Desk {
    tree: Weak<Tree>,
    shows: mpsc::UnboundedSender<Show>,
    asking: Asking,
    quit: Option<oneshot::Sender<()>>,
    shown: Option<Look>,
}

impl Desk {
    fn show(&mut self, look: Look) {
        if self.shown.as_ref() != Some(&look) {
            // A face that is gone has closed its orders, too.
            let _gone = self.shows.send(Show::Look(look.clone()));
            self.shown = Some(look);
        }
    }

    fn obey(&mut self, order: Order) {
        let Some(tree) = self.tree.upgrade() else {
            return;
        };
        let lang = tree.config().language;
        match order {
            Order::Status => self.ask(&tree, "STATUS", say::status(lang)),
            Order::CheckNow => self.ask(&tree, "CHECK ALL", say::check_now(lang)),
            Order::StopVnc => self.ask(&tree, "VNC STOP", say::stop_vnc(lang)),
            Order::SetPassword(password) => self.set_password(&tree, password),
            Order::Quit => self.quit(&tree),
        }
    }

    /// Asks like the console; the answer is shown when it comes.
    fn ask(&self, tree: &Tree, line: &'static str, title: String) {
        if self.asking.borrow().contains(&line) {
            return;
        }
        self.asking.borrow_mut().push(line);
        tracing::info!(from = TRAY, command = line, "command");
        let lang = tree.config().language;
        let asked = tree.authorizer().send(TrayLine(line.to_owned()));
        let (shows, asking) = (self.shows.clone(), Rc::clone(&self.asking));
        aside(async move {
            let text = asked.await;
            asking.borrow_mut().retain(|other| *other != line);
            let text = text.unwrap_or_else(|_| commands::no_answer_from(lang, "authorizer"));
            let _gone = shows.send(Show::Answer { title, text });
        });
    }

    fn set_password(&self, tree: &Tree, password: SecretString) {
        let config = tree.config();
        let lang = config.language;
        let (shows, journal) = (self.shows.clone(), tree.journal().clone());
        aside(async move {
            // It writes a file.
            let set = move || set_password(&config.data_dir, password.expose_secret());
            let set = tokio::task::spawn_blocking(set).await;
            if let Ok(Ok(())) = &set {
                let (by, deed) = (TRAY.to_owned(), Deed::VncPasswordSet);
                tell(&journal, Audited { by, deed });
            }
            let text = password_text(lang, &set);
            let set = matches!(set, Ok(Ok(())));
            let _gone = shows.send(Show::Password { set, text });
        });
    }

    fn quit(&mut self, tree: &Tree) {
        let Some(quit) = self.quit.take() else { return };
        tracing::info!(from = TRAY, command = "quit", "command");
        let (by, line) = (TRAY.to_owned(), "quit".to_owned());
        let deed = Deed::Command { line };
        tell(tree.journal(), Audited { by, deed });
        let _ending = quit.send(());
    }
}

type Set =
    Result<Result<(), hostmessenger_actors::vnc_supervisor::PasswordError>, tokio::task::JoinError>;

fn password_text(lang: Language, set: &Set) -> String {
    match set {
        Ok(Ok(())) => say::password_set(lang),
        Ok(Err(refused)) => say::password_refused(lang, refused),
        Err(error) => {
            tracing::error!(%error, "VNC password not set");
            say::not_set(lang)
        }
    }
}
