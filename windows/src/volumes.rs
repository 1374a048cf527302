//! Volumes that are mounted in folders: no letter leads to them.
#![expect(unsafe_code, reason = "volumes have no safe wrapper")]

use std::io;

use windows_sys::Win32::Foundation::{HANDLE, INVALID_HANDLE_VALUE};
use windows_sys::Win32::Storage::FileSystem::{
    FindFirstVolumeW, FindNextVolumeW, FindVolumeClose, GetVolumePathNamesForVolumeNameW,
};

/// `\\?\Volume{…}\` has 49 characters and a zero.
const NAME: u32 = 64;
/// All paths of one volume.
const PATHS: u32 = 32_768;

/// Where the volumes of this machine are to be found: for each its letter (`C:\`) and its folders
/// (`C:\mnt\data\`), in no order; volumes without either are left out. Asks the mount manager, and
/// neither a file system nor the network. Errors: there is no such list.
pub fn mounted() -> io::Result<Vec<Vec<String>>> {
    let mut name = [0; NAME as usize];
    // SAFETY: `name` has room for as many characters as are said.
    let search = unsafe { FindFirstVolumeW(name.as_mut_ptr(), NAME) };
    if search == INVALID_HANDLE_VALUE {
        return Err(io::Error::last_os_error());
    }
    let search = Search(search);
    let mut mounted = Vec::new();
    loop {
        let paths = paths(&name);
        if !paths.is_empty() {
            mounted.push(paths);
        }
        // SAFETY: the search is open until it is dropped; `name` has room for what is said.
        if unsafe { FindNextVolumeW(search.0, name.as_mut_ptr(), NAME) } == 0 {
            return Ok(mounted);
        }
    }
}

/// Ends the search.
struct Search(HANDLE);

impl Drop for Search {
    fn drop(&mut self) {
        // SAFETY: opened by `FindFirstVolumeW`, and closed nowhere else.
        unsafe { FindVolumeClose(self.0) };
    }
}

fn paths(volume: &[u16; NAME as usize]) -> Vec<String> {
    let mut paths = vec![0_u16; PATHS as usize];
    let mut length = 0;
    // SAFETY: `volume` was ended by a zero by Windows; `paths` has room for what is said; `length` is
    // written before the call returns.
    let told = unsafe {
        GetVolumePathNamesForVolumeNameW(
            volume.as_ptr(),
            paths.as_mut_ptr(),
            PATHS,
            &raw mut length,
        )
    };
    if told == 0 {
        return Vec::new();
    }
    // Each ended by a zero, and an empty one at the end.
    let paths = paths.split(|unit| *unit == 0);
    let paths = paths.take_while(|path| !path.is_empty());
    paths.map(String::from_utf16_lossy).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_drive_of_the_system_is_a_volume_of_this_machine() {
        let mounted = mounted().unwrap();
        let system = |path: &String| path.eq_ignore_ascii_case("C:\\");
        assert!(mounted.iter().flatten().any(system), "{mounted:?}");
    }
}
