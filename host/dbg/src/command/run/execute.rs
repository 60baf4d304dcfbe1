//! One session a target, all of them side by side.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use dbg_model::{Digest, Event, Failure, FailureCode, Fence, RedactPattern, Target};
use dbg_placement::kube::ClusterAnswers;
use dbg_placement::{
    Clusters, Hold, LaunchError, Launched, Launcher, NeedsChild, Place, Placed, Plan, Refusal, SessionEnd, facts,
    needs_child,
};
use dbg_report::CheckResult;
use dbg_session::{Answerer, CodeId, Operator, Order, RunIndex, Security, SessionError, Window};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::code::{CodeError, Codes, Link};
use super::follow::{Follower, Said};
use super::rounds::Rounds;
use super::select::Selected;
use crate::diagnostic::Fault;
use crate::signal::{self, Cancelled};

/// Events of all targets that wait to be read: enough that a target is not held up by another's.
const EVENTS_IN_FLIGHT: usize = 256;

/// What a child may take beyond its checks' own limits: to start, to be sent code, and to tell how they ended.
const SLACK: Duration = Duration::from_secs(15);

/// What all sessions stand on.
pub(super) struct Ground {
    pub(super) launcher: Launcher,
    pub(super) codes: Codes,
    /// Whom checks ask that read of a cluster.
    pub(super) clusters: Clusters,
    /// What is masked besides what is built in.
    pub(super) redact: Vec<RedactPattern>,
}

/// Whether any of these targets takes the agent's program.
pub(super) fn need_program(targets: &[Target]) -> bool {
    // Where nobody knows, each target says why when it is placed.
    facts::own().is_ok_and(|own| targets.iter().any(|target| needs_child(target, &own) == NeedsChild::Yes))
}

/// Runs every check on every target to its end. A target that cannot be reached, or breaks off, has a result that says so.
pub(super) async fn execute(
    placed: Vec<Result<Placed, Refusal>>,
    ground: &Ground,
    checks: &[Selected],
    mut follower: Follower<'_>,
    cancelled: &Cancelled,
) -> Result<Vec<CheckResult>, Fault> {
    let (sender, mut said) = mpsc::channel(EVENTS_IN_FLIGHT);
    let mut sessions = JoinSet::new();
    let window = Window::shared_by(placed.len());
    let mut broken = Vec::new();
    for (target, placed) in placed.into_iter().enumerate() {
        let placed = match placed {
            Ok(placed) => placed,
            Err(refusal) => {
                broken.push(Said::Left { target, broken: Some(unreachable(LaunchError::Refused(refusal))) });
                continue;
            }
        };
        let orders = orders(&placed.plan, checks, &ground.redact);
        let answerer = answerer(&placed.plan, checks, ground);
        let rounds = follower.rounds_of(target);
        let (launcher, codes) = (ground.launcher.clone(), ground.codes.clone());
        let (events, cancelled) = (sender.clone(), cancelled.clone());
        sessions.spawn(async move {
            let launched = tokio::select! {
                launched = launcher.launch(placed, target) => launched.map_err(unreachable),
                () = signal::first(cancelled.clone()) => Err(interrupted()),
            };
            let talk = Talk { target, orders, answerer, rounds, codes, window, events: events.clone(), cancelled };
            let ended = match launched {
                Ok(launched) => session(launched, talk).await,
                Err(failure) => Err(failure),
            };
            // Whoever no longer listens has given up on all targets.
            let _ = events.send(Said::Left { target, broken: ended.err() }).await;
        });
    }
    drop(sender);
    let followed = async {
        for said in broken {
            follower.take(said)?;
        }
        while let Some(said) = said.recv().await {
            follower.take(said)?;
        }
        Ok(())
    };
    let followed = followed.await;
    // Each has ended; where nobody follows any more, each ends here, with its agent.
    sessions.shutdown().await;
    followed.map(|()| follower.finish())
}

/// A target whose agent was not waited for.
fn interrupted() -> Failure {
    Failure { code: FailureCode::Cancelled, text: "interrupted before its agent was there".to_owned() }
}

/// A target at which there is no agent.
fn unreachable(error: LaunchError) -> Failure {
    Failure { code: FailureCode::Unreachable, text: with_hint(error) }
}

/// What went wrong, and what to do next.
fn with_hint(error: LaunchError) -> String {
    let hint = error.hint();
    let text = with_causes(error);
    hint.map_or_else(|| text.clone(), |hint| format!("{text}; {hint}"))
}

/// What one session is to send.
struct Orders {
    /// Of these components; their code depends on the agent's machine.
    codes: Vec<(CodeId, Digest)>,
    runs: Vec<Order>,
    /// When a child that hangs is given up.
    deadline: Option<Duration>,
    /// What is to stand around the agent.
    fences: BTreeSet<Fence>,
}

