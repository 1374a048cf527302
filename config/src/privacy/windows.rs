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

use super::acl::{self, Descriptor, Distrust, Entry, Ours};
use super::services;
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
        let (found, ours) = match self.judged()? {
            Ok(judged) => judged,
            Err(why) => return Some(why),
        };
        let others = found.others(&ours);
        if others.is_empty() {
            return None;
        }
        let mending = acl::mending(path, false, &ours, &found);
        Some(format!("{}; mend it with: {mending}", why(&others)))
    }

    /// Why a file in a folder where every user may make files is not to be trusted: somebody else may have
    /// put it there for an administrator, or the service, to obey.
    pub(crate) fn planted(&self, path: &Path) -> Option<String> {
        let folder = path.parent();
        if let Some(folder) = folder.filter(|folder| !belongs_to_us(folder).unwrap_or(false)) {
            return Some(strange(folder));
        }
        self.untrusted(path)
    }

    /// Why somebody else may have written it, or may change it, and the command that mends it.
    pub(super) fn untrusted(&self, path: &Path) -> Option<String> {
        let (found, ours) = match self.judged()? {
            Ok(judged) => judged,
            Err(why) => return Some(why),
        };
        Some(match found.distrust(&ours, !is_on_share(path))? {
            Distrust::Stranger => strange(path),
            Distrust::Writers(writers) => {
                let mending = acl::mending(path, path.is_dir(), &ours, &found);
                format!("{}; mend it with: {mending}", changed_by(&writers))
            }
        })
    }

    /// What is to be judged, and by whom. `None`: there is nothing to judge.
    fn judged(&self) -> Option<Result<(Descriptor, Ours), String>> {
        let bytes = self.0.as_deref()?;
        let unknown = || "cannot be judged: the account of this process is not known".to_owned();
        let nonsense = || "cannot be judged: its access list makes no sense".to_owned();
        Some(
            ourselves()
                .ok_or_else(unknown)
                .and_then(|us| Ok((Descriptor::read(bytes).ok_or_else(nonsense)?, us)))
                .map(|(found, us)| {
                    let ours = ours(us, &found);
                    (found, ours)
                }),
        )
    }
}

fn strange(path: &Path) -> String {
    format!(
        "may be another user's, and here nobody but you and the administrators is obeyed; mend it with: {}",
        acl::giving(path)
    )
}

/// `can be changed by BUILTIN\Users`
fn changed_by(writers: &[Entry]) -> String {
    format!("can be changed by {}", names(writers.iter()))
}

/// `can be read by BUILTIN\Users, Everyone`
fn why(others: &[Entry]) -> String {
    let readers: Vec<_> = others.iter().filter(|entry| entry.may.read()).collect();
    if readers.is_empty() {
        return changed_by(others);
    }
    format!("can be read by {}", names(readers.into_iter()))
}

fn names<'a>(who: impl Iterator<Item = &'a Entry>) -> String {
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
        0 => names,
        more => format!("{names} and {more} more"),
    }
}

fn ourselves() -> Option<Sid> {
    current_user().ok().map(Sid)
}

/// With our services, where some that is named in a descriptor may be one of them.
fn ours(us: Sid, found: &Descriptor) -> Ours {
    let mut ours = Ours::new(us);
    if found.may_name_a_service(&ours) {
        ours.services.extend(services::accounts());
    }
    ours
}

pub(super) fn is_unguarded(path: &Path) -> io::Result<bool> {
    calls::keeps_access_lists(&calls::open_to_look(path)?).map(|keeps| !keeps)
}

pub(super) fn mending(path: &Path) -> String {
    let found = calls::open_to_look(path).and_then(|file| calls::descriptor_of(&file));
    let found = found.ok().and_then(|bytes| Descriptor::read(&bytes));
    let found = found.unwrap_or_default();
    let ours = ours(ourselves().unwrap_or_else(acl::system), &found);
    acl::mending(path, path.is_dir(), &ours, &found)
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
    let us = Sid(current_user()?);
    let services = of_folder.map(|folder| folder.services_let_in(&ours(us.clone(), &folder)));
    Ok(acl::private(&us, &services.unwrap_or_default(), inherit))
}

/// Gives a file, and its folder, to the administrators: they and the system may do everything with the file then,
/// and those of our services that could do something before. Only an administrator can.
///
/// # Errors
/// Where the file is not there or may not be given away.
pub fn give_to_administrators(path: &Path) -> io::Result<()> {
    let found = Descriptor::read(&calls::descriptor_of(&calls::open_to_look(path)?)?);
    let found = found.ok_or(io::ErrorKind::InvalidData)?;
    let services = found.services_let_in(&ours(Sid(current_user()?), &found));
    let given = acl::private(&acl::administrators(), &services, false);
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    for owned in folder.into_iter().chain([path]) {
        calls::set_owner(owned, &given)?;
    }
    calls::set_access(path, &given)
}

/// Why somebody else may have written a file or a folder, or may change it, and the command that mends it.
///
/// # Errors
/// Where its protection cannot be read.
pub fn untrusted_path(path: &Path) -> io::Result<Option<String>> {
    Ok(Protection::of(&calls::open_to_look(path)?)?.untrusted(path))
}

/// Gives a file that this process made the access list of another, and its owner where that can be done. Where
/// it cannot, and the list names the old owner with all rights, nobody loses anything.
pub(crate) fn protect_like(_file: &File, path: &Path, like: &Protection) -> io::Result<()> {
    let Some(like) = &like.0 else {
        return Ok(());
    };
    calls::set_access(path, &acl::to_give(like))?;
    let own = calls::descriptor_of(&calls::open_to_look(path)?)?;
    let (own, old) = (Descriptor::read(&own), Descriptor::read(like));
    let owner = |found: &Option<Descriptor>| found.as_ref().and_then(|found| found.owner.clone());
    if owner(&own) == owner(&old) {
        return Ok(());
    }
    match calls::set_owner(path, like) {
        Err(_) if old.is_some_and(|old| old.gives_all_to_its_owner()) => Ok(()),
        done => done,
    }
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
    Ok(found.is_some_and(|found| found.is_owned_by(&ours(us, &found))))
}

#[cfg(test)]
#[path = "windows/tests.rs"]
mod tests;
