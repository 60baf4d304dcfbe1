//! Shells in a cluster: on a node among its own files, in a pod among its container's, with an image's tools, and how far each goes.

use dbg_tests::{Output, Person, exit};

use crate::node::lender;
use crate::pod::web;
use crate::scene::{Scene, Space};

/// `dbg shell WORDS -- sh -c SCRIPT`.
fn script(space: &Space<'_>, words: &str, script: &str) -> Output {
    // What follows two dashes is the program's, so the namespace comes before.
    let line = format!("shell -n {} {words} -- sh -c", space.name);
    space.plain(&line).arg(script).run()
}

/// The Linux capabilities that a script's process has, as the kernel numbers them.
#[track_caller]
fn rights(output: &Output) -> u64 {
    output.exits(exit::PASS);
    let text = output.stdout();
    let line = text.lines().find_map(|line| line.strip_prefix("CapEff:")).unwrap_or_else(|| panic!("{output}"));
    u64::from_str_radix(line.trim(), 16).expect("hexadecimal digits")
}

#[test]
fn a_shell_on_a_node_has_its_files_processes_and_network_and_writes_none_but_with_sysadmin() {
    let Some(scene) = Scene::new() else { return };
    let space = scene.namespace("dbg-shell-node");
    lender(&space, "n1");
    let look = "ls -d /var/lib/kubelet; ps -e | grep -c kubelet; touch /etc/dbg-test || echo cannot; exit 7";
    let output = script(&space, "--target node/n1", look);
    assert_eq!(output.code(), Some(7), "{output}");
    output.says("/var/lib/kubelet").says("cannot");
    let status = "grep CapEff /proc/self/status";
    assert_eq!(rights(&script(&space, "--target node/n1 --profile restricted", status)), 0);
    let general = rights(&script(&space, "--target node/n1", status));
    // SYS_PTRACE, and no SYS_ADMIN.
    assert_eq!(general >> 19 & 1, 1, "{general:x}");
    assert_eq!(general >> 21 & 1, 0, "{general:x}");
    let wide = script(&space, "--target node/n1 --profile sysadmin", "touch /etc/dbg-test && rm /etc/dbg-test");
    wide.exits(exit::PASS);
    space.nothing_is_left();
}

#[test]
fn a_shell_in_a_pod_is_among_the_files_processes_and_variables_of_its_container() {
    let Some(scene) = Scene::new() else { return };
    let space = scene.namespace("dbg-shell-pod");
    web(&space, "web", "");
    space.kubectl("exec web -c app -- sh -c 'echo shop > /etc/marker' >&2");
    for via in ["", "--via node"] {
        let output = script(
            &space,
            &format!("--target pod/web -c app {via}"),
            "cat /etc/marker; echo $KUBERNETES_SERVICE_PORT; wget -qO- http://127.0.0.1:8080/ 2>&1 | grep -q 404 && echo listens; echo sigh >&2; exit 3",
        );
        assert_eq!(output.code(), Some(3), "{output}");
        output.says("shop").says("443").says("listens").warns("sigh");
    }
    space.nothing_is_left();
}

#[test]
fn an_images_tools_are_brought_into_a_pod_that_has_none() {
    let Some(scene) = Scene::new() else { return };
    let space = scene.namespace("dbg-shell-tools");
    let image = &space.scene.image;
    space.apply(&format!(
        r#"{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"bare"}},"spec":{{"terminationGracePeriodSeconds":0,"containers":[
        {{"name":"app","image":"{}","imagePullPolicy":"Never"}}]}}}}"#,
        image.replace("busybox:1", "pause:1")
    ));
    space.kubectl("wait --timeout 60s --for condition=Ready pod/bare >&2");
    let output = script(&space, &format!("--target pod/bare --image {image}"), "ps; ls /bin/busybox");
    output.exits(exit::PASS).says("/pause").says("/bin/busybox");
    // Without one its checks are offered where the agent can be brought in at all, from the node.
    let output = space
        .plain(&format!("shell -n {} --target pod/bare --via node", space.name))
        .input("dns-check name=kubernetes.default.svc.cluster.local\n")
        .run();
    output.exits(exit::PASS).warns("has no shell: its checks are offered");
}

#[test]
fn a_terminal_on_a_node_has_its_size_and_its_code() {
    let Some(scene) = Scene::new() else { return };
    let space = scene.namespace("dbg-shell-tty");
    lender(&space, "n2");
    let mut person = Person::start(space.plain(&format!("shell -n {} --target node/n2", space.name)));
    person.is_hidden();
    person.types("stty size; echo still $((40 + 2))\r");
    person.sees("24 80", 1);
    person.sees("still 42", 1);
    person.types("exit 9\r");
    assert_eq!(person.ends(), Some(9), "{}", person.screen());
    space.nothing_is_left();
}

#[test]
fn where_there_are_no_programs_it_is_said() {
    let Some(scene) = Scene::new() else { return };
    let space = scene.namespace("dbg-shell-none");
    let output = space.plain(&format!("shell -n {} --target cluster", space.name)).run();
    output.exits(exit::UNKNOWN).warns("has no programs of its own").warns("--target node/NAME");
}
