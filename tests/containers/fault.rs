//! Engines that misbehave get one clear error, and dbg stays small and whole.

use dbg_tests::{Context, Output, exit};

use crate::fake::{Fault, serve};

fn explained(fault: Fault) -> Output {
    let context = Context::new();
    let socket = serve(&context.home, fault);
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
