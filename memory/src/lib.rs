//! Memory that is free goes back to the system, and code that is not needed.
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

/// Linux counts every page of the program's code that was ever needed, and its neighbours, as its memory:
/// half of it is for the start alone.
#[cfg(target_os = "linux")]
mod code {
    use std::ffi::{c_int, c_void};

    const MADV_DONTNEED: c_int = 4;

    // SAFETY: the declaration is that of madvise(2).
    #[expect(unsafe_code, reason = "no safe crate offers it")]
    unsafe extern "C" {
        fn madvise(start: *mut c_void, length: usize, advice: c_int) -> c_int;
    }

    /// Drops the pages of the mapping that this very function lies in; what is needed comes back from the
    /// file, page by page.
    pub(super) fn let_go() {
        let Ok(maps) = std::fs::read_to_string("/proc/self/maps") else {
            return;
        };
        let Some((start, end)) = own_code(&maps, let_go as *const () as usize) else {
            return;
        };
        let place = std::ptr::without_provenance_mut(start);
        // SAFETY: the range is one mapping, private, read-only and executable. Nobody can have written
        // there, so that each page is in the file as it is in memory, and is read again when it is needed.
        #[expect(unsafe_code, reason = "no safe crate offers it")]
        unsafe {
            // One that is refused leaves all as it was.
            madvise(place, end - start, MADV_DONTNEED);
        }
    }

    /// The mapping with this address in it, where it is code as it came from a file: `r-xp`.
    pub(super) fn own_code(maps: &str, address: usize) -> Option<(usize, usize)> {
        maps.lines().find_map(|line| {
            let mut words = line.split_ascii_whitespace();
            let (start, end) = words.next()?.split_once('-')?;
            let hex = |text| usize::from_str_radix(text, 16).ok();
            let (start, end) = (hex(start)?, hex(end)?);
            let is_code = words.next() == Some("r-xp") && words.nth(3).is_some();
            (is_code && (start..end).contains(&address)).then_some((start, end))
        })
    }
}

/// Lets go of the program's code that is not in use: what the start alone needed. It comes back from the
/// file when it is needed. It takes less than a millisecond; elsewhere than on Linux it does nothing.
pub fn let_go_of_code() {
    #[cfg(target_os = "linux")]
    code::let_go();
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

    /// Code of this process that is in memory, in kB.
    fn code() -> usize {
        let maps = std::fs::read_to_string("/proc/self/smaps").expect("on Linux");
        let mut own = maps.lines().skip_while(|line| {
            let address = code as *const () as usize;
            super::code::own_code(line, address).is_none()
        });
        let line = own.find(|line| line.starts_with("Rss:"));
        let text = line.and_then(|line| line.split_whitespace().nth(1));
        text.expect("a number").parse().expect("a number")
    }

    #[test]
    fn code_that_is_let_go_of_comes_back_as_it_was() {
        let before = code();
        super::let_go_of_code();
        // The pages that this test runs on are back already.
        let after = code();
        assert!(after < before, "{after} kB of {before}");
        assert_eq!(format!("{:?}", ["as", "before"]), "[\"as\", \"before\"]");
    }

    #[test]
    fn only_code_from_a_file_is_let_go_of() {
        let of = |line: &str| super::code::own_code(line, 0x1800);
        assert_eq!(
            of("1000-2000 r-xp 00000000 fe:00 7 /bin/x y"),
            Some((0x1000, 0x2000))
        );
        for other in [
            "1000-1800 r-xp 00000000 fe:00 7 /bin/x",
            "1000-2000 rwxp 00000000 fe:00 7 /bin/x",
            "1000-2000 r--p 00000000 fe:00 7 /bin/x",
            "1000-2000 r-xp 00000000 00:00 0",
            "nonsense",
            "",
        ] {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
