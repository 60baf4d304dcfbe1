//! TLS to an engine: its certificate is verified by `ca.pem`, ours is `cert.pem` with `key.pem`.

use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, crypto};

use super::address::TlsFiles;
use super::error::{EngineError, Words};

/// Of each file: a bundle of all public authorities has 0.3 MiB.
const MAX_BYTES: u64 = 4 << 20;

fn failed(reason: &str) -> EngineError {
    EngineError::Certificates { reason: Words::of(reason) }
}

/// What a connection is made with.
pub(super) fn config(files: &TlsFiles) -> Result<ClientConfig, EngineError> {
    let path = |name: &str| files.folder.join(name);
    let mut roots = RootCertStore::empty();
    for certificate in certificates(&path("ca.pem"))? {
        roots.add(certificate).map_err(|error| failed(&format!("`{}`: {error}", path("ca.pem").display())))?;
    }
    let provider = Arc::new(crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| failed(&error.to_string()))?
        .with_root_certificates(roots);
    if !path("cert.pem").exists() {
        return Ok(builder.with_no_client_auth());
    }
    let key = PrivateKeyDer::from_pem_slice(&read(&path("key.pem"))?)
        .map_err(|error| failed(&format!("`{}`: {error}", path("key.pem").display())))?;
    builder.with_client_auth_cert(certificates(&path("cert.pem"))?, key).map_err(|error| failed(&error.to_string()))
}

/// The name that the engine's certificate must have.
pub(super) fn name(host: &str) -> Result<ServerName<'static>, EngineError> {
    ServerName::try_from(host.to_owned())
        .map_err(|_| failed("the engine's address is no name that a certificate could have"))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, EngineError> {
    let bytes = read(path)?;
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    match all {
        Ok(all) if !all.is_empty() => Ok(all),
        Ok(_) => Err(failed(&format!("`{}` holds no certificate", path.display()))),
        Err(error) => Err(failed(&format!("`{}`: {error}", path.display()))),
    }
}

fn read(path: &Path) -> Result<Vec<u8>, EngineError> {
    let mut bytes = Vec::new();
    fs_err::File::open(path)
        .and_then(|file| file.take(MAX_BYTES).read_to_end(&mut bytes))
        .map_err(|error| failed(&error.to_string()))?;
    Ok(bytes)
}
