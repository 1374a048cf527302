//! systemd, by its own tools.
//!
//! A unit that somebody wrote is his: one is replaced only where it is as we wrote it.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};

use super::{Which, Wish, tool};

mod status;
mod unit;

pub(crate) use status::status;

/// systemd gives a start and a stop 90 s at the most.
const PATIENCE: Duration = Duration::from_secs(100);
/// Who a service of root's folder runs as.
const USER: &str = "hostmessenger";

/// Writes the unit, and what it needs.
pub(crate) fn install(wish: &Wish, say: fn(&str)) -> anyhow::Result<()> {
    let which = &wish.which;
    booted(which)?;
    privileged(which)?;
    let made = user_number()?;
    let (text, user) = unit::unit(&wish.program, &wish.config, made.as_deref(), which.user);
    let path = unit_path(which)?;
    if !which.user && user == USER {
        provide_user(&wish.config, made.is_some(), say)?;
    }
    if put(&path, &text, wish.force)? {
        say(&format!("{}: written", path.display()));
    } else {
        say(&format!(
            "{}: is there already, as it should be",
            path.display()
        ));
    }
    systemctl(which, &["daemon-reload"])?;
    systemctl(which, &["--quiet", "enable", &unit_name(which)])?;
    say(if which.user {
        "enabled: starts when you log in (at boot: loginctl enable-linger)"
    } else {
        "enabled: starts with the machine"
    });
    say(&format!(
        "start it: hostmessenger service start{}",
        options(which)
    ));
    Ok(())
}

/// How to name the same service again.
fn options(which: &Which) -> String {
    let mut words = String::new();
    if which.name != super::NAME {
        words = format!(" --name {}", which.name);
    }
    if which.user {
        words += " --user";
    }
    words
}

/// Writes it where it is not there already. Answers whether it did.
fn put(path: &Path, text: &str, force: bool) -> anyhow::Result<bool> {
    let shown = path.display();
    let there = match fs::read_to_string(path) {
        Ok(there) => Some(there),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Some(String::new()),
        Err(error) => return Err(error).context(format!("{shown} cannot be read")),
    };
    match there {
        Some(there) if there == text => return Ok(false),
        Some(there) if !force && !unit::is_ours(&there, text) => bail!(
            "{shown} was written or changed by hand; --force replaces it (a drop-in keeps changes: \
             systemctl edit)"
        ),
        _ => {}
    }
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    // Whole or not at all: systemd may read it at any moment.
    let mut file = tempfile::NamedTempFile::new_in(folder)
        .with_context(|| format!("{shown} cannot be written"))?;
    io::Write::write_all(&mut file, text.as_bytes())?;
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    file.as_file().set_permissions(open)?;
    file.as_file().sync_all()?;
    file.persist(path)
        .with_context(|| format!("{shown} cannot be written"))?;
    Ok(true)
}

/// Whether all of a folder may be given away: none of those that hold other things too, whose owner could
/// then replace what root runs.
fn is_own_folder(folder: &Path) -> bool {
    const SHARED: [&str; 8] = [
        "/usr", "/boot", "/dev", "/proc", "/sys", "/bin", "/sbin", "/lib",
    ];
    let is_varying = folder.parent() == Some(Path::new("/var"));
    let is_systems = SHARED.iter().any(|shared| folder.starts_with(shared));
    folder.components().count() >= 3 && !is_varying && !is_systems
}

/// The number of the user that is made for it, where it was; `getent(1)`.
fn user_number() -> anyhow::Result<Option<String>> {
    let found = tool::run("getent", &["passwd", USER], PATIENCE)?;
    let text = String::from_utf8_lossy(&found.stdout).into_owned();
    Ok(text.split(':').nth(2).map(str::to_owned))
}

/// The user of a folder that is root's, who must be able to write there.
fn provide_user(config: &Path, is_there: bool, say: fn(&str)) -> anyhow::Result<()> {
    let folder = config.parent().unwrap_or(config);
    if !is_own_folder(folder) {
        bail!(
            "{} would be given to the user {USER}; put the configuration into a folder of its own, \
             /etc/hostmessenger, say",
            folder.display()
        );
    }
    if !is_there {
        let words = [
            OsStr::new("--system"),
            OsStr::new("--no-create-home"),
            OsStr::new("--shell"),
            OsStr::new("/usr/sbin/nologin"),
            OsStr::new("--home-dir"),
            folder.as_os_str(),
            OsStr::new(USER),
        ];
        tool::must("useradd", &words, PATIENCE)?;
        say(&format!("user {USER}: made"));
    }
    // Links are not followed.
    let owner = format!("{USER}:");
    let words = [
        OsStr::new("--recursive"),
        OsStr::new("--no-dereference"),
        OsStr::new("--"),
        OsStr::new(&owner),
        folder.as_os_str(),
    ];
    tool::must("chown", &words, PATIENCE)?;
    say(&format!("{}: belongs to {USER}", folder.display()));
    Ok(())
}

