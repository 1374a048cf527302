//! How long Windows takes to believe that nobody listens.
#![expect(unsafe_code, reason = "WSAIoctl has no safe wrapper")]

use std::io;
use std::os::windows::io::{AsRawSocket, AsSocket};
use std::ptr;

use windows_sys::Win32::Networking::WinSock::{
    SIO_TCP_INITIAL_RTO, TCP_INITIAL_RTO_NO_SYN_RETRANSMISSIONS, TCP_INITIAL_RTO_PARAMETERS,
    WSAIoctl,
};

/// Makes a connection that is refused fail at once: else Windows asks three times, for two seconds.
/// To be called before `connect`, and for addresses of this machine only, where no packet is lost.
/// Errors: a Windows before 10 1709.
pub fn believe_first_refusal(socket: &impl AsSocket) -> io::Result<()> {
    let wanted = TCP_INITIAL_RTO_PARAMETERS {
        // TCP_INITIAL_RTO_UNSPECIFIED_RTT: as ever.
        Rtt: u16::MAX,
        // A byte in the headers of Windows, as the field is.
        MaxSynRetransmissions: TCP_INITIAL_RTO_NO_SYN_RETRANSMISSIONS.to_le_bytes()[0],
    };
    let size = u32::try_from(size_of_val(&wanted)).unwrap_or(0);
    let mut returned = 0;
    let socket = socket.as_socket().as_raw_socket();
    let socket = usize::try_from(socket).map_err(io::Error::other)?;
    // SAFETY: the socket is open as long as it is borrowed; `wanted` lives over the call, which
    // does not outlast it, being without an overlapped structure; nothing is to be written but `returned`.
    let result = unsafe {
        WSAIoctl(
            socket,
            SIO_TCP_INITIAL_RTO,
            ptr::from_ref(&wanted).cast(),
            size,
            ptr::null_mut(),
            0,
            &raw mut returned,
            ptr::null_mut(),
            None,
        )
    };
    if result == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}
