//! Security descriptors of files and folders, as bytes, in and out.
//!
//! What is in them is nobody's business here: their form ([MS-DTYP] 2.4.6, self-relative) is plain, so
//! it is read, judged and made without unsafe code where the rule about open files is. Files and folders are made
//! with their descriptor, so that there is no moment in which others may open them.
#![expect(unsafe_code, reason = "the one way to the security of files")]

use std::fs::File;
use std::io;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::path::Path;
use std::ptr::{null, null_mut};

use windows_sys::Win32::Foundation::{GENERIC_READ, GENERIC_WRITE, HANDLE, INVALID_HANDLE_VALUE};
use windows_sys::Win32::Security::{
    DACL_SECURITY_INFORMATION, GetKernelObjectSecurity, OWNER_SECURITY_INFORMATION,
    SECURITY_ATTRIBUTES, SetFileSecurityW,
};
use windows_sys::Win32::Storage::FileSystem::{
    CREATE_NEW, CreateDirectoryW, CreateFileW, FILE_ATTRIBUTE_NORMAL, FILE_FLAG_BACKUP_SEMANTICS,
    FILE_SHARE_DELETE, FILE_SHARE_READ, FILE_SHARE_WRITE, GetVolumeInformationByHandleW,
    OPEN_EXISTING, READ_CONTROL,
};
use windows_sys::Win32::System::SystemServices::FILE_PERSISTENT_ACLS;

use crate::account::{Privilege, aligned, done, sized};
use crate::path::wide;

/// What others may do with a file by default: all that Unix lets them.
const SHARED: u32 = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

/// The descriptor of an open file or folder: its owner and who may what.
pub fn descriptor_of(file: &File) -> io::Result<Vec<u8>> {
    let handle: HANDLE = file.as_raw_handle();
    let what = OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION;
    sized(|buffer, size, needed| {
        // SAFETY: the handle is open, the buffer has `size` bytes and the alignment of a `u64`.
        unsafe { GetKernelObjectSecurity(handle, what, buffer.cast(), size, needed) }
    })
    .map(|(bytes, _)| bytes)
}

/// Opens a folder, or a file, to ask for its descriptor and its volume, and for nothing else.
pub fn open_to_look(path: &Path) -> io::Result<File> {
    let path = wide(path)?;
    let flags = FILE_FLAG_BACKUP_SEMANTICS;
    // SAFETY: the path ends with a zero; no descriptor and no template are passed.
    let handle = unsafe {
        CreateFileW(
            path.as_ptr(),
            READ_CONTROL,
            SHARED,
            null(),
            OPEN_EXISTING,
            flags,
            null_mut(),
        )
    };
    owned(handle)
}

/// Makes a file with this descriptor, to be read and written. One that is there is an error
/// ([`io::ErrorKind::AlreadyExists`]).
pub fn create_file(path: &Path, descriptor: &[u8]) -> io::Result<File> {
    let path = wide(path)?;
    let mut descriptor = checked(descriptor)?;
    let attributes = attributes(&mut descriptor);
    let access = GENERIC_READ | GENERIC_WRITE;
    // SAFETY: the path ends with a zero; the attributes and the descriptor outlive the call.
    let handle = unsafe {
        CreateFileW(
            path.as_ptr(),
            access,
            SHARED,
            &raw const attributes,
            CREATE_NEW,
            FILE_ATTRIBUTE_NORMAL,
            null_mut(),
        )
    };
    owned(handle)
}

/// Makes a folder with this descriptor.
pub fn create_dir(path: &Path, descriptor: &[u8]) -> io::Result<()> {
    let path = wide(path)?;
    let mut descriptor = checked(descriptor)?;
    let attributes = attributes(&mut descriptor);
    // SAFETY: the path ends with a zero; the attributes and the descriptor outlive the call.
    done(unsafe { CreateDirectoryW(path.as_ptr(), &raw const attributes) })
}

/// Gives a file or folder that is there the access list of this descriptor; its owner stays.
pub fn set_access(path: &Path, descriptor: &[u8]) -> io::Result<()> {
    let path = wide(path)?;
    let mut descriptor = checked(descriptor)?;
    let what = DACL_SECURITY_INFORMATION;
    // SAFETY: the path ends with a zero; the descriptor is self-relative, aligned and outlives the call.
    done(unsafe { SetFileSecurityW(path.as_ptr(), what, descriptor.as_mut_ptr().cast()) })
}

