//! Where each of the programs finds its settings.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use windows_registry::CURRENT_USER;

/// Makes a program one of those that know `-config`; a test spoils it to make it an older one.
#[used]
static KNOWS_CONFIG: [u8; 8] = *b"-config\0";

/// What it was told.
#[derive(Default)]
pub(crate) struct Settings {
    pub(crate) port: u16,
    pub(crate) loopback_only: bool,
    /// As `vncpasswd` hides it.
    pub(crate) password: Vec<u8>,
    pub(crate) authenticate: bool,
}

/// Of the program whose name this one has.
pub(crate) fn settings(exe: &Path, words: &[String]) -> Option<Settings> {
    let name = exe.file_stem().and_then(OsStr::to_str)?.to_lowercase();
    let is_real = exe.to_str()?.to_lowercase().contains("realvnc");
    match name.as_str() {
        "winvnc" => ultra(exe, words),
        "tvnserver" => tight(words),
        "winvnc4" if is_real => on_the_line(r"Software\RealVNC\WinVNC4", words),
        "winvnc4" => on_the_line(r"Software\TigerVNC\WinVNC4", words),
        "vncserver" => real(),
        _ => None,
    }
}

fn ultra(exe: &Path, words: &[String]) -> Option<Settings> {
    let place = words.iter().position(|word| word == "-config");
    let file = match place {
        Some(at) if std::hint::black_box(KNOWS_CONFIG)[1] == b'c' => {
            PathBuf::from(words.get(at + 1)?)
        }
        // It does not know that word, says how it is to be called, and ends.
        Some(_) => return None,
        None => exe.with_file_name("ultravnc.ini"),
    };
    let text = std::fs::read_to_string(file).ok()?;
    let value = |name: &str| {
        let lines = text.lines().filter_map(|line| line.split_once('='));
        lines
            .into_iter()
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
    };
    let on = |name| value(name) == Some("1");
    let bytes = bytes(value("passwd")?)?;
    let (sum, password) = bytes.split_last()?;
    let right = password
        .iter()
        .fold(0_u8, |sum, byte| sum.wrapping_add(*byte))
        == *sum;
    let safe =
        on("AllowLoopback") && on("AuthRequired") && !on("AutoPortSelect") && !on("HTTPConnect");
    (right && safe && words.contains(&"-run".to_owned())).then_some(Settings {
        port: value("PortNumber")?.parse().ok()?,
        loopback_only: on("LoopbackOnly"),
        password: password.into(),
        authenticate: on("AuthRequired"),
    })
}

fn tight(words: &[String]) -> Option<Settings> {
    let key = CURRENT_USER.open(r"Software\TightVNC\Server").ok()?;
    let on = |name| key.get_u32(name).is_ok_and(|value| value == 1);
    (words == ["-run"] && on("AllowLoopback") && on("AcceptRfbConnections")).then_some(Settings {
        port: key.get_u32("RfbPort").ok()?.try_into().ok()?,
        loopback_only: on("LoopbackOnly"),
        password: key.get_value("Password").ok()?.to_vec(),
        authenticate: on("UseVncAuthentication"),
    })
}

fn on_the_line(key: &str, words: &[String]) -> Option<Settings> {
    let value = |name: &str| {
        let mut pairs = words.iter().filter_map(|word| word.split_once('='));
        pairs
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    };
    let password = CURRENT_USER.open(key).ok()?.get_value("Password").ok()?;
    Some(Settings {
        port: value("PortNumber")?.parse().ok()?,
        loopback_only: value("LocalHost") == Some("1"),
        password: password.to_vec(),
        authenticate: value("SecurityTypes")?.contains("VncAuth"),
    })
}

fn real() -> Option<Settings> {
    let key = CURRENT_USER.open(r"Software\RealVNC\vncserver").ok()?;
    let text = |name| key.get_string(name).ok();
    Some(Settings {
        port: text("RfbPort")?.parse().ok()?,
        loopback_only: text("IpListenAddresses").as_deref() == Some("127.0.0.1"),
        password: bytes(&text("Password")?)?,
        authenticate: text("Authentication").as_deref() == Some("VncAuth"),
    })
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digits = |at: usize| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
    (0..hex.len()).step_by(2).map(digits).collect()
}
