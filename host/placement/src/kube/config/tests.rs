//! Kubeconfigs as files.

use std::path::PathBuf;

use super::*;

const TWO: &str = "
apiVersion: v1
kind: Config
current-context: shop
clusters:
- {name: c, cluster: {server: 'https://10.0.0.1:6443', certificate-authority: ca.pem}}
users:
- {name: u, user: {token: secret-token}}
- {name: e, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: bin/login, args: [--for, shop]}}}
contexts:
- {name: shop, context: {cluster: c, user: u, namespace: web}}
- {name: login, context: {cluster: c, user: e}}
";
/// A self-signed P-256 certificate that signs nothing.
const AUTHORITY: &str = include_str!("authority.pem");

struct Files(tempfile::TempDir);

impl Files {
    fn new(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs_err::write(folder.path().join("config"), text).unwrap();
        fs_err::write(folder.path().join("ca.pem"), AUTHORITY).unwrap();
        Self(folder)
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("config")
    }

    fn settings(&self) -> ClusterSettings {
        ClusterSettings { kubeconfigs: Kubeconfigs::Named(vec![self.path()]), ..ClusterSettings::default() }
    }
}

async fn error(settings: &ClusterSettings) -> ClusterError {
    find(settings).await.map(drop).unwrap_err()
}

#[tokio::test]
async fn the_current_context_says_server_namespace_and_user() {
    let files = Files::new(TWO);
    let found = find(&files.settings()).await.unwrap();
    assert_eq!(found.config.cluster_url.to_string(), "https://10.0.0.1:6443/");
    assert_eq!((found.context.as_str(), &*found.config.default_namespace), ("shop", "web"));
    // It lies beside the file.
    assert_eq!(found.config.root_cert.unwrap().len(), 1);
}

#[tokio::test]
async fn flags_come_before_the_file() {
    let files = Files::new(TWO);
    let settings = ClusterSettings {
        context: Some("login".into()),
        namespace: Some("ops".into()),
        impersonate: Some("eve".into()),
        ..files.settings()
    };
    let found = find(&settings).await.unwrap();
    assert_eq!(&*found.config.default_namespace, "ops");
    assert_eq!(found.config.auth_info.impersonate.as_deref(), Some("eve"));
    let program = files.0.path().join("bin/login").to_string_lossy().into_owned();
    assert_eq!(found.exec.unwrap().as_str(), format!("{program} --for shop"));
    let settings = ClusterSettings { exec_plugins: ExecPlugins::Refused, ..settings };
    assert!(matches!(error(&settings).await, ClusterError::ExecRefused { .. }));
}

#[tokio::test]
async fn several_files_are_one_and_one_that_is_missing_is_no_fault() {
    let (first, second) = (Files::new("{apiVersion: v1, kind: Config, current-context: login}"), Files::new(TWO));
    let paths = vec!["/no/such/file".into(), first.path(), second.path()];
    let settings = ClusterSettings { kubeconfigs: Kubeconfigs::Named(paths), ..ClusterSettings::default() };
    assert_eq!(find(&settings).await.unwrap().context.as_str(), "login");
}

#[tokio::test]
async fn each_fault_of_a_kubeconfig_has_its_name() {
    let none = ClusterSettings::default();
    assert!(matches!(error(&none).await, ClusterError::NoKubeconfig { looked: None }));
    let missing = ClusterSettings { kubeconfigs: Kubeconfigs::Named(vec!["/no/such".into()]), ..none.clone() };
    assert_eq!(error(&missing).await.to_string(), "there is no kubeconfig: `/no/such` is not there");

    let files = Files::new(TWO);
    let unknown = ClusterSettings { context: Some("sho".into()), ..files.settings() };
    assert_eq!(error(&unknown).await.hint().unwrap(), "did you mean `--context shop`?");

    for (text, fault) in [
        ("", "names no current context"),
        ("current-context: x", "has no context `x`"),
        ("{{", "cannot be used"),
        (&TWO.replace("server: 'https://10.0.0.1:6443', ", ""), "url is missing"),
        (&TWO.replace("https://10.0.0.1:6443", "/nowhere"), "names no address"),
        (&TWO.replace("ca.pem", "none.pem"), "failed to load certificate authority"),
    ] {
        let error = error(&Files::new(text).settings()).await.to_string();
        assert!(error.contains(fault), "{text}: {error}");
    }
}

#[tokio::test]
async fn a_damaged_kubeconfig_does_not_show_its_secrets() {
    let damaged = TWO.replace("token: secret-token", "token: [secret-token");
    let error = error(&Files::new(&damaged).settings()).await.to_string();
    assert!(!error.contains("secret-token"), "{error}");
}
