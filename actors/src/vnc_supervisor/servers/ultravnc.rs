//! UltraVNC: shows the desktop of Windows. See its `ultravnc.ini` and `PORTABLE_MODE.md`.
//!
//! Its settings lie in a file, so the user's own file is not touched: it is given one of ours, removed
//! when it ended. Since 1.5 `-config` names that file. Before, it was read from beside the program alone,
//! so such a one is run as a copy in a folder of ours.

use std::fmt::Write;
use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use super::{Arguments, Home, Reach, Server, Shows, Wish, hex};
use crate::vnc_supervisor::places::Usual;
use crate::vnc_supervisor::private_file;
use crate::vnc_supervisor::refusal::Refusal;

pub(super) static SERVER: Server = Server {
    name: "UltraVNC",
    binaries: &["winvnc.exe", "winvnc64.exe"],
    home: Home::Windows(Usual {
        beside: &["ultravnc"],
        folders: &[r"uvnc bvba\UltraVNC", "UltraVNC"],
        listed: &["UltraVNC", "Ultr@VNC"],
    }),
    shows: Shows::Desktop,
    arguments,
};

const FOLDER: &str = "vnc-ultravnc";
const FILE: &str = "ultravnc.ini";
/// A program that knows it has it among its texts.
const CONFIG: &[u8] = b"-config\0";
/// No `winvnc.exe` is larger.
const LARGEST: u64 = 64 << 20;

fn arguments(wish: &Wish, program: &Path) -> Result<Arguments, Refusal> {
    let (listen, reach) = Reach::of(SERVER.name, wish, SocketAddr::is_ipv4)?;
    let folder = wish.data_dir.join(FOLDER);
    let file = folder.join(FILE);
    let text = settings(wish, listen.port(), reach == Reach::Loopback);
    let written = private_file::create_dir(&folder)
        .and_then(|()| private_file::write(&file, text.as_bytes()));
    if let Err(why) = written {
        let _gone = fs::remove_dir_all(&folder);
        return Err(Refusal::File { path: file, why });
    }
    let mut arguments = if program.starts_with(&folder) {
        Arguments::of(["-run"])
    } else {
        Arguments::of([
            "-config".into(),
            file.clone().into_os_string(),
            "-run".into(),
        ])
    };
    arguments.secrets = vec![file, folder];
    Ok(arguments)
}

/// Only what is not as it is by itself, or what may not be left to what it is by itself.
fn settings(wish: &Wish, port: u16, loopback_only: bool) -> String {
    let mut text = format!("[ultravnc]\r\npasswd={}\r\n[admin]\r\n", struct_of(wish));
    let switch = u8::from;
    let settings = [
        ("UseRegistry", 0),
        ("AuthRequired", 1),
        ("MSLogonRequired", 0),
        ("NewMSLogon", 0),
        ("UseDSMPlugin", 0),
        ("SocketConnect", 1),
        ("HTTPConnect", 0),
        ("AutoPortSelect", 0),
        ("UseIpv6", 0),
        ("EnableTLS", 0),
        ("AllowLoopback", 1),
        ("LoopbackOnly", switch(loopback_only)),
        ("InputsEnabled", switch(!wish.vnc.view_only)),
        ("LocalInputsDisabled", 0),
        ("FileTransferEnabled", 0),
        ("BlankMonitorEnabled", 0),
        ("RemoveWallpaper", 0),
        // Who is connected stays when another one comes.
        ("ConnectPriority", 1),
        ("AllowProperties", 0),
        ("AllowShutdown", 1),
        ("DebugMode", 0),
    ];
    let _infallible = write!(text, "PortNumber={port}\r\n");
    for (name, value) in settings {
        let _infallible = write!(text, "{name}={value}\r\n");
    }
    text
}

/// As `WritePrivateProfileStruct` writes it: the bytes, then their sum, in hexadecimal digits.
fn struct_of(wish: &Wish) -> String {
    let block = wish.block;
    let sum = block.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
    hex(block.iter().chain([&sum])).to_uppercase()
}

/// What is run: the program itself, or a copy with its libraries in a folder of ours. Reads and writes
/// whole programs: not on the arbiter's thread.
pub(super) fn stage(program: &Path, data_dir: &Path) -> Result<PathBuf, Refusal> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        |why| Refusal::File { path, why }
    };
    if knows_config(program).map_err(failed(program))? {
        return Ok(program.to_owned());
    }
    let folder = data_dir.join(FOLDER);
    copy(program, &folder).map_err(failed(&folder))
}

fn knows_config(program: &Path) -> io::Result<bool> {
    if program.metadata()?.len() > LARGEST {
        return Ok(true);
    }
    let bytes = fs::read(program)?;
    Ok(bytes.windows(CONFIG.len()).any(|found| found == CONFIG))
}

fn copy(program: &Path, folder: &Path) -> io::Result<PathBuf> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    private_file::create_dir(folder)?;
    let name = program.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
    let from = program.parent().unwrap_or(Path::new(""));
    for entry in fs::read_dir(from)? {
        let library = entry?.path();
        let is_library = library
            .extension()
            .is_some_and(|end| end.eq_ignore_ascii_case("dll"));
        if let (true, Some(name)) = (is_library, library.file_name()) {
            fs::copy(&library, folder.join(name))?;
        }
    }
    let copy = folder.join(name);
    fs::copy(program, &copy)?;
    Ok(copy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_knows_no_config_runs_as_a_copy_with_its_libraries() {
        let (there, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let program = there.path().join("winvnc.exe");
        fs::write(&program, b"MZ -configure\0 -run\0").unwrap();
        for other in ["hooks.DLL", "ultravnc.ini", "readme.txt"] {
            fs::write(there.path().join(other), "x").unwrap();
        }
        let copy = stage(&program, data.path()).unwrap();
        assert!(copy.starts_with(data.path().join(FOLDER)));
        let files = fs::read_dir(copy.parent().unwrap()).unwrap();
        let mut names: Vec<_> = files.map(|file| file.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["hooks.DLL", "winvnc.exe"]);
        fs::write(&program, b"MZ -config\0 -run\0").unwrap();
        assert_eq!(stage(&program, data.path()).unwrap(), program);
    }
}
