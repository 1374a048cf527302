//! The account that this process runs as, the names of others, and a privilege for a moment.
#![expect(unsafe_code, reason = "the one way to tokens and accounts")]

use std::io;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::ptr::{null, null_mut};

use windows_sys::Win32::Foundation::{ERROR_INSUFFICIENT_BUFFER, HANDLE, LUID};
use windows_sys::Win32::Security::{
    AdjustTokenPrivileges, GetTokenInformation, LUID_AND_ATTRIBUTES, LookupAccountNameW,
    LookupAccountSidW, LookupPrivilegeValueW, SE_PRIVILEGE_ENABLED, SE_RESTORE_NAME,
    TOKEN_ACCESS_MASK, TOKEN_ADJUST_PRIVILEGES, TOKEN_PRIVILEGES, TOKEN_QUERY, TokenUser,
};
use windows_sys::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};

/// The security identifier of the account that this process runs as, as bytes ([MS-DTYP] 2.4.2.2).
pub fn current_user() -> io::Result<Vec<u8>> {
    let token = token(TOKEN_QUERY)?;
    let handle: HANDLE = token.as_raw_handle();
    let (bytes, base) = sized(|buffer, size, needed| {
        // SAFETY: the token is open, the buffer has `size` bytes and the alignment of a `u64`.
        unsafe { GetTokenInformation(handle, TokenUser, buffer.cast(), size, needed) }
    })?;
    // TOKEN_USER begins with the address of the identifier, which follows within the same buffer.
    let odd = || io::Error::from(io::ErrorKind::InvalidData);
    let address = bytes.first_chunk().map(|a| usize::from_ne_bytes(*a));
    let at = address.and_then(|a| a.checked_sub(base)).ok_or_else(odd)?;
    let rest = bytes.get(at..).ok_or_else(odd)?;
    let length = 8 + 4 * usize::from(*rest.get(1).ok_or_else(odd)?);
    rest.get(..length).map(<[u8]>::to_vec).ok_or_else(odd)
}

/// The name of an account by its security identifier, `BUILTIN\Users`, in the language of the system.
pub fn account_name(sid: &[u8]) -> Option<String> {
    if sid.len() < 8 || sid.len() != 8 + 4 * usize::from(sid[1]) {
        return None;
    }
    let sid = aligned(sid);
    let (mut name, mut domain) = ([0_u16; 257], [0_u16; 257]);
    let (mut name_size, mut domain_size, mut kind) = (257_u32, 257_u32, 0);
    // SAFETY: the identifier is as long as it says; both buffers have the lengths that are passed.
    let found = unsafe {
        LookupAccountSidW(
            null(),
            sid.as_ptr().cast_mut().cast(),
            name.as_mut_ptr(),
            &raw mut name_size,
            domain.as_mut_ptr(),
            &raw mut domain_size,
            &raw mut kind,
        )
    };
    if found == 0 {
        return None;
    }
    let text = |buffer: &[u16], size: u32| {
        let used = buffer.get(..usize::try_from(size).ok()?)?;
        Some(String::from_utf16_lossy(used))
    };
    let (name, domain) = (text(&name, name_size)?, text(&domain, domain_size)?);
    Some(match domain.as_str() {
        "" => name,
        _ => format!("{domain}\\{name}"),
    })
}

/// The security identifier of an account by its name, `DOMAIN\user` or `user`, as bytes. `None`: nobody knows
/// it. May ask the domain.
pub fn account_sid(name: &str) -> Option<Vec<u8>> {
    let name: Vec<u16> = name.encode_utf16().chain([0]).collect();
    // No identifier is longer ([MS-DTYP] 2.4.2.2: 15 parts at most).
    let (mut sid, mut domain) = ([0_u64; 9], [0_u16; 257]);
    let (mut size, mut domain_size, mut kind) = (72_u32, 257_u32, 0);
    // SAFETY: the name ends with a zero; both buffers have the lengths that are passed, the first the alignment of a `u64`.
    let found = unsafe {
        LookupAccountNameW(
            null(),
            name.as_ptr(),
            sid.as_mut_ptr().cast(),
            &raw mut size,
            domain.as_mut_ptr(),
            &raw mut domain_size,
            &raw mut kind,
        )
    };
    if found == 0 {
        return None;
    }
    let bytes: Vec<u8> = sid.iter().flat_map(|word| word.to_ne_bytes()).collect();
    let length = 8 + 4 * usize::from(bytes[1]);
    bytes.get(..length).map(<[u8]>::to_vec)
}

