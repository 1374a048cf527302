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
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Instant;

use jiff::Timestamp;
use tokio::sync::Notify;

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
pub(crate) struct Call<V> {
    pub(crate) since: Timestamp,
    pub(crate) began: Instant,
    told: Arc<Told<V>>,
}

/// What there is to tell, for all who wait: half a kilobyte less than a channel.
struct Told<V> {
    /// `None`: the call panicked, or was never made.
    answer: OnceLock<Option<V>>,
    done: Notify,
}

/// Who tells, once.
struct Teller<V>(Arc<Told<V>>);

impl<V> Teller<V> {
    fn tell(&self, answer: Option<V>) {
        if self.0.answer.set(answer).is_ok() {
            self.0.done.notify_waiters();
        }
    }
}

impl<V> Drop for Teller<V> {
    fn drop(&mut self) {
        self.tell(None);
    }
}

impl<V> Clone for Call<V> {
    fn clone(&self) -> Self {
        Self {
            told: Arc::clone(&self.told),
            ..*self
        }
    }
}

impl<V: Clone> Call<V> {
    /// Waits for the answer; `None`: the call panicked.
    pub(crate) async fn answer(&self) -> Option<V> {
        loop {
            // Made before the look, so that nothing told in between is missed.
            let done = self.told.done.notified();
            if let Some(answer) = self.told.answer.get() {
                return answer.clone();
            }
            done.await;
        }
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
        let told = Arc::new(Told {
            answer: OnceLock::new(),
            done: Notify::new(),
        });
        let teller = Teller(Arc::clone(&told));
        let (calls, owned) = (self.clone(), key.clone());
        by.start(Box::new(move || {
            // Made here and not before: where no thread starts, it would wait for our own lock.
            let free = Free(calls, owned);
            let value = call();
            // Before the answer is told, so that who asks again gets a new one.
            drop(free);
            Box::new(move || teller.tell(Some(value)))
        }))?;
        let call = Call {
            since: Timestamp::now(),
            began: Instant::now(),
            told,
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

    /// Takes calls and makes none.
    struct Nobody;

    impl Start for Nobody {
        fn start(&self, _: Work) -> io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn all_who_wait_are_told_and_a_call_that_panics_or_is_never_made_leaves_nobody_waiting() {
        let calls: OnePerKey<u8, u8> = OnePerKey::default();
        let thread = ("call", 64 * 1024);
        let (go, wait) = std::sync::mpsc::channel::<()>();
        let first = calls.join_or_start(&1, &thread, move || wait.recv().map_or(0, |()| 7));
        let second = calls.join_or_start(&1, &thread, || 8).unwrap();
        let first = first.unwrap();
        let (early, late) = (first.answer(), second.answer());
        tokio::pin!(early);
        assert!(futures_util::poll!(&mut early).is_pending());
        go.send(()).unwrap();
        assert_eq!((early.await, late.await), (Some(7), Some(7)));
        // Told long ago.
        assert_eq!(first.answer().await, Some(7));

        let panics = calls.join_or_start(&2, &thread, || panic!("asked to"));
        assert_eq!(panics.unwrap().answer().await, None);
        let never = calls.join_or_start(&3, &Nobody, || 9);
        assert_eq!(never.unwrap().answer().await, None);
    }
}
