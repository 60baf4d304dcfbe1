//! Guests that read the resolver configuration where they should not, and too often.

use dbg_tests::{Context, Home, Namespace, Output};

use crate::case::cases;

cases! {
    configurations_without_end => |_| run("configurations-without-end");
    configuration_of_nobody => |_| run("configuration-of-nobody");
}

/// Runs a check where there is a configuration of our own.
fn run(check: &str) -> Vec<Output> {
    let files = Home::new();
    let configuration = files.write("resolv.conf", "nameserver 127.0.0.1\nsearch a.test\noptions ndots:2 rotate\n");
    let Some(namespace) = Namespace::with_resolver(&configuration) else { return Vec::new() };
    let context = Context::within(namespace);
    vec![context.run_guest("hostile-resolver", &[check]).run()]
}