/// A privilege of this process, as long as it lives.
pub(crate) struct Privilege {
    token: OwnedHandle,
    held: TOKEN_PRIVILEGES,
}

impl Privilege {
    /// To give away files. `None`: it cannot be had.
    pub(crate) fn restore() -> Option<Self> {
        let token = token(TOKEN_ADJUST_PRIVILEGES | TOKEN_QUERY).ok()?;
        let mut luid = LUID::default();
        // SAFETY: the name is a constant that ends with a zero; the number outlives the call.
        done(unsafe { LookupPrivilegeValueW(null(), SE_RESTORE_NAME, &raw mut luid) }).ok()?;
        let mut privilege = Self {
            token,
            held: privileges(luid, SE_PRIVILEGE_ENABLED),
        };
        privilege.adjust().ok()?;
        privilege.held = privileges(luid, 0);
        Some(privilege)
    }

    fn adjust(&self) -> io::Result<()> {
        let token: HANDLE = self.token.as_raw_handle();
        // SAFETY: the token is open, the one privilege outlives the call, what was before is not asked for.
        done(unsafe {
            AdjustTokenPrivileges(token, 0, &raw const self.held, 0, null_mut(), null_mut())
        })
    }
}

impl Drop for Privilege {
    fn drop(&mut self) {
        // It goes with the process at the latest.
        let _kept = self.adjust();
    }
}

fn privileges(luid: LUID, attributes: u32) -> TOKEN_PRIVILEGES {
    TOKEN_PRIVILEGES {
        PrivilegeCount: 1,
        Privileges: [LUID_AND_ATTRIBUTES {
            Luid: luid,
            Attributes: attributes,
        }],
    }
}

/// The token of this process.
fn token(access: TOKEN_ACCESS_MASK) -> io::Result<OwnedHandle> {
    let mut token: HANDLE = null_mut();
    // SAFETY: it takes nothing and gives a constant.
    let process = unsafe { GetCurrentProcess() };
    // SAFETY: the pseudo handle of this process is always good; the token outlives the call.
    done(unsafe { OpenProcessToken(process, access, &raw mut token) })?;
    // SAFETY: the call has just made it, and nobody else closes it.
    Ok(unsafe { OwnedHandle::from_raw_handle(token) })
}

/// A buffer as large as the call says it needs, and the address it had for the call.
pub(crate) fn sized(call: impl Fn(*mut u64, u32, *mut u32) -> i32) -> io::Result<(Vec<u8>, usize)> {
    let mut size = 512;
    // It may grow between two calls, but not for ever.
    for _ in 0..4 {
        let mut buffer = vec![0_u64; usize::try_from(size).unwrap_or(0).div_ceil(8)];
        let mut needed = 0;
        if call(buffer.as_mut_ptr(), size, &raw mut needed) != 0 {
            let base = buffer.as_ptr().addr();
            let bytes = buffer.iter().flat_map(|word| word.to_ne_bytes());
            return Ok((bytes.collect(), base));
        }
        let error = io::Error::last_os_error();
        if error.raw_os_error() != Some(ERROR_INSUFFICIENT_BUFFER.cast_signed()) {
            return Err(error);
        }
        size = needed.max(size);
    }
    Err(io::Error::from(io::ErrorKind::InvalidData))
}

/// The bytes where a structure may begin.
pub(crate) fn aligned(bytes: &[u8]) -> Vec<u64> {
    let word = |chunk: &[u8]| {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        u64::from_ne_bytes(word)
    };
    bytes.chunks(8).map(word).collect()
}

/// What a call that gives a BOOL says.
pub(crate) fn done(succeeded: i32) -> io::Result<()> {
    if succeeded == 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_an_account_with_a_name_and_nonsense_has_none() {
        let user = current_user().expect("an account");
        assert_eq!((user[0], user.len()), (1, 8 + 4 * usize::from(user[1])));
        assert!(account_name(&user).is_some());
        // Everyone, in the language of the system.
        assert!(account_name(&[1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]).is_some());
        let name = account_name(&user).expect("a name");
        assert_eq!(account_sid(&name), Some(user));
        assert_eq!(account_sid(r"NOWHERE\nobody at all"), None);
        assert_eq!(account_name(&[1, 9, 0]), None);
        assert_eq!(account_name(&[]), None);
    }
}
