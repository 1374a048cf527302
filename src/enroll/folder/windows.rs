//! What a folder for Windows has more: files to click.
//!
//! Traps: `cmd` loses its place in a file whose lines do not end with CR and LF, and it replaces `%…%`
//! wherever it stands, so nothing from outside but the address, which is checked, is written into them.

use std::path::Path;

use super::{FolderError, Wish, file};

const FILES: [(&str, &str); 4] = [
    ("start.cmd", include_str!("start.cmd")),
    ("install-service.cmd", include_str!("install-service.cmd")),
    (
        "uninstall-service.cmd",
        include_str!("uninstall-service.cmd"),
    ),
    ("private.cmd", include_str!("private.cmd")),
];

/// Writes them.
pub(super) fn put(folder: &Path, wish: &Wish<'_>) -> Result<(), FolderError> {
    for (name, text) in FILES {
        file::write_text(folder, name, &filled(text, wish.jid.as_str()))?;
    }
    Ok(())
}

/// With line ends of Windows, and with nothing in the address that `cmd` acts on.
fn filled(text: &str, jid: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "@.-_".contains(c);
    let jid: String = jid.chars().filter(|c| plain(*c)).collect();
    text.replace("@JID@", &jid).replace('\n', "\r\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_program_is_called_that_could_lie_in_the_folder_under_the_name_of_one_of_windows() {
        // What cmd does itself; of anything else the whole path is named.
        const OWN: [&str; 13] = [
            "@echo", "rem", "setlocal", "cd", "title", "if", "set", "exit", "for", "echo", "echo.",
            "call", ")",
        ];
        for (name, text) in FILES {
            for line in text.lines() {
                let word = line.split_whitespace().next().unwrap_or(":");
                let whole = ["\"%SystemRoot%\\System32\\", "\"%~dp0", ":"];
                let fine = OWN.contains(&word) || whole.iter().any(|begin| word.starts_with(begin));
                assert!(fine, "{name}: {line}");
            }
            for bare in ["net session", " icacls ", " powershell ", " fltmc "] {
                let told = text.lines().filter(|line| !line.starts_with("rem"));
                assert!(
                    told.into_iter().all(|line| !line.contains(bare)),
                    "{name}: {bare}"
                );
            }
        }
    }

    #[test]
    fn every_line_ends_as_cmd_wants_it_and_an_address_is_no_command() {
        for (name, text) in FILES {
            let text = filled(text, "web&calc%PATH%@example.org");
            assert!(text.starts_with("@echo off\r\n"), "{name}");
            assert!(!text.replace("\r\n", "").contains(['\r', '\n']), "{name}");
            assert!(text.is_ascii(), "{name}");
            assert!(
                !text.contains("&calc") && !text.contains("%PATH%"),
                "{name}"
            );
        }
    }
}
