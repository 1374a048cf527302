//! This program's own folder, `%ProgramFiles%`, and the list that "Apps & features" shows.

use std::path::{Path, PathBuf};

use windows_registry::{CURRENT_USER, Key, LOCAL_MACHINE};

use super::Places;

/// Of this machine's own programs, and of those for the older kind of processor.
const LISTS: [&str; 2] = [
    r"SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall",
    r"SOFTWARE\WOW6432Node\Microsoft\Windows\CurrentVersion\Uninstall",
];
/// More entries than any machine has.
const MANY: usize = 5_000;

pub(super) fn places() -> Places {
    let own = std::env::current_exe().ok();
    let mut programs = Vec::new();
    for name in ["ProgramW6432", "ProgramFiles", "ProgramFiles(x86)"] {
        let folder = std::env::var_os(name).map(PathBuf::from);
        let known = folder.filter(|folder| folder.is_absolute() && !programs.contains(folder));
        programs.extend(known);
    }
    Places {
        own: own.and_then(|exe| exe.parent().map(Path::to_owned)),
        programs,
        installed: installed(),
    }
}

fn installed() -> Vec<(String, PathBuf)> {
    let roots = [LOCAL_MACHINE, CURRENT_USER];
    let lists = roots
        .into_iter()
        .flat_map(|root| LISTS.map(|list| root.open(list).ok()));
    lists.flatten().flat_map(|list| listed(&list)).collect()
}

fn listed(list: &Key) -> Vec<(String, PathBuf)> {
    let Ok(names) = list.keys() else {
        return Vec::new();
    };
    names
        .take(MANY)
        .filter_map(|name| entry(&list.open(name).ok()?))
        .collect()
}

fn entry(program: &Key) -> Option<(String, PathBuf)> {
    let name = program.get_string("DisplayName").ok()?;
    let text = |value| {
        program
            .get_string(value)
            .ok()
            .filter(|text| !text.is_empty())
    };
    let folder = match text("InstallLocation") {
        Some(folder) => PathBuf::from(folder.trim_matches('"')),
        // Some installers say only where their icon or their own undoing is.
        None => folder_of(&text("DisplayIcon").or_else(|| text("UninstallString"))?)?,
    };
    folder.is_absolute().then_some((name, folder))
}

/// `"C:\Program Files\X\x.exe",0`
fn folder_of(command: &str) -> Option<PathBuf> {
    let command = command.trim_start();
    let file = match command.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next()?,
        None => command.split(',').next()?,
    };
    Path::new(file).parent().map(Path::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_of_an_icon_or_of_an_undoing_is_taken() {
        let folder = Some(PathBuf::from(r"C:\Program Files\X"));
        assert_eq!(folder_of(r#""C:\Program Files\X\unins000.exe" /S"#), folder);
        assert_eq!(folder_of(r"C:\Program Files\X\x.exe,0"), folder);
    }

    #[test]
    fn this_machine_has_program_files_and_a_list_in_which_an_entry_is_found() {
        let name = "HostMessenger places test";
        let key = format!(r"{}\{name}", LISTS[0]);
        let entry = CURRENT_USER.create(&key).unwrap();
        entry.set_string("DisplayName", name).unwrap();
        entry
            .set_string("InstallLocation", r"C:\somewhere else\")
            .unwrap();
        let places = places();
        CURRENT_USER.remove_tree(&key).unwrap();
        assert!(
            places.own.is_some() && !places.programs.is_empty(),
            "{places:?}"
        );
        let expected = (name.to_owned(), PathBuf::from(r"C:\somewhere else\"));
        assert!(places.installed.contains(&expected), "{places:?}");
    }
}
