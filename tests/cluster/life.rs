//! What is left of a cluster: nothing, after `down` and after a kill of `up`.
//!
//! Each test looks from inside namespaces of its own, where nobody else starts, mounts or links anything.

use std::process::Command;

use crate::scene::{may_bring_up, xtask};

/// `look FILE` writes down everything that a cluster could leave here. Processes that only wait to be read are gone, and a shell that runs is this one's, about to be `ps` or `sort`.
const LOOK: &str = r#"
look() {
    {
        cat /proc/mounts; ip -o link; ip route; ls /run
        find /sys/fs/cgroup -name 'dbg-cluster*' -o -name 'kubepods*'
        ps -eo stat=,comm= | grep -v -e '^Z' -e '^R.* sh$' | grep -v -E ' (ps|grep|sort)$' | sort
        sysctl kernel.panic kernel.panic_on_oops vm.overcommit_memory vm.panic_on_oom kernel.keys.root_maxkeys \
            kernel.keys.root_maxbytes fs.inotify.max_user_instances fs.inotify.max_user_watches net.ipv4.ip_forward
    } > "$1"
}
differs() { echo "$1"; diff "$folder/before" "$folder/after"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"#;

/// Runs a script in new namespaces; what it says is in the panic when it fails.
fn in_namespaces(script: &str) {
    let mut command = Command::new("unshare");
    command.args(["--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation", "private"]);
    command.args(["sh", "-c", &format!("{LOOK}\nxtask() {{ ({} \"$@\"); }}\n{script}", xtask())]);
    let output = command.output().expect("`unshare` starts");
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&said));
}

#[test]
fn down_leaves_nothing_of_a_cluster_with_pods() {
    let Some(_alone) = may_bring_up() else { return };
    in_namespaces(
        r#"look "$folder/before"
        exports=$(xtask up) || exit 1
        (eval "$exports"; kubectl run left --image dbg.test/busybox:1 --restart Never -- sleep 600 &&
            kubectl wait --timeout 60s --for condition=Ready pod/left) || exit 1
        look "$folder/after"
        if diff "$folder/before" "$folder/after" >/dev/null; then echo 'a cluster that nothing shows'; exit 1; fi
        xtask down || exit 1
        look "$folder/after"
        cmp -s "$folder/before" "$folder/after" || differs 'after down'"#,
    );
}

#[test]
fn an_up_that_is_killed_halfway_leaves_nothing() {
    let Some(_alone) = may_bring_up() else { return };
    in_namespaces(
        r#"look "$folder/before"
        mkfifo "$folder/said"
        for signal in TERM KILL; do
            (xtask_process() { CD; exec cargo xtask cluster up; }; xtask_process 2> "$folder/said" >/dev/null) & up=$!
            exec 3< "$folder/said"
            while read -r line <&3; do case $line in *'the machines run'*) break ;; esac; done
            kill -$signal $up; wait $up && { echo "up went on after $signal"; exit 1; }
            # It waits for whoever takes the rest down.
            xtask status | grep -q 'no cluster is up' || { echo "there is one after $signal"; exit 1; }
            exec 3<&-
            look "$folder/after"
            cmp -s "$folder/before" "$folder/after" || differs "after $signal"
        done"#
            .replace("CD", &format!("cd '{}/..'", env!("CARGO_MANIFEST_DIR")))
            .as_str(),
    );
}
