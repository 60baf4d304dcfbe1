//! Kubeconfigs as kubectl reads them: several files, paths beside the file, the first word counts.

use std::io::{ErrorKind, Read as _};
use std::path::Path;

use kube::Config;
use kube::config::{ExecInteractiveMode, KubeConfigOptions, Kubeconfig, KubeconfigError};

use super::error::ClusterError;
use super::settings::{ClusterSettings, ExecPlugins, Kubeconfigs};
use crate::docker::Words;

/// Of each file; one with a thousand clusters and their certificates has some 4 MiB.
const MAX_BYTES: u64 = 16 << 20;

/// What a kubeconfig, or the pod that dbg is in, says.
pub(super) struct Found {
    pub(super) config: Config,
    pub(super) context: Words,
    /// The program that brings credentials, with its arguments.
    pub(super) exec: Option<Words>,
}

/// The configuration that is meant. Nothing is connected or started.
pub(super) async fn find(settings: &ClusterSettings) -> Result<Found, ClusterError> {
    let mut found = match read_all(&settings.kubeconfigs)? {
        Some((kubeconfig, path)) => from_file(kubeconfig, &path, settings).await?,
        None if settings.is_in_cluster && settings.context.is_none() => in_cluster()?,
        None => return Err(ClusterError::NoKubeconfig { looked: looked(&settings.kubeconfigs) }),
    };
    if let Some(namespace) = &settings.namespace {
        found.config.default_namespace.clone_from(namespace);
    }
    if let Some(user) = &settings.impersonate {
        found.config.auth_info.impersonate = Some(user.clone());
    }
    if let (Some(command), ExecPlugins::Refused) = (&found.exec, settings.exec_plugins) {
        return Err(ClusterError::ExecRefused { command: command.clone() });
    }
    Ok(found)
}

fn looked(kubeconfigs: &Kubeconfigs) -> Option<Words> {
    match kubeconfigs {
        Kubeconfigs::Named(paths) => paths.first().map(|path| Words::of(&path.to_string_lossy())),
        Kubeconfigs::Usual(path) => path.as_ref().map(|path| Words::of(&path.to_string_lossy())),
    }
}

/// The files as one; none where the usual one is not there.
fn read_all(kubeconfigs: &Kubeconfigs) -> Result<Option<(Kubeconfig, Words)>, ClusterError> {
    match kubeconfigs {
        Kubeconfigs::Usual(None) => Ok(None),
        Kubeconfigs::Usual(Some(path)) => match read(path) {
            Ok(kubeconfig) => Ok(Some((kubeconfig, Words::of(&path.to_string_lossy())))),
            Err(Unread::NotThere) => Ok(None),
            Err(Unread::Reason(reason)) => Err(unusable(path, reason)),
        },
        Kubeconfigs::Named(paths) => {
            let (mut merged, mut any) = (Kubeconfig::default(), false);
            for path in paths {
                match read(path) {
                    Ok(kubeconfig) => {
                        let reason = |error: KubeconfigError| unusable(path, Words::of(&error.to_string()));
                        (merged, any) = (merged.merge(kubeconfig).map_err(reason)?, true);
                    }
                    // One of several may not be there yet, as kubectl has it.
                    Err(Unread::NotThere) => {}
                    Err(Unread::Reason(reason)) => return Err(unusable(path, reason)),
                }
            }
            let shown: Vec<String> = paths.iter().map(|path| path.to_string_lossy().into_owned()).collect();
            if any {
                Ok(Some((merged, Words::of(&shown.join(":")))))
            } else {
                Err(ClusterError::NoKubeconfig { looked: looked(kubeconfigs) })
            }
        }
    }
}

fn unusable(path: &Path, reason: Words) -> ClusterError {
    ClusterError::Kubeconfig { path: Words::of(&path.to_string_lossy()), reason }
}

enum Unread {
    NotThere,
    Reason(Words),
}

