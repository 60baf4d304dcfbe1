//! What a shell needs to use a cluster, as lines for `eval`.

use std::path::Path;

use anyhow::{Result, bail};

use super::place::Place;

/// Says which cluster the tests use: `existing` is the one that KUBECONFIG names.
const WHICH: &str = "DBG_TEST_CLUSTER";

pub(super) fn run(place: &Place) -> Result<()> {
    if std::env::var_os(WHICH).is_some_and(|which| which == "existing") {
        let Some(kubeconfig) = std::env::var_os("KUBECONFIG").filter(|path| !path.is_empty()) else {
            bail!("`{WHICH}=existing` means the cluster that KUBECONFIG names, and KUBECONFIG is not set");
        };
        println!("export KUBECONFIG={}", quoted(Path::new(&kubeconfig)));
        return Ok(());
    }
    if !place.is_whole() {
        bail!("no cluster of this checkout is up; `cargo xtask cluster up` brings it up");
    }
    println!("export KUBECONFIG={}", quoted(&place.kubeconfig()));
    println!("export PATH={}:\"$PATH\"", quoted(&place.programs));
    Ok(())
}

/// In single quotes, as every shell reads it.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.to_string_lossy().replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_quotes_and_dollars_stays_one_word() {
        assert_eq!(quoted(Path::new("/a b/$c/it's")), r"'/a b/$c/it'\''s'");
    }
}
