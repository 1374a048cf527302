//! What tests of several rooms share: an authority of their own, whose certificates are good or wrong
//! in one way.

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, SystemTime};

use rcgen::{BasicConstraints, Certificate, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tempfile::TempDir;

use crate::tls::TlsStore;

/// The certificates of this machine, read once: under Wine that takes a second.
pub(crate) fn store() -> TlsStore {
    static STORE: LazyLock<TlsStore> = LazyLock::new(|| TlsStore::load().unwrap());
    STORE.clone()
}

/// Whether Windows is played by Wine. Of what Wine 8 does otherwise than Windows, only this concerns
/// the tests: a connection that is reset is told as one that was closed.
pub(crate) fn is_wine() -> bool {
    cfg!(windows) && Path::new(r"C:\windows\system32\winecfg.exe").exists()
}

/// A certificate authority with its certificate in a file, in a folder that goes away with it.
pub(crate) struct Authority {
    dir: TempDir,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let dir = tempfile::tempdir().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        std::fs::write(dir.path().join("ca.pem"), pem).unwrap();
        Self {
            dir,
            issuer: Issuer::new(params, key),
        }
    }

    #[cfg(unix)]
    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.dir.path().join("ca.pem")
    }

    /// A certificate and its key for `name`, good from so many days from now until so many.
    pub(crate) fn certificate(&self, name: &str, from: i64, until: i64) -> (Certificate, KeyPair) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        // A minute over, so that full days are left while the test runs.
        let epoch = rcgen::date_time_ymd(1970, 1, 1);
        params.not_before = epoch + day(from);
        params.not_after = epoch + day(until) + Duration::from_mins(1);
        (params.signed_by(&key, &self.issuer).unwrap(), key)
    }

    /// A server with such a certificate.
    pub(crate) fn server(&self, name: &str, from: i64, until: i64) -> Arc<ServerConfig> {
        let (certificate, key) = self.certificate(name, from, until);
        serving(certificate.der().clone(), &key)
    }

    /// A server that shows the authority's own certificate.
    pub(crate) fn itself(&self) -> Arc<ServerConfig> {
        let pem = std::fs::read(self.file()).unwrap();
        serving(
            CertificateDer::from_pem_slice(&pem).unwrap(),
            self.issuer.key(),
        )
    }

    /// One that is good for everything on `127.0.0.1`.
    pub(crate) fn good(&self) -> Arc<ServerConfig> {
        self.server("127.0.0.1", -1, 30)
    }
}

fn serving(cert: CertificateDer<'static>, key: &KeyPair) -> Arc<ServerConfig> {
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(crate::tls::provider())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert], key)
        .unwrap();
    Arc::new(config)
}

/// The moment so many days from now, since 1970.
fn day(offset: i64) -> Duration {
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
    Duration::from_secs(now.checked_add_signed(offset * 86_400).unwrap())
}

/// Lets others read and change a file.
#[cfg(unix)]
pub(crate) fn open_to_others(file: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o666)).unwrap();
}

/// Lets others read and change a file: it has no access list at all ([MS-DTYP] 2.4.6).
#[cfg(windows)]
pub(crate) fn open_to_others(file: &Path) {
    let mut no_list = [0; 20];
    no_list[..4].copy_from_slice(&[1, 0, 0x4, 0x80]);
    hostmessenger_windows::acl::set_access(file, &no_list).unwrap();
}

/// Whether others can read or change it.
pub(crate) fn is_open_to_others(file: &Path) -> bool {
    let opened = std::fs::File::open(file).unwrap();
    hostmessenger_config::is_open_to_others(file, &opened).unwrap()
}
