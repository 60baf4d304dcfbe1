//! The command line.

use std::process::Output;

use dbg_tests::agent;

use crate::ARCHITECTURES;

fn called(architecture: &str, words: &[&str]) -> Option<Output> {
    Some(agent(architecture)?.args(words).output().expect("the agent starts"))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("it says text")
}

#[test]
fn an_agent_says_what_it_is_on_each_architecture() {
    for architecture in ARCHITECTURES {
        let Some(output) = called(architecture, &["--version"]) else { continue };
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
        let said = text(&output.stdout);
        assert!(said.starts_with("dbg-agent 0.") && said.contains("protocol 1"), "{said}");
        assert!(said.ends_with(&format!(", {architecture}\n")), "{said}");
    }
}

#[test]
fn an_agent_is_of_the_build_that_carries_it() {
    let context = dbg_tests::Context::new();
    let dbg = context.type_in("--version").run().stdout();
    let build = dbg.split_once('(').and_then(|(_, rest)| rest.split_once(')')).expect("`dbg` says its build").0;
    for architecture in ARCHITECTURES {
        let Some(output) = called(architecture, &["--version"]) else { continue };
        assert!(text(&output.stdout).contains(&format!("({build})")), "{build}: {output:?}");
    }
}

#[test]
fn help_names_every_verb() {
    let output = called(std::env::consts::ARCH, &["--help"]).expect("the own agent is there");
    assert!(output.status.success() && text(&output.stdout).contains("serve RUN.KEY"), "{output:?}");
}

#[test]
fn a_command_line_that_makes_no_sense_is_one_line_and_exit_code_2() {
    let wrong: [&[&str]; 7] =
        [&[], &["fly"], &["--fly"], &["serve"], &["serve", "run"], &["serve", "run.key"], &["--version", "more"]];
    for words in wrong {
        let output = called(std::env::consts::ARCH, words).expect("the own agent is there");
        assert_eq!(output.status.code(), Some(2), "{words:?}: {output:?}");
        let said = text(&output.stderr);
        assert!(output.stdout.is_empty() && said.lines().count() == 1 && said.starts_with("dbg-agent: "), "{said}");
    }
}

#[test]
fn what_is_typed_reaches_no_terminal_as_it_is() {
    let output = called(std::env::consts::ARCH, &["\u{1b}[2J"]).expect("the own agent is there");
    assert!(!output.stderr.contains(&0x1b), "{output:?}");
}
