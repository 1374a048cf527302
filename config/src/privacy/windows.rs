//! Access lists: the user, the administrators and the system may everything, others nothing.
//!
//! What a newcomer can get wrong: a file inherits from its folder, and most folders outside of a user's
//! profile let all users read. So a private file is made with a list of its own. Not on a share: another
//! machine may know us by another number, and we would lock ourselves out.

use std::fs::File;
use std::io;
use std::path::Path;

use hostmessenger_windows::account::{account_name, current_user};
use hostmessenger_windows::acl as calls;
pub use hostmessenger_windows::path::is_on_share;

use super::acl::{self, Descriptor, Entry};
use super::sid::Sid;

/// How many are named that a file is open to.
const NAMED: usize = 3;

/// How a file that was opened is protected; `None`: its volume keeps no access lists.
pub(crate) struct Protection(Option<Vec<u8>>);

impl Protection {
    pub(crate) fn of(file: &File) -> io::Result<Self> {
        // A file system that cannot say it is taken for one that does.
        if calls::keeps_access_lists(file).unwrap_or(true) {
            calls::descriptor_of(file).map(Some).map(Self)
        } else {
            Ok(Self(None))
        }
    }

    /// Why it is too open, and the command that mends it.
    pub(crate) fn exposed(&self, path: &Path) -> Option<String> {
        let Some(us) = ourselves() else {
            return Some("cannot be judged: the account of this process is not known".to_owned());
        };
        let Some(found) = Descriptor::read(self.0.as_deref()?) else {
            return Some("cannot be judged: its access list makes no sense".to_owned());
        };
        let others = found.others(&us);
        if others.is_empty() {
            return None;
        }
        let mending = acl::mending(path, &us, &found);
        Some(format!("{}; mend it with: {mending}", why(&others)))
    }

    /// Why a file in a folder where every user may make files is not to be trusted: somebody else may have
    /// put it there for an administrator, or the service, to obey.
    pub(crate) fn planted(&self, path: &Path) -> Option<String> {
        let bytes = self.0.as_deref()?;
        let (us, found) = (ourselves()?, Descriptor::read(bytes)?);
        let folder = path
            .parent()
            .filter(|folder| !belongs_to_us(folder).unwrap_or(false));
        let not_ours = folder.or((!found.is_owned_by(&us)).then_some(path));
        if let Some(not_ours) = not_ours {
            let owner = acl::administrators();
            return Some(format!(
                "may be another user's, and in this folder nobody but the administrators is obeyed; \
                 mend it with: icacls \"{}\" /setowner \"*{owner}\"",
                not_ours.display()
            ));
        }
        let mut others = found.others(&us);
        others.retain(|entry| entry.may.write());
        let mending = acl::mending(path, &us, &found);
        (!others.is_empty()).then(|| format!("{}; mend it with: {mending}", why(&others)))
    }
}

/// `can be read by BUILTIN\Users, Everyone`
fn why(others: &[Entry]) -> String {
    let readers: Vec<_> = others.iter().filter(|entry| entry.may.read()).collect();
    let (verb, who) = if readers.is_empty() {
        ("changed", others.iter().collect())
    } else {
        ("read", readers)
    };
    let mut names: Vec<String> = Vec::new();
    for Entry { sid, .. } in who {
        let name = account_name(&sid.0).unwrap_or_else(|| sid.to_string());
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let more = names.len().saturating_sub(NAMED);
    names.truncate(NAMED);
    let names = names.join(", ");
    match more {
        0 => format!("can be {verb} by {names}"),
        more => format!("can be {verb} by {names} and {more} more"),
    }
}

fn ourselves() -> Option<Sid> {
    current_user().ok().map(Sid)
}

pub(super) fn is_unguarded(path: &Path) -> io::Result<bool> {
    calls::keeps_access_lists(&calls::open_to_look(path)?).map(|keeps| !keeps)
}

pub(super) fn mending(path: &Path) -> String {
    let found = calls::open_to_look(path).and_then(|file| calls::descriptor_of(&file));
    let found = found.ok().and_then(|bytes| Descriptor::read(&bytes));
    let us = ourselves().unwrap_or_else(acl::system);
    acl::mending(path, &us, &found.unwrap_or_default())
}

/// Makes a file that its owner, the administrators and the system alone can read and write, from its
/// first moment. One that is there is an error.
pub fn create_private(path: &Path) -> io::Result<File> {
    if is_on_share(path) {
        let mut options = File::options();
        return options.read(true).write(true).create_new(true).open(path);
    }
    calls::create_file(path, &private(path.parent(), false)?)
}

/// Makes a folder for its owner, the administrators and the system alone; what is made in it is so too.
pub fn create_private_dir(path: &Path) -> io::Result<()> {
    if is_on_share(path) {
        return std::fs::create_dir(path);
    }
    calls::create_dir(path, &private(path.parent(), true)?)
}

/// Makes a folder, and those above it, for these alone, where there are none.
pub fn create_private_dirs(path: &Path) -> io::Result<()> {
    if path.as_os_str().is_empty() || path.is_dir() {
        return Ok(());
    }
    if let Some(above) = path.parent() {
        create_private_dirs(above)?;
    }
    match create_private_dir(path) {
        // Somebody else made it meanwhile.
        Err(_) if path.is_dir() => Ok(()),
        made => made,
    }
}

/// Closes a file that is there to all others.
pub fn close_to_others(path: &Path) -> io::Result<()> {
    calls::set_access(path, &private(path.parent(), path.is_dir())?)
}

/// Our service stays let in where it is let into the folder.
fn private(folder: Option<&Path>, inherit: bool) -> io::Result<Vec<u8>> {
    let folder = folder.filter(|folder| !folder.as_os_str().is_empty());
    let of_folder = calls::open_to_look(folder.unwrap_or(Path::new(".")))
        .and_then(|folder| calls::descriptor_of(&folder));
    let of_folder = of_folder.ok().and_then(|bytes| Descriptor::read(&bytes));
    let own_service = of_folder.is_some_and(|folder| folder.lets_own_service_in());
    let us = Sid(current_user()?);
    Ok(acl::private(&us, own_service, inherit))
}

/// Gives a file that this process made the access list of another, and its owner where that can be done.
pub(crate) fn protect_like(_file: &File, path: &Path, like: &Protection) -> io::Result<()> {
    let Some(like) = &like.0 else {
        return Ok(());
    };
    calls::set_access(path, &acl::to_give(like))?;
    let own = calls::descriptor_of(&calls::open_to_look(path)?)?;
    let owner = |bytes: &[u8]| Descriptor::read(bytes).and_then(|found| found.owner);
    if owner(&own) != owner(like) {
        calls::set_owner(path, like)?;
    }
    Ok(())
}

/// Whether somebody who has the file open is in the way: `ERROR_ACCESS_DENIED`, which a missing right
/// gives as well, or `ERROR_SHARING_VIOLATION`.
pub(super) fn is_held(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(5 | 32))
}

pub(super) fn belongs_to_us(path: &Path) -> io::Result<bool> {
    let opened = calls::open_to_look(path)?;
    if !calls::keeps_access_lists(&opened).unwrap_or(true) {
        return Ok(true);
    }
    let found = Descriptor::read(&calls::descriptor_of(&opened)?);
    let us = Sid(current_user()?);
    Ok(found.is_some_and(|found| found.is_owned_by(&us)))
}
