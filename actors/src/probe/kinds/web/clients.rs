//! What web checks share: the way names become addresses, and one TLS configuration for each
//! distinct setting.
//!
//! A trap: rustls resumes sessions by default, and a resumed session shows the certificate of the
//! first one and verifies nothing. A monitor would then miss that it expired; so it is off here.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use futures_util::future::{BoxFuture, FutureExt};
use hostmessenger_config::Web;
use rustls::ClientConfig;
use rustls::client::Resumption;

use super::WebReason;
use crate::probe::net;
use crate::text::clean;
use crate::tls::TlsStore;

/// Asks for the addresses of a name, with this port.
pub(super) type Resolver =
    Arc<dyn Fn(String, u16) -> BoxFuture<'static, net::Addresses> + Send + Sync>;

/// A file's length and time of change: another one means another CA file.
type Stamp = Option<(u64, SystemTime)>;

/// A configuration for each setting, with the CA file that it was made from.
type Configs = HashMap<Key, (Stamp, Arc<ClientConfig>)>;

/// Shared by all web checks; cheap to clone.
#[derive(Clone)]
pub struct Clients {
    resolver: Resolver,
    configs: Arc<Mutex<Configs>>,
}

/// What makes TLS configurations differ.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    ca_file: Option<PathBuf>,
    verify: bool,
}

impl Default for Clients {
    fn default() -> Self {
        Self::new(Arc::new(|host, port| net::addresses(host, port).boxed()))
    }
}

impl fmt::Debug for Clients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clients").finish_non_exhaustive()
    }
}

impl Clients {
    pub(super) fn new(resolver: Resolver) -> Self {
        Self {
            resolver,
            configs: Arc::default(),
        }
    }

    /// The way names become addresses.
    pub(super) fn resolver(&self) -> impl Fn(String, u16) -> BoxFuture<'static, net::Addresses> {
        &*self.resolver
    }

    /// The TLS configuration of a target. A CA file is read again when it has changed.
    pub(super) async fn tls(
        &self,
        store: &TlsStore,
        options: &Web,
    ) -> Result<Arc<ClientConfig>, WebReason> {
        let key = Key {
            ca_file: options.ca_file.clone().filter(|_| options.verify_tls),
            verify: options.verify_tls,
        };
        let stamp = stamp(key.ca_file.as_deref()).await?;
        if let Some((at, config)) = self.lock().get(&key)
            && *at == stamp
        {
            return Ok(Arc::clone(config));
        }
        let config = build(store.clone(), key.clone()).await?;
        self.lock().insert(key, (stamp, Arc::clone(&config)));
        Ok(config)
    }

    fn lock(&self) -> MutexGuard<'_, Configs> {
        self.configs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn stamp(file: Option<&Path>) -> Result<Stamp, WebReason> {
    let Some(file) = file else { return Ok(None) };
    let unreadable = |error: io::Error| WebReason::Setup {
        why: clean(&format!("{}: {error}", file.display()), 200),
    };
    let meta = tokio::fs::metadata(file).await.map_err(unreadable)?;
    let changed = meta.modified().map_err(unreadable)?;
    Ok(Some((meta.len(), changed)))
}

/// Reads and parses on a thread of its own, since the file may be on a slow disk.
async fn build(store: TlsStore, key: Key) -> Result<Arc<ClientConfig>, WebReason> {
    let made = move || {
        let shared = store.client(key.ca_file.as_deref(), key.verify)?;
        let mut config = ClientConfig::clone(&shared);
        config.resumption = Resumption::disabled();
        Ok(Arc::new(config))
    };
    let failed = |why: String| WebReason::Setup {
        why: clean(&why, 200),
    };
    tokio::task::spawn_blocking(made)
        .await
        .map_err(|error| failed(error.to_string()))?
        .map_err(|error: crate::tls::TlsSetupError| failed(error.to_string()))
}
