//! The one judgement: why a container does not run, or ran before.

use crate::events::{Event, newest};
use crate::pod::{Container, Ended, State};

/// Why.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cause {
    /// It took more memory than it may, or than the node had.
    OutOfMemory(Ended),
    /// It did not answer its liveness probe, and was killed for it.
    Probe { ended: Ended, said: String, times: i64 },
    /// It ended by itself, or somebody ended it.
    Exit(Ended),
    /// It cannot be started: its command, its runtime, its mounts.
    NotStarted { reason: String, message: String },
    /// Something that it needs is not there: a ConfigMap, a Secret, a key.
    Configuration { message: String },
    /// Its image is not there.
    Image { reason: String, message: String },
}

/// Whether it is still so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Now {
    /// It does not run.
    Down,
    /// It runs again.
    Up,
}

/// What is to be said of one container.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Judged {
    pub(crate) cause: Cause,
    pub(crate) now: Now,
    /// The pause before it is started again, as the kubelet says it.
    pub(crate) back_off: Option<String>,
}

/// Judges one container by its status and what was said of it. None when it is well, or only on its way.
pub(crate) fn judge(container: &Container, events: &[Event]) -> Option<Judged> {
    let judged = |cause, now, back_off| Some(Judged { cause, now, back_off });
    match &container.state {
        State::Waiting { reason, message } => match reason.as_str() {
            "ErrImagePull"
            | "ImagePullBackOff"
            | "InvalidImageName"
            | "ErrImageNeverPull"
            | "ImageInspectError"
            | "RegistryUnavailable"
            | "SignatureValidationFailed" => {
                // A pause says nothing of the reason; the event before it does.
                let said = newest(events, "Failed", &container.name, "pull").map(|event| event.message.clone());
                let message = if reason == "ImagePullBackOff" {
                    said.unwrap_or_else(|| message.clone())
                } else {
                    message.clone()
                };
                judged(Cause::Image { reason: reason.clone(), message }, Now::Down, None)
            }
            "CreateContainerConfigError" => judged(Cause::Configuration { message: message.clone() }, Now::Down, None),
            "CreateContainerError" | "RunContainerError" | "PostStartHookError" | "PreCreateHookError" => {
                judged(Cause::NotStarted { reason: reason.clone(), message: message.clone() }, Now::Down, None)
            }
            "CrashLoopBackOff" => {
                let last = container.last.clone()?;
                judged(
                    of_end(last, container, events),
                    Now::Down,
                    Some(message.clone()).filter(|text| !text.is_empty()),
                )
            }
            // On its way, again or for the first time.
            _ => {
                let last = container.last.clone().filter(|_| container.restarts > 0)?;
                judged(of_end(last, container, events), Now::Down, None)
            }
        },
        State::Ended(ended) if ended.is_failure() => judged(of_end(ended.clone(), container, events), Now::Down, None),
        State::Ended(_) | State::Running | State::Unknown => {
            let last = container.last.clone().filter(|_| container.restarts > 0)?;
            judged(of_end(last, container, events), Now::Up, None)
        }
    }
}

fn of_end(ended: Ended, container: &Container, events: &[Event]) -> Cause {
    if ended.reason == "OOMKilled" {
        return Cause::OutOfMemory(ended);
    }
    if matches!(ended.reason.as_str(), "StartError" | "ContainerCannotRun") || matches!(ended.code, 126 | 127) {
        let message = if ended.message.is_empty() {
            crate::exit::meaning(ended.code).map(|text| format!("it {text}")).unwrap_or_default()
        } else {
            ended.message
        };
        return Cause::NotStarted { reason: ended.reason, message };
    }
    // Ended from outside: the kubelet says so when it did that because of a probe.
    let killed = newest(events, "Killing", &container.name, "liveness probe");
    let unhealthy = newest(events, "Unhealthy", &container.name, "Liveness probe");
    if let (Some(_), Some(event)) = (killed.or(unhealthy.filter(|_| matches!(ended.code, 137 | 143))), unhealthy) {
        return Cause::Probe { ended, said: event.message.clone(), times: event.count };
    }
    Cause::Exit(ended)
}
