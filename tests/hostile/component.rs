//! Components written by hand: what no compiler makes.

use std::fmt::Write as _;

use dbg_tests::{Context, Output};
use wasm_encoder::{ComponentSection as _, CustomSection, NestedComponentSection, RawSection, Section as _};

use crate::case::cases;
use crate::file::try_file;

cases! {
    /// It declares a memory of 2^31 bytes.
    declares_a_memory_of_2_31 => |context| try_component(context, &Text { pages: 32_768, ..Text::default() });
    /// It imports a function that no host has.
    imports_an_unknown_function => |context| try_component(context, &Text {
        imports: r#"(import "dbg:check/report@0.1.0" (instance (export "shred" (func))))"#,
        ..Text::default()
    });
    /// It imports an interface that no host has.
    imports_an_unknown_interface => |context| try_component(context, &Text {
        imports: r#"(import "acme:shredder/shred@1.0.0" (instance (export "shred" (func))))"#,
        ..Text::default()
    });
    /// It imports a track of a capability that comes later.
    imports_a_later_track => |context| try_component(context, &Text {
        imports: r#"(import "dbg:check/report@0.2.0" (instance (export "shred" (func))))"#,
        ..Text::default()
    });
    /// It imports a capability that none of its checks declares.
    imports_an_undeclared_capability => |context| try_component(context, &Text {
        imports: r#"(import "dbg:files/file-tree@0.1.0" (instance))"#,
        ..Text::default()
    });
    /// It requires a capability that it does not import.
    declares_an_unused_capability => |context| try_component(context, &Text {
        grants: r#"{"capability":"resolver","reason":"none at all"}"#,
        ..Text::default()
    });
    /// It is made for WASI 0.3.
    imports_wasi_0_3 => |context| try_component(context, &Text {
        imports: r#"(import "wasi:clocks/monotonic-clock@0.3.0" (instance (export "now" (func (result u64)))))"#,
        ..Text::default()
    });
    /// It lifts its function as async.
    lifts_async => |context| try_component(context, &Text { lift: "async (callback (core func $core \"callback\"))", ..Text::default() });
    /// It exports a function that is not the contract's.
    exports_a_wrong_function => |context| try_component(context, &Text { result: "", ..Text::default() });
    /// It is a component, and no plugin.
    of_another_world => |context| try_component(context, &Text { export: "acme:other/world@1.0.0", ..Text::default() });
    /// It is a plugin of a track that comes later.
    of_a_later_track => |context| try_component(context, &Text { export: "dbg:check/guest@0.2.0", ..Text::default() });
    /// It says nothing of itself.
    without_a_declaration => |context| try_file(context, &Text::default().bytes_without_declaration());
    /// It has two declarations.
    with_two_declarations => |context| try_file(context, &with_section(&Text::default().bytes(), &Text::default().declaration()));
    /// It has a second declaration, in a component within it.
    with_a_nested_declaration => |context| {
        let inner = with_section(&wasm_encoder::Component::new().finish(), &Text::default().declaration());
        let mut bytes = Text::default().bytes();
        RawSection { id: wasm_encoder::ComponentSectionId::Component.into(), data: &inner }.append_to(&mut bytes);
        try_file(context, &bytes)
    };
    /// Its declaration has 10 MB.
    with_a_declaration_of_10_mb => |context| {
        let declaration = Text { doc: &"x".repeat(10 << 20), ..Text::default() }.declaration();
        try_file(context, &with_section(&Text::default().bytes_without_declaration(), &declaration))
    };
    /// Its declaration is no JSON.
    with_a_garbled_declaration => |context| {
        try_file(context, &with_section(&Text::default().bytes_without_declaration(), b"{\"declaration\":1,\x1b[2J"))
    };
    /// It is built of a million instances.
    with_5000_components => |context| try_file(context, &with_nested(&Text::default().bytes(), 5_000));
}

/// A plugin as text, of which each case changes one part.
struct Text<'text> {
    imports: &'text str,
    pages: u32,
    lift: &'text str,
    result: &'text str,
    export: &'text str,
    doc: &'text str,
    grants: &'text str,
}

impl Default for Text<'_> {
    fn default() -> Self {
        Self {
            imports: "",
            pages: 1,
            lift: "",
            result: "(result (result (error $failure)))",
            export: "dbg:check/guest@0.1.0",
            doc: "written by hand",
            grants: "",
        }
    }
}

impl Text<'_> {
    fn declaration(&self) -> Vec<u8> {
        let head = format!(r#"{{"declaration":1,"plugin":"by-hand","version":"0.1.0","doc":"{}"}}"#, self.doc);
        let check = format!(
            r#"{{"check":"by-hand","doc":"Does nothing.","parameters":[],"grants":[{}],"limits":{{}}}}"#,
            self.grants
        );
        format!("{head}\n{check}\n").into_bytes()
    }

    fn bytes(&self) -> Vec<u8> {
        with_section(&self.bytes_without_declaration(), &self.declaration())
    }

    fn bytes_without_declaration(&self) -> Vec<u8> {
        let mut text = format!("(component {}\n", self.imports);
        let (pages, lift, result, export) = (self.pages, self.lift, self.result, self.export);
        // An async lift has its own form of core function; only then is there a callback.
        let core_result = if lift.is_empty() { "(result i32) i32.const 16" } else { "(result i32) i32.const 0" };
        write!(
            text,
            r#"
  (type $types (instance
    (type $a (variant (case "text" string) (case "integer" s64) (case "boolean" bool) (case "real" float64)))
    (export "scalar" (type $scalar (eq $a)))
    (type $b (list $scalar))
    (type $c (record (field "name" string) (field "values" $b)))
    (export "arg" (type $arg (eq $c)))
    (type $d (enum "no-such-check" "bad-arguments" "denied" "unsupported" "timed-out" "cancelled" "other"))
    (export "failure-code" (type $code (eq $d)))
    (type $e (record (field "code" $code) (field "text" string)))
    (export "failure" (type (eq $e)))))
  (import "dbg:check/check-types@0.1.0" (instance $check-types (type $types)))
  (alias export $check-types "arg" (type $arg))
  (alias export $check-types "failure" (type $failure))
  (core module $module
    (memory (export "memory") {pages})
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 1024)
    (func (export "callback") (param i32 i32 i32) (result i32) i32.const 0)
    (func (export "run") (param i32 i32 i32 i32) {core_result}))
  (core instance $core (instantiate $module))
  (type $args (list $arg))
  (type $run (func {asynchronous} (param "check" string) (param "args" $args) {result}))
  (func $run (type $run)
    (canon lift (core func $core "run") (memory (core memory $core "memory")) (realloc (core func $core "realloc")) {lift}))
  (instance $guest (export "run" (func $run)))
  (export "{export}" (instance $guest)))"#,
            asynchronous = if lift.is_empty() { "" } else { "async" },
        )
        .expect("a string takes text");
        wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
    }
}

fn try_component(context: &Context, text: &Text<'_>) -> Vec<Output> {
    try_file(context, &text.bytes())
}

fn with_section(component: &[u8], declaration: &[u8]) -> Vec<u8> {
    let mut bytes = component.to_vec();
    CustomSection { name: "dbg:checks".into(), data: declaration.into() }.append_to_component(&mut bytes);
    bytes
}

/// The component with this many empty components in it, side by side.
fn with_nested(component: &[u8], count: usize) -> Vec<u8> {
    let inner = wasm_encoder::Component::new();
    let mut bytes = component.to_vec();
    for _ in 0..count {
        NestedComponentSection(&inner).append_to_component(&mut bytes);
    }
    bytes
}
