//! `netns/`: the network is the named one, and so is the configuration.

use std::net::{Ipv4Addr, TcpListener};

use dbg_tests::{LIMIT, exit, tool, until};

use crate::place::{HERE, Place, columns, done};

const ZONE: &str =
    "$TTL 60\n@ IN SOA ns.test. root.test. 1 60 60 60 60\n@ IN NS ns.test.\nns IN A 127.0.0.1\ndb IN A 10.1.0.2\n";

#[test]
fn the_resolver_is_that_of_the_named_network() {
    if tool("named", "bind9").is_none() {
        return;
    }
    let Some(place) = Place::new() else { return };
    // `named` gives up the right to read what is not its own, so the folder is root's.
    let files = tempfile::Builder::new().prefix("dbg-named-").tempdir().expect("a temporary folder");
    let folder = files.path().display().to_string();
    let configuration = format!(
        "options {{ directory \"{folder}\"; listen-on port 53 {{ 127.0.0.1; }}; listen-on-v6 {{ none; }}; pid-file none; \
         session-keyfile none; recursion no; dnssec-validation no; managed-keys-directory \"{folder}\"; }};\ncontrols {{ }};\nzone \"test\" {{ type primary; file \"zone\"; }};\n"
    );
    std::fs::write(files.path().join("zone"), ZONE).expect("our own folder");
    let path = files.path().join("named.conf");
    std::fs::write(&path, configuration).expect("our own folder");
    let log = files.path().join("log");
    let script = format!("exec ip netns exec blue named -g -n 1 -c '{}' 2> '{}'", path.display(), log.display());
    let named = place.context.in_namespace(|namespace| namespace.start(&script));
    let is_running =
        || std::fs::read_to_string(&log).is_ok_and(|text| text.lines().any(|line| line.ends_with(" running")));
    assert!(until(LIMIT, is_running), "`named` does not answer: {:?}", std::fs::read_to_string(&log));

    let output = place.root("run --target netns/blue -o json dns-check name=db.test type=A");
    output.exits(exit::PASS).says("127.0.0.1:53").says("10.1.0.2");
    done(&output);
    // The same without the target asks somebody else, who knows no such name, or nobody at all.
    let elsewhere = place.root("run -o json dns-check name=db.test type=A timeout=500ms");
    assert_ne!(elsewhere.code(), Some(exit::PASS), "{elsewhere}");
    drop(named);
    place.nothing_is_left();
}

#[test]
fn connects_leave_from_the_named_network() {
    let Some(place) = Place::new() else { return };
    let listen = || TcpListener::bind((HERE, 0)).expect("our end of the cable");
    let listener = place.context.in_namespace(|namespace| namespace.enter(listen));
    let port = listener.local_addr().expect("bound").port();
    let inside = place.in_blue(|| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has free ports"));
    let hidden = inside.local_addr().expect("bound").port();

    let output = place.root(&format!("run --target netns/blue -o json tcp-reach to={HERE}:{port},127.0.0.1:{hidden}"));
    output.exits(exit::PASS);
    let rows = columns(&done(&output), "tcp-reach", ["result", "ports"]);
    assert!(rows.iter().all(|[result, _]| result == "open"), "{output}");
    // Its loopback is not ours.
    place.root(&format!("run -o json tcp-reach to=127.0.0.1:{hidden}")).exits(exit::FAIL);
    place.nothing_is_left();
}
