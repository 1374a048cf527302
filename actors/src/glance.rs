//! How it stands right now, for who wants to show it: targets, link, and who sees the screen.
//!
//! It belongs to the tree and not to an actor, so that nobody who looks at it goes deaf when one of
//! those who write into it is restarted. What a life wrote about itself ends with that life: see
//! [`Showing`].

use std::net::SocketAddr;
use std::rc::Rc;

use hostmessenger_config::Language;
use jiff::Timestamp;
use tokio::sync::watch;

use crate::alerts::{HealthSummary, Link};

/// All of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glance {
    /// The language to show it in.
    pub lang: Language,
    /// The targets; `None` until the journal knows.
    pub health: Option<HealthSummary>,
    /// The XMPP link.
    pub link: Link,
    /// Remote control, while it runs.
    pub session: Option<Session>,
}

/// Remote control that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The program's name.
    pub program: String,
    /// Since when.
    pub since: Timestamp,
    /// When it stops by itself.
    pub until: Timestamp,
    /// Who is connected.
    pub viewers: Vec<SocketAddr>,
}

/// Where it is written; clones write to the same place.
#[derive(Debug, Clone)]
pub struct Glances(Rc<watch::Sender<Glance>>);

impl Default for Glances {
    fn default() -> Self {
        Self::new(Link::None)
    }
}

impl Glances {
    /// Nothing is known but the link.
    pub fn new(link: Link) -> Self {
        let nothing = Glance {
            lang: Language::default(),
            health: None,
            link,
            session: None,
        };
        Self(Rc::new(watch::Sender::new(nothing)))
    }

    /// To look at, and to wait for changes.
    pub fn subscribe(&self) -> watch::Receiver<Glance> {
        self.0.subscribe()
    }

    /// It is shown in this language.
    pub fn language(&self, lang: Language) {
        self.change(|glance| glance.lang = lang);
    }

    /// The targets stand like this.
    pub fn health(&self, health: &HealthSummary) {
        self.change(|glance| glance.health = Some(health.clone()));
    }

    /// The link is like this.
    pub fn link(&self, link: Link) {
        self.change(|glance| glance.link = link);
    }

    /// Remote control runs for as long as the result lives.
    pub fn showing(&self, session: Session) -> Showing {
        self.change(|glance| glance.session = Some(session));
        Showing(self.clone())
    }

    /// Tells those who wait only where something is different.
    fn change(&self, change: impl FnOnce(&mut Glance)) {
        self.0.send_if_modified(|glance| {
            let before = glance.clone();
            change(glance);
            *glance != before
        });
    }
}

/// Remote control that runs, however it ends: also with the life of who started it.
#[derive(Debug)]
pub struct Showing(Glances);

impl Showing {
    /// Somebody sees the screen now.
    pub fn came(&self, viewer: SocketAddr) {
        self.viewers(|viewers| viewers.push(viewer));
    }

    /// Somebody does not any more.
    pub fn went(&self, viewer: SocketAddr) {
        self.viewers(|viewers| viewers.retain(|other| *other != viewer));
    }

    fn viewers(&self, change: impl FnOnce(&mut Vec<SocketAddr>)) {
        self.0.change(|glance| {
            if let Some(session) = &mut glance.session {
                change(&mut session.viewers);
            }
        });
    }
}

impl Drop for Showing {
    fn drop(&mut self) {
        self.0.change(|glance| glance.session = None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session() -> Session {
        Session {
            program: "x11vnc".into(),
            since: Timestamp::UNIX_EPOCH,
            until: Timestamp::UNIX_EPOCH,
            viewers: Vec::new(),
        }
    }

    #[test]
    fn a_session_is_over_when_what_held_it_is_gone_however_that_came() {
        let glances = Glances::default();
        let seen = glances.subscribe();
        let showing = glances.showing(session());
        let viewer = ([192, 0, 2, 5], 50_000).into();
        showing.came(viewer);
        let viewers = seen.borrow().session.clone().map(|session| session.viewers);
        assert_eq!(viewers, Some(vec![viewer]));
        showing.went(viewer);
        assert_eq!(seen.borrow().session, Some(session()));
        let broken = std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || {
            let _showing = showing;
            panic!("broken");
        }));
        assert!(broken.is_err());
        assert_eq!(seen.borrow().session, None);
    }

    #[test]
    fn who_waits_is_woken_by_what_is_different_alone() {
        let glances = Glances::default();
        let mut seen = glances.subscribe();
        glances.link(Link::None);
        assert!(!seen.has_changed().unwrap());
        glances.health(&HealthSummary::default());
        assert!(seen.has_changed().unwrap());
        seen.mark_unchanged();
        glances.health(&HealthSummary::default());
        assert!(!seen.has_changed().unwrap());
    }
}
