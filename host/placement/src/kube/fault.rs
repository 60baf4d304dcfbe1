//! What the client library says becomes an error that names the defect.

use std::error::Error as StdError;
use std::io;

use http_body_util::LengthLimitError;
use kube::client::AuthError;
use kube::core::Status;
use rustls::CertificateError;

use super::error::{CertificateDefect, ClusterError};
use crate::docker::Words;

/// Of whom and for what something was asked.
pub(super) struct Asked<'a> {
    pub(super) server: &'a Words,
    pub(super) context: &'a Words,
    /// The program that brings credentials.
    pub(super) exec: Option<&'a Words>,
    pub(super) doing: &'static str,
    /// Of one answer.
    pub(super) limit: usize,
}

/// The first error of this type among the causes; those within an `io::Error` are no causes by themselves.
pub(super) fn find<'e, T: StdError + 'static>(error: &'e (dyn StdError + 'static)) -> Option<&'e T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        next = match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}

/// The innermost cause: what is around it says only that something failed.
fn innermost(error: &(dyn StdError + 'static)) -> String {
    let (mut text, mut next) = (error.to_string(), Some(error));
    while let Some(error) = next {
        text = error.to_string();
        next = match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    text
}

/// What a request failed with.
pub(super) fn of(asked: &Asked<'_>, error: &kube::Error) -> ClusterError {
    let doing = asked.doing;
    match error {
        kube::Error::Api(status) => of_status(asked, status),
        kube::Error::Auth(auth) => of_auth(asked, auth),
        kube::Error::SerdeError(cause) => ClusterError::Garbage { doing, reason: Words::of(&cause.to_string()) },
        kube::Error::FromUtf8(_) => ClusterError::Garbage { doing, reason: Words::of("it is no text") },
        kube::Error::UpgradeConnection(cause) => {
            let reason = Words::of(&format!("{cause}; something between here and the API server may take no streams"));
            ClusterError::Broke { doing, reason }
        }
        other => of_transport(asked, other),
    }
}

fn of_status(asked: &Asked<'_>, status: &Status) -> ClusterError {
    let doing = asked.doing;
    // A proxy in between answers in its own words, and those without one in none.
    let text = match status.message.trim() {
        "" => Words::of(&format!("it answers with status {} {}", status.code, status.reason)),
        message => Words::of(message),
    };
    match status.code {
        401 => ClusterError::Unauthorized { server: asked.server.clone(), context: asked.context.clone(), why: None },
        403 if status.reason == "Forbidden" && is_of_access(&status.message) => ClusterError::Forbidden { doing, text },
        code => ClusterError::Refused { doing, status: code, reason: Words::of(&status.reason), text },
    }
}

/// Admission refuses with the same status as access control does, but in its own words: quotas, Pod Security, webhooks.
fn is_of_access(message: &str) -> bool {
    message.contains(" cannot ") && !message.contains("violates PodSecurity") && !message.contains("exceeded quota")
}

fn of_auth(asked: &Asked<'_>, error: &AuthError) -> ClusterError {
    let unnamed = Words::of("of the kubeconfig");
    let command = asked.exec.unwrap_or(&unnamed).clone();
    let reason = match error {
        // What it wrote may hold a token; what it said on stderr it has said to the terminal.
        AuthError::AuthExecRun { out, .. } => Words::of(&out.status.to_string()),
        AuthError::AuthExecStart(cause) => Words::of(&cause.to_string()),
        AuthError::AuthExecParse(_) => Words::of("what it wrote is no credential"),
        AuthError::ExecPluginFailed | AuthError::AuthExec(_) | AuthError::MissingCommand => {
            Words::of(&error.to_string())
        }
        _ => return ClusterError::Credentials { reason: Words::of(&error.to_string()) },
    };
    ClusterError::Exec { command, reason }
}

fn of_transport(asked: &Asked<'_>, error: &(dyn StdError + 'static)) -> ClusterError {
    let (doing, server) = (asked.doing, asked.server.clone());
    if find::<LengthLimitError>(error).is_some() {
        return ClusterError::TooLong { doing, limit: asked.limit };
    }
    if let Some(auth) = find::<AuthError>(error) {
        return of_auth(asked, auth);
    }
    if let Some(tls) = find::<rustls::Error>(error) {
        return of_tls(server, tls);
    }
    let is_connect = find::<hyper_util::client::legacy::Error>(error).is_some_and(|error| error.is_connect());
    let reason = Words::of(&innermost(error));
    if is_connect { ClusterError::Unreachable { server, reason } } else { ClusterError::Broke { doing, reason } }
}

fn of_tls(server: Words, error: &rustls::Error) -> ClusterError {
    let defect = match error {
        rustls::Error::InvalidCertificate(defect) => match defect {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => CertificateDefect::Expired,
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                CertificateDefect::NotYetValid
            }
            CertificateError::UnknownIssuer | CertificateError::BadSignature => CertificateDefect::OtherAuthority,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                CertificateDefect::OtherName
            }
            other => CertificateDefect::Other(Words::of(&other.to_string())),
        },
        rustls::Error::AlertReceived(alert) => {
            return ClusterError::ClientCertificate { server, reason: Words::of(&format!("{alert:?}")) };
        }
        rustls::Error::InvalidMessage(_) => {
            return ClusterError::Unreachable { server, reason: Words::of("what answers there does not speak TLS") };
        }
        other => CertificateDefect::Other(Words::of(&other.to_string())),
    };
    ClusterError::Certificate { server, defect }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked() -> (Words, Words) {
        (Words::of("https://10.0.0.1:6443"), Words::of("shop"))
    }

    fn of_error(error: &kube::Error) -> ClusterError {
        let (server, context) = asked();
        of(&Asked { server: &server, context: &context, exec: None, doing: "create a pod", limit: 7 }, error)
    }

    fn status(code: u16, reason: &str, message: &str) -> kube::Error {
        kube::Error::Api(Box::new(Status { code, reason: reason.into(), message: message.into(), ..Status::default() }))
    }

    #[test]
    fn a_missing_right_is_told_from_a_quota_and_from_pod_security() {
        let access = status(
            403,
            "Forbidden",
            "pods is forbidden: User \"eve\" cannot create resource \"pods\" in API group \"\"",
        );
        assert!(matches!(of_error(&access), ClusterError::Forbidden { .. }));
        for message in [
            "pods \"x\" is forbidden: exceeded quota: small, requested: pods=1",
            "pods \"x\" is forbidden: violates PodSecurity \"restricted:latest\": hostNetwork",
        ] {
            let error = of_error(&status(403, "Forbidden", message));
            assert!(matches!(&error, ClusterError::Refused { status: 403, .. }), "{error}");
        }
    }

    #[test]
    fn credentials_that_are_not_taken_name_the_context() {
        let error = of_error(&status(401, "Unauthorized", "Unauthorized"));
        assert!(error.to_string().contains("credentials of the context `shop`"), "{error}");
    }

    #[test]
    fn a_certificates_defect_is_found_however_deep_it_lies() {
        let tls = rustls::Error::InvalidCertificate(CertificateError::Expired);
        let deep = io::Error::other(io::Error::new(io::ErrorKind::InvalidData, tls));
        let error = of_error(&kube::Error::Service(Box::new(deep)));
        assert_eq!(error.to_string(), "the certificate of the API server at `https://10.0.0.1:6443` has expired");
    }

    #[test]
    fn a_message_of_the_server_cannot_move_the_cursor() {
        let error = of_error(&status(422, "Invalid", "a\u{1b}[2Jb"));
        assert!(!error.to_string().contains('\u{1b}'), "{error:?}");
    }
}
