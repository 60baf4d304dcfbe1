//! A site with a trust of its own: its users narrow it, and add nobody.

use dbg_tests::signing::Vendor;
use dbg_tests::{Context, Namespace, exit};

use crate::bytes;

/// A machine whose `/etc/dbg/trust.d` has this vendor's root.
fn site(approved: &Vendor) -> Option<Context> {
    let script = format!(
        "mkdir -p /run; cp {root} /run/acme.root.json; mount -t tmpfs none /etc; mkdir -p /etc/dbg/trust.d; \
         cp /run/acme.root.json /etc/dbg/trust.d/acme.root.json; chmod 644 /etc/dbg/trust.d/acme.root.json",
        root = approved.root().display()
    );
    Namespace::new(&script).map(Context::within)
}

#[test]
fn a_user_sees_whom_the_site_trusts_and_can_add_nobody() {
    let (acme, globex) = (Vendor::new("acme"), Vendor::new("globex"));
    let Some(user) = site(&acme) else { return };
    let list = user.type_in("trust list -o json").run().json();
    assert_eq!(list["vendors"][0]["origin"]["kind"], "site", "{list}");
    assert_eq!(list["vendors"][0]["origin"]["path"], "/etc/dbg/trust.d/acme.root.json");
    user.type_in("trust list").run().exits(exit::PASS).says("this site: /etc/dbg/trust.d/acme.root.json");

    let file = user.home.write("globex.root.json", bytes(&globex.root()));
    let add = user.dbg(["trust", "add", "--fingerprint", globex.fingerprint()]).arg(file).run();
    add.exits(exit::USAGE).warns("not approved by this site");
    user.type_in("trust remove acme").run().exits(exit::USAGE).warns("trusted by this site and not by you");

    acme.type_in("trust root next acme.root.json --ceiling files --sign a.key").run().exits(exit::PASS);
    let next = user.home.write("next.json", bytes(&acme.root()));
    user.dbg(["trust", "rotate"]).arg(next).run().exits(exit::PASS);
    let list = user.type_in("trust list -o json").run().json();
    assert_eq!(list["vendors"][0]["origin"]["kind"], "narrowed", "{list}");
    assert_eq!(list["vendors"][0]["root"]["version"], 2);
    // The user has seen version 2: the site's version 1 alone would be a step back.
    let removed = user.type_in("trust remove acme").run();
    removed
        .exits(exit::PASS)
        .warns("not trusted any more")
        .warns("/etc/dbg/trust.d/acme.root.json")
        .warns("does not count");
    let list = user.type_in("trust list -o json").run().json();
    assert_eq!(
        (list["vendors"].as_array().map(Vec::len), list["problems"].as_array().map(Vec::len)),
        (Some(0), Some(1))
    );
    let next = user.home.path().join("next.json");
    user.dbg(["trust", "rotate"]).arg(&next).run().exits(exit::PASS);
    assert_eq!(user.type_in("trust list -o json").run().json()["vendors"][0]["root"]["version"], 2);

    // A list of the user's own narrows too.
    let Some(user) = site(&acme) else { return };
    let new = "trust revocations new --vendor acme --root acme.root.json --key a.key";
    acme.type_in(new).run().exits(exit::PASS);
    let list = bytes(&acme.machine.home.path().join("acme.revocations.json"));
    let list = user.home.write("list.json", list);
    user.dbg(["trust", "revocations", "add"]).arg(list).run().exits(exit::PASS);
    assert_eq!(user.type_in("trust list -o json").run().json()["vendors"][0]["origin"]["kind"], "narrowed");
}

#[test]
fn what_root_trusts_is_the_sites_whatever_home_says() {
    let acme = Vendor::new("acme");
    let script = format!(
        "mkdir -p /run; cp {} /run/acme.root.json; mount -t tmpfs none /etc; mkdir -p /etc/dbg; \
         cp /run/acme.root.json /etc/acme.root.json",
        acme.root().display()
    );
    let Some(machine) = Namespace::new(&script).map(Context::within) else { return };
    let add = machine.dbg(["trust", "add", "/etc/acme.root.json", "--fingerprint", acme.fingerprint()]).as_root().run();
    add.exits(exit::PASS).warns("kept in `/etc/dbg/trust.d`");
    assert!(!machine.home.path().join("config").exists(), "root's trust is never in HOME");
    // Everybody on the machine sees it.
    let list = machine.type_in("trust list -o json").run().json();
    assert_eq!(list["vendors"][0]["origin"]["kind"], "site", "{list}");
    machine.type_in("trust remove acme").as_root().run().exits(exit::PASS).warns("not trusted any more");
    machine.type_in("trust list").run().exits(exit::PASS).warns("nobody is trusted");
}
