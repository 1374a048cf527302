//! Whether there is a desktop at all, and a look at it as old programs have it.
#![expect(
    unsafe_code,
    reason = "window stations and the scaling of a thread have no safe wrapper"
)]

use std::ptr;

use windows_sys::Win32::System::StationsAndDesktops::{
    GetProcessWindowStation, GetUserObjectInformationW, UOI_FLAGS, USEROBJECTFLAGS,
};
use windows_sys::Win32::UI::HiDpi::{DPI_AWARENESS_CONTEXT_UNAWARE, SetThreadDpiAwarenessContext};
use windows_sys::Win32::UI::WindowsAndMessaging::WSF_VISIBLE;

/// Whether this process can show something to somebody: services, scheduled tasks without a user and
/// logins over SSH have a window station that is not seen.
pub fn is_seen() -> bool {
    // SAFETY: takes nothing; the handle is not ours to close.
    let station = unsafe { GetProcessWindowStation() };
    let mut flags = USEROBJECTFLAGS::default();
    let size = u32::try_from(size_of::<USEROBJECTFLAGS>()).unwrap_or(0);
    // SAFETY: `flags` is what `UOI_FLAGS` asks for, and has the size that is said. A station that
    // is none makes the call fail.
    let told = unsafe {
        GetUserObjectInformationW(
            station,
            UOI_FLAGS,
            ptr::from_mut(&mut flags).cast(),
            size,
            ptr::null_mut(),
        )
    };
    told != 0 && flags.dwFlags & WSF_VISIBLE.cast_unsigned() != 0
}

/// Runs `look` with the thread seeing what programs see that know nothing of scaling: rectangles of
/// monitors are then smaller than their pixels by each monitor's own scaling, whatever the rest of the
/// process has declared.
pub fn as_unscaled<T>(look: impl FnOnce() -> T) -> T {
    // SAFETY: takes one of the fixed values, and concerns this thread alone.
    let before = unsafe { SetThreadDpiAwarenessContext(DPI_AWARENESS_CONTEXT_UNAWARE) };
    let seen = look();
    if !before.is_null() {
        // SAFETY: the value that the same function returned.
        unsafe { SetThreadDpiAwarenessContext(before) };
    }
    seen
}
