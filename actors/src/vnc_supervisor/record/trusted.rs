//! A record is read only where nobody else can have written it, and believed only where it names nothing
//! but what our own starts note.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Component, Path};

use hostmessenger_config::untrusted;

use super::super::servers::KEYS;
use super::Record;

/// No record of ours is longer, in bytes.
const LONGEST: u64 = 1 << 20;

/// `None`: there is none. Errors: why it is not to be obeyed, in words that follow its name.
pub(super) fn read(file: &Path) -> Result<Option<Record>, String> {
    let unreadable = |error: io::Error| format!("cannot be read: {error}");
    let opened = match File::open(file) {
        Ok(opened) => opened,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error)),
    };
    if let Some(why) = untrusted(file, &opened).map_err(unreadable)? {
        return Err(why);
    }
    let mut bytes = Vec::new();
    let read = opened.take(LONGEST).read_to_end(&mut bytes);
    read.map_err(unreadable)?;
    let record =
        serde_json::from_slice(&bytes).map_err(|error| format!("makes no sense: {error}"))?;
    judge(&record)?;
    Ok(Some(record))
}

/// Whether a start of ours can have noted it.
fn judge(record: &Record) -> Result<(), String> {
    if !record.secrets.iter().all(|secret| is_ours(secret)) {
        return Err("names files to remove that are not remote control's".to_owned());
    }
    if !record.loan.is_of(&KEYS) {
        return Err("names keys of the registry that no VNC program uses".to_owned());
    }
    let digits = |c: char| c.is_ascii_hexdigit();
    if !record.lender.chars().all(digits) {
        return Err("names a lender that is none".to_owned());
    }
    Ok(())
}

/// All that is made for a program lies in the data directory, or in a folder there, and begins with its name.
fn is_ours(secret: &Path) -> bool {
    let mut parts = secret.components();
    let first = match parts.next() {
        Some(Component::Normal(first)) => first.to_string_lossy(),
        _ => return false,
    };
    let is_named = first.starts_with("vnc-") || first.starts_with("wayvnc.");
    let rest: Vec<_> = parts.collect();
    is_named && rest.len() <= 1 && rest.iter().all(|part| matches!(part, Component::Normal(_)))
}
