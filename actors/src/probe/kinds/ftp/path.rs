//! Whether a path is there, and since when it is as it is: asked in the cheapest way that the
//! server knows. MLST tells all at once; MDTM and SIZE know files, CWD knows folders; a listing of
//! the folder above is the last resort, since it needs a second connection.

use super::FtpReason;
use super::data::{self, Listing};
use super::listing::{self, Listed, Modified};
use super::reply::{Reply, Says};
use super::session::Session;
use crate::probe::kinds::Trace;
use crate::probe::verdict::Reason;

/// What a server says of a path.
#[derive(Debug)]
pub(super) enum Presence {
    /// It is there, and was changed then, where that was told.
    There(Option<Modified>),
    /// It is not there, in the server's words if it had some.
    Missing(Option<String>),
    /// The listing in which it would be is too long.
    TooLong,
}

/// What has been said so far.
#[derive(Default)]
struct Said {
    there: bool,
    modified: Option<Modified>,
    missing: Option<Reply>,
    /// Whether the path is now the current folder.
    inside: bool,
}

impl Said {
    fn hear(&mut self, reply: Reply) {
        match reply.says() {
            Says::Yes => self.there = true,
            Says::No => {
                self.missing.get_or_insert(reply);
            }
            Says::CannotSay => {}
        }
    }

    fn enough(&self, age_wanted: bool) -> bool {
        self.there && (!age_wanted || self.modified.is_some())
    }
}

/// Looks for a path, and for its age where that is wanted.
pub(super) async fn look(
    session: &mut Session,
    path: &str,
    age_wanted: bool,
    trace: &Trace,
) -> Result<Presence, Reason> {
    if !path.is_ascii() {
        // Old servers take names for Latin-1 until told (RFC 2640); those that do not know the
        // option are asked all the same.
        session.control.command("OPTS", "UTF8 ON").await?;
    }
    let mut said = Said::default();
    for ask in [Ask::Mlst, Ask::Mdtm, Ask::Size, Ask::Cwd] {
        let needed = matches!(ask, Ask::Mlst | Ask::Mdtm) || !said.there;
        if needed {
            ask.put(session, path, &mut said).await?;
        }
        if said.enough(age_wanted) {
            return Ok(Presence::There(said.modified));
        }
    }
    match &said.missing {
        Some(reply) if !said.there => Ok(Presence::Missing(Some(reply.shown()))),
        _ => by_listing(session, path, &said, age_wanted, trace).await,
    }
}

/// The questions, cheapest first.
#[derive(Clone, Copy)]
enum Ask {
    Mlst,
    Mdtm,
    Size,
    Cwd,
}

impl Ask {
    async fn put(self, session: &mut Session, path: &str, said: &mut Said) -> Result<(), Reason> {
        let control = &mut session.control;
        match self {
            Self::Mlst => {
                let reply = control.command("MLST", path).await?;
                if reply.says() == Says::Yes {
                    said.modified = reply
                        .lines
                        .iter()
                        .find_map(|line| listing::modify_fact(&String::from_utf8_lossy(line)))
                        .map(Modified::exactly);
                }
                said.hear(reply);
            }
            Self::Mdtm => {
                let reply = control.command("MDTM", path).await?;
                if reply.code == 213 {
                    let time = listing::time_val(&reply.text());
                    said.modified = time.map(Modified::exactly);
                }
                said.hear(reply);
            }
            Self::Size => {
                // In ASCII mode many servers refuse SIZE (RFC 3659, 4).
                control.command("TYPE", "I").await?;
                said.hear(control.command("SIZE", path).await?);
            }
            Self::Cwd => {
                let reply = control.command("CWD", path).await?;
                said.inside = reply.is_good();
                said.hear(reply);
            }
        }
        Ok(())
    }
}

/// The last resort.
async fn by_listing(
    session: &mut Session,
    path: &str,
    said: &Said,
    age_wanted: bool,
    trace: &Trace,
) -> Result<Presence, Reason> {
    let (folder, name) = split(path);
    if name.is_empty() {
        return Ok(if said.there {
            Presence::There(None)
        } else {
            Presence::Missing(None)
        });
    }
    let into = if said.inside && !path.starts_with('/') {
        session.control.command("CDUP", "").await?
    } else {
        session.control.command("CWD", folder).await?
    };
    if !into.is_good() {
        return refused(said.there, "CWD", &into);
    }
    // Names with a dot in front are hidden from a plain listing.
    let arg = if name.starts_with('.') { "-a" } else { "" };
    let listing = if age_wanted {
        let find = |line: &str| listing::in_list(line, name);
        data::list(session, ("LIST", arg), find, trace).await?
    } else {
        let find = |line: &str| listing::in_names(line, name);
        data::list(session, ("NLST", arg), find, trace).await?
    };
    Ok(match listing {
        Listing::Read(Some(Listed(modified))) => Presence::There(modified),
        Listing::Read(None) if said.there => Presence::There(None),
        Listing::Read(None) => Presence::Missing(None),
        Listing::TooLong => Presence::TooLong,
        Listing::Refused(reply) => return refused(said.there, "LIST", &reply),
    })
}

/// A refusal on the way to the listing.
fn refused(there: bool, command: &str, reply: &Reply) -> Result<Presence, Reason> {
    if there {
        return Ok(Presence::There(None));
    }
    if reply.says() == Says::No {
        return Ok(Presence::Missing(Some(reply.shown())));
    }
    Err(FtpReason::Unexpected {
        command: command.to_owned(),
        reply: reply.shown(),
    }
    .into())
}

/// The folder above, and the name in it. A path that does not begin with `/` is one in the folder
/// in which the login ended.
fn split(path: &str) -> (&str, &str) {
    let path = path.trim_end_matches('/');
    match path.rsplit_once('/') {
        Some(("", name)) => ("/", name),
        Some((folder, name)) => (folder, name),
        None => (".", path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_a_folder_and_a_name() {
        assert_eq!(split("/pub/ls-lR.gz"), ("/pub", "ls-lR.gz"));
        assert_eq!(split("/motd"), ("/", "motd"));
        assert_eq!(split("/pub/dir/"), ("/pub", "dir"));
        assert_eq!(split("motd"), (".", "motd"));
        assert_eq!(split("a/b"), ("a", "b"));
        assert_eq!(split("/"), (".", ""));
    }
}
