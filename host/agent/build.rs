//! Names the build: an agent says it in its hello and with `--version`.

use std::env;

#[expect(clippy::disallowed_methods, reason = "a build script is configured by the environment and has no settings")]
fn main() {
    println!("cargo::rerun-if-env-changed=DBG_BUILD_ID");
    let build = env::var("DBG_BUILD_ID").unwrap_or_else(|_| "development".to_owned());
    println!("cargo::rustc-env=DBG_BUILD={build}");
}
