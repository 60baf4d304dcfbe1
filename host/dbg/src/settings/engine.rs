//! What the environment says of container engines.

use std::path::PathBuf;

use dbg_placement::EngineSettings;
use dbg_placement::docker::Tls;

use crate::env;

/// As Docker's own client reads it. Root's configuration is root's, whatever `HOME` says: `sudo` may keep it.
pub(crate) fn engine_settings() -> EngineSettings {
    let text = |variable: env::Variable| variable.read().map(|value| value.to_string_lossy().into_owned());
    let home = if rustix::process::geteuid().is_root() { Some(PathBuf::from("/root")) } else { env::HOME.path() };
    EngineSettings {
        host: text(env::DOCKER_HOST),
        context: text(env::DOCKER_CONTEXT),
        config: env::DOCKER_CONFIG.path().or_else(|| home.map(|home| home.join(".docker"))),
        certificates: env::DOCKER_CERT_PATH.path(),
        tls: if env::DOCKER_TLS_VERIFY.read().is_some() { Tls::Yes } else { Tls::No },
        runtime: env::XDG_RUNTIME_DIR.path(),
    }
}
