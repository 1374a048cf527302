//! Network shares, `\\server\share`. Wine looks for them below the link `unc` among its devices; that
//! they are folders of this machine is what only a real Windows with a real server can mend.

use std::io::{ErrorKind, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::process::Signal;

use crate::alerts::{hears_down, hears_up};
use crate::peers::free_port::free_port;
use crate::peers::human::body;
use crate::peers::runner::prefix;
use crate::peers::{Listener, until};
use crate::scene::{stage, watching};

/// A server of shares; it goes away with its value.
struct Server {
    name: String,
    folder: PathBuf,
}

impl Server {
    /// With no share yet.
    fn new(name: &str) -> Self {
        let shares = prefix().join("shares");
        let folder = shares.join(name);
        std::fs::create_dir_all(&folder).unwrap();
        // Made by whichever test comes first.
        std::os::unix::fs::symlink("../shares", prefix().join("dosdevices/unc")).ok();
        Self {
            name: name.into(),
            folder,
        }
    }

    /// Begins to serve a share, and says its path.
    fn shares(&self, share: &str) -> (PathBuf, String) {
        let folder = self.folder.join(share);
        std::fs::create_dir_all(&folder).unwrap();
        (folder, format!(r"\\{}\{share}", self.name))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.folder).ok();
    }
}

#[tokio::test]
async fn a_share_that_goes_and_comes_back_is_told() {
    let server = Server::new("comes-back");
    let (folder, path) = server.shares("public");
    let target = format!("kind: disk, path: '{path}', min_free: 0%");
    let (_stage, owner, _program) = watching(&target).await;
    let answer = owner.asks(&format!("HD {path}")).await;
    assert!(answer.contains("iB") && answer.contains('%'), "{answer}");
    std::fs::remove_dir(&folder).unwrap();
    hears_down(&owner, &format!("{path} does not exist")).await;
    server.shares("public");
    hears_up(&owner).await;
}

#[tokio::test]
async fn a_share_that_is_not_there_is_told_in_plain_words_and_delays_no_other() {
    let port = free_port();
    let open = Listener::on(port).await;
    let yaml = format!(
        r"language: en
targets:
  - {{name: share, kind: disk, path: '\\nowhere\share', min_free: 0%}}
  - {{name: shop, kind: port, host: 127.0.0.1, port: {port}}}
"
    );
    let stage = stage(&yaml).await;
    let (owner, program) = stage.owner_and_program().await;
    program.target_goes("shop", "UP").await;
    let text = body(&owner.hears_line("DOWN share: ").await);
    assert!(text.contains(r"\\nowhere\share does not exist"), "{text}");
    open.close().await;
    hears_down(&owner, "connection refused").await;
    let answer = owner.asks(r"HD \\nowhere\share").await;
    assert!(answer.contains(r"\\nowhere\share"), "{answer}");
}

/// A file system whose folder is there, and that does not say how much room it has.
struct Mute {
    folder: PathBuf,
    sshfs: Child,
}

impl Mute {
    /// Mounts it over this folder; `None`, and a word on it, where this machine cannot.
    async fn over(folder: &Path) -> Option<Self> {
        let (ours, theirs) = UnixStream::pair().unwrap();
        std::thread::spawn(move || hangs_when_asked_for_its_room(ours));
        let sshfs = Command::new("sshfs")
            .args(["-f", "-o", "passive,dir_cache=no", "nowhere:/"])
            .arg(folder)
            .stdin(Stdio::from(OwnedFd::from(theirs.try_clone().unwrap())))
            .stdout(Stdio::from(OwnedFd::from(theirs)))
            .spawn()
            .unwrap();
        let mut mute = Self {
            folder: folder.to_owned(),
            sshfs,
        };
        let mounted = until("sshfs has mounted or given up", || {
            let table = std::fs::read_to_string("/proc/self/mountinfo").unwrap();
            let mounted = table.contains(&*folder.to_string_lossy());
            let gone = mute.sshfs.try_wait().unwrap().is_some();
            (mounted || gone).then_some(mounted)
        });
        if !mounted.await {
            eprintln!("nothing can be mounted here: a share that hangs is not tried");
            return None;
        }
        Some(mute)
    }
}

