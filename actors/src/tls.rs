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
        why,
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
