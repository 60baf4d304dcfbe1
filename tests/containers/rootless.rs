//! Podman without root: found by itself, and what it can be used for.

use dbg_tests::{LIMIT, Site, exit, until};

use crate::report::results;

/// Podman's service as the user that tests run as.
const SERVICE: &str = "mkdir -p /run/user/nobody/home; chown -R 65534:65534 /run/user/nobody; chmod 700 /run/user/nobody
    printf '[storage]\\ndriver = \"vfs\"\\n' > /run/storage.conf
    export HOME=/run/user/nobody/home XDG_RUNTIME_DIR=/run/user/nobody CONTAINERS_CONF=/run/containers.conf CONTAINERS_STORAGE_CONF=/run/storage.conf
    cd $HOME; exec setpriv --reuid 65534 --regid 65534 --clear-groups \\
        sh -c 'mkdir -p /run/user/nobody/podman; exec podman system service -t 0 unix:///run/user/nobody/podman/podman.sock'";

#[test]
fn podman_without_root_is_found_by_itself_and_looks_at_the_machine_as_its_user() {
    let Some(site) = Site::new() else { return };
    let _service = site.start(SERVICE);
    assert!(until(LIMIT, || site
        .command("test")
        .args(["-S", "/run/user/nobody/podman/podman.sock"])
        .status()
        .is_ok_and(|status| status.success())));
    let dbg = |line: &str| site.context.type_in(line).variable("XDG_RUNTIME_DIR", "/run/user/nobody");
    let explained = dbg("target explain host sock-summary").run();
    explained.exits(exit::PASS).says("/run/user/nobody/podman/podman.sock").says("the engine runs without root");
    // The machine's queues are shared where it has any.
    let _queues = site.script(
        "[ -d /dev/mqueue ] || mkdir /dev/mqueue; mountpoint -q /dev/mqueue || mount -t mqueue none /dev/mqueue",
    );
    dbg("run --target host sock-summary").within(LIMIT * 4).run().exits(exit::PASS);
    // A network of its own takes helpers that this machine may lack; whichever it is, it is told.
    let isolated = dbg("run --target isolated sock-summary -o json").within(LIMIT * 4).run();
    if isolated.code() == Some(exit::UNKNOWN) {
        let failure = results(&isolated)[0]["failure"]["text"].to_string();
        assert!(failure.contains("slirp4netns") || failure.contains("pasta") || failure.contains("tun"), "{failure}");
    } else {
        isolated.exits(exit::PASS);
    }
    dbg("gc").run().exits(exit::PASS).says("nothing is left behind");
}
