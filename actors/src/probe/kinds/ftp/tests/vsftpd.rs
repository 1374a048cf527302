//! Against a real vsftpd, started by each test on a free port of loopback, in a folder of its own.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::SystemTime;

use super::*;
use crate::testing::Authority;

const PROGRAM: &str = "/usr/sbin/vsftpd";

/// A server that ends with the test.
struct Vsftpd {
    child: Child,
    port: u16,
    dir: tempfile::TempDir,
}

impl Drop for Vsftpd {
    fn drop(&mut self) {
        drop(self.child.kill().and_then(|()| self.child.wait()));
    }
}

/// Starts it with `/pub/fresh.txt` and `/pub/old.txt` (ten days old). `None`, and a word about it,
/// where it is not installed or may not be started.
async fn start(more: &str) -> Option<Vsftpd> {
    if !Path::new(PROGRAM).exists() || !rustix::process::geteuid().is_root() {
        eprintln!("SKIPPED: vsftpd is not installed, or this is not root");
        return None;
    }
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("root");
    std::fs::create_dir_all(root.join("pub")).unwrap();
    open_to_all(dir.path());
    let week_old = SystemTime::now() - Duration::from_hours(240);
    std::fs::write(root.join("pub/fresh.txt"), "fresh").unwrap();
    let old = std::fs::File::create(root.join("pub/old.txt")).unwrap();
    old.set_modified(week_old).unwrap();
    // vsftpd cannot choose a port by itself.
    let port = {
        let probe = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        probe.local_addr().unwrap().port()
    };
    let empty = dir.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    let mut config = format!(
        "listen=YES\nlisten_address=127.0.0.1\nlisten_port={port}\nbackground=NO\n\
         anonymous_enable=YES\nlocal_enable=YES\nno_anon_password=NO\nanon_root={}\n\
         secure_chroot_dir={}\npam_service_name=vsftpd\nxferlog_enable=NO\n\
         seccomp_sandbox=NO\nisolate=NO\nisolate_network=NO\n",
        root.display(),
        empty.display()
    );
    writeln!(config, "{more}").unwrap();
    let file = dir.path().join("vsftpd.conf");
    std::fs::write(&file, config).unwrap();
    let child = Command::new(PROGRAM)
        .arg(&file)
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    let mut server = Vsftpd { child, port, dir };
    let begin = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        let ended = server.child.try_wait().unwrap();
        assert!(ended.is_none(), "vsftpd ended: {ended:?}");
        assert!(begin.elapsed() < Duration::from_secs(10), "does not listen");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Some(server)
}

fn open_to_all(dir: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(dir, std::fs::Permissions::from_mode(0o755)).unwrap();
}

async fn look(server: &Vsftpd, path: &str, max_age: Option<Duration>) -> String {
    let mut options = ftp(server.port);
    options.path = Some(path.into());
    options.max_age = max_age;
    told(&run(&options).await)
}

#[tokio::test]
async fn a_real_server_lets_anonymous_in() {
    let Some(server) = start("").await else {
        return;
    };
    let finding = run(&ftp(server.port)).await;
    assert_eq!(told(&finding), "ok login: logged in: 230 Login successful.");
    assert!(server.dir.path().exists());
}

#[tokio::test]
async fn a_real_server_knows_its_files_and_their_age() {
    let Some(server) = start("").await else {
        return;
    };
    let two_days = Some(Duration::from_hours(48));
    assert_eq!(
        look(&server, "/pub/old.txt", None).await,
        "ok answer: /pub/old.txt is there"
    );
    let fresh = look(&server, "/pub/fresh.txt", two_days).await;
    assert!(
        fresh.starts_with("ok answer: /pub/fresh.txt is "),
        "{fresh}"
    );
    assert_eq!(
        look(&server, "/pub/old.txt", two_days).await,
        "failed answer: /pub/old.txt is 10d old, more than 2d"
    );
    assert_eq!(
        look(&server, "/pub/gone.txt", two_days).await,
        "failed answer: /pub/gone.txt is missing: 550 Could not get file modification time."
    );
}

#[tokio::test]
async fn a_real_server_knows_its_folders_and_by_a_listing_their_age() {
    let Some(server) = start("").await else {
        return;
    };
    assert_eq!(
        look(&server, "/pub", None).await,
        "ok answer: /pub is there"
    );
    assert_eq!(
        look(&server, "pub/", None).await,
        "ok answer: pub/ is there"
    );
    let day = Some(Duration::from_hours(24));
    for path in ["/pub", "pub"] {
        let finding = look(&server, path, day).await;
        assert_eq!(finding, format!("ok answer: {path} is 0ms old"));
    }
    let gone = look(&server, "/gone", day).await;
    assert!(
        gone.starts_with("failed answer: /gone is missing: 550"),
        "{gone}"
    );
}

#[tokio::test]
async fn a_real_server_refuses_a_wrong_password() {
    let Some(server) = start("delay_failed_login=0").await else {
        return;
    };
    let mut options = ftp(server.port);
    options.user = "daemon".into();
    options.password = Some(SecretString::from("wrong"));
    let finding = run(&options).await;
    assert_eq!(
        told(&finding),
        "failed login: login refused: 530 Login incorrect."
    );
}

/// A server with TLS, and options that trust it.
async fn start_secure(more: &str) -> Option<(Vsftpd, Ftp)> {
    let authority = Authority::new();
    let (certificate, private) = authority.certificate("127.0.0.1", -1, 30);
    let (cert, key) = (
        authority.dir().join("cert.pem"),
        authority.dir().join("key.pem"),
    );
    std::fs::write(&cert, certificate.pem()).unwrap();
    std::fs::write(&key, private.serialize_pem()).unwrap();
    let server = start(&format!(
        "ssl_enable=YES\nallow_anon_ssl=YES\nforce_anon_logins_ssl=YES\nforce_anon_data_ssl=YES\n\
         ssl_ciphers=HIGH\nrsa_cert_file={}\nrsa_private_key_file={}\n{more}",
        cert.display(),
        key.display()
    ))
    .await?;
    let ca_file = server.dir.path().join("ca.pem");
    std::fs::copy(authority.file(), &ca_file).unwrap();
    let mut options = ftp(server.port);
    options.ca_file = Some(ca_file);
    Some((server, options))
}

#[tokio::test]
async fn a_real_server_is_checked_over_explicit_tls_data_connections_too() {
    let Some((server, mut options)) = start_secure("").await else {
        return;
    };
    options.tls = FtpTls::Explicit;
    // A folder's age is known from a listing alone, over a second connection, for which vsftpd
    // asks that it resumes the session of the first.
    options.path = Some("/pub".into());
    options.max_age = Some(Duration::from_hours(24));
    assert_eq!(told(&run(&options).await), "ok answer: /pub is 0ms old");
    options.ca_file = None;
    let finding = run(&options).await;
    assert_eq!(
        told(&finding),
        "failed tls: certificate signed by an unknown authority"
    );
    options.tls = FtpTls::None;
    let finding = told(&run(&options).await);
    assert!(
        finding.starts_with("failed login: login refused: 530"),
        "{finding}"
    );
    drop(server);
}

#[tokio::test]
async fn a_real_server_is_checked_over_implicit_tls() {
    let Some((server, mut options)) = start_secure("implicit_ssl=YES").await else {
        return;
    };
    options.tls = FtpTls::Implicit;
    options.path = Some("/pub/old.txt".into());
    assert_eq!(
        told(&run(&options).await),
        "ok answer: /pub/old.txt is there"
    );
    drop(server);
}
