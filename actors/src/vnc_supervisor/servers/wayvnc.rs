//! wayvnc: shows a Wayland session of a wlroots compositor (sway, labwc, …). See wayvnc(1).
//!
//! It knows no VNC password file: name and password stand in its configuration, and it speaks them
//! over TLS alone (`VeNCrypt`, `X509Plain`). So it is given a configuration of its own, removed when
//! it ended, and a key and certificate that are made once and stay, for viewers to recognise.

use std::ffi::OsString;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use secrecy::ExposeSecret;

use super::{Arguments, Home, Server, Shows, Wish};
use crate::vnc_supervisor::line::Door;
use crate::vnc_supervisor::private_file;
use crate::vnc_supervisor::refusal::Refusal;

pub(super) static SERVER: Server = Server {
    name: "wayvnc",
    binaries: &["wayvnc"],
    home: Home::Package("wayvnc"),
    shows: Shows::Wayland,
    arguments,
};

/// The name that viewers give beside the password.
pub(in crate::vnc_supervisor) const USER: &str = "hostmessenger";

fn arguments(wish: &Wish, _program: &Path) -> Result<Arguments, Refusal> {
    let (key, certificate) = certificate(wish.data_dir)?;
    let config = wish.data_dir.join("wayvnc.config");
    let mut text = format!(
        "enable_auth=true\nusername={USER}\npassword={}\nprivate_key_file={}\n\
         certificate_file={}\n",
        wish.password.expose_secret(),
        key.display(),
        certificate.display(),
    );
    match wish.door {
        Door::Port(listen) | Door::Loopback(listen) => {
            let _infallible = write!(text, "address={}\nport={}\n", listen.ip(), listen.port());
        }
        Door::Socket(path) => {
            let _infallible = writeln!(text, "address={}", path.display());
        }
    }
    write_file(&config, text.as_bytes())?;
    let mut words: Vec<OsString> = vec!["-C".into(), config.clone().into()];
    if wish.vnc.view_only {
        words.push("-d".into());
    }
    if let Door::Socket(_) = wish.door {
        words.push("-u".into());
    }
    let mut arguments = Arguments::of(words);
    arguments.secrets = vec![config];
    Ok(arguments)
}

/// The key and certificate in the data directory, made where there are none.
fn certificate(data_dir: &Path) -> Result<(PathBuf, PathBuf), Refusal> {
    let (key, certificate) = (data_dir.join("wayvnc.key"), data_dir.join("wayvnc.crt"));
    if !(key.exists() && certificate.exists()) {
        let failed = |why: rcgen::Error| Refusal::File {
            path: certificate.clone(),
            why: std::io::Error::other(why),
        };
        let names = vec![USER.to_owned()];
        let made = rcgen::generate_simple_self_signed(names).map_err(failed)?;
        write_file(&key, made.signing_key.serialize_pem().as_bytes())?;
        write_file(&certificate, made.cert.pem().as_bytes())?;
    }
    Ok((key, certificate))
}

fn write_file(path: &Path, content: &[u8]) -> Result<(), Refusal> {
    private_file::write(path, content).map_err(|why| Refusal::File {
        path: path.to_owned(),
        why,
    })
}
