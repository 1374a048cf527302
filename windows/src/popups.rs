//! Windows asks a person to insert a disk, in a box that waits for a click, where a program looks
//! into an empty drive. Nobody sits before a monitor.
#![expect(unsafe_code, reason = "SetErrorMode has no safe wrapper")]

use windows_sys::Win32::System::Diagnostics::Debug::{
    SEM_FAILCRITICALERRORS, SEM_NOOPENFILEERRORBOX, SetErrorMode,
};

/// No such box from now on, in this process and those that it starts: the call fails instead.
pub fn forbid() {
    // SAFETY: takes flags and keeps them; there is nothing that could be wrong with them.
    unsafe { SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOOPENFILEERRORBOX) };
}
