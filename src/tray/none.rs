//! No icon: built without it, or for a system whose desktops it does not know.

use std::rc::Rc;

use hostmessenger_actors::supervision::tree::Tree;

/// Nothing.
pub(crate) struct Tray;

impl Tray {
    /// Shows nothing.
    pub(crate) fn start(_: &Rc<Tree>, _: bool) -> Self {
        Self
    }

    /// Waits for ever.
    pub(crate) async fn quit(&mut self) {
        std::future::pending::<()>().await;
    }

    /// There is nothing to take away.
    pub(crate) async fn stop(self) {
        std::future::ready(()).await;
    }
}