fn read(path: &Path) -> Result<Kubeconfig, Unread> {
    let reason = |text: &str| Unread::Reason(Words::of(text));
    let file = fs_err::File::open(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => Unread::NotThere,
        ErrorKind::PermissionDenied => reason("this user may not read it"),
        _ => reason(&error.to_string()),
    })?;
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|error| reason(&error.to_string()))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(reason("it has more than 16 MiB"));
    }
    let text = String::from_utf8(bytes).map_err(|_| reason("it is no text"))?;
    let mut kubeconfig =
        Kubeconfig::from_yaml(text.trim_start_matches('\u{feff}')).map_err(|error| reason(&first_line(&error)))?;
    if let Some(folder) = path.parent() {
        beside(&mut kubeconfig, folder);
    }
    Ok(kubeconfig)
}

/// The lines behind the first one show the file, and with it what is secret.
fn first_line(error: &KubeconfigError) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}

/// Paths in a kubeconfig are meant from its folder; a program's name without a slash is looked for as a shell does.
fn beside(kubeconfig: &mut Kubeconfig, folder: &Path) {
    let place = |path: &mut Option<String>| {
        if let Some(path) = path.as_mut().filter(|path| !path.is_empty() && Path::new(path).is_relative()) {
            *path = folder.join(&*path).to_string_lossy().into_owned();
        }
    };
    for cluster in kubeconfig.clusters.iter_mut().filter_map(|named| named.cluster.as_mut()) {
        place(&mut cluster.certificate_authority);
    }
    for user in kubeconfig.auth_infos.iter_mut().filter_map(|named| named.auth_info.as_mut()) {
        place(&mut user.client_certificate);
        place(&mut user.client_key);
        place(&mut user.token_file);
        if let Some(exec) = user.exec.as_mut().filter(|exec| exec.command.as_ref().is_some_and(|it| it.contains('/'))) {
            place(&mut exec.command);
        }
    }
}

async fn from_file(kubeconfig: Kubeconfig, path: &Words, settings: &ClusterSettings) -> Result<Found, ClusterError> {
    let known: Vec<String> = kubeconfig.contexts.iter().map(|context| context.name.clone()).collect();
    let current = kubeconfig.current_context.clone().filter(|name| !name.is_empty());
    let Some(name) = settings.context.clone().or(current) else {
        return Err(ClusterError::NoCurrentContext { known });
    };
    let context = Words::of(&name);
    if !known.contains(&name) {
        return Err(ClusterError::NoContext { name: context, known });
    }
    let options = KubeConfigOptions { context: Some(name), ..KubeConfigOptions::default() };
    let mut config = Config::from_custom_kubeconfig(kubeconfig, &options).await.map_err(|error| match error {
        KubeconfigError::LoadClientCertificate(_)
        | KubeconfigError::LoadClientKey(_)
        | KubeconfigError::LoadCertificateAuthority(_)
        | KubeconfigError::ParseCertificates(_) => ClusterError::Credentials { reason: Words::of(&error.to_string()) },
        error => ClusterError::Kubeconfig { path: path.clone(), reason: Words::of(&first_line(&error)) },
    })?;
    if config.cluster_url.host().is_none_or(str::is_empty) {
        let reason = Words::of(&format!("the context `{context}` names no address of a server"));
        return Err(ClusterError::Kubeconfig { path: path.clone(), reason });
    }
    let exec = config.auth_info.exec.as_mut().map(|exec| {
        // Nobody is asked while a report is being made for a program.
        exec.interactive_mode.get_or_insert(ExecInteractiveMode::IfAvailable);
        let words = exec.command.iter().chain(exec.args.iter().flatten());
        Words::of(&words.map(String::as_str).collect::<Vec<_>>().join(" "))
    });
    Ok(Found { config, context, exec })
}

fn in_cluster() -> Result<Found, ClusterError> {
    let config = Config::incluster_env().map_err(|error| {
        let reason = format!("dbg runs in a pod, whose service account cannot be used: {error}");
        ClusterError::Credentials { reason: Words::of(&reason) }
    })?;
    Ok(Found { config, context: Words::of("in-cluster"), exec: None })
}

#[cfg(test)]
#[path = "config/tests.rs"]
mod tests;