/// Gives a file or folder the owner of this descriptor. Only who may restore backups can give one away: the
/// system and the administrators.
pub fn set_owner(path: &Path, descriptor: &[u8]) -> io::Result<()> {
    let path = wide(path)?;
    let mut descriptor = checked(descriptor)?;
    let what = OWNER_SECURITY_INFORMATION;
    // Who does not have it may still be allowed to keep his own.
    let _privilege = Privilege::restore();
    // SAFETY: the path ends with a zero; the descriptor is self-relative, aligned and outlives the call.
    done(unsafe { SetFileSecurityW(path.as_ptr(), what, descriptor.as_mut_ptr().cast()) })
}

/// Whether the volume of an open file keeps access lists; FAT and exFAT, the file systems of sticks, do not.
pub fn keeps_access_lists(file: &File) -> io::Result<bool> {
    let handle: HANDLE = file.as_raw_handle();
    let mut flags = 0;
    // SAFETY: the handle is open; what may be null is, with a length of none, and the flags outlive the call.
    done(unsafe {
        GetVolumeInformationByHandleW(
            handle,
            null_mut(),
            0,
            null_mut(),
            null_mut(),
            &raw mut flags,
            null_mut(),
            0,
        )
    })?;
    Ok(flags & FILE_PERSISTENT_ACLS != 0)
}

/// A descriptor that a call may read: its parts lie within it ([MS-DTYP] 2.4.6).
fn checked(bytes: &[u8]) -> io::Result<Vec<u64>> {
    let word = |at: usize| bytes.get(at..at + 4).and_then(|b| b.first_chunk());
    let fits = |field: usize, length: fn(&[u8]) -> Option<usize>| {
        let at = usize::try_from(u32::from_le_bytes(*word(field)?)).ok()?;
        let part = bytes.get(at..)?;
        Some(at == 0 || length(part).is_some_and(|length| length <= part.len()))
    };
    let sid = |part: &[u8]| Some(8 + 4 * usize::from(*part.get(1)?));
    let list = |part: &[u8]| {
        Some(usize::from(u16::from_le_bytes([
            *part.get(2)?,
            *part.get(3)?,
        ])))
    };
    let whole = [fits(4, sid), fits(8, sid), fits(12, list), fits(16, list)];
    if bytes.len() < 20 || whole != [Some(true); 4] {
        return Err(io::Error::from(io::ErrorKind::InvalidData));
    }
    Ok(aligned(bytes))
}

fn attributes(descriptor: &mut [u64]) -> SECURITY_ATTRIBUTES {
    SECURITY_ATTRIBUTES {
        nLength: u32::try_from(size_of::<SECURITY_ATTRIBUTES>()).unwrap_or_default(),
        lpSecurityDescriptor: descriptor.as_mut_ptr().cast(),
        bInheritHandle: 0,
    }
}

fn owned(handle: HANDLE) -> io::Result<File> {
    if handle == INVALID_HANDLE_VALUE {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the call has just made it, and nobody else closes it.
    let handle = unsafe { OwnedHandle::from_raw_handle(handle) };
    Ok(handle.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// No list at all: everyone may everything.
    fn no_list() -> Vec<u8> {
        let mut bytes = vec![0; 20];
        bytes[..4].copy_from_slice(&[1, 0, 0x4, 0x80]);
        bytes
    }

    #[test]
    fn a_descriptor_whose_parts_do_not_lie_within_it_reaches_no_call() {
        assert!(checked(&no_list()).is_ok());
        for (field, offset) in [(4, 20), (8, 19), (12, 300), (16, 18)] {
            let mut bad = no_list();
            bad[field..field + 2].copy_from_slice(&u16::to_le_bytes(offset));
            // What is there says that it is longer.
            bad.extend([1, 200]);
            assert!(checked(&bad).is_err(), "{field}");
        }
        assert!(checked(&no_list()[..19]).is_err() && checked(&[]).is_err());
    }

    #[test]
    fn a_file_is_made_looked_at_and_opened_to_others() {
        let name = format!("hostmessenger ä {}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let file = create_file(&path, &no_list()).expect("made");
        let again = create_file(&path, &no_list()).expect_err("it is there");
        assert_eq!(again.kind(), io::ErrorKind::AlreadyExists);
        assert!(keeps_access_lists(&file).expect("a volume"));
        let looked = descriptor_of(&open_to_look(&path).expect("there")).expect("a descriptor");
        assert_eq!(descriptor_of(&file).expect("a descriptor"), looked);
        assert!(looked.len() > 20 && checked(&looked).is_ok());
        set_access(&path, &looked).expect("set");
        drop(file);
        std::fs::remove_file(&path).expect("removed");
        assert!(open_to_look(&path).is_err());
    }
}
