//! One session a target, all of them side by side.

use std::collections::HashMap;

use dbg_engine::Engine;
use dbg_model::{Digest, Event, Failure, FailureCode, Target};
use dbg_placement::{Hold, Launched, launch, plan};
use dbg_report::CheckResult;
use dbg_session::{CodeId, Operator, Order, RunIndex, Security, SessionError, Window};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::code::Codes;
use super::follow::{Follower, Said};
use super::rounds::Rounds;
use super::select::Selected;
use crate::diagnostic::Fault;
use crate::settings::RunSettings;
use crate::signal::Cancelled;

/// Events of all targets that wait to be read: enough that a target is not held up by another's.
const EVENTS_IN_FLIGHT: usize = 256;

/// Runs every check on every target to its end. A target that breaks off has a result that says so.
pub(super) async fn execute(
    settings: &RunSettings,
    engine: &Engine,
    checks: &[Selected],
    codes: &Codes,
    mut follower: Follower<'_>,
    cancelled: &Cancelled,
) -> Result<Vec<CheckResult>, Fault> {
    let (sender, mut said) = mpsc::channel(EVENTS_IN_FLIGHT);
    let mut sessions = JoinSet::new();
    let window = Window::shared_by(settings.targets.len());
    for (index, target) in settings.targets.iter().enumerate() {
        let launched = launch(&plan(target), env!("DBG_BUILD"), engine);
        let orders = orders(target, checks, codes);
        let rounds = follower.rounds_of(index);
        let (sender, cancelled) = (sender.clone(), cancelled.clone());
        sessions.spawn(async move {
            let ended = session(index, launched, orders, rounds, window, sender.clone(), cancelled).await;
            // Whoever no longer listens has given up on all targets.
            let _ = sender.send(Said::Left { target: index, broken: ended.err() }).await;
        });
    }
    drop(sender);
    while let Some(said) = said.recv().await {
        follower.take(said)?;
    }
    while sessions.join_next().await.is_some() {}
    Ok(follower.finish())
}

/// What one session is to send.
struct Orders {
    codes: Vec<(CodeId, Digest, bytes::Bytes)>,
    runs: Vec<Order>,
}

fn orders(target: &Target, checks: &[Selected], codes: &Codes) -> Orders {
    let mut ids: HashMap<Digest, CodeId> = HashMap::new();
    let mut orders = Orders { codes: Vec::new(), runs: Vec::new() };
    for check in checks {
        let digest = check.admitted.component().digest();
        let next = CodeId(u32::try_from(ids.len()).unwrap_or(u32::MAX));
        let code = *ids.entry(digest).or_insert(next);
        if let Some(native) = codes.get(&digest).filter(|_| code == next) {
            orders.codes.push((code, digest, native.bytes().clone()));
        }
        orders.runs.push(Order {
            code,
            check: check.declaration.check.clone(),
            arguments: check.arguments.scalars(),
            grants: check.grants.clone(),
            limits: check.limits,
            target: target.to_string(),
        });
    }
    orders
}

async fn session(
    target: usize,
    launched: Launched,
    orders: Orders,
    rounds: Option<Rounds>,
    window: Window,
    events: mpsc::Sender<Said>,
    cancelled: Cancelled,
) -> Result<(), Failure> {
    let Launched { stream, hold } = launched;
    let (sender, mut receiver) = mpsc::channel::<(RunIndex, Event)>(1);
    let forward = async {
        while let Some((run, event)) = receiver.recv().await {
            let said = Said::Event { target, run, event: Box::new(event) };
            if events.send(said).await.is_err() {
                return;
            }
        }
    };
    let converse = async {
        // The only placement there is runs the agent in this process.
        let (mut operator, _facts) = Operator::connect(stream, Security::Process, env!("DBG_BUILD")).await?;
        operator.set_window(window);
        for (code, component, native) in orders.codes {
            operator.send_code(code, component, native).await?;
        }
        if let Some(rounds) = rounds {
            return rounds.follow(operator, orders.runs, sender, &events, cancelled).await;
        }
        for (index, order) in (0..).zip(orders.runs) {
            operator.order(RunIndex(index), order);
        }
        operator.follow(sender, cancelled).await
    };
    let (ended, ()) = tokio::join!(converse, forward);
    account(ended, hold).await
}

/// When the stream broke, the agent's own account says more; when our side ended the session, ours does.
async fn account(ended: Result<(), SessionError>, hold: Hold) -> Result<(), Failure> {
    let broken = |text| Failure { code: FailureCode::Disconnected, text };
    match (ended, hold.gone().await) {
        (Ok(()), Ok(())) => Ok(()),
        (Ok(()) | Err(SessionError::Gone | SessionError::Io(_)), Err(error)) => {
            let causes: Vec<String> = anyhow::Error::new(error).chain().map(ToString::to_string).collect();
            Err(broken(causes.join(": ")))
        }
        (Err(error), _) => Err(broken(error.to_string())),
    }
}