/// Stops and removes it.
pub(crate) fn uninstall(which: &Which, say: fn(&str)) -> anyhow::Result<()> {
    booted(which)?;
    privileged(which)?;
    let path = unit_path(which)?;
    if !path.exists() {
        say(&format!("service {}: is not installed", which.name));
        return Ok(());
    }
    systemctl(which, &["--quiet", "disable", "--now", &unit_name(which)])?;
    say(&format!("service {}: stopped and disabled", which.name));
    fs::remove_file(&path).with_context(|| format!("{} cannot be removed", path.display()))?;
    systemctl(which, &["daemon-reload"])?;
    say(&format!(
        "{}: removed; configuration and data stay where they are",
        path.display()
    ));
    Ok(())
}

/// Starts it, and waits until it runs.
pub(crate) fn start(which: &Which, say: fn(&str)) -> anyhow::Result<()> {
    let state = known(which)?;
    if state
        .get("ActiveState")
        .is_some_and(|state| state == "active")
    {
        say(&format!("service {}: running", which.name));
        return Ok(());
    }
    privileged(which)?;
    say(&format!("service {}: starting …", which.name));
    if let Err(error) = systemctl(which, &["start", &unit_name(which)]) {
        let log = if which.user {
            "journalctl --user -u"
        } else {
            "journalctl -u"
        };
        let why = match status::show(which)?
            .get("ExecMainStatus")
            .map(String::as_str)
        {
            Some("2") => "its configuration has mistakes: hostmessenger check".to_owned(),
            _ => format!("why: {log} {} -n 20", which.name),
        };
        return Err(error.context(format!("service {}: did not start; {why}", which.name)));
    }
    say(&format!("service {}: running", which.name));
    Ok(())
}

/// Stops it, and waits until it has ended.
pub(crate) fn stop(which: &Which, say: fn(&str)) -> anyhow::Result<()> {
    known(which)?;
    privileged(which)?;
    say(&format!("service {}: stopping …", which.name));
    systemctl(which, &["stop", &unit_name(which)])?;
    say(&format!("service {}: stopped", which.name));
    Ok(())
}

/// How it stands; fails where there is none.
fn known(which: &Which) -> anyhow::Result<BTreeMap<String, String>> {
    booted(which)?;
    let shown = status::show(which)?;
    if shown.get("LoadState").is_none_or(|state| state != "loaded") {
        bail!(
            "there is no service {}; `hostmessenger service install` makes one",
            which.name
        );
    }
    Ok(shown)
}

fn systemctl(which: &Which, words: &[&str]) -> anyhow::Result<String> {
    let mut all = vec!["--no-pager", "--no-ask-password"];
    if which.user {
        all.push("--user");
    }
    all.extend(words);
    tool::must("systemctl", &all, PATIENCE)
}

/// `sd_booted(3)`.
fn booted(which: &Which) -> anyhow::Result<()> {
    let there = if which.user {
        std::env::var_os("XDG_RUNTIME_DIR")
            .is_some_and(|dir| Path::new(&dir).join("systemd").is_dir())
    } else {
        Path::new("/run/systemd/system").is_dir()
    };
    match (there, which.user) {
        (true, _) => Ok(()),
        (false, false) => bail!(
            "this machine was not started by systemd; have its own manager run: hostmessenger run --no-console"
        ),
        (false, true) => {
            bail!("there is no systemd for this user; log in as the user, not by su or sudo")
        }
    }
}

fn privileged(which: &Which) -> anyhow::Result<()> {
    if !which.user && !rustix::process::geteuid().is_root() {
        bail!("this needs root: sudo hostmessenger service …; for yourself alone: --user");
    }
    Ok(())
}

fn unit_name(which: &Which) -> String {
    format!("{}.service", which.name)
}

fn unit_path(which: &Which) -> anyhow::Result<PathBuf> {
    let name = unit_name(which);
    if !which.user {
        return Ok(Path::new("/etc/systemd/system").join(name));
    }
    let env = hostmessenger_config::environment().into_iter();
    let dir = hostmessenger_config::user_config_dir(env)
        .context("your configuration folder is not known: HOME is not set")?;
    Ok(dir.join("systemd/user").join(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_folder_of_the_system_is_given_away() {
        for (folder, own) in [
            ("/etc/hostmessenger", true),
            ("/opt/hm", true),
            ("/var/lib/hm", true),
            ("/", false),
            ("/etc", false),
            ("/var/lib", false),
            ("/usr/local/bin", false),
        ] {
            assert_eq!(is_own_folder(Path::new(folder)), own, "{folder}");
        }
    }

    #[test]
    fn a_unit_is_replaced_only_where_nobody_changed_it() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("a/hm.service");
        let text = |dir: &str| {
            let config = Path::new(dir).join("hostmessenger.yaml");
            unit::unit(Path::new("/opt/hostmessenger"), &config, None, false).0
        };
        assert!(put(&path, &text("/srv/a"), false).expect("written"));
        assert!(!put(&path, &text("/srv/a"), false).expect("there"));
        assert!(put(&path, &text("/srv/b"), false).expect("moved"));
        fs::write(&path, "[Service]\nExecStart=/bin/mine\n").expect("changed");
        let error = put(&path, &text("/srv/b"), false).expect_err("somebody's own");
        assert!(error.to_string().contains("--force"), "{error}");
        assert!(put(&path, &text("/srv/b"), true).expect("forced"));
        assert_eq!(fs::read_to_string(&path).expect("read"), text("/srv/b"));
    }
}
