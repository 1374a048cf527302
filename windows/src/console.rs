//! The console: colours, UTF-8 for what reads along, and whether it goes when we go.
//!
//! What a newcomer can get wrong: text on a console needs no code page (the standard library writes it as
//! UTF-16), but the code page is how programs behind a pipe, `more` say, take our bytes. It belongs to
//! the console and not to us, so it is put back.
#![expect(unsafe_code, reason = "the one way to the console")]

use std::io::Stderr;
use std::os::windows::io::AsRawHandle;

use windows_sys::Win32::Foundation::HANDLE;
use windows_sys::Win32::Globalization::CP_UTF8;
use windows_sys::Win32::System::Console::{
    ENABLE_PROCESSED_OUTPUT, ENABLE_VIRTUAL_TERMINAL_PROCESSING, GetConsoleCP, GetConsoleMode,
    GetConsoleOutputCP, GetConsoleProcessList, GetConsoleWindow, SetConsoleCP, SetConsoleMode,
    SetConsoleOutputCP,
};

/// Code pages that are put back when this goes.
#[derive(Debug)]
pub struct Utf8 {
    output: u32,
    input: u32,
}

/// Makes UTF-8 the code page of the console; `None`: there is no console, or it is so already.
pub fn utf8() -> Option<Utf8> {
    // SAFETY: it takes nothing and gives a number.
    let output = unsafe { GetConsoleOutputCP() };
    // SAFETY: as above.
    let input = unsafe { GetConsoleCP() };
    if output == 0 || (output == CP_UTF8 && input == CP_UTF8) {
        return None;
    }
    set(CP_UTF8, CP_UTF8);
    Some(Utf8 { output, input })
}

impl Drop for Utf8 {
    fn drop(&mut self) {
        set(self.output, self.input);
    }
}

fn set(output: u32, input: u32) {
    // SAFETY: it takes a number; one that is none is refused.
    let _refused = unsafe { SetConsoleOutputCP(output) };
    // SAFETY: as above.
    let _refused = unsafe { SetConsoleCP(input) };
}

/// Whether there is a console with a window that nobody but this process uses, so that it closes when we end:
/// a double click makes one.
pub fn is_ours_alone() -> bool {
    // SAFETY: it takes nothing; the handle is not ours to close. A console without a window has none.
    if unsafe { GetConsoleWindow() }.is_null() {
        return false;
    }
    let mut processes = [0; 2];
    // SAFETY: the place outlives the call and has room for as many numbers as are said; where there are more, it
    // says how many and writes none.
    unsafe { GetConsoleProcessList(processes.as_mut_ptr(), 2) == 1 }
}

/// Whether standard error, which is a terminal, understands colours. A console has to be told; a terminal that
/// is none (mintty) always does.
pub fn has_colours(stderr: &Stderr) -> bool {
    let handle: HANDLE = stderr.as_raw_handle();
    let mut mode = 0;
    // SAFETY: the handle is that of standard error, the mode outlives the call.
    if unsafe { GetConsoleMode(handle, &raw mut mode) } == 0 {
        return true;
    }
    let wanted = mode | ENABLE_PROCESSED_OUTPUT | ENABLE_VIRTUAL_TERMINAL_PROCESSING;
    // SAFETY: the handle is that of a console, whose mode was just read. One before Windows 10 refuses.
    wanted == mode || unsafe { SetConsoleMode(handle, wanted) } != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_pages_are_put_back() {
        // SAFETY: it takes nothing and gives a number.
        let page = || unsafe { GetConsoleOutputCP() };
        let before = page();
        let utf8 = utf8();
        if before != 0 {
            assert_eq!(page(), CP_UTF8);
        }
        drop(utf8);
        assert_eq!(page(), before);
    }
}
