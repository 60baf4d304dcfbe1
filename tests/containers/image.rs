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
