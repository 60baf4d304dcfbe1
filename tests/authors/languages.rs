//! The contract holds for other languages: the conformance check in each of them is packed, signed, added and run, and says what Rust's says.

use std::path::PathBuf;

use dbg_tests::{Context, exit, language, skip};
use serde_json::Value;

const VARIABLE: &str = "DBG_TEST_PASSPHRASE";

/// The packed plugin of a language in the home of a context; `None`, said aloud, where it could not be built.
fn packed(context: &Context, name: &str) -> Option<PathBuf> {
    let (component, declaration) = match language(name) {
        Ok(found) => found,
        Err(reason) => {
            skip(&format!("the guest in `{name}` was not built: {reason}"));
            return None;
        }
    };
    context.home.write("built.wasm", component);
    context.home.write("declaration.json", declaration);
    let pack = context.type_in("plugin pack built.wasm --declaration declaration.json -o packed.wasm");
    pack.run().exits(exit::PASS).warns(&format!("conformance-{name}"));
    Some(context.home.path().join("packed.wasm"))
}

/// A vendor's key and root, with which the plugin is signed, and which is trusted then.
fn sign_and_trust(context: &Context, file: &str) {
    let secret = |line: &str| {
        let invocation = context.type_in(line).arg("--passphrase").arg(format!("env:{VARIABLE}"));
        invocation.variable(VARIABLE, "correct horse battery").run()
    };
    secret("key new acme").exits(exit::PASS);
    let root = secret("trust root new --vendor acme --key acme.key");
    root.exits(exit::PASS);
    secret(&format!("plugin sign {file} --key acme.key --vendor acme --yes")).exits(exit::PASS);
    let add = format!("trust add acme.root.json --fingerprint {}", root.stdout().trim());
    context.type_in(&add).run().exits(exit::PASS);
    context.home.write("config/dbg/policy.toml", "[consent]\nvendor = [\"resolver\"]\n");
}

/// What a run came to, without what tells one run or one plugin from the other.
fn outcome(context: &Context, selector: &str, words: &str, code: i32) -> Value {
    let output = context.type_in(&format!("run -o json {selector} {words}")).run();
    output.exits(code);
    let result = output.json()["results"][0].take();
    let told = [
        "verdict",
        "failure",
        "findings",
        "tables",
        "metrics",
        "artifacts",
        "arguments",
        "granted",
        "withheld",
        "lost",
    ];
    told.iter().map(|key| ((*key).to_owned(), result[*key].clone())).collect::<serde_json::Map<_, _>>().into()
}

/// Each way to run it: the words, and the exit code.
const WAYS: [(&str, i32); 4] = [
    ("", exit::PASS),
    ("text=h\u{e4}\u{2603}x count=10 flag=yes wait=250ms colour=blue many=1,-2,3", exit::PASS),
    ("count=0", exit::PASS),
    ("ending=failure", exit::UNKNOWN),
];

fn says_what_rust_says(name: &str) {
    let context = Context::new();
    let Some(_) = packed(&context, name) else { return };
    sign_and_trust(&context, "packed.wasm");
    context.type_in("plugin add packed.wasm --yes").run().exits(exit::PASS);
    context.type_in("plugin list").run().exits(exit::PASS).says(&format!("conformance-{name}"));
    let rust = Context::new();
    let file = rust.guest("conformance").display().to_string();
    for (words, code) in WAYS {
        let reference = outcome(&rust, &format!("--allow-unsigned --plugin {file} conformance"), words, code);
        assert_eq!(outcome(&context, &format!("conformance-{name}/conformance"), words, code), reference, "{words}");
    }
    let denied = outcome(&context, &format!("--deny resolver conformance-{name}/conformance"), "", exit::UNKNOWN);
    assert_eq!(denied["failure"]["code"], "denied", "{denied}");
    assert_eq!(denied["findings"].as_array().map(Vec::len), Some(2), "what it said before is kept: {denied}");
    context.nothing_is_left();
}

#[test]
fn a_check_in_c_says_what_rust_says() {
    says_what_rust_says("c");
}

#[test]
fn a_check_in_python_says_what_rust_says() {
    says_what_rust_says("python");
}

#[test]
fn a_check_in_javascript_says_what_rust_says() {
    says_what_rust_says("quickjs");
}
