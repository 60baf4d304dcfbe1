//! Engines that misbehave get one clear error, and dbg stays small and whole.

use std::time::Duration;

use dbg_tests::{Context, Engine, LIMIT, Output, Site, exit, until};

use crate::fake::{Asked, Fault, ID, serve};
use crate::report::results;

fn explained(fault: Fault) -> Output {
    let context = Context::new();
    let (socket, _) = serve(&context.home, fault);
    let host = format!("unix://{}", socket.display());
    context.type_in("target explain container/web").variable("DOCKER_HOST", host).run()
}

#[test]
fn an_engine_that_is_too_old_or_none_is_told_as_such() {
    explained(Fault::Old).exits(exit::UNKNOWN).warns("too old: it speaks version 1.24").warns("Docker 19.03");
    explained(Fault::NoEngine).exits(exit::UNKNOWN).warns("makes no sense").warns("what listens");
    explained(Fault::Hangup).exits(exit::UNKNOWN).warns("no container engine answered");
}

#[test]
fn an_answer_without_an_end_is_cut_off() {
    let output = explained(Fault::Endless);
    output.exits(exit::UNKNOWN).warns("more than 16777216 bytes");
    assert!(output.peak_memory < 200 << 20, "{output}");
}

#[test]
fn a_name_of_an_engine_cannot_move_the_cursor() {
    let output = explained(Fault::Escapes);
    output.exits(exit::UNKNOWN).hides("\u{1b}[2J").warns("no container `web`");
}

/// A run with an engine that is sound but for one fault; why its target could not be looked at.
#[track_caller]
fn refused(fault: Fault) -> (String, Asked) {
    let context = Context::new();
    let (socket, asked) = serve(&context.home, fault);
    let host = format!("unix://{}", socket.display());
    let output = context.type_in("run --target container/web sock-summary -o json").variable("DOCKER_HOST", host).run();
    output.exits(exit::UNKNOWN);
    (results(&output)[0]["failure"]["text"].to_string(), asked)
}

#[test]
fn a_container_that_has_our_name_is_told_and_not_touched() {
    let (failure, asked) = refused(Fault::Taken);
    assert!(failure.contains("another container has the name `dbg-"), "{failure}");
    assert!(!asked.has("DELETE"), "{asked:?}");
}

#[test]
fn a_target_that_was_replaced_is_told_and_our_container_is_removed() {
    let (failure, asked) = refused(Fault::Replaced);
    assert!(failure.contains("`web` is gone meanwhile"), "{failure}");
    assert!(asked.has(&format!("DELETE /v1.41/containers/{ID}")), "{asked:?}");
}

#[test]
fn an_attach_that_ends_early_is_told_and_our_container_is_removed() {
    let (failure, asked) = refused(Fault::AttachEnds);
    assert!(failure.contains("the agent"), "{failure}");
    assert!(asked.has(&format!("DELETE /v1.41/containers/{ID}")), "{asked:?}");
}

#[test]
fn an_engine_that_never_answers_is_given_up() {
    let context = Context::new();
    let (socket, _) = serve(&context.home, Fault::Mute);
    let host = format!("unix://{}", socket.display());
    let explained = context.type_in("target explain container/web").variable("DOCKER_HOST", host);
    explained.within(Duration::from_secs(60)).run().exits(exit::UNKNOWN).warns("within 30 s");
}

#[test]
fn an_engine_that_is_killed_in_the_middle_ends_the_run_and_leaves_what_gc_removes() {
    let Some(site) = Site::apart() else { return };
    let engine = Engine::Docker;
    let words = ["--target", "isolated", "-o", "ndjson", "sleeps-a-minute"];
    let running =
        site.context.run_guest("hostile-run", &words).as_root().variable("DOCKER_HOST", engine.host()).start();
    running.wait_for("it started", LIMIT);
    // Of all engines of this machine the one in this network. The numbers of its processes are gone with it, and may be anybody's in the next.
    site.script(
        "for pid in $(pgrep -x dockerd); do
            [ \"$(readlink /proc/$pid/ns/net)\" != \"$(readlink /proc/self/ns/net)\" ] || kill -9 $pid
        done; rm -f /run/docker.pid /run/docker.sock /run/docker/containerd/containerd.pid",
    );
    running.wait(LIMIT).exits(exit::UNKNOWN);
    let _again = site.start("exec unshare --pid --fork --kill-child --mount-proc dockerd > /run/log/again 2>&1");
    let answers = || site.dbg(engine, "target explain isolated").run().code() == Some(exit::PASS);
    assert!(until(LIMIT, answers));
    site.dbg(engine, "gc").run().exits(exit::PASS);
    assert!(until(LIMIT, || site.left(engine).is_empty()), "{:?}", site.left(engine));
}

#[test]
fn a_store_without_room_for_the_image_is_told_with_what_to_do() {
    let Some(site) = Site::apart() else { return };
    site.script("mount -o remount,size=$(($(df -k --output=used /var/lib | tail -1) + 512))k /var/lib");
    let output = site.dbg(Engine::Docker, "run --target isolated sock-summary -o json").run();
    output.exits(exit::UNKNOWN);
    let failure = results(&output)[0]["failure"]["text"].to_string();
    assert!(failure.contains("no space left on device") && failure.contains("docker system df"), "{failure}");
    assert_eq!(site.left(Engine::Docker), [""; 0]);
    assert_eq!(site.client(Engine::Docker, "images --filter label=dbg.image/build --quiet"), "");
}
