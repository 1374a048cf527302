//! Threads for calls that may block for ever and cannot be ended: `statvfs` on a dead share,
//! `getaddrinfo` without a name server. A key (path, host) has one such thread at the most, however
//! often it is asked about; everyone who asks meanwhile waits for that same one.
//!
//! A call has a thread of its own with a small stack, which costs some 30 µs and nothing in between, or is
//! made by a [`Crew`](super::crew::Crew) where there are many. tokio's blocking pool would not do, since
//! its threads are shared and stuck ones use it up.

use std::collections::HashMap;
use std::hash::Hash;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use jiff::Timestamp;
use tokio::sync::watch;

/// The calls under way. Clones share them.
pub(crate) struct OnePerKey<K, V> {
    busy: Arc<Mutex<HashMap<K, Call<V>>>>,
}

impl<K, V> Clone for OnePerKey<K, V> {
    fn clone(&self) -> Self {
        Self {
            busy: Arc::clone(&self.busy),
        }
    }
}

impl<K, V> Default for OnePerKey<K, V> {
    fn default() -> Self {
        Self {
            busy: Arc::default(),
        }
    }
}

/// Tells the answer to whoever waits.
pub(crate) type Tell = Box<dyn FnOnce() + Send>;
/// Makes the call; what is left is to tell its answer.
pub(crate) type Work = Box<dyn FnOnce() -> Tell + Send>;

/// Who makes calls.
pub(crate) trait Start {
    /// Has it made elsewhere, soon. Errors: no thread can be started.
    fn start(&self, work: Work) -> io::Result<()>;
}

/// A thread for each call: its name and the bytes of its stack.
impl Start for (&str, usize) {
    fn start(&self, work: Work) -> io::Result<()> {
        let thread = std::thread::Builder::new().name(self.0.to_owned());
        thread.stack_size(self.1).spawn(move || work()()).map(drop)
    }
}

/// A call under way.
#[derive(Clone)]
pub(crate) struct Call<V> {
    pub(crate) since: Timestamp,
    pub(crate) began: Instant,
    answer: watch::Receiver<Option<V>>,
}

impl<V: Clone> Call<V> {
    /// Waits for the answer; `None`: the call panicked.
    pub(crate) async fn answer(&mut self) -> Option<V> {
        let answer = self.answer.wait_for(Option::is_some).await.ok()?;
        answer.clone()
    }
}

impl<K, V> OnePerKey<K, V>
where
    K: Clone + Eq + Hash + Send + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// The call that is under way for this key, or a new one. Errors: no thread can be started.
    pub(crate) fn join_or_start(
        &self,
        key: &K,
        by: &impl Start,
        call: impl FnOnce() -> V + Send + 'static,
    ) -> io::Result<Call<V>> {
        let mut busy = self.lock();
        if let Some(call) = busy.get(key) {
            return Ok(call.clone());
        }
        let (tell, answer) = watch::channel(None);
        let (calls, owned) = (self.clone(), key.clone());
        by.start(Box::new(move || {
            // Made here and not before: where no thread starts, it would wait for our own lock.
            let free = Free(calls, owned);
            let value = call();
            // Before the answer is told, so that who asks again gets a new one.
            drop(free);
            Box::new(move || drop(tell.send_replace(Some(value))))
        }))?;
        let call = Call {
            since: Timestamp::now(),
            began: Instant::now(),
            answer,
        };
        busy.insert(key.clone(), call.clone());
        Ok(call)
    }

    /// Whether a call is under way for this key.
    pub(crate) fn is_busy(&self, key: &K) -> bool {
        self.lock().contains_key(key)
    }

    /// How many calls are under way.
    pub(crate) fn len(&self) -> usize {
        self.lock().len()
    }
}

impl<K, V> OnePerKey<K, V> {
    fn lock(&self) -> MutexGuard<'_, HashMap<K, Call<V>>> {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Frees the key when its thread ends, by a panic too.
struct Free<K: Eq + Hash, V>(OnePerKey<K, V>, K);

impl<K: Eq + Hash, V> Drop for Free<K, V> {
    fn drop(&mut self) {
        self.0.lock().remove(&self.1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_no_thread_can_be_started_the_key_stays_free() {
        let calls: OnePerKey<u8, u8> = OnePerKey::default();
        // No machine has so much memory for one stack.
        let result = calls.join_or_start(&1, &("too large", usize::MAX / 4), || 1);
        assert!(result.is_err());
        assert_eq!(calls.len(), 0);
    }
}
