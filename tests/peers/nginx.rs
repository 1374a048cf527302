//! A web server with one page that can be switched off.

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::free_port::free_port;
use super::guard::{Guard, which};

/// Serves `/` with `Welcome`.
pub(crate) struct Nginx {
    /// Where it listens.
    pub(crate) port: u16,
    dir: TempDir,
    _process: Guard,
}

impl Nginx {
    /// Starts it and waits until it listens.
    pub(crate) async fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let port = free_port();
        std::fs::create_dir(dir.path().join("www")).unwrap();
        std::fs::write(dir.path().join("nginx.conf"), settings(dir.path(), port)).unwrap();
        readable_by_all(dir.path());
        let mut command = Command::new(which("nginx"));
        command.arg("-e").arg(dir.path().join("error.log"));
        command.arg("-c").arg(dir.path().join("nginx.conf"));
        let mut process = Guard::start("nginx", &mut command);
        process.listens(port).await;
        let server = Self {
            port,
            dir,
            _process: process,
        };
        server.switch_on();
        server
    }

    /// The page's address.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    /// The page is there.
    pub(crate) fn switch_on(&self) {
        std::fs::write(self.dir.path().join("www/index.html"), "<h1>Welcome</h1>").unwrap();
    }

    /// The page is gone: 403.
    pub(crate) fn switch_off(&self) {
        std::fs::remove_file(self.dir.path().join("www/index.html")).unwrap();
    }
}

/// nginx gives up root for `nobody`.
fn readable_by_all(dir: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(dir, std::fs::Permissions::from_mode(0o755)).unwrap();
}

fn settings(dir: &Path, port: u16) -> String {
    let dir = dir.display();
    format!(
        "daemon off; master_process off; pid {dir}/pid; error_log {dir}/error.log;
        events {{ worker_connections 64; }}
        http {{
          access_log off; default_type text/html;
          client_body_temp_path {dir}/b; proxy_temp_path {dir}/p; fastcgi_temp_path {dir}/f;
          uwsgi_temp_path {dir}/u; scgi_temp_path {dir}/s;
          server {{ listen 127.0.0.1:{port}; root {dir}/www; }}
        }}"
    )
}