impl Drop for Mute {
    fn drop(&mut self) {
        // Lazily: a plain unmount would hang as well.
        let unmount = Command::new("fusermount3")
            .args(["-u", "-z"])
            .arg(&self.folder)
            .status();
        let killed = self.sshfs.kill().and_then(|()| self.sshfs.wait());
        drop((unmount, killed));
    }
}

/// SFTP, version 3 (draft-ietf-secsh-filexfer-02): just enough of it for a share that hangs.
fn hangs_when_asked_for_its_room(mut wire: UnixStream) -> std::io::Result<()> {
    let text = |text: &str| [&[0, 0, 0, text.len().to_le_bytes()[0]], text.as_bytes()].concat();
    // bsize, frsize, blocks, bfree, bavail, files, ffree, favail, fsid, flag, namemax
    let numbers = [4096, 4096, 9, 9, 9, 9, 9, 9, 0, 0, 255_u64];
    let numbers: Vec<u8> = numbers.into_iter().flat_map(u64::to_be_bytes).collect();
    let mut asked = false;
    loop {
        let mut length = [0; 4];
        wire.read_exact(&mut length)?;
        let mut packet = vec![0; u32::from_be_bytes(length) as usize];
        wire.read_exact(&mut packet)?;
        let (kind, rest) = packet.split_first().ok_or(ErrorKind::InvalidData)?;
        let id = rest.get(..4).unwrap_or(&[0; 4]);
        let answer = match kind {
            // INIT, answered by VERSION with the extension that statvfs needs.
            1 => [
                &[2, 0, 0, 0, 3][..],
                &text("statvfs@openssh.com"),
                &text("2"),
            ]
            .concat(),
            // LSTAT, FSTAT, STAT: a folder.
            7 | 8 | 17 => [&[105], id, &[0, 0, 0, 4, 0, 0, 0o101, 0o355]].concat(),
            // OPENDIR: a handle. CLOSE: good.
            11 => [&[102], id, &text("h")].concat(),
            4 => [&[101], id, &[0; 4], &text("ok"), &text("")].concat(),
            // STATVFS: Wine's own server asks first, once, and would hang with all that it serves.
            200 if !asked => {
                asked = true;
                [&[201], id, &numbers[..]].concat()
            }
            200 => continue,
            // Anything else: not supported.
            _ => [&[101], id, &[0, 0, 0, 8], &text("no"), &text("")].concat(),
        };
        let length = u32::try_from(answer.len()).map_err(std::io::Error::other)?;
        wire.write_all(&length.to_be_bytes())?;
        wire.write_all(&answer)?;
    }
}

#[tokio::test]
async fn a_share_that_hangs_is_told_as_such_delays_no_other_and_does_not_hold_up_the_end() {
    let server = Server::new("hangs");
    let (folder, path) = server.shares("public");
    let Some(mute) = Mute::over(&folder).await else {
        return;
    };
    let port = free_port();
    let open = Listener::on(port).await;
    let yaml = format!(
        "language: en
targets:
  - {{name: share, kind: disk, path: '{path}', min_free: 0%}}
  - {{name: shop, kind: port, host: 127.0.0.1, port: {port}}}
"
    );
    let stage = stage(&yaml).await;
    let (owner, mut program) = stage.owner_and_program().await;
    program.target_goes("shop", "UP").await;
    owner.hears_line("DOWN share: hangs since ").await;
    open.close().await;
    hears_down(&owner, "connection refused").await;
    program.signal(Signal::INT);
    program.logs("stopped").await;
    // Linux keeps a process for as long as one of its threads waits inside a file system.
    drop(mute);
    assert_eq!(program.ends().await, Some(0));
}
