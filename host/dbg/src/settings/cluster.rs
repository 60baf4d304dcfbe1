//! What the environment says of clusters.

use std::path::PathBuf;

use dbg_placement::ClusterSettings;
use dbg_placement::kube::Kubeconfigs;

use crate::env;

/// As kubectl reads it. Root's configuration is root's, whatever `HOME` says: `sudo` may keep it.
pub(crate) fn cluster_settings() -> ClusterSettings {
    let home = if rustix::process::geteuid().is_root() { Some(PathBuf::from("/root")) } else { env::HOME.path() };
    let kubeconfigs = match env::KUBECONFIG.read() {
        Some(paths) => {
            Kubeconfigs::Named(std::env::split_paths(&paths).filter(|path| !path.as_os_str().is_empty()).collect())
        }
        None => Kubeconfigs::Usual(home.map(|home| home.join(".kube/config"))),
    };
    ClusterSettings {
        kubeconfigs,
        is_in_cluster: env::KUBERNETES_SERVICE_HOST.read().is_some(),
        ..ClusterSettings::default()
    }
}
