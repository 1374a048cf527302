//! A window for the password: that of KDE's `kdialog` or GNOME's `zenity`, whichever is there. The
//! password comes from its standard output and is in no argument.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use hostmessenger_actors::wording::{Language, tray as say};
use hostmessenger_config::SecretString;
use tokio::io::AsyncReadExt;
use tokio::process::Command;

/// No password is longer; what is too long is refused where passwords are set.
const LONGEST: u64 = 1_000;
/// Between the two that zenity asks for: no keyboard has it.
const BETWEEN: char = '\u{1f}';

/// A program that asks.
#[derive(Debug, Clone)]
pub(super) enum Dialog {
    Kdialog(PathBuf),
    Zenity(PathBuf),
}

impl Dialog {
    /// The one that is installed.
    pub(super) fn find() -> Option<Self> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let desktop = std::env::var_os("XDG_CURRENT_DESKTOP").unwrap_or_default();
        choose(&path, &desktop)
    }

    /// Asks. Nothing where the person thought better of it.
    pub(super) fn ask(&self, lang: Language) -> impl Future<Output = Option<SecretString>> + use<> {
        let dialog = self.clone();
        async move {
            match dialog.run(lang).await {
                Ok(password) => password,
                Err(error) => {
                    tracing::warn!(%error, "password not asked for");
                    None
                }
            }
        }
    }

    fn command(&self, lang: Language) -> Command {
        let (title, first) = (say::password_title(lang), say::password_first(lang));
        let (program, arguments) = match self {
            Self::Kdialog(program) => (
                program,
                vec!["--title".into(), title, "--newpassword".into(), first],
            ),
            Self::Zenity(program) => {
                let options = [
                    ("title", title),
                    ("text", String::new()),
                    ("add-password", first),
                    ("add-password", say::password_again(lang)),
                    ("separator", BETWEEN.into()),
                ];
                let mut arguments = vec!["--forms".to_owned()];
                arguments.extend(options.map(|(name, value)| format!("--{name}={value}")));
                (program, arguments)
            }
        };
        let mut command = Command::new(program);
        command.args(arguments);
        command
    }

    async fn run(&self, lang: Language) -> std::io::Result<Option<SecretString>> {
        let mut command = self.command(lang);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        let mut child = command.spawn()?;
        let mut answer = String::new();
        if let Some(out) = child.stdout.take() {
            out.take(LONGEST).read_to_string(&mut answer).await?;
        }
        let status = child.wait().await?;
        Ok(status.success().then(|| self.password(answer)))
    }

    /// Two that differ become none: an empty one is refused, with what to do.
    fn password(&self, mut answer: String) -> SecretString {
        answer.truncate(answer.trim_end_matches(['\r', '\n']).len());
        if let Self::Zenity(_) = self {
            let halves = answer.split_once(BETWEEN);
            let same = halves.filter(|(first, again)| first == again);
            answer = same.map_or_else(String::new, |(first, _)| first.to_owned());
        }
        answer.into()
    }
}

/// KDE's on KDE, GNOME's elsewhere, the other where that is missing.
fn choose(path: &OsString, desktop: &OsString) -> Option<Dialog> {
    let find = |name: &str| {
        std::env::split_paths(path)
            .filter(|dir| dir.is_absolute())
            .map(|dir| dir.join(name))
            .find(|program| is_program(program))
    };
    let kdialog = find("kdialog").map(Dialog::Kdialog);
    let zenity = find("zenity").map(Dialog::Zenity);
    if desktop.to_string_lossy().contains("KDE") {
        kdialog.or(zenity)
    } else {
        zenity.or(kdialog)
    }
}

fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata()
        .is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}
