//! Questions to the system that may never be answered, each on a thread of its own that may be
//! thrown away. The same question has one such thread at the most, over all lives of the actor.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use hostmessenger_config::Language;

use super::lines::Line;
use crate::probe::kinds::one_per_key::OnePerKey;
use crate::text::clean;
use crate::wording::host_info as say;
use crate::wording::numbers;

/// Modules of the C library run on it (the home folder may come from a directory service).
const STACK: usize = 512 * 1024;

/// Something said, in whatever language it is asked for.
pub(super) type Sentence = Arc<dyn Fn(Language) -> String + Send + Sync>;

/// What was found out, or why it was not.
pub(super) type Told = Result<Sentence, Sentence>;

/// A question: its line, and what tells it from others of that line (the display, say).
pub(super) type Question = (Line, String);

static CALLS: LazyLock<OnePerKey<Question, Told>> = LazyLock::new(OnePerKey::default);

/// A sentence.
pub(super) fn sentence(say: impl Fn(Language) -> String + Send + Sync + 'static) -> Sentence {
    Arc::new(say)
}

/// A sentence that is the same in every language.
pub(super) fn plain(text: String) -> Sentence {
    sentence(move |_| text.clone())
}

/// What a system or a server said of a failure, made fit to be shown.
pub(super) fn failure(error: impl std::fmt::Display) -> Sentence {
    let text = error.to_string();
    // The number says nothing to people.
    plain(clean(text.split(" (os error").next().unwrap_or(""), 200))
}

/// Asks on a thread of its own, or joins the one that is stuck with the same question.
pub(super) async fn ask(
    question: Question,
    patience: Duration,
    find_out: impl FnOnce() -> Told + Send + 'static,
) -> Told {
    let call = CALLS.join_or_start(&question, &("host-info", STACK), find_out);
    let call = call.map_err(|error| {
        let why = error.to_string();
        sentence(move |lang| say::no_thread(lang, &why))
    })?;
    match tokio::time::timeout(patience, call.answer()).await {
        Ok(Some(told)) => told,
        Ok(None) => Err(sentence(say::crashed)),
        Err(_) => Err(late(call.began.elapsed())),
    }
}

/// `no answer for 4s`
pub(super) fn late(lasting: Duration) -> Sentence {
    sentence(move |lang| say::no_answer(lang, numbers::duration(lasting)))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn a_question_that_is_stuck_is_joined_and_asked_anew_once_it_ended() {
        let question = || (Line::Screens, "stuck".to_owned());
        let asked = Arc::new(AtomicU32::new(0));
        let (release, stuck) = mpsc::channel::<()>();
        let stuck = Arc::new(std::sync::Mutex::new(stuck));
        let blocking = || {
            let (asked, stuck) = (Arc::clone(&asked), Arc::clone(&stuck));
            move || {
                asked.fetch_add(1, Ordering::SeqCst);
                let released = stuck.lock().is_ok_and(|stuck| stuck.recv().is_ok());
                Ok(plain(released.to_string()))
            }
        };
        let short = Duration::from_millis(50);
        for _ in 0..3 {
            let told = ask(question(), short, blocking()).await;
            let why = told.err().expect("no answer yet")(Language::En);
            assert!(why.starts_with("no answer for "), "{why}");
        }
        assert_eq!(asked.load(Ordering::SeqCst), 1);
        let joined = ask(question(), Duration::from_secs(5), blocking());
        let (told, released) = tokio::join!(joined, async { release.send(()) });
        released.unwrap();
        assert_eq!(told.ok().expect("an answer")(Language::En), "true");
        assert_eq!(asked.load(Ordering::SeqCst), 1);
        drop(release);
        let told = ask(question(), Duration::from_secs(5), blocking()).await;
        assert_eq!(told.ok().expect("an answer")(Language::En), "false");
        assert_eq!(asked.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn a_question_that_crashes_is_a_reason() {
        let told = ask(
            (Line::Screens, "crash".into()),
            Duration::from_secs(5),
            || panic!("on purpose"),
        );
        assert!(told.await.is_err());
    }
}
