//! A certificate authority of one's own.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

/// Signs certificates; its own is `ca.pem` in its folder.
pub(crate) struct Authority {
    dir: PathBuf,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// Makes one, with its certificate in `dir`.
    pub(crate) fn new(dir: &Path) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        std::fs::write(dir.join("ca.pem"), certificate.pem()).unwrap();
        let issuer = Issuer::new(params, key);
        Self {
            dir: dir.to_owned(),
            issuer,
        }
    }

    /// Its certificate.
    pub(crate) fn file(&self) -> PathBuf {
        self.dir.join("ca.pem")
    }

    /// Writes `cert.pem` and `key.pem` for a name into its folder.
    pub(crate) fn issue(&self, name: &str) -> (PathBuf, PathBuf) {
        self.issue_until(name, None)
    }

    /// The same, valid for so long from now.
    pub(crate) fn issue_for(&self, name: &str, lasts: Duration) -> (PathBuf, PathBuf) {
        self.issue_until(name, Some(SystemTime::now() + lasts))
    }

    /// The same, signed by nobody whom anyone trusts.
    pub(crate) fn issue_untrusted(&self, name: &str) -> (PathBuf, PathBuf) {
        let elsewhere = tempfile::tempdir().unwrap();
        let (cert, key) = Self::new(elsewhere.path()).issue(name);
        let (cert_file, key_file) = (self.dir.join("cert.pem"), self.dir.join("key.pem"));
        std::fs::copy(cert, &cert_file).unwrap();
        std::fs::copy(key, &key_file).unwrap();
        (cert_file, key_file)
    }

    fn issue_until(&self, name: &str, until: Option<SystemTime>) -> (PathBuf, PathBuf) {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        if let Some(until) = until {
            params.not_after = until.into();
        }
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let (cert_file, key_file) = (self.dir.join("cert.pem"), self.dir.join("key.pem"));
        std::fs::write(&cert_file, certificate.pem()).unwrap();
        std::fs::write(&key_file, key.serialize_pem()).unwrap();
        (cert_file, key_file)
    }
}
