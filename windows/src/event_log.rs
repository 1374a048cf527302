//! The Event Log: a source that entries come from, and the entries.
//!
//! Texts are shown by the message file of `eventcreate`, which every Windows has: its messages 1 to
//! 1000 are nothing but the text that is passed.
#![expect(unsafe_code, reason = "the one way into the event log")]

use std::io;
use std::ptr::{null, null_mut};

use windows_sys::Win32::Foundation::HANDLE;
use windows_sys::Win32::System::EventLog::{
    DeregisterEventSource, EVENTLOG_ERROR_TYPE, EVENTLOG_INFORMATION_TYPE, EVENTLOG_WARNING_TYPE,
    RegisterEventSourceW, ReportEventW,
};

/// The message file that shows the texts of [`Source`].
pub const MESSAGE_FILE: &str = r"%SystemRoot%\System32\EventCreate.exe";

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Somebody should do something.
    Error,
    /// Something is amiss.
    Warning,
    /// Good to know.
    Information,
}

/// A source, for as long as the value is there.
#[derive(Debug)]
pub struct Source(HANDLE);

// SAFETY: the handle may be used from any thread, one at a time.
unsafe impl Send for Source {}

impl Source {
    /// Opens the source of this name. One that is not registered is taken by Windows too.
    pub fn open(name: &str) -> io::Result<Self> {
        let name = wide(name);
        // SAFETY: the name ends with a zero and outlives the call; null is this machine.
        let handle = unsafe { RegisterEventSourceW(null(), name.as_ptr()) };
        if handle.is_null() {
            return Err(io::Error::last_os_error());
        }
        Ok(Self(handle))
    }

    /// Writes an entry. At most 31,839 characters are taken by Windows.
    pub fn report(&self, kind: Kind, text: &str) -> io::Result<()> {
        let (kind, id) = match kind {
            Kind::Information => (EVENTLOG_INFORMATION_TYPE, 1),
            Kind::Warning => (EVENTLOG_WARNING_TYPE, 2),
            Kind::Error => (EVENTLOG_ERROR_TYPE, 3),
        };
        let text = wide(text);
        let texts = [text.as_ptr()];
        // SAFETY: the handle is open; one text is announced and passed, it ends with a zero and outlives
        // the call; neither user nor data are passed.
        let done = unsafe {
            ReportEventW(
                self.0,
                kind,
                0,
                id,
                null_mut(),
                1,
                0,
                texts.as_ptr(),
                null(),
            )
        };
        if done == 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(())
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        // SAFETY: the handle is open, and nobody uses it after this.
        let _closed = unsafe { DeregisterEventSource(self.0) };
    }
}

/// For Windows, with a zero at its end and none within.
fn wide(text: &str) -> Vec<u16> {
    text.encode_utf16()
        .filter(|unit| *unit != 0)
        .chain([0])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_of_each_kind_is_taken() {
        let source = Source::open("HostMessenger test").expect("opened");
        for kind in [Kind::Information, Kind::Warning, Kind::Error] {
            source.report(kind, "a test, ä\0ö").expect("taken");
        }
    }

    #[test]
    fn a_zero_within_a_text_does_not_end_it() {
        assert_eq!(wide("a\0b"), [97, 98, 0]);
    }
}
