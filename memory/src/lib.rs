//! Memory that is free goes back to the system.
//!
//! glibc keeps what was freed in the middle of its heaps. Reading the configuration of ten thousand targets
//! takes 70 MB for a second; without this the program would be that large for months.

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod glibc {
    // SAFETY: the declaration is that of malloc_trim(3); it takes a number, may be called at any time
    // from any thread, and touches only memory that nobody owns.
    #[expect(unsafe_code, reason = "no safe crate offers it")]
    unsafe extern "C" {
        pub(super) safe fn malloc_trim(pad: usize) -> std::ffi::c_int;
    }
}

/// Has the C library return what is free. It takes some milliseconds where much is; elsewhere than with
/// glibc it does nothing.
pub fn give_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    glibc::malloc_trim(0);
}

#[cfg(test)]
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod tests {
    /// Of this process, in kB.
    fn resident() -> usize {
        let status = std::fs::read_to_string("/proc/self/status").expect("on Linux");
        let line = status.lines().find(|line| line.starts_with("VmRSS:"));
        let text = line.and_then(|line| line.split_whitespace().nth(1));
        text.expect("a number").parse().expect("a number")
    }

    #[test]
    fn what_is_free_between_what_is_not_goes_back() {
        let mut pieces: Vec<Option<Box<[u8; 4096]>>> =
            (0..20_000).map(|_| Some(Box::new([1; 4096]))).collect();
        for piece in pieces.iter_mut().take(19_999) {
            *piece = None;
        }
        let before = resident();
        super::give_back();
        assert!(resident() + 60_000 < before, "{before} kB before");
        assert!(pieces.last().is_some_and(Option::is_some));
    }
}
