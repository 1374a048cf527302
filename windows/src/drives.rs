//! What a drive letter stands for, asked of the kernel's own table of names.
//!
//! That table is the only one that answers for a dead share too: every other question about a drive
//! opens it.
#![expect(unsafe_code, reason = "QueryDosDevice has no safe wrapper")]

use std::io;

use windows_sys::Win32::Storage::FileSystem::QueryDosDeviceW;

/// As long as a path can be.
const ROOM: u32 = 32_768;

/// The device behind a letter, such as `\Device\HarddiskVolume3`, `\Device\CdRom0` or
/// `\Device\LanmanRedirector\;Z:00000000000a1b2c\server\share`; `\??\C:\folder` of a substituted one
/// (`QueryDosDevice`). Never waits for the device.
pub fn device(letter: char) -> io::Result<String> {
    let name: Vec<u16> = format!("{letter}:\0").encode_utf16().collect();
    let mut device = vec![0_u16; ROOM as usize];
    // SAFETY: `name` ends in a zero, and `device` has room for as many characters as are said.
    let length = unsafe { QueryDosDeviceW(name.as_ptr(), device.as_mut_ptr(), ROOM) };
    if length == 0 {
        return Err(io::Error::last_os_error());
    }
    // Several names, each ended by a zero: the first is the one in force.
    let first = device.split(|unit| *unit == 0).next().unwrap_or_default();
    Ok(String::from_utf16_lossy(first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_drive_of_the_system_has_a_device_and_a_letter_that_is_none_has_not() {
        assert!(device('C').unwrap().starts_with('\\'));
        assert!(device('?').is_err());
    }
}
