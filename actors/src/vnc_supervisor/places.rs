//! Where the programs of Windows are looked for: beside this program, as on a stick; where their
//! installers put them; and where the list of installed programs says.
//!
//! What is where is read once a start ([`Places::of_system`]); what is made of it is the same everywhere.

use std::path::{Path, PathBuf};

#[cfg_attr(windows, path = "places/windows.rs")]
#[cfg_attr(not(windows), path = "places/elsewhere.rs")]
mod system;

/// Folders beside this program in which a program of any name is looked for.
const ANY: &str = "vnc";

/// What is where on this machine.
#[derive(Debug, Clone, Default)]
pub(super) struct Places {
    /// The folder that this program is in.
    pub(super) own: Option<PathBuf>,
    /// `%ProgramFiles%`, in all of its forms.
    pub(super) programs: Vec<PathBuf>,
    /// Names and folders from the list of installed programs.
    pub(super) installed: Vec<(String, PathBuf)>,
}

/// How a program is called and where its installer puts it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Usual {
    /// Folders of ours that hold it on a stick.
    pub(super) beside: &'static [&'static str],
    /// Folders within `%ProgramFiles%`.
    pub(super) folders: &'static [&'static str],
    /// How its name in the list of installed programs begins.
    pub(super) listed: &'static [&'static str],
}

impl Places {
    /// Of this machine. Reads the registry: not on the arbiter's thread.
    pub(super) fn of_system() -> Self {
        system::places()
    }

    /// Folders in which a program may be, the likeliest first: what lies beside this program was put
    /// there on purpose.
    pub(super) fn folders(&self, usual: Usual) -> Vec<PathBuf> {
        let mut folders = Vec::new();
        if let Some(own) = &self.own {
            let beside = usual.beside.iter().chain([&ANY, &""]);
            folders.extend(beside.map(|folder| own.join(folder)));
        }
        for folder in usual.folders {
            folders.extend(self.programs.iter().map(|programs| programs.join(folder)));
        }
        let named = |name: &str| usual.listed.iter().any(|begin| begins(name, begin));
        let listed = self.installed.iter().filter(|(name, _)| named(name));
        folders.extend(listed.map(|(_, folder)| folder.clone()));
        folders
    }

    /// What people are told of it: the folders, and that there is a list.
    pub(super) fn told(&self) -> String {
        let own = self.own.iter().map(|own| own.join(ANY));
        let all: Vec<String> = own
            .chain(self.programs.iter().cloned())
            .map(|folder| folder.display().to_string())
            .collect();
        crate::text::clean(&all.join(", "), 400)
    }

    /// Where a program on a stick is best put.
    pub(super) fn best(&self) -> PathBuf {
        self.own.as_deref().unwrap_or(Path::new("")).join(ANY)
    }
}

fn begins(name: &str, begin: &str) -> bool {
    name.get(..begin.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(begin))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beside_comes_before_installed_and_the_list_comes_last() {
        let places = Places {
            own: Some("/stick".into()),
            programs: vec!["/p".into(), "/p86".into()],
            installed: vec![
                ("UltraVNC 1.4".into(), "/elsewhere".into()),
                ("Ultra".into(), "/other".into()),
                ("ÜltraVNC".into(), "/odd".into()),
            ],
        };
        let usual = Usual {
            beside: &["ultravnc"],
            folders: &["uvnc", "UltraVNC"],
            listed: &["ultravnc"],
        };
        let folders = places.folders(usual);
        let folders: Vec<_> = folders.iter().filter_map(|one| one.to_str()).collect();
        let expected = [
            "/stick/ultravnc",
            "/stick/vnc",
            "/stick/",
            "/p/uvnc",
            "/p86/uvnc",
            "/p/UltraVNC",
            "/p86/UltraVNC",
            "/elsewhere",
        ];
        let expected: Vec<_> = expected.iter().map(Path::new).collect();
        let folders: Vec<_> = folders.iter().map(Path::new).collect();
        assert_eq!(folders, expected);
        assert_eq!(Places::default().folders(usual), Vec::<PathBuf>::new());
    }
}
