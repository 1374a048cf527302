//! What an enrolment that was killed left behind: a whole staged folder, whose account may have been
//! made. Its password is in it, so that the account can be proved to be ours before it is touched.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use hostmessenger_config::{BareJid, SecretString};
use serde_json::Value;

use super::place::Place;
use super::{RECORD, SECRET};

/// A folder that was staged and never got its name.
pub(crate) struct Interrupted {
    /// The hidden folder.
    pub(crate) path: PathBuf,
    /// The account that it is of.
    pub(crate) jid: BareJid,
    /// The password that was made for it.
    pub(crate) password: SecretString,
}

/// Finds it. `None`: there is none, or another process is at work on it, or it is not whole and so
/// there is no account for it yet; `stage` tells the last two apart.
pub(crate) fn interrupted(dir: &Path) -> Option<Interrupted> {
    let place = Place::of(dir).ok()?;
    if !place.has_staged().ok()? {
        return None;
    }
    let _lock = place.lock().ok()?;
    let (jid, password) = read(&place.staging)?;
    Some(Interrupted {
        path: place.staging,
        jid,
        password,
    })
}

/// Whether everything was written that is to be in it.
pub(super) fn is_whole(folder: &Path) -> bool {
    read(folder).is_some()
}

/// The account of a whole folder.
pub(super) fn read(folder: &Path) -> Option<(BareJid, SecretString)> {
    let record: Value = serde_json::from_str(&small_file(&folder.join(RECORD))?).ok()?;
    let jid = BareJid::new(record.get("jid")?.as_str()?).ok()?;
    let secret = small_file(&folder.join(SECRET))?;
    let password = secret.strip_suffix('\n').filter(|text| !text.is_empty())?;
    Some((jid, password.to_owned().into()))
}

fn small_file(path: &Path) -> Option<String> {
    if !path.symlink_metadata().ok()?.is_file() {
        return None;
    }
    let mut text = String::new();
    let opened = File::open(path).ok()?;
    opened.take(16 << 10).read_to_string(&mut text).ok()?;
    Some(text)
}
