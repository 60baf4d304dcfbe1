//! The stock checks say the same in a fenced agent as in one that nothing fences in.

use std::collections::{BTreeMap, BTreeSet};
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::path::PathBuf;

use bytes::Bytes;
use dbg_agent::{Inherited, Join, LinuxCapability, WatchesProcesses};
use dbg_engine::Engine;
use dbg_model::{Capability, Digest, Effective, Event, effective, parse_arguments};
use dbg_plugin::{Admitted, AllowUnsigned, read_file};
use dbg_session::{AgentFacts, CodeId, Operator, Order, RunIndex, Security};
use tokio::sync::{mpsc, watch};

use crate::agent::{Agent, entry, here};
use crate::network::{Container, Network};
use crate::skip::skip;

/// A check, compiled and ordered.
struct Check {
    digest: Digest,
    file: Bytes,
    native: Bytes,
    order: Order,
}

fn check(plugin: &str, words: &[(&str, &str)]) -> Option<Check> {
    let Some(plugins) = std::env::var_os("DBG_PLUGINS").map(PathBuf::from) else {
        skip("`DBG_PLUGINS` names no folder of plugins; `cargo xtask test` does");
        return None;
    };
    let component = read_file(&plugins.join(format!("{plugin}.wasm"))).unwrap();
    let name = plugin.parse().unwrap();
    let declaration = component.declaration().check(&name).unwrap().clone();
    let words: Vec<_> = words.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let arguments = parse_arguments(&declaration.parameters, &words, &mut |_| panic!("no secret")).unwrap();
    let grants: Effective =
        effective(&declaration, &component.capabilities(), &BTreeSet::from(Capability::ALL), &arguments).unwrap();
    let admitted = Admitted::unsigned(component, AllowUnsigned::by_operator());
    let native = Engine::new().unwrap().compile(&admitted).unwrap().bytes().clone();
    let order = Order {
        code: CodeId(0),
        check: name,
        arguments: arguments.scalars(),
        grants,
        limits: declaration.run_limits(),
        target: "test".to_owned(),
        redact: Vec::new(),
    };
    Some(Check { digest: admitted.component().digest(), file: admitted.file().clone(), native, order })
}

/// Findings with their severity, and how many rows each table has.
#[derive(Debug, Default, PartialEq, Eq)]
struct Said {
    findings: Vec<String>,
    rows: BTreeMap<u32, usize>,
}

async fn run(mut operator: Operator, check: &Check) -> Said {
    operator.send_trust(dbg_agent::tell([], [check.digest])).await.unwrap();
    operator.send_code(CodeId(0), check.digest, check.file.clone(), check.native.clone()).await.unwrap();
    operator.order(RunIndex(0), check.order.clone());
    let (sender, mut events) = mpsc::channel(64);
    let (_cancel, cancelled) = watch::channel(false);
    let mut said = Said::default();
    let hear = async {
        while let Some((_, event)) = events.recv().await {
            match event {
                Event::Finding(finding) => said.findings.push(format!("{:?} {}", finding.severity, finding.id)),
                Event::TableRows(rows) => *said.rows.entry(rows.table).or_default() += rows.columns[0].values.len(),
                Event::Ended(ending) => assert_eq!(ending.failure, None),
                _ => {}
            }
        }
    };
    let (ended, ()) = tokio::join!(operator.follow(sender, cancelled), hear);
    ended.unwrap();
    said
}

fn fenced(network: OwnedFd, root: Option<OwnedFd>, watches: WatchesProcesses, check: &Check) -> Said {
    let mut wanted = entry();
    if watches == WatchesProcesses::Yes {
        wanted.keep = BTreeSet::from([LinuxCapability::SysPtrace]);
    }
    wanted.joins = vec![Join::Network(Inherited(5))];
    wanted.watches_processes = watches;
    wanted.root = root.is_some().then_some(Inherited(6));
    let descriptors = root.into_iter().map(|root| (6, root)).chain([(5, network)]);
    let mut agent = Agent::start(&wanted, descriptors.collect());
    let said = here(async {
        let (operator, _facts) = agent.hello().await;
        run(operator, check).await
    });
    assert!(agent.end().success());
    said
}

fn unfenced(network: &Network, check: &Check) -> Said {
    network.within(|| {
        here(async {
            let (near, far) = tokio::io::duplex(1 << 20);
            let facts = AgentFacts { build: String::new(), machine: dbg_agent::machine(), fences: BTreeSet::new() };
            let served = tokio::spawn(dbg_agent::serve(far, Security::Process, facts, Engine::new().unwrap()));
            let (operator, _facts) = Operator::connect(near, Security::Process, "test").await.unwrap();
            let said = run(operator, check).await;
            served.await.unwrap().unwrap();
            said
        })
    })
}

#[test]
fn stock_checks_say_the_same_behind_the_fences() {
    let Some(network) = Network::new() else { return };
    let listener = network.within(|| TcpListener::bind("127.0.0.1:0").unwrap());
    let to = format!("{}", listener.local_addr().unwrap());
    let checks = [
        ("dns-check", vec![("name", "example.test"), ("server", "127.0.0.1")], WatchesProcesses::No),
        ("tcp-reach", vec![("to", to.as_str()), ("to", "127.0.0.1:1-3")], WatchesProcesses::No),
        ("sock-summary", vec![], WatchesProcesses::Yes),
    ];
    for (plugin, words, watches) in checks {
        let Some(check) = check(plugin, &words) else { return };
        let said = fenced(network.link(), None, watches, &check);
        assert!(!said.findings.is_empty(), "{plugin}");
        assert_eq!(said, unfenced(&network, &check), "{plugin}");
    }
}

#[test]
fn a_container_with_processes_of_its_own_is_looked_at_by_its_own_root() {
    let Some(container) = Container::new() else { return };
    for (plugin, words, watches, finding) in [
        ("sock-summary", vec![], WatchesProcesses::Yes, "Pass sock-ok"),
        ("tcp-reach", vec![("to", "127.0.0.1:1")], WatchesProcesses::No, "Fail tcp-refused"),
    ] {
        let Some(check) = check(plugin, &words) else { return };
        let said = fenced(container.network(), Some(container.root()), watches, &check);
        assert_eq!(said.findings, [finding], "{plugin}");
    }
}
