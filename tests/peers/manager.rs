//! The ear of a service manager: a real datagram socket, as `sd_notify(3)` speaks to it.

use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::until;

/// All that a service told, a datagram each, in the order of its coming.
pub(crate) struct Manager {
    /// For `$NOTIFY_SOCKET`.
    pub(crate) socket: PathBuf,
    told: Arc<Mutex<Vec<String>>>,
}

impl Manager {
    /// Listens in this folder.
    pub(crate) fn listen(folder: &Path) -> Self {
        let socket = folder.join("notify");
        let ear = UnixDatagram::bind(&socket).unwrap();
        let told = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&told);
        // Ends with the test's process.
        std::thread::spawn(move || {
            let mut datagram = [0; 4096];
            while let Ok(length) = ear.recv(&mut datagram) {
                let text = String::from_utf8_lossy(&datagram[..length]).into_owned();
                sink.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(text);
            }
        });
        Self { socket, told }
    }

    /// All so far.
    pub(crate) fn told(&self) -> Vec<String> {
        self.told
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// How often it was told exactly this.
    pub(crate) fn count(&self, text: &str) -> usize {
        let is = |told: &&String| told.trim_end() == text;
        self.told().iter().filter(is).count()
    }

    /// Waits until it is told a line that begins so.
    pub(crate) async fn hears(&self, begin: &str) -> String {
        let what = format!("the service manager is told {begin:?}");
        until(&what, || {
            let mut told = self.told().into_iter();
            told.find(|text| text.starts_with(begin))
        })
        .await
    }
}
