//! Files that are no plugins at all, each given to every verb that reads one.

use std::path::Path;

use dbg_tests::{Context, Guest, Output};

use crate::case::cases;

/// What `dbg` may use while it refuses a file, however large that is.
const MEMORY: u64 = 128 << 20;

cases! {
    missing => |context| try_path(context, &context.home.path().join("missing.wasm"));
    a_folder => |context| {
        let path = context.home.write("folder.wasm/inside", "").parent().map(Path::to_path_buf);
        try_path(context, &path.expect("it has one"))
    };
    a_fifo => |context| {
        let path = context.home.path().join("fifo.wasm");
        rustix::fs::mkfifoat(rustix::fs::CWD, &path, rustix::fs::Mode::from_raw_mode(0o644)).expect("our own folder");
        context.home.give(&path);
        try_path(context, &path)
    };
    a_device => |context| try_path(context, Path::new("/dev/zero"));
    empty => |context| try_file(context, b"");
    text => |context| try_file(context, b"#!/bin/sh\necho owned\n");
    a_program => |context| try_file(context, b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0\x01\0\0\0");
    a_core_module => |context| try_file(context, &wat::parse_str("(module (memory 1))").expect("a module"));
    cut_off => |context| {
        let bytes = Guest::named("every-report").bytes();
        try_file(context, bytes.get(..bytes.len() / 2).unwrap_or_default())
    };
    a_byte_changed => |context| {
        let mut bytes = Guest::named("every-report").bytes();
        let quarter = bytes.len() / 4;
        for byte in bytes.iter_mut().skip(quarter).take(64) {
            *byte ^= 0xff;
        }
        try_check(context, &context.home.write("plugin.wasm", bytes), "every-report")
    };
    zeros_of_1_gb => |context| {
        let path = context.home.write("zeros.wasm", "");
        // A hole: it takes no room on the disk.
        let file = std::fs::OpenOptions::new().write(true).open(&path).expect("our own file");
        file.set_len(1 << 30).expect("a hole takes no room");
        try_path(context, &path)
    };
    nested_types_100_000 => |context| try_file(context, &nested_types(100_000));
    nested_components_100_000 => |context| try_file(context, &nested_components(100_000));
    flat_types_1_000_000 => |context| try_file(context, &flat_types(1_000_000));
}

/// Gives the bytes as a file to every verb that takes one.
pub(crate) fn try_file(context: &Context, bytes: &[u8]) -> Vec<Output> {
    try_path(context, &context.home.write("plugin.wasm", bytes))
}

fn try_path(context: &Context, path: &Path) -> Vec<Output> {
    try_check(context, path, "by-hand")
}

/// Runs it and adds it: the error is the same, and nothing gets into the store.
fn try_check(context: &Context, path: &Path, check: &str) -> Vec<Output> {
    let file = path.to_str().expect("our own path");
    let answers = [
        context.dbg(["run", "--allow-unsigned", "--plugin", file, check]).run(),
        context.dbg(["plugin", "add", "--allow-unsigned", "--yes", file]).run(),
    ];
    for answer in &answers {
        assert!(answer.peak_memory < MEMORY, "took {} bytes of memory\n{answer}", answer.peak_memory);
    }
    let kept: Vec<String> = context.home.kept().into_iter().filter(|path| path.contains("/components/")).collect();
    assert_eq!(kept, [""; 0], "a refused plugin is in the store");
    answers.into()
}

const COMPONENT: [u8; 8] = *b"\0asm\x0d\0\x01\0";
/// Section ids of the component model's binary format.
const SECTION_COMPONENT: u8 = 4;
const SECTION_TYPE: u8 = 7;

/// One type section: a component type whose only declaration is a component type, and so on.
fn nested_types(depth: usize) -> Vec<u8> {
    let mut types = vec![1];
    for _ in 0..depth {
        // A component type (0x41) of one declaration, which is a type (0x01).
        types.extend([0x41, 1, 1]);
    }
    types.extend([0x41, 0]);
    [&COMPONENT[..], &[SECTION_TYPE], &length(types.len()), &types].concat()
}

/// A component in a component, and so on. Written from the inside to the outside, back to front.
fn nested_components(depth: usize) -> Vec<u8> {
    let mut reversed: Vec<u8> = COMPONENT.iter().rev().copied().collect();
    for _ in 0..depth {
        let length = length(reversed.len());
        reversed.extend(length.iter().rev());
        reversed.push(SECTION_COMPONENT);
        reversed.extend(COMPONENT.iter().rev());
    }
    reversed.reverse();
    reversed
}

/// One type section with many types, none of them nested.
fn flat_types(count: usize) -> Vec<u8> {
    let mut types = length(count);
    for _ in 0..count {
        // An instance type of no declaration.
        types.extend([0x42, 0]);
    }
    [&COMPONENT[..], &[SECTION_TYPE], &length(types.len()), &types].concat()
}

/// An unsigned LEB128.
fn length(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = u8::try_from(number & 0x7f).unwrap_or_default();
        number >>= 7;
        if number == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}
