//! The agent's image as a file, and loaded.

use dbg_tests::{Engine, Site, exit};

#[test]
fn the_image_is_the_same_bytes_each_time_and_both_engines_take_it() {
    let Some(site) = Site::new() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let [one, other] = ["one.tar", "other.tar"].map(|name| folder.path().join(name));
    for file in [&one, &other] {
        site.context.dbg(["image", "save"]).arg(file).as_root().run().exits(exit::PASS).says("saved dbg-agent:");
    }
    let bytes = |path| std::fs::read(path).expect("it was written");
    assert!(bytes(&one) == bytes(&other), "the bytes differ");
    site.context.dbg(["image", "save"]).arg(&one).as_root().run().exits(exit::USAGE).warns("is there already");
    for engine in Engine::BOTH {
        site.client(engine, &format!("load -i {}", one.display()));
        // What was loaded from the file is what dbg would load.
        site.dbg(engine, "image load").run().exits(exit::PASS).says("has dbg-agent:");
    }
}

#[test]
fn it_is_loaded_once() {
    let Some(site) = Site::new() else { return };
    for engine in Engine::BOTH {
        for _ in 0..2 {
            site.dbg(engine, "run --target isolated sock-summary").run().exits(exit::PASS);
        }
        let images = site.client(engine, "images --filter label=dbg.image/build --format {{.Repository}}");
        assert_eq!(images.lines().count(), 1, "{images}");
    }
}

/// Where every engine of the tests takes images from: a file in the engines' mounts.
const FILE: &str = "/run/site.tar";

#[test]
fn an_agent_of_an_image_with_a_sites_trust_runs_what_the_site_allows_and_nothing_else() {
    let Some(site) = Site::new() else { return };
    site.script("rm -rf /run/site /run/site.tar; mkdir -p /run/site; printf '[grants]\\nmost = [\"network-state\"]\\n[unsigned]\\nallow = \"never\"\\n' > /run/site/policy.toml");
    let saved = site.context.type_in(&format!("image save {FILE} --trust /run/site")).as_root().run();
    saved.exits(exit::PASS).says("runs the stock checks, and nothing unsigned");
    let name = saved.stdout().split_whitespace().nth(1).expect("it has a name").to_owned();
    for engine in Engine::BOTH {
        let missing = site.dbg(engine, &format!("run --target isolated --image {name} sock-summary -o json")).run();
        missing.exits(exit::UNKNOWN).says("has no image").says("docker load");
        site.client(engine, &format!("load -i {FILE}"));
        let run =
            |words: &str| site.dbg(engine, &format!("run --target isolated --image {name} {words} -o json")).run();
        run("sock-summary --deny processes").exits(exit::PASS);
        // What the operator grants and the site does not.
        run("dns-check name=x.test. server=127.0.0.1:1").exits(exit::UNKNOWN).says("by the site's rules in its image");
        let words = ["--target", "isolated", "--image", &name, "-o", "json", "says-nothing"];
        let unsigned = site.context.run_guest("every-report", &words).as_root().variable("DOCKER_HOST", engine.host());
        unsigned.run().exits(exit::UNKNOWN).says("by the site's rules in its image: nobody signed it");
        site.client(engine, &format!("rmi -f {name}"));
    }
    site.nothing_is_left();
}

#[test]
fn a_folder_without_trust_and_a_policy_that_makes_no_sense_are_not_baked() {
    let Some(site) = Site::new() else { return };
    site.script("rm -rf /run/none /run/bad; mkdir -p /run/none /run/bad; echo 'x = 1' > /run/bad/policy.toml");
    let save =
        |folder: &str| site.context.type_in(&format!("image save /run/none.tar --trust {folder}")).as_root().run();
    save("/run/none").exits(exit::USAGE).warns("neither a `policy.toml` nor a `trust.d`");
    save("/run/bad").exits(exit::USAGE).warns("makes no sense");
    site.script("[ ! -e /run/none.tar ]");
}
