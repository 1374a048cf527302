//! A real hang: a share mounted by `sshfs`, whose server stops answering. The server is played by
//! this test over a socket pair, so that nothing but `sshfs` must be installed.

use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Instant;

use super::*;

/// SFTP, version 3 (draft-ietf-secsh-filexfer-02): just enough of it for a share that is empty.
struct Server {
    wire: UnixStream,
    /// `f_blocks` of the next answer; none for as long as nothing comes.
    answers: mpsc::Receiver<u64>,
    asked: mpsc::Sender<()>,
}

impl Server {
    fn serve(mut self) -> std::io::Result<()> {
        loop {
            let mut length = [0; 4];
            self.wire.read_exact(&mut length)?;
            let mut packet = vec![0; u32::from_be_bytes(length) as usize];
            self.wire.read_exact(&mut packet)?;
            let (kind, rest) = packet
                .split_first()
                .ok_or(std::io::ErrorKind::InvalidData)?;
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
                7 | 8 | 17 => [
                    &[105],
                    id,
                    &4_u32.to_be_bytes(),
                    &0o40_755_u32.to_be_bytes(),
                ]
                .concat(),
                200 => [&[201], id, &self.statvfs()?[..]].concat(),
                // Anything else: not supported.
                _ => [&[101], id, &8_u32.to_be_bytes(), &text("no"), &text("")].concat(),
            };
            let length = u32::try_from(answer.len()).map_err(std::io::Error::other)?;
            self.wire.write_all(&length.to_be_bytes())?;
            self.wire.write_all(&answer)?;
        }
    }

    fn statvfs(&self) -> std::io::Result<Vec<u8>> {
        self.asked.send(()).map_err(std::io::Error::other)?;
        let blocks = self.answers.recv().map_err(std::io::Error::other)?;
        // bsize, frsize, blocks, bfree, bavail, files, ffree, favail, fsid, flag, namemax
        let numbers = [4096, 4096, blocks, blocks, blocks, 10, 10, 10, 0, 0, 255];
        Ok(numbers.into_iter().flat_map(u64::to_be_bytes).collect())
    }
}

fn text(text: &str) -> Vec<u8> {
    let length = u32::try_from(text.len()).unwrap_or(0);
    [&length.to_be_bytes(), text.as_bytes()].concat()
}

/// A mount that goes away whatever becomes of the test.
pub(crate) struct Share {
    pub(crate) dir: tempfile::TempDir,
    sshfs: Child,
}

impl Share {
    /// From now on nothing on it answers, a look at a path included.
    pub(crate) fn stop(&self) {
        let pid = rustix::process::Pid::from_child(&self.sshfs);
        rustix::process::kill_process(pid, rustix::process::Signal::STOP).unwrap();
        // A thread of it might still answer: it has stopped when the system says so.
        let stopped = rustix::process::WaitOptions::UNTRACED;
        rustix::process::waitpid(Some(pid), stopped).unwrap();
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        // Lazily, since a plain unmount of a share that hangs would hang as well.
        let unmount = Command::new("fusermount3")
            .args(["-u", "-z"])
            .arg(self.dir.path())
            .status();
        let killed = self.sshfs.kill().and_then(|()| self.sshfs.wait());
        drop((unmount, killed));
    }
}

fn mount(server: UnixStream) -> std::io::Result<Share> {
    let dir = tempfile::tempdir()?;
    let stdin = OwnedFd::from(server.try_clone()?);
    let sshfs = Command::new("sshfs")
        .args(["-f", "-o", "passive,dir_cache=no", "nowhere:/"])
        .arg(dir.path())
        .stdin(Stdio::from(stdin))
        .stdout(Stdio::from(OwnedFd::from(server)))
        .spawn()?;
    Ok(Share { dir, sshfs })
}

fn is_mounted(path: &Path) -> bool {
    std::fs::read_to_string("/proc/self/mountinfo")
        .is_ok_and(|table| table.contains(&*path.to_string_lossy()))
}

/// A share, what it answers (blocks that are free; nothing for as long as nothing is sent), and how
/// often it was asked. `None`, and a word on it, where this machine cannot have one.
pub(crate) async fn share() -> Option<(Share, mpsc::Sender<u64>, mpsc::Receiver<()>)> {
    let fuse = std::fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open("/dev/fuse");
    if let Err(error) = fuse {
        eprintln!("SKIPPED: no FUSE here ({error}); a real hang was not tested");
        return None;
    }
    let (ours, theirs) = UnixStream::pair().unwrap();
    let share = match mount(theirs) {
        Ok(share) => share,
        Err(error) => {
            eprintln!("SKIPPED: sshfs does not start ({error}); a real hang was not tested");
            return None;
        }
    };
    let (answer, answers) = mpsc::channel();
    let (asked, questions) = mpsc::channel();
    let server = Server {
        wire: ours,
        answers,
        asked,
    };
    // It ends with the mount.
    std::thread::spawn(move || server.serve());
    let start = Instant::now();
    while !is_mounted(share.dir.path()) {
        assert!(start.elapsed() < Duration::from_secs(10), "not mounted");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Some((share, answer, questions))
}

#[tokio::test]
async fn a_real_share_that_hangs_is_told_once_and_comes_back_by_itself() {
    let Some((share, answer, questions)) = share().await else {
        return;
    };
    let path = share.dir.path().to_owned();
    let helpers = DiskHelpers::default();
    let (short, long) = (Duration::from_millis(300), Duration::from_secs(10));
    answer.send(1_000).unwrap();
    let good = usage(&path, long, &helpers).await.unwrap();
    assert_eq!(good.total, 4_096_000);

    let first = usage(&path, short, &helpers).await;
    let Err(DiskReason::Hangs { since, .. }) = first else {
        panic!("expected a hang, got {first:?}");
    };
    let second = usage(&path, short, &helpers).await;
    assert!(
        matches!(second, Err(DiskReason::Hangs { since: s, lasting }) if s == since && lasting >= short * 2)
    );
    let root = usage(Path::new("/"), long, &helpers).await.unwrap();
    assert!(root.total > 0);
    // One that was answered, one that hangs.
    for _ in 0..2 {
        questions.recv_timeout(long).unwrap();
    }
    assert!(questions.try_recv().is_err(), "asked a third time");

    // The question that hangs may be answered before this one joins it: then there is another.
    answer.send(2_000).unwrap();
    answer.send(2_000).unwrap();
    let back = usage(&path, long, &helpers).await.unwrap();
    assert_eq!(back.total, 8_192_000);
    drop((answer, share));
}
