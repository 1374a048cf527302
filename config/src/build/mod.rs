//! As written -> as used: secrets are read, paths made absolute, and what needs several keys to
//! judge is judged. A `None` on the way means that a mistake has been told.

mod account;
mod alerts;
mod kinds;
mod names;
mod targets;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use config::{Value, ValueKind};

pub(crate) use account::TOTP_SECRET;

use crate::credential::{self, NoSecret};
use crate::layer;
use crate::mistake::{Mistake, Place};
use crate::used::{Config, Language, Log, Vnc, VncServer};
use crate::value::{Display, FromText, Written};
use crate::written;

/// What the checks need to tell a mistake.
pub(crate) struct Builder<'a> {
    /// The file as it was named.
    pub(crate) file: &'a Path,
    /// Where relative paths start.
    pub(crate) folder: PathBuf,
    /// Where the service manager puts credentials.
    pub(crate) credentials: Option<PathBuf>,
    /// The merged tree, for the places of values.
    pub(crate) raw: &'a Value,
    pub(crate) mistakes: &'a mut Vec<Mistake>,
}

/// Builds the configuration; `display` is the X display where none is written.
pub(crate) fn build(tree: Value, display: &str, mut b: Builder<'_>) -> Option<Config> {
    let Ok(written) = tree.try_deserialize::<written::Config>() else {
        // The validator lets nothing through that serde would refuse; its text could quote.
        let mistake = Mistake::new(b.file, Place::File, "", "cannot be read");
        b.mistakes.push(mistake);
        return None;
    };
    let account = written.account.map(|account| b.account(account));
    let vnc_code = written.access.vnc_code.as_ref();
    let vnc_code_file = vnc_code
        .and_then(|code| code.totp_secret_file.as_deref())
        .and_then(|file| credential::file(file, &b.folder));
    let access = b.access(written.access);
    let alerts = b.alerts(&written.alerts, &access);
    let targets = b.targets(
        &written.targets,
        &written.defaults,
        &written.alerts,
        &alerts,
        &access,
    );
    let vnc = b.vnc(written.vnc, display);
    Some(Config {
        file: std::path::absolute(b.file).unwrap_or_else(|_| b.file.to_owned()),
        language: written
            .language
            .map_or_else(machine_language, |Written(l)| l),
        data_dir: b.folder.join(written.data_dir),
        data_by_machine: written.data_by_machine,
        account: match account {
            Some(account) => Some(account?),
            None => None,
        },
        access,
        vnc_code_file,
        alerts,
        own_disks: written.own_disks.unwrap_or(written.targets.is_empty()),
        targets: targets?.into_iter().map(Arc::new).collect(),
        vnc,
        external_ip: written
            .host_info
            .external_ip
            .into_iter()
            .map(|Written(s)| s)
            .collect(),
        history_keep: written.history.keep.0,
        log: Log {
            format: written.log.format.0,
            level: written.log.level,
        },
    })
}

/// The language of this machine, of those that the program speaks.
pub fn machine_language() -> Language {
    match sys_locale::get_locale() {
        Some(locale) if locale.to_lowercase().starts_with("de") => Language::De,
        _ => Language::En,
    }
}

impl Builder<'_> {
    /// A mistake at a key without its value.
    pub(crate) fn mistake(&self, path: &str, problem: impl Into<String>) -> Mistake {
        Mistake::new(self.file, self.find(path).1, path, problem)
    }

    /// Tells a mistake about a value that is no secret, with the value.
    pub(crate) fn wrong(&mut self, path: &str, problem: impl Into<String>, allowed: &str) {
        let value = match self.find(path).0 {
            Some(value) => match &value.kind {
                ValueKind::Nil | ValueKind::Table(_) | ValueKind::Array(_) => None,
                scalar => Some(scalar.to_string()),
            },
            None => None,
        };
        let mistake = self.mistake(path, problem).value(value);
        self.mistakes.push(match allowed {
            "" => mistake,
            allowed => mistake.allowed(allowed),
        });
    }

    /// Whether a key was written, in the file or by a variable.
    pub(crate) fn is_written(&self, path: &str) -> bool {
        self.find(path).0.is_some()
    }

    /// The value at `targets[2].every`, and the place of it or of what it would stand in.
    fn find(&self, path: &str) -> (Option<&Value>, Place) {
        let mut value = self.raw;
        let mut place = Place::File;
        let mut sofar = String::new();
        let steps = path.split('.').flat_map(|part| part.split_inclusive('['));
        for step in steps.filter(|step| !step.is_empty()) {
            let name = step.trim_end_matches(['[', ']']);
            let next = match &value.kind {
                ValueKind::Table(map) => map.get(name),
                ValueKind::Array(list) => name.parse().ok().and_then(|i: usize| list.get(i)),
                _ => None,
            };
            let Some(next) = next else {
                return (None, place);
            };
            if !sofar.is_empty() {
                sofar.push('.');
            }
            sofar.push_str(name);
            place = match layer::place(next, &sofar) {
                Place::File => place,
                found => found,
            };
            value = next;
        }
        (Some(value), place)
    }

    /// A secret, as written or from its file; `path` is its key. `None`: neither, or a mistake
    /// that has been told.
    pub(crate) fn secret<T: FromText>(
        &mut self,
        written: Option<Written<T>>,
        file: Option<PathBuf>,
        path: &str,
    ) -> Option<T> {
        if let Some(Written(secret)) = written {
            return Some(secret);
        }
        let text = credential::read_secret(&file?, &self.folder, self.credentials.as_deref());
        let secret = text.and_then(|text| {
            T::from_text(&text).map_err(|problem| NoSecret {
                problem,
                allowed: "a file that holds nothing but the secret, on one line".into(),
            })
        });
        match secret {
            Ok(secret) => Some(secret),
            Err(NoSecret { problem, allowed }) => {
                self.wrong(&format!("{path}_file"), problem, &allowed);
                None
            }
        }
    }

    fn vnc(&mut self, vnc: written::Vnc, display: &str) -> Vnc {
        let Written(server) = vnc.server;
        if server == VncServer::Custom && vnc.command.is_empty() {
            self.wrong(
                "vnc.command",
                "is missing",
                "the words of a command, for server: custom",
            );
        }
        if server != VncServer::Custom && !vnc.command.is_empty() {
            self.wrong("vnc.command", "has no effect", "only beside server: custom");
        }
        let fallback = Display::from_text(display).map_or_else(|_| ":0".to_owned(), |d| d.0);
        Vnc {
            server,
            command: vnc.command,
            display: Some(vnc.display.map_or(fallback, |Written(display)| display.0)),
            listen: SocketAddr::new(vnc.address.0, vnc.port),
            stop_after: vnc.stop_after.0,
            view_only: vnc.view_only,
            viewers: vnc.viewers.into_iter().map(|Written(one)| one).collect(),
            one_time_password: vnc.one_time_password,
        }
    }
}
