//! The place of a panic is known only inside the panic hook; here it is kept for the supervisor.

use std::any::Any;
use std::cell::RefCell;
use std::panic::PanicHookInfo;

use crate::text::clean;

thread_local! {
    #[cfg_attr(
        windows,
        expect(clippy::missing_const_for_thread_local, reason = "it is const; the lint does not see it there")
    )]
    static LAST: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Installs the hook. Call once, first thing in `main`. A panic is logged by who catches it; the
/// hook itself only notes message and place, and logs the backtrace at level debug.
pub fn install_hook() {
    std::panic::set_hook(Box::new(|info| {
        let text = describe(info);
        tracing::debug!(
            panic = %text,
            backtrace = %std::backtrace::Backtrace::force_capture(),
            "panic"
        );
        LAST.with(|last| *last.borrow_mut() = Some(text));
    }));
}

fn describe(info: &PanicHookInfo<'_>) -> String {
    let message = message(info.payload());
    match info.location() {
        Some(place) => format!("{message} at {}:{}", place.file(), place.line()),
        None => message,
    }
}

/// Message and place of the panic just caught on this thread.
pub fn caught(payload: &(dyn Any + Send)) -> String {
    LAST.with(|last| last.borrow_mut().take())
        .unwrap_or_else(|| message(payload))
}

/// A panic may quote what it panicked over.
fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "panic without a message".to_owned());
    clean(&text, 500)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_panic_quotes_is_cleaned_and_cut() {
        let said = |text: &str| message(&text.to_owned() as &(dyn Any + Send));
        assert_eq!(said("a\n\u{1b}[2K\u{202e}"), "a \\u{1b}[2K\\u{202e}");
        assert_eq!(said(&"x".repeat(1 << 20)).chars().count(), 501);
        assert_eq!(message(&1_u8), "panic without a message");
    }
}
