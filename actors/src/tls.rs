//! One TLS configuration for XMPP, web and FTP: rustls with ring, the system's roots and, where
//! given, a CA file of the owner's.
//!
//! A trap: two crypto providers in one process make rustls panic in a background task. `ring` is
//! named here and nowhere else, and no dependency may bring `aws-lc-rs`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

/// Why no TLS configuration could be made.
#[derive(Debug, thiserror::Error)]
pub enum TlsSetupError {
    /// The CA file cannot be read or holds no certificate.
    #[error("{}: {why}", file.display())]
    CaFile {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// rustls refused the settings.
    #[error("TLS cannot be set up: {0}")]
    Settings(String),
}

/// The system's roots, read once and shared: they take a few hundred kilobytes.
#[derive(Debug, Clone)]
pub struct TlsStore {
    roots: Arc<RootCertStore>,
    plain: Arc<ClientConfig>,
}

/// The one crypto provider of the program.
pub fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

impl TlsStore {
    /// Reads the system's roots. Where there are none only a CA file of the owner's is trusted.
    pub fn load() -> Result<Self, TlsSetupError> {
        let mut roots = RootCertStore::empty();
        let found = rustls_native_certs::load_native_certs();
        for error in &found.errors {
            tracing::debug!(%error, "system certificate store not fully read");
        }
        roots.add_parsable_certificates(found.certs);
        let roots = Arc::new(roots);
        let plain = Arc::new(verifying(Arc::clone(&roots))?);
        Ok(Self { roots, plain })
    }

    /// A configuration that verifies certificate and host name against the system's roots and the
    /// CA file; without `verify` it accepts any certificate, expired ones and those of other hosts
    /// included.
    pub fn client(
        &self,
        ca_file: Option<&Path>,
        verify: bool,
    ) -> Result<Arc<ClientConfig>, TlsSetupError> {
        if !verify {
            let config = builder()?
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(AcceptAny(provider())))
                .with_no_client_auth();
            return Ok(Arc::new(config));
        }
        let Some(file) = ca_file else {
            return Ok(Arc::clone(&self.plain));
        };
        let mut roots = RootCertStore::clone(&self.roots);
        for cert in read_certificates(file)? {
            roots.add(cert).map_err(|error| TlsSetupError::CaFile {
                file: file.to_owned(),
                why: error.to_string(),
            })?;
        }
        Ok(Arc::new(verifying(Arc::new(roots))?))
    }
}

fn builder() -> Result<rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>, TlsSetupError> {
    ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|error| TlsSetupError::Settings(error.to_string()))
}

fn verifying(roots: Arc<RootCertStore>) -> Result<ClientConfig, TlsSetupError> {
    Ok(builder()?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

fn read_certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsSetupError> {
    let bad = |why: String| TlsSetupError::CaFile {
        file: file.to_owned(),
        why: crate::text::clean(&why, 200),
    };
    let certs = CertificateDer::pem_file_iter(file)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| bad(error.to_string()))?;
    if certs.is_empty() {
        return Err(bad("holds no PEM certificate".into()));
    }
    Ok(certs)
}

/// For `verify_tls: false`: the owner wants to know whether the service answers, not who it is.
#[derive(Debug)]
struct AcceptAny(Arc<CryptoProvider>);

impl ServerCertVerifier for AcceptAny {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls12_signature(
            message,
            cert,
            dss,
            &self.0.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls13_signature(
            message,
            cert,
            dss,
            &self.0.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
    use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
    use rustls::{CertificateError, ClientConnection, ServerConfig, ServerConnection};

    use super::*;

    /// An authority's certificate (PEM) and a server of it, for `web.test`; whether expired.
    fn authority(expired: bool) -> (String, Arc<ServerConfig>) {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        let issuer = Issuer::new(params, key);
        let key = KeyPair::generate().unwrap();
        let mut leaf = CertificateParams::new(vec!["web.test".to_owned()]).unwrap();
        if expired {
            leaf.not_after = rcgen::date_time_ymd(2001, 1, 1);
        }
        let cert = leaf.signed_by(&key, &issuer).unwrap().der().clone();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let server = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert], key)
            .unwrap();
        (pem, Arc::new(server))
    }

    /// Shakes hands in memory; what the client says of it.
    fn handshake(
        client: Arc<ClientConfig>,
        server: Arc<ServerConfig>,
        name: &'static str,
    ) -> Result<(), rustls::Error> {
        let name = ServerName::try_from(name).unwrap();
        let mut client = ClientConnection::new(client, name).unwrap();
        let mut server = ServerConnection::new(server).unwrap();
        while client.is_handshaking() {
            let (mut there, mut back) = (Vec::new(), Vec::new());
            client.write_tls(&mut there).unwrap();
            server.read_tls(&mut there.as_slice()).unwrap();
            server.process_new_packets().unwrap();
            server.write_tls(&mut back).unwrap();
            client.read_tls(&mut back.as_slice()).unwrap();
            client.process_new_packets()?;
        }
        Ok(())
    }

    fn written(text: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        file
    }

    #[test]
    fn an_authority_is_trusted_only_where_its_file_is_named() {
        let (pem, server) = authority(false);
        let (store, file) = (TlsStore::load().unwrap(), written(&pem));
        let with = store.client(Some(file.path()), true).unwrap();
        assert_eq!(handshake(with, server.clone(), "web.test"), Ok(()));
        let without = store.client(None, true).unwrap();
        let unknown = rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer);
        assert_eq!(handshake(without, server, "web.test"), Err(unknown));
    }

    #[test]
    fn every_certificate_of_a_ca_file_is_trusted() {
        let (first, second) = (authority(false), authority(false));
        let file = written(&(first.0 + &second.0));
        let client = TlsStore::load()
            .unwrap()
            .client(Some(file.path()), true)
            .unwrap();
        assert_eq!(handshake(client.clone(), first.1, "web.test"), Ok(()));
        assert_eq!(handshake(client, second.1, "web.test"), Ok(()));
    }

    #[test]
    fn name_and_days_are_verified_unless_verification_is_off() {
        let store = TlsStore::load().unwrap();
        for (expired, name) in [(true, "web.test"), (false, "other.test")] {
            let (pem, server) = authority(expired);
            let file = written(&pem);
            let verifying = store.client(Some(file.path()), true).unwrap();
            let refused = handshake(verifying, server.clone(), name);
            let bad_certificate = matches!(refused, Err(rustls::Error::InvalidCertificate(_)));
            assert!(bad_certificate, "{name}: {refused:?}");
            let trusting = store.client(None, false).unwrap();
            assert_eq!(handshake(trusting, server, name), Ok(()));
        }
    }

    #[test]
    fn a_ca_file_that_is_missing_empty_or_broken_is_refused_by_its_name() {
        let store = TlsStore::load().unwrap();
        let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        let (empty, broken) = (written("no certificate here\n"), written(broken));
        for path in [
            Path::new("/nonexistent/ca.pem"),
            empty.path(),
            broken.path(),
        ] {
            let error = store.client(Some(path), true).unwrap_err();
            let TlsSetupError::CaFile { file, why } = &error else {
                panic!("{error:?}");
            };
            assert_eq!(file, path);
            assert!(!why.is_empty());
        }
    }

    #[test]
    fn targets_without_a_ca_file_share_one_configuration() {
        let store = TlsStore::load().unwrap();
        let (a, b) = (
            store.client(None, true).unwrap(),
            store.clone().client(None, true).unwrap(),
        );
        assert!(Arc::ptr_eq(&a, &b));
    }
}
