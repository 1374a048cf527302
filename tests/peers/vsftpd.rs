//! An FTP server that lets anonymous in.

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::free_port::free_port;
use super::guard::{Guard, which};

/// Serves `/pub/ls-lR.gz`. It can be ended and started again on the same port.
pub(crate) struct Vsftpd {
    /// Where it listens.
    pub(crate) port: u16,
    dir: TempDir,
    process: Option<Guard>,
}

impl Vsftpd {
    /// Starts it and waits until it listens.
    pub(crate) async fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let port = free_port();
        let root = dir.path().join("root");
        std::fs::create_dir_all(root.join("pub")).unwrap();
        std::fs::create_dir(dir.path().join("empty")).unwrap();
        std::fs::write(root.join("pub/ls-lR.gz"), "fresh").unwrap();
        readable_by_all(dir.path());
        std::fs::write(dir.path().join("vsftpd.conf"), settings(dir.path(), port)).unwrap();
        let mut server = Self {
            port,
            dir,
            process: None,
        };
        server.resume().await;
        server
    }

    /// Ends it.
    pub(crate) fn stop(&mut self) {
        drop(self.process.take());
    }

    /// Starts it again.
    pub(crate) async fn resume(&mut self) {
        let mut command = Command::new(which("vsftpd"));
        command.arg(self.dir.path().join("vsftpd.conf"));
        let mut process = Guard::start("vsftpd", &mut command);
        process.listens(self.port).await;
        self.process = Some(process);
    }
}

/// vsftpd gives up root for `ftp`.
fn readable_by_all(dir: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(dir, std::fs::Permissions::from_mode(0o755)).unwrap();
}

fn settings(dir: &Path, port: u16) -> String {
    let dir = dir.display();
    format!(
        "listen=YES\nlisten_address=127.0.0.1\nlisten_port={port}\nbackground=NO\n\
         anonymous_enable=YES\nlocal_enable=NO\nanon_root={dir}/root\n\
         secure_chroot_dir={dir}/empty\nxferlog_enable=NO\nrun_as_launching_user={}\n\
         seccomp_sandbox=NO\nisolate=NO\nisolate_network=NO\n",
        // vsftpd starts as root alone, unless told that it may stay who it is.
        if rustix::process::geteuid().is_root() {
            "NO"
        } else {
            "YES"
        },
    )
}
