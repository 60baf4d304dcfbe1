//! Without `server=`: what the target's own configuration says, in a network and with a configuration of its own.

use dbg_tests::dns::{Dig, Fault, Faulty};
use dbg_tests::{Context, Home, Namespace, exit};

use crate::answer::{Report, run};

/// Runs the check where this is the resolver configuration and a server with this fault listens on 127.0.0.1:53.
fn with(configuration: &str, fault: Fault, words: &[&str]) -> Option<Report> {
    within(configuration, fault, |context, _| run(context, words))
}

fn within<T>(configuration: &str, fault: Fault, act: impl FnOnce(&Context, &Namespace) -> T) -> Option<T> {
    let files = Home::new();
    let namespace = Namespace::with_resolver(&files.write("resolv.conf", configuration))?;
    let _server = namespace.enter(|| Faulty::start_at(fault, 53));
    let context = Context::within(namespace);
    Some(context.in_namespace(|namespace| act(&context, namespace)))
}

#[test]
fn with_no_parameter_the_configured_server_is_asked() {
    let Some(report) = with("nameserver 127.0.0.1\n", Fault::None, &[]) else { return };
    report.finds_only("dns-ok", "pass").output.exits(exit::PASS).says("127.0.0.1:53");
}

#[test]
fn with_no_parameter_a_dead_server_fails() {
    let configuration = "nameserver 127.0.0.2\noptions timeout:1 attempts:1\n";
    let Some(report) = with(configuration, Fault::None, &[]) else { return };
    report.finds("dns-unreachable", "fail").output.exits(exit::FAIL);
}

#[test]
fn no_nameserver_means_this_machine() {
    let Some(report) = with("# nothing\n", Fault::None, &["name=www.test"]) else { return };
    report.finds("dns-no-nameserver", "info").finds_only("dns-ok", "pass").output.says("127.0.0.1:53");
}

#[test]
fn a_fourth_nameserver_is_told() {
    let configuration = "nameserver 127.0.0.1\n".repeat(4);
    let Some(report) = with(&configuration, Fault::None, &["name=www.test"]) else { return };
    report.finds("dns-too-many-nameservers", "info");
}

#[test]
fn broken_lines_do_not_lose_the_good_ones() {
    let configuration = "nameserver\nnameserver 999.1.1.1\n\u{1b}[2J\nnameserver 127.0.0.1\noptions ndots:many\n";
    let Some(report) = with(configuration, Fault::None, &["name=www.test"]) else { return };
    report.finds("dns-ok", "pass");
}

#[test]
fn the_search_list_is_walked_as_dig_walks_it() {
    let Some(dig) = Dig::new() else { return };
    let configuration = "nameserver 127.0.0.1\nsearch a.test b.test c.test\noptions ndots:2\n";
    let answered = within(configuration, Fault::KnowsOnly("shop.b.test."), |context, namespace| {
        let report = run(context, &["name=shop", "type=A", "timeout=10s"]);
        (report, dig.search(namespace, "shop", "A"))
    });
    let Some((report, dug)) = answered else { return };
    report.finds("dns-search", "info").finds_only("dns-ok", "pass").output.says("shop.a.test").says("shop.b.test");
    assert_eq!(dug.status, "NOERROR");
    assert!(dug.answers.iter().any(|(name, _, _)| name == "shop.b.test."), "{dug:?}");
    assert!(!report.output.stdout().contains("shop.c.test"), "it went on after the answer\n{}", report.output);
}

#[test]
fn a_name_with_enough_dots_is_tried_as_it_is_first() {
    let configuration = "nameserver 127.0.0.1\nsearch a.test\noptions ndots:1\n";
    let Some(report) = with(configuration, Fault::KnowsOnly("www.shop."), &["name=www.shop", "type=A"]) else { return };
    report.finds_only("dns-ok", "pass");
    assert!(!report.output.stdout().contains("www.shop.a.test"), "{}", report.output);
}

#[test]
fn a_missing_configuration_cannot_be_checked() {
    let Some(namespace) = Namespace::without_configuration() else { return };
    let context = Context::within(namespace);
    let report = run(&context, &[]);
    report.finds_only("dns-no-configuration", "unknown").output.exits(exit::UNKNOWN);
}

#[test]
fn without_the_grant_to_read_it_a_given_server_is_still_asked() {
    let context = Context::new();
    let server = Faulty::start(Fault::None);
    let server = format!("server={}", server.address);
    let words = ["run", "--deny", "resolver", "dns-check", &server, "name=www.test", "timeout=10s"];
    context.dbg(words).run().exits(exit::PASS).says("dns-no-configuration");
}
