//! The line to the session bus. One that ends is not mourned: the next who has something to say begins
//! another.

use hostmessenger_actors::supervision::aside;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use super::bus::Bus;
use super::reader::{Reader, Signal};
use super::{Click, Shown};

/// Who says more at once than this is not listened to.
const AT_ONCE: usize = 64;

/// Who shows notices.
pub(super) struct Server {
    pub(super) name: String,
    /// Whether bodies are read as markup.
    pub(super) markup: bool,
}

/// A connection that is read.
pub(super) struct Line {
    pub(super) bus: Bus,
    /// Who shows notices, once there was something to say.
    pub(super) server: Option<Server>,
    heard: mpsc::Receiver<Signal>,
    reader: JoinHandle<()>,
}

/// Puts lines through.
pub(super) struct Exchange {
    shown: watch::Receiver<Option<Shown>>,
    clicks: mpsc::Sender<Click>,
    line: Option<Line>,
}

impl Exchange {
    pub(super) fn new(shown: watch::Receiver<Option<Shown>>, clicks: mpsc::Sender<Click>) -> Self {
        Self {
            shown,
            clicks,
            line: None,
        }
    }

    /// The line, a new one where there is none.
    pub(super) async fn line(&mut self) -> Result<&mut Line, String> {
        let usable = self.line.take().filter(|line| !line.reader.is_finished());
        let line = match usable {
            Some(line) => line,
            None => self.begin().await?,
        };
        Ok(self.line.insert(line))
    }

    /// The line, if there is one.
    pub(super) fn at_hand(&mut self) -> Option<&mut Line> {
        self.line.as_mut()
    }

    async fn begin(&self) -> Result<Line, String> {
        let (bus, messages) = Bus::connect().await?;
        let (hear, heard) = mpsc::channel(AT_ONCE);
        let (shown, clicks) = (self.shown.clone(), self.clicks.clone());
        let reader = Reader::new(bus.clone(), shown, clicks, hear);
        let reader = aside(reader.run(messages));
        Ok(Line {
            bus,
            server: None,
            heard,
            reader,
        })
    }

    /// Waits until somebody says something of notices. Safe to be called off.
    pub(super) async fn heard(&mut self) -> Signal {
        loop {
            match &mut self.line {
                Some(line) => match line.heard.recv().await {
                    Some(signal) => return signal,
                    None => self.line = None,
                },
                None => std::future::pending().await,
            }
        }
    }

    /// Ends the line, and with it the icon.
    pub(super) async fn end(&mut self) {
        if let Some(line) = self.line.take() {
            line.reader.abort();
            let _ended = line.reader.await;
        }
    }
}
