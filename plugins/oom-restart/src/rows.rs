//! The table of containers.

use dbg_sdk::prelude::*;

use crate::pod::{Container, Pod, State};

pub(crate) fn write(pods: &[Pod], run: &Run) {
    let mut table = run.table(
        "oom-containers",
        "Containers, and how each ended last",
        (
            column::text("pod"),
            column::text("container"),
            column::text("state"),
            column::integer("restarts").unit(Unit::Count),
            column::text("last"),
            column::integer("exit"),
            column::text("ended"),
            column::text("limit"),
            column::text("request"),
        ),
    );
    for pod in pods {
        for container in &pod.containers {
            let ended = match &container.state {
                State::Ended(ended) => Some(ended),
                _ => container.last.as_ref(),
            };
            table.row((
                &pod.name,
                &container.name,
                state(container),
                container.restarts,
                ended.map(|ended| &ended.reason),
                ended.map(|ended| ended.code),
                ended.map(|ended| &ended.finished),
                container.memory_limit.as_ref(),
                container.memory_request.as_ref(),
            ));
        }
    }
}

fn state(container: &Container) -> String {
    match &container.state {
        State::Running if container.ready => "running, ready".to_owned(),
        State::Running => "running, not ready".to_owned(),
        State::Waiting { reason, .. } if !reason.is_empty() => reason.clone(),
        State::Waiting { .. } => "waiting".to_owned(),
        State::Ended(_) => "ended".to_owned(),
        State::Unknown => "unknown".to_owned(),
    }
}
