//! A person at a terminal: asked, never shown what they type, and left with the terminal as it was.

use dbg_tests::signing::{PASSPHRASE, Vendor};
use dbg_tests::{Context, Guest, Person, exit};
use rustix::process::Signal;

use crate::{bytes, listed};

#[test]
fn a_passphrase_is_asked_twice_and_never_shown() {
    let context = Context::new();
    let mut person = Person::start(context.type_in("key new a"));
    person.types_hidden("passphrase for `a.key`", 1, PASSPHRASE);
    person.types_hidden("the same again", 1, PASSPHRASE);
    assert_eq!(person.ends(), Some(exit::PASS), "{}", person.screen());
    assert!(!person.screen().contains("correct"), "{}", person.screen());
    assert_eq!(listed(&context), ["a.key", "a.pub"]);
    context.home.write("passphrase", PASSPHRASE);
    context.type_in("key show a.key --passphrase @passphrase").run().exits(exit::PASS);
}

#[test]
fn two_that_differ_and_one_that_is_short_make_no_key() {
    let context = Context::new();
    let mut person = Person::start(context.type_in("key new a"));
    person.types_hidden("passphrase for `a.key`", 1, PASSPHRASE);
    person.types_hidden("the same again", 1, "another one");
    assert_eq!(person.ends(), Some(exit::USAGE), "{}", person.screen());
    let mut person = Person::start(context.type_in("key new a"));
    person.types_hidden("passphrase for `a.key`", 1, "1234567");
    assert_eq!(person.ends(), Some(exit::USAGE), "{}", person.screen());
    assert_eq!(listed(&context), [""; 0]);
}

#[test]
fn ctrl_c_and_a_signal_at_a_passphrase_leave_nothing_and_the_terminal_as_it_was() {
    let context = Context::new();
    let start = || {
        let person = Person::start(context.type_in("key new a"));
        person.sees("passphrase for `a.key`", 1);
        person.is_hidden();
        person
    };
    let mut key = start();
    key.types("half\u{3}");
    assert_eq!(key.ends(), Some(exit::INTERRUPTED), "{}", key.screen());
    for signal in [Signal::INT, Signal::TERM] {
        let mut signalled = start();
        signalled.signal(signal);
        assert_eq!(signalled.ends(), Some(exit::INTERRUPTED), "{}", signalled.screen());
    }
    assert_eq!(listed(&context), [""; 0]);
}

#[test]
fn who_signs_sees_what_it_vouches_for_and_is_asked_once() {
    let vendor = Vendor::new("acme");
    let machine = &vendor.machine;
    let built = Guest::named("every-report").bytes();
    let file = machine.home.write("p.wasm", &built);
    let sign = || Person::start(machine.type_in("plugin sign p.wasm --key a.key --vendor acme"));

    let mut refused = sign();
    refused.sees("[y/N]", 1);
    for text in ["acme/every-report 0.1.0", "sha256:", "waits for a datagram", "expires"] {
        assert!(refused.screen().contains(text), "`{text}` is missing\n{}", refused.screen());
    }
    refused.types("\n");
    assert_eq!(refused.ends(), Some(exit::PASS), "{}", refused.screen());
    assert_eq!(bytes(&file), built);

    let mut interrupted = sign();
    interrupted.sees("[y/N]", 1);
    interrupted.types("\u{3}");
    assert_ne!(interrupted.ends(), Some(exit::PASS), "{}", interrupted.screen());
    assert_eq!(bytes(&file), built);

    let mut late = sign();
    late.sees("[y/N]", 1);
    late.types("y\n");
    late.sees("passphrase of `a.key`", 1);
    late.is_hidden();
    late.types("\u{3}");
    assert_eq!(late.ends(), Some(exit::INTERRUPTED), "{}", late.screen());
    assert_eq!(bytes(&file), built);

    let mut signed = sign();
    signed.sees("[y/N]", 1);
    signed.types("y\n");
    signed.types_hidden("passphrase of `a.key`", 1, "mistyped one");
    signed.types_hidden("passphrase of `a.key`", 2, PASSPHRASE);
    assert_eq!(signed.ends(), Some(exit::PASS), "{}", signed.screen());
    assert!(bytes(&file).len() > built.len());
}