fn orders(plan: &Plan, checks: &[Selected], redact: &[RedactPattern]) -> Orders {
    let mut ids: HashMap<Digest, CodeId> = HashMap::new();
    let longest = checks.iter().map(|check| check.limits.time).max().unwrap_or_default();
    let deadline = longest.saturating_add(SLACK);
    let (deadline, fences) = match &plan.place.what {
        // What hangs in this process ends by its own limits, and with this process.
        Place::InProcess => (None, BTreeSet::new()),
        Place::Child(child) => (Some(deadline), child.fences.iter().map(|fence| fence.what).collect()),
        Place::Container(container) => (Some(deadline), container.fences.iter().map(|fence| fence.what).collect()),
        Place::Pod(pod) => (Some(deadline), pod.fences.iter().map(|fence| fence.what).collect()),
        Place::Inside(inside) => (Some(deadline), inside.fences.iter().map(|fence| fence.what).collect()),
    };
    let mut orders = Orders { codes: Vec::new(), runs: Vec::new(), deadline, fences };
    for check in checks {
        let digest = check.admitted.component().digest();
        let next = CodeId(u32::try_from(ids.len()).unwrap_or(u32::MAX));
        let code = *ids.entry(digest).or_insert(next);
        if code == next {
            orders.codes.push((code, digest));
        }
        orders.runs.push(Order {
            code,
            check: check.declaration.check.clone(),
            arguments: check.arguments.scalars(),
            grants: check.grants.clone(),
            limits: check.limits,
            target: plan.target.to_string(),
            redact: redact.to_vec(),
        });
    }
    orders
}

/// Who answers the checks that read of a cluster; none where no check may.
fn answerer(plan: &Plan, checks: &[Selected], ground: &Ground) -> Option<Arc<dyn Answerer>> {
    let grants: Vec<_> = checks.iter().map(|check| check.grants.cluster().cloned()).collect();
    if grants.iter().all(Option::is_none) {
        return None;
    }
    let (clusters, redact) = (ground.clusters.clone(), ground.redact.clone());
    Some(Arc::new(ClusterAnswers::new(clusters, plan.subject(), grants, redact)))
}

/// What a session is about, and whom it tells.
struct Talk {
    target: usize,
    orders: Orders,
    /// Answers what runs ask of this side.
    answerer: Option<Arc<dyn Answerer>>,
    rounds: Option<Rounds>,
    codes: Codes,
    window: Window,
    events: mpsc::Sender<Said>,
    cancelled: Cancelled,
}

async fn session(launched: Launched, talk: Talk) -> Result<(), Failure> {
    let Talk { target, orders, answerer, rounds, codes, window, events, cancelled } = talk;
    let Launched { stream, security, hold } = launched;
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
        let (security, link) = match &security {
            Security::Process => (Security::Process, Link::Process),
            Security::Noise(key) => (Security::Noise(&**key), Link::Stream),
        };
        let (mut operator, facts) = Operator::connect(stream, security, env!("DBG_BUILD")).await?;
        operator.set_window(window);
        if let Some(answerer) = answerer {
            operator.set_answerer(answerer);
        }
        for fence in orders.fences.difference(&facts.fences) {
            let note = format!("the fence `{fence}` did not stand around the agent: this kernel lacks it");
            // As above: whoever no longer listens has given up.
            let _ = events.send(Said::Note { target, note }).await;
        }
        operator.send_trust(codes.trust()).await?;
        for sent in codes.payloads(&facts.machine, link, &orders.codes).await? {
            operator.send_code(sent.code, sent.component, sent.file, sent.native).await?;
        }
        if let Some(rounds) = rounds {
            return Ok(rounds.follow(operator, orders.runs, sender, &events, cancelled).await?);
        }
        if let Some(deadline) = orders.deadline {
            operator.set_deadline(deadline);
        }
        for (index, order) in (0..).zip(orders.runs) {
            operator.order(RunIndex(index), order);
        }
        Ok(operator.follow(sender, cancelled).await?)
    };
    let (ended, ()) = tokio::join!(converse, forward);
    account(ended, hold).await
}

/// Why a session came to nothing.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error(transparent)]
    Session(#[from] SessionError),
    #[error(transparent)]
    Code(#[from] CodeError),
}

/// When the stream broke, the agent's own account says more; when our side ended the session, ours does.
async fn account(ended: Result<(), Broken>, hold: Hold) -> Result<(), Failure> {
    let disconnected = |text| Failure { code: FailureCode::Disconnected, text };
    let end = if ended.is_ok() { SessionEnd::InOrder } else { SessionEnd::Broken };
    match (ended, hold.gone(end).await) {
        (Ok(()), Ok(())) => Ok(()),
        (Ok(()) | Err(Broken::Session(SessionError::Gone | SessionError::Io(_))), Err(error)) => {
            Err(disconnected(with_hint(error)))
        }
        (Err(Broken::Session(error)), _) => Err(disconnected(error.to_string())),
        (Err(Broken::Code(error)), _) => Err(Failure { code: FailureCode::NotLoadable, text: with_causes(error) }),
    }
}

fn with_causes(error: impl Into<anyhow::Error>) -> String {
    let causes: Vec<String> = error.into().chain().map(ToString::to_string).collect();
    causes.join(": ")
}
