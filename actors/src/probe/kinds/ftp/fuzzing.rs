//! The words of an FTP server without the wire.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use futures_util::FutureExt;
use jiff::Timestamp;

use super::control::Control;
use super::listing::{self, Modified};
use super::path::Presence;
use super::{FtpReason, data, judge};
use crate::probe::verdict::Reason;

/// See [`crate::fuzzing::ftp`].
pub(crate) fn reasons(bytes: &[u8]) -> Vec<Reason> {
    let mut parts = bytes.splitn(2, |byte| *byte == 0);
    let control = parts.next().unwrap_or_default();
    let listing = parts.next().unwrap_or_default();
    let mut reasons = replies(control);
    reasons.extend(listed(listing));
    reasons
}

fn replies(bytes: &[u8]) -> Vec<Reason> {
    let peer = SocketAddr::from((Ipv4Addr::LOCALHOST, 21));
    let wire = tokio::io::join(std::io::Cursor::new(bytes.to_vec()), tokio::io::sink());
    let mut control = Control::new(Box::new(wire), peer);
    let mut reasons = Vec::new();
    // All of it is there, so that no read waits.
    while let Some(reply) = control.reply().now_or_never() {
        let reply = match reply {
            Ok(reply) => reply,
            Err(reason) => {
                reasons.push(reason);
                break;
            }
        };
        let text = reply.text();
        assert_ne!(data::epsv_port(&text), Some(0));
        assert_ne!(data::pasv_port(&text), Some(0));
        let _time = listing::time_val(&text);
        let _fact = reply
            .lines
            .iter()
            .find_map(|line| listing::modify_fact(&String::from_utf8_lossy(line)));
        let command = "MLST".to_owned();
        let reply = reply.shown();
        reasons.push(FtpReason::Unexpected { command, reply }.into());
    }
    reasons.extend(control.into_wire().err());
    reasons
}

/// The first line is the name that is looked for.
fn listed(bytes: &[u8]) -> Vec<Reason> {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.split('\n');
    let name = lines.next().unwrap_or_default();
    let found =
        lines.filter_map(|line| listing::in_list(line, name).or(listing::in_names(line, name)));
    let presences = found
        .map(|listed| Presence::There(listed.0))
        .chain([Presence::Missing(None), Presence::TooLong])
        .chain([Presence::There(Some(Modified::exactly(Timestamp::MIN)))]);
    presences
        .map(|presence| {
            judge(
                name,
                Some(Duration::from_secs(60)),
                presence,
                Timestamp::MAX,
            )
            .reason
        })
        .collect()
}
