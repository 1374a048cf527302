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

/// Linux counts every page of the program's file that was ever needed, and its neighbours, as its memory:
/// half of the code and of the constants is for the start alone.
#[cfg(target_os = "linux")]
mod code {
    use std::ffi::{c_int, c_void};
    use std::ops::Range;

    const MADV_DONTNEED: c_int = 4;

    // SAFETY: the declaration is that of madvise(2).
    #[expect(unsafe_code, reason = "no safe crate offers it")]
    unsafe extern "C" {
        fn madvise(start: *mut c_void, length: usize, advice: c_int) -> c_int;
    }

    /// Drops the pages of the program that are as they are in its file; what is needed comes back from
    /// there, page by page.
    pub(super) fn let_go() {
        let Ok(maps) = std::fs::read_to_string("/proc/self/smaps") else {
            return;
        };
        for range in as_in_file(&maps, let_go as *const () as usize) {
            let place = std::ptr::without_provenance_mut(range.start);
            // SAFETY: the range is one mapping of a file, private and not to be written, and none of its
            // pages was ever written: each is in the file as it is in memory, and is read again when it
            // is needed.
            #[expect(unsafe_code, reason = "no safe crate offers it")]
            unsafe {
                // One that is refused leaves all as it was.
                madvise(place, range.len(), MADV_DONTNEED);
            }
        }
    }

    /// Mappings of the file that this address of code comes from, which nobody can have changed since:
    /// `r-xp` or `r--p`, without a page of its own (`Anonymous`; relocated pages are such).
    pub(super) fn as_in_file(smaps: &str, address: usize) -> Vec<Range<usize>> {
        let all: Vec<Mapping<'_>> = mappings(smaps).collect();
        let is_code = |it: &&Mapping<'_>| it.range.contains(&address) && it.mode == "r-xp";
        let Some(code) = all.iter().find(is_code).filter(|it| !it.file.is_empty()) else {
            return Vec::new();
        };
        let unchanged = |it: &&Mapping<'_>| {
            it.file == code.file && matches!(it.mode, "r-xp" | "r--p") && it.anonymous == Some(0)
        };
        let unchanged = all.iter().filter(unchanged);
        unchanged.map(|it| it.range.clone()).collect()
    }

    /// A mapping as `proc_pid_smaps(5)` shows it.
    struct Mapping<'a> {
        range: Range<usize>,
        mode: &'a str,
        /// Empty: memory of nobody's file.
        file: &'a str,
        /// Pages that differ from the file, in kB.
        anonymous: Option<u64>,
    }

    fn mappings(smaps: &str) -> impl Iterator<Item = Mapping<'_>> {
        let lines: Vec<&str> = smaps.lines().collect();
        let starts: Vec<usize> = (0..lines.len())
            .filter(|&n| head(lines[n]).is_some())
            .collect();
        let ends = starts.iter().skip(1).copied().chain([lines.len()]);
        let blocks: Vec<(usize, usize)> = starts.iter().copied().zip(ends).collect();
        blocks.into_iter().filter_map(move |(start, end)| {
            let mapping = head(lines[start])?;
            let own = lines[start..end]
                .iter()
                .find_map(|line| line.strip_prefix("Anonymous:"));
            let own = own.and_then(|size| size.trim().strip_suffix("kB"));
            Some(Mapping {
                anonymous: own.and_then(|size| size.trim().parse().ok()),
                ..mapping
            })
        })
    }

    /// `1000-2000 r-xp 00000000 fe:00 7    /bin/x`.
    fn head(line: &str) -> Option<Mapping<'_>> {
        let (range, rest) = line.split_once(' ')?;
        let (start, end) = range.split_once('-')?;
        let hex = |text| usize::from_str_radix(text, 16).ok();
        let mut words = rest.splitn(5, ' ');
        let mode = words.next()?;
        Some(Mapping {
            range: hex(start)?..hex(end)?,
            mode,
            file: words.nth(3).map_or("", str::trim),
            anonymous: None,
        })
    }
}

/// Lets go of the program's code and constants that are not in use: what the start alone needed. They come
/// back from the file when they are needed. It takes a few milliseconds at most; elsewhere than on Linux it
/// does nothing.
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

    /// Code and constants of this process that are in memory, in kB.
    fn code() -> usize {
        let maps = std::fs::read_to_string("/proc/self/smaps").expect("on Linux");
        let ranges = super::code::as_in_file(&maps, code as *const () as usize);
        assert!(ranges.len() >= 2, "code and constants: {ranges:x?}");
        let starts = |line: &str| {
            let starts = |range: &std::ops::Range<usize>| {
                line.starts_with(&format!("{:x}-{:x} ", range.start, range.end))
            };
            ranges.iter().any(starts)
        };
        let resident = |text: &str| text.trim_end_matches("kB").trim().parse().ok();
        let mut sum = 0;
        let mut lines = maps.lines();
        while lines.any(starts) {
            let rss = lines.find_map(|line| line.strip_prefix("Rss:"));
            sum += rss.and_then(resident).unwrap_or(0);
        }
        sum
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
    fn only_what_is_as_in_the_programs_file_is_let_go_of() {
        let of = |maps: &str| super::code::as_in_file(maps, 0x1800);
        let code =
            "1000-2000 r-xp 00001000 fe:00 7    /bin/x y\nRss: 4 kB\nAnonymous:        0 kB\n";
        let with = |other: &str| of(&format!("{other}\n{code}"));
        let alone: Vec<_> = std::iter::once(0x1000..0x2000).collect();
        assert_eq!(of(code), alone);
        assert_eq!(
            with("800-1000 r--p 00000000 fe:00 7    /bin/x y\nAnonymous: 0 kB"),
            vec![0x800..0x1000, 0x1000..0x2000]
        );
        for other in [
            // Relocated.
            "800-1000 r--p 00000000 fe:00 7    /bin/x y\nAnonymous: 4 kB",
            "800-1000 rw-p 00000000 fe:00 7    /bin/x y\nAnonymous: 0 kB",
            "800-1000 r--s 00000000 fe:00 7    /bin/x y\nAnonymous: 0 kB",
            "800-1000 r--p 00000000 fe:00 7    /bin/other\nAnonymous: 0 kB",
            "800-1000 r--p 00000000 00:00 0\nAnonymous: 0 kB",
            // An old kernel, that does not tell.
            "800-1000 r--p 00000000 fe:00 7    /bin/x y\nRss: 4 kB",
        ] {
            assert_eq!(with(other), alone, "{other}");
        }
        for code in [
            "1000-1800 r-xp 00000000 fe:00 7 /bin/x\nAnonymous: 0 kB",
            "1000-2000 rwxp 00000000 fe:00 7 /bin/x\nAnonymous: 0 kB",
            "1000-2000 r--p 00000000 fe:00 7 /bin/x\nAnonymous: 0 kB",
            "1000-2000 r-xp 00000000 00:00 0 \nAnonymous: 0 kB",
            "nonsense",
            "",
        ] {
            assert_eq!(of(code), Vec::new(), "{code}");
        }
    }
}
