//! A look at the screens as old programs have it.
#![expect(unsafe_code, reason = "the scaling of a thread has no safe wrapper")]

use windows_sys::Win32::UI::HiDpi::{DPI_AWARENESS_CONTEXT_UNAWARE, SetThreadDpiAwarenessContext};

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
