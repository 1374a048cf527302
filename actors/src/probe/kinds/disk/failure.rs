//! From an error of the system to a [`DiskReason`].

use std::io;
use std::path::Path;

use super::{DiskReason, shown};
use crate::sys_error::words;

/// Why a file system, or a path on it, could not be asked.
pub(crate) fn failure(error: &io::Error, path: &Path) -> DiskReason {
    let path = shown(path);
    // First, since Rust calls a server that is gone a path that was not found.
    if cfg!(windows)
        && let Some(code) = error.raw_os_error()
        && let Some(reason) = of_windows(code.cast_unsigned(), &path)
    {
        return reason;
    }
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => DiskReason::Missing { path },
        io::ErrorKind::PermissionDenied => DiskReason::Denied { path },
        _ => DiskReason::Io { why: words(error) },
    }
}

/// Codes of `WinError.h` that say more than Rust's kinds of error do.
fn of_windows(code: u32, path: &str) -> Option<DiskReason> {
    let path = path.to_owned();
    Some(match code {
        // INVALID_DRIVE, INVALID_NAME, BAD_PATHNAME, DIRECTORY, NO_SUCH_DEVICE: not where there is one.
        15 | 123 | 161 | 267 | 433 => DiskReason::Missing { path },
        // NOT_READY, NO_MEDIA_IN_DRIVE, DEVICE_NOT_CONNECTED
        21 | 1_112 | 1_167 => DiskReason::NoMedium { path },
        // NETWORK_ACCESS_DENIED
        65 => DiskReason::Denied { path },
        // REM_NOT_LIST, BAD_NETPATH, DEV_NOT_EXIST, BAD_NET_RESP, UNEXP_NET_ERR, NETNAME_DELETED,
        // SEM_TIMEOUT, NO_NETWORK, NO_NET_OR_BAD_PATH, CONNECTION_REFUSED, NETWORK_UNREACHABLE,
        // HOST_UNREACHABLE, CONNECTION_ABORTED, CONNECTION_UNAVAIL, DOMAIN_CONTROLLER_NOT_FOUND
        51 | 53 | 55 | 58 | 59 | 64 | 121 | 1_201 | 1_203 | 1_222 | 1_225 | 1_231 | 1_232
        | 1_236 | 1_908 => DiskReason::NoServer { path },
        // BAD_NET_NAME
        67 => DiskReason::NoShare { path },
        // INVALID_PASSWORD, SESSION_CREDENTIAL_CONFLICT, LOGON_FAILURE, ACCOUNT_RESTRICTION,
        // PASSWORD_EXPIRED, ACCOUNT_DISABLED, LOGON_TYPE_NOT_GRANTED, PASSWORD_MUST_CHANGE, ACCOUNT_LOCKED_OUT
        86 | 1_219 | 1_326 | 1_327 | 1_330 | 1_331 | 1_385 | 1_907 | 1_909 => {
            DiskReason::LoginRefused { path }
        }
        // FVE_LOCKED_VOLUME
        0x8031_0000 => DiskReason::Locked { path },
        // FILE_CORRUPT, DISK_CORRUPT, UNRECOGNIZED_VOLUME
        1_005 | 1_392 | 1_393 => DiskReason::NoFileSystem { path },
        // CRC, SECTOR_NOT_FOUND, GEN_FAILURE, IO_DEVICE
        23 | 27 | 31 | 1_117 => DiskReason::Broken { path },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_and_other_errors_are_told_apart() {
        let denied = io::Error::from(io::ErrorKind::PermissionDenied);
        let path = Path::new("/secret\u{202e}");
        assert_eq!(
            failure(&denied, path),
            DiskReason::Denied {
                path: "/secret\\u{202e}".into()
            }
        );
    }

    #[cfg(unix)]
    #[test]
    fn what_nobody_has_words_for_is_told_as_the_system_says_it() {
        // ENOTCONN: what a FUSE mount says whose program has died.
        let dead = io::Error::from_raw_os_error(107);
        assert_eq!(
            failure(&dead, Path::new("/x")),
            DiskReason::Io {
                why: "Transport endpoint is not connected".into()
            }
        );
    }

    #[cfg(windows)]
    #[test]
    fn a_server_that_is_gone_is_not_a_path_that_is_missing() {
        let told = |code| failure(&io::Error::from_raw_os_error(code), Path::new("X:\\"));
        let path = || "X:\\".to_owned();
        assert_eq!(told(2), DiskReason::Missing { path: path() });
        assert_eq!(told(3), DiskReason::Missing { path: path() });
        assert_eq!(told(5), DiskReason::Denied { path: path() });
        assert_eq!(told(21), DiskReason::NoMedium { path: path() });
        assert_eq!(told(53), DiskReason::NoServer { path: path() });
        assert_eq!(told(67), DiskReason::NoShare { path: path() });
        assert_eq!(told(121), DiskReason::NoServer { path: path() });
        assert_eq!(told(1_326), DiskReason::LoginRefused { path: path() });
        let why = "Windows error 4390".to_owned();
        assert_eq!(told(4_390), DiskReason::Io { why });
    }
}
