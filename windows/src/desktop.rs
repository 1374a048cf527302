//! Whether this process has a desktop that a person can see.
#![expect(
    unsafe_code,
    reason = "no safe crate asks what a window station can show"
)]

use std::ptr;

use windows_sys::Win32::System::StationsAndDesktops::{
    GetProcessWindowStation, GetUserObjectInformationW, UOI_FLAGS, USEROBJECTFLAGS,
};

/// `WSF_VISIBLE` of `USEROBJECTFLAGS.dwFlags`: the window station has a screen.
const WSF_VISIBLE: u32 = 1;

/// Whether windows of this process can be seen: not those of a service, of a scheduled task without a user, nor
/// of a login over the network.
pub fn is_visible() -> bool {
    // SAFETY: it takes nothing; the handle that it returns is not to be closed.
    let station = unsafe { GetProcessWindowStation() };
    if station.is_null() {
        return false;
    }
    let mut flags = USEROBJECTFLAGS {
        fInherit: 0,
        fReserved: 0,
        dwFlags: 0,
    };
    let Ok(size) = u32::try_from(size_of::<USEROBJECTFLAGS>()) else {
        return false;
    };
    // SAFETY: the handle is this process's own; the place is a structure of the size that is said, which
    // is the one that UOI_FLAGS writes, and it lives until after the call.
    let told = unsafe {
        GetUserObjectInformationW(
            station,
            UOI_FLAGS,
            (&raw mut flags).cast(),
            size,
            ptr::null_mut(),
        )
    };
    told != 0 && flags.dwFlags & WSF_VISIBLE != 0
}
