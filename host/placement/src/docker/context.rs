//! Docker's contexts: named engines in the configuration of Docker's client. Only read, never written.

use std::io::{ErrorKind, Read as _};
use std::path::Path;

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::address::{Address, EngineSettings, TlsFiles};
use super::error::{EngineError, Words};

/// Of each file; the largest are lists of credential helpers with some KiB.
const MAX_BYTES: u64 = 1 << 20;

#[derive(Deserialize)]
struct Config {
    #[serde(default, rename = "currentContext")]
    current: String,
}

#[derive(Deserialize)]
struct Meta {
    #[serde(rename = "Endpoints")]
    endpoints: Endpoints,
}

#[derive(Deserialize)]
struct Endpoints {
    docker: Option<Endpoint>,
}

#[derive(Deserialize)]
struct Endpoint {
    #[serde(default, rename = "Host")]
    host: String,
    #[serde(default, rename = "SkipTLSVerify")]
    skips_verification: bool,
}

/// The engine of the context that is in use; none where that is the default one.
pub(super) fn address(settings: &EngineSettings) -> Result<Option<Address>, EngineError> {
    let Some(folder) = &settings.config else { return Ok(None) };
    let name = match &settings.context {
        Some(name) => name.clone(),
        None => current(folder)?,
    };
    if name.is_empty() || name == "default" {
        return Ok(None);
    }
    of(folder, &name).map(Some).map_err(|reason| match reason {
        Reason::Words(reason) => EngineError::Context { name: Words::of(&name), reason },
        Reason::Address(error) => error,
    })
}

fn current(folder: &Path) -> Result<String, EngineError> {
    let path = folder.join("config.json");
    let failed = |reason: &str| EngineError::Context {
        name: Words::of("of the configuration"),
        reason: Words::of(&format!("`{}` {reason}", path.display())),
    };
    match read(&path) {
        Ok(text) => serde_json::from_str::<Config>(&text)
            .map(|config| config.current)
            .map_err(|_| failed("is no configuration of Docker")),
        // Whoever has none, or none for this user, has the default context.
        Err(error)
            if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied | ErrorKind::NotADirectory) =>
        {
            Ok(String::new())
        }
        Err(_) => Err(failed("cannot be read")),
    }
}

enum Reason {
    Words(Words),
    Address(EngineError),
}

fn of(folder: &Path, name: &str) -> Result<Address, Reason> {
    let words = |text: &str| Reason::Words(Words::of(text));
    let digest: String = Sha256::digest(name).iter().map(|byte| format!("{byte:02x}")).collect();
    let text =
        read(&folder.join("contexts/meta").join(&digest).join("meta.json")).map_err(|error| match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => words("there is none of this name"),
            _ => words(&error.to_string()),
        })?;
    let meta: Meta = serde_json::from_str(&text).map_err(|_| words("its file is damaged"))?;
    let endpoint = meta.endpoints.docker.filter(|endpoint| !endpoint.host.is_empty());
    let endpoint = endpoint.ok_or_else(|| words("it names no engine"))?;
    if endpoint.skips_verification {
        return Err(words("it asks not to verify the engine's certificate, and dbg always does"));
    }
    let tls = folder.join("contexts/tls").join(&digest).join("docker");
    let tls = tls.join("ca.pem").exists().then_some(TlsFiles { folder: tls });
    Address::parse(&endpoint.host, tls).map_err(Reason::Address)
}

fn read(path: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    fs_err::File::open(path)?.take(MAX_BYTES).read_to_string(&mut text)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(context: &str, meta: Option<&str>) -> Result<Option<Address>, EngineError> {
        let folder = tempfile::tempdir().unwrap();
        fs_err::write(folder.path().join("config.json"), format!("{{\"currentContext\":\"{context}\"}}")).unwrap();
        if let Some(meta) = meta {
            let digest: String = Sha256::digest(context).iter().map(|byte| format!("{byte:02x}")).collect();
            let place = folder.path().join("contexts/meta").join(digest);
            fs_err::create_dir_all(&place).unwrap();
            fs_err::write(place.join("meta.json"), meta).unwrap();
        }
        address(&EngineSettings { config: Some(folder.path().to_path_buf()), ..EngineSettings::default() })
    }

    #[test]
    fn the_context_in_use_names_the_engine() {
        let meta = r#"{"Name":"shop","Endpoints":{"docker":{"Host":"tcp://10.0.0.9:2375"}}}"#;
        let expected = Address::Tcp { host: "10.0.0.9".into(), port: 2375, tls: None };
        assert_eq!(with("shop", Some(meta)), Ok(Some(expected)));
        assert_eq!(with("default", None), Ok(None));
        assert_eq!(with("", None), Ok(None));
    }

    #[test]
    fn a_context_that_is_not_there_is_damaged_or_does_not_verify_is_an_error_that_names_it() {
        let skips = r#"{"Endpoints":{"docker":{"Host":"tcp://h:1","SkipTLSVerify":true}}}"#;
        for meta in [None, Some("{"), Some(r#"{"Endpoints":{}}"#), Some(skips)] {
            let error = with("shop", meta).unwrap_err();
            assert!(matches!(&error, EngineError::Context { name, .. } if name.as_str() == "shop"), "{error}");
        }
    }

    #[test]
    fn without_a_configuration_there_is_no_context() {
        let folder = tempfile::tempdir().unwrap();
        let settings = EngineSettings { config: Some(folder.path().join("none")), ..EngineSettings::default() };
        assert_eq!(address(&settings), Ok(None));
    }
}
