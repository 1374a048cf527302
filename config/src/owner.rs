//! Hands the configuration file over to another owner: the text is [`crate::edit`]'s, the file is
//! replaced here.
//!
//! What a newcomer can get wrong: the old file must be whole until the new one is, so the new one is
//! written beside it, read again from the disk, and only then moved over it. Who is killed in
//! between leaves the old file, and `.NAME.new` beside it, which the next attempt removes.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use jid::BareJid;

use crate::edit::{EditError, set_owner};
use crate::load::{load, read_tree};
use crate::mistake::Mistakes;
use crate::privacy::{Protection, create_private, protect_like, replace_file};
use crate::source::{self, Source};
use crate::{Config, layer};

/// What is to be changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerChange {
    /// Who is the owner.
    pub from: BareJid,
    /// Who will be.
    pub to: BareJid,
    /// Otherwise it is only found out whether it could be done; nothing stays changed.
    pub really: bool,
}

/// Why the owner cannot be changed; the file is as it was.
#[derive(Debug, thiserror::Error)]
pub enum OwnerChangeError {
    /// A variable says who the owner is.
    #[error("the owner is set by the variable {0}, change it there")]
    Variable(String),
    /// The text does not let the value be changed alone.
    #[error("{}: {why}", file.display())]
    Text {
        /// The file.
        file: PathBuf,
        /// What is in the way.
        why: EditError,
    },
    /// With the new owner, or even without, the file has mistakes.
    #[error("{0}")]
    Mistakes(Mistakes),
    /// Somebody has changed the file meanwhile.
    #[error("{} was changed meanwhile; RELOAD first", file.display())]
    Changed {
        /// The file.
        file: PathBuf,
    },
    /// The file or its folder cannot be read or written.
    #[error("{} cannot be written: {why}", file.display())]
    Io {
        /// The file.
        file: PathBuf,
        /// What the system says.
        why: io::Error,
    },
}

/// Writes another owner into the file, whole or not at all. Symbolic links are followed, mode and
/// owner of the file stay. `env` is the whole environment. Blocks.
///
/// # Errors
/// Where the file cannot be read or written, or would change in more than the owner.
pub fn change_owner(
    file: &Path,
    env: impl Iterator<Item = (String, String)>,
    change: &OwnerChange,
) -> Result<(), OwnerChangeError> {
    let env: Vec<_> = env.collect();
    let variable = layer::variable("access.owner");
    if env
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case(&variable))
    {
        return Err(OwnerChangeError::Variable(variable));
    }
    let io = |why| OwnerChangeError::Io {
        file: file.to_owned(),
        why,
    };
    let changed = || OwnerChangeError::Changed {
        file: file.to_owned(),
    };
    let real = fs::canonicalize(file).map_err(io)?;
    let look = || source::read_config(&real).map_err(|why| io(io::Error::other(why)));
    let Source { text, protection } = look()?;
    let is = |config: &Config, owner| config.access.owner.as_ref() == Some(owner);
    if !is(
        &load(file, env.iter().cloned()).map_err(OwnerChangeError::Mistakes)?,
        &change.from,
    ) {
        return Err(changed());
    }
    let new = set_owner(&text, &change.to).map_err(|why| OwnerChangeError::Text {
        file: file.to_owned(),
        why,
    })?;
    let beside = Beside::write(&real, &new, &protection).map_err(io)?;
    // What is on the disk counts, not what was meant to be. Its paths start at the same folder.
    let written = source::read_config(&beside.path).map_err(|why| io(io::Error::other(why)))?;
    if written.text != new {
        return Err(io(io::Error::other("what was written reads otherwise")));
    }
    let config = read_tree(file, Ok(written), &env).map_err(OwnerChangeError::Mistakes)?;
    if !is(&config, &change.to) || look()?.text != text {
        return Err(changed());
    }
    if change.really {
        beside.replace(&real).map_err(io)?;
    }
    Ok(())
}

/// A file beside another, which goes away with its value unless it takes the other's place.
struct Beside {
    path: PathBuf,
}

impl Beside {
    /// Written to the disk, open to the same people as the other.
    fn write(real: &Path, text: &str, like: &Protection) -> io::Result<Self> {
        let (Some(folder), Some(name)) = (real.parent(), real.file_name()) else {
            return Err(io::Error::from(io::ErrorKind::InvalidFilename));
        };
        // A file that may not be written is not replaced either, although its folder would allow it.
        let writable = File::options().append(true).open(real)?;
        if writable.metadata()?.permissions().readonly() {
            return Err(io::Error::from(io::ErrorKind::PermissionDenied));
        }
        let path = folder.join(format!(".{}.new", name.to_string_lossy()));
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = create_private(&path)?;
        let beside = Self { path };
        faults::die_at("created");
        file.write_all(text.as_bytes())?;
        protect_like(&file, &beside.path, like)?;
        file.sync_all()?;
        faults::die_at("written");
        Ok(beside)
    }

    fn replace(self, real: &Path) -> io::Result<()> {
        replace_file(&self.path, real)?;
        faults::die_at("replaced");
        // The name is on the disk only once its folder is. The file is whole either way.
        #[cfg(unix)]
        if let Some(folder) = real.parent() {
            let _as_good_as_can_be = File::open(folder).and_then(|folder| folder.sync_all());
        }
        Ok(())
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        // Moved, it is not there any more.
        let _gone = fs::remove_file(&self.path);
    }
}

/// Test builds only: the process dies without another word at the step that the environment names.
#[cfg(feature = "faults")]
mod faults {
    pub(super) fn die_at(step: &str) {
        let wanted = std::env::var("HOSTMESSENGER_FAULT_DIE_AT_OWNER_STEP");
        if wanted.is_ok_and(|wanted| wanted == step) {
            std::process::abort();
        }
    }
}

#[cfg(not(feature = "faults"))]
mod faults {
    pub(super) fn die_at(_step: &str) {}
}
