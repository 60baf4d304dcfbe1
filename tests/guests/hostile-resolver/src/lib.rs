//! A check that reads the target's resolver configuration in ways that the SDK does not allow, by its raw bindings.

use dbg_sdk::bindings::dbg::resolver::resolver_config::{Configuration, read};
use dbg_sdk::prelude::*;

/// How many configurations may be open at once.
const MOST: usize = 16;

/// Reads the configuration, closes it twice, asks it nevertheless, and opens more than it may.
#[check(name = "configurations-without-end", grant(capability = "resolver", reason = "reads the configuration"))]
fn configurations_without_end(run: &Run) -> Result<(), Failure> {
    let Ok(configuration) = read() else { return Err(Failure::unsupported("there is no configuration to read")) };
    tell(run, "an open configuration", says_something(&configuration));
    configuration.close();
    configuration.close();
    tell(run, "a closed configuration", !says_something(&configuration));

    let opened: Vec<_> = (0..4 * MOST).map(|_| read()).collect();
    tell(
        run,
        "one configuration too many",
        opened.iter().filter(|configuration| configuration.is_ok()).count() == MOST,
    );
    drop(opened);
    tell(run, "one after all were dropped", read().is_ok());
    Ok(())
}

/// Uses a configuration that nobody gave it.
#[check(name = "configuration-of-nobody", grant(capability = "resolver", reason = "reads the configuration"))]
fn configuration_of_nobody(run: &Run) -> Result<(), Failure> {
    run.pass("started", "it started");
    // SAFETY: none; the number goes to the host, which has to notice.
    let configuration = unsafe { Configuration::from_handle(4_711) };
    Err(Failure::other(format!("the host took it: {} servers", configuration.nameservers().len())))
}

/// Whether any function has an answer.
fn says_something(configuration: &Configuration) -> bool {
    !configuration.nameservers().is_empty()
        || !configuration.search().is_empty()
        || !configuration.options().is_empty()
        || !configuration.raw().is_empty()
        || configuration.ndots() != 0
        || configuration.timeout_ms() != 0
        || configuration.attempts() != 0
}

fn tell(run: &Run, what: &str, is_well: bool) {
    match is_well {
        true => run.pass("answered", format!("{what} was answered as it should be")),
        false => run.fail("odd", format!("{what} was answered oddly")),
    };
}

dbg_sdk::plugin!(configurations_without_end, configuration_of_nobody);
