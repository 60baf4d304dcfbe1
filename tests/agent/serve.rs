//! Checks that run in the agent's process.

use std::collections::BTreeSet;

use dbg_model::{Architecture, FailureCode, Machine};
use dbg_tests::dns::{Fault, Faulty};

use crate::ARCHITECTURES;
use crate::code::{Check, asks_for_an_unknown_function};
use crate::operator::Agent;

/// A look-up of a server of the test's own: sockets, clocks and memory are the agent's, the answer is known.
fn look_up(server: &Faulty) -> Check {
    Check::stock("dns-check", &[("name", "www.test."), ("server", &server.address.to_string())])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stock_check_runs_on_each_architecture_with_code_that_was_made_for_the_agents_machine() {
    let server = Faulty::start(Fault::None);
    for architecture in ARCHITECTURES {
        let Some(mut agent) = Agent::serving(architecture) else { continue };
        let run = agent.run(&look_up(&server)).await;
        assert_eq!(run.facts.machine.architecture.word(), architecture);
        assert!(run.failure().is_none(), "{:?}", run.failure());
        let sentences = run.sentences();
        assert!(sentences.iter().any(|sentence| sentence.contains("www.test")), "{sentences:?}");
        run.ended.expect("the session ends well");
        let gone = agent.gone().await;
        assert_eq!((gone.code, &*gone.stderr), (Some(0), ""), "{architecture}");
    }
    assert!(server.asked_over_udp() >= 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_of_sockets_runs_in_the_agents_process() {
    let mut agent = Agent::serving(std::env::consts::ARCH).expect("the own agent is there");
    let run = agent.run(&Check::stock("sock-summary", &[])).await;
    assert!(run.failure().is_none() && !run.sentences().is_empty(), "{:?}", run.events);
    run.ended.expect("the session ends well");
    assert_eq!(agent.gone().await.code, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn code_for_another_architecture_fails_the_check_and_not_the_session() {
    let server = Faulty::start(Fault::None);
    for architecture in ARCHITECTURES {
        let Some(mut agent) = Agent::serving(architecture) else { continue };
        let other = Architecture::ALL.into_iter().find(|other| other.word() != architecture).expect("there are two");
        let machine = Machine { architecture: other, features: BTreeSet::new() };
        let check = look_up(&server);
        let run = agent.run_with(&check, |_| check.code(&machine)).await;
        let failure = run.failure().expect("it cannot be loaded");
        assert_eq!(failure.code, FailureCode::NotLoadable);
        assert!(failure.text.contains("does not fit this dbg"), "{failure:?}");
        run.ended.expect("the session ends well");
        assert_eq!(agent.gone().await.code, Some(0), "{architecture}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn code_that_the_operator_could_not_link_fails_the_check_by_the_name_of_what_is_missing() {
    for architecture in ARCHITECTURES {
        let Some(mut agent) = Agent::serving(architecture) else { continue };
        let run = agent.run(&asks_for_an_unknown_function()).await;
        let failure = run.failure().expect("it cannot be linked");
        assert_eq!(failure.code, FailureCode::NotLoadable);
        assert!(failure.text.contains("`shred`") && failure.text.contains("`dbg:check/report@0.1.0`"), "{failure:?}");
        run.ended.expect("the session ends well");
        assert_eq!(agent.gone().await.code, Some(0), "{architecture}");
    }
}
