//! Hostile and honest bytes, each with exactly what it gets.

use bytes::Bytes;
use dbg_model::{Capability, DeclarationError, Digest};

use super::samples::{GUEST, PLAIN, component, declaration, nested, section};
use super::{AsyncUse, Component, ComponentError, Nested};

/// A declaration whose one check asks for `capability`.
fn asking(capability: &str, required: bool) -> String {
    let bounds = match capability {
        "resolver" => "[]",
        "files" => r#"["/etc/resolv.conf"]"#,
        _ => r#"["udp:resolvers"]"#,
    };
    format!(
        "{{\"declaration\":1,\"plugin\":\"sample\",\"version\":\"1.0.0\"}}\n{{\"check\":\"look\",\"doc\":\"Looks.\",\"grants\":[{{\"capability\":\"{capability}\",\"bounds\":{bounds},\"required\":{required},\"reason\":\"to look\"}}]}}"
    )
}

fn import(name: &str) -> String {
    format!("(import \"{name}\" (instance))")
}

fn refused(bytes: impl Into<Bytes>) -> ComponentError {
    Component::read(bytes.into()).expect_err("it is refused")
}

/// Bytes of an unsigned LEB128 number.
fn leb(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let byte = (number & 0x7f) as u8;
        number >>= 7;
        if number == 0 {
            bytes.push(byte);
            return bytes;
        }
        bytes.push(byte | 0x80);
    }
}

fn component_with_section(id: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = b"\0asm\x0d\0\x01\0".to_vec();
    bytes.push(id);
    bytes.extend(leb(content.len()));
    bytes.extend(content);
    bytes
}

/// A section with one type: `levels` types, each the only declaration of the one around it.
fn nested_types(levels: usize, kind: u8) -> Vec<u8> {
    let mut content = vec![1];
    for _ in 1..levels {
        content.extend([kind, 1, 0x01]);
    }
    content.extend([kind, 0]);
    component_with_section(7, &content)
}

fn nested_components(levels: usize) -> Vec<u8> {
    // Written from the inside out would be quadratic: the lengths are known beforehand.
    let header = 8;
    let mut lengths = vec![header];
    for level in 1..levels {
        let inner = lengths[level - 1];
        lengths.push(header + 1 + leb(inner).len() + inner);
    }
    let mut bytes = Vec::new();
    for level in (0..levels).rev() {
        bytes.extend(b"\0asm\x0d\0\x01\0");
        if level > 0 {
            bytes.push(4);
            bytes.extend(leb(lengths[level - 1]));
        }
    }
    bytes
}

#[test]
fn what_is_no_component_is_called_what_it_is() {
    assert!(matches!(refused(""), ComponentError::Empty));
    assert!(matches!(refused("# my notes\nmore"), ComponentError::Text { start } if start == "# my notes"));
    assert!(matches!(refused("\u{1f600}".repeat(100)), ComponentError::Text { .. }));
    assert!(matches!(refused("(component)"), ComponentError::Text { start } if start == "(component)"));
    assert!(
        matches!(refused(&b"\x7fELF\x02\x01\0\0"[..]), ComponentError::Foreign { start } if start == "7f 45 4c 46")
    );
    assert!(matches!(refused(vec![0; 4096]), ComponentError::Foreign { start } if start == "00 00 00 00"));
    assert!(matches!(refused(wat::parse_str("(module)").unwrap()), ComponentError::CoreModule));
    assert!(matches!(refused(vec![0; (64 << 20) + 1]), ComponentError::TooLarge { bytes } if bytes == (64 << 20) + 1));
}

#[test]
fn text_that_is_shown_cannot_steer_a_terminal() {
    let start = |text: &str| match refused(text.to_owned()) {
        ComponentError::Text { start } => start,
        other => panic!("{other:?}"),
    };
    assert_eq!(start("ab\u{202e}cd"), "ab\\u{202e}cd");
    assert!(start(&"x".repeat(5000)).len() <= 64);
    assert!(matches!(refused("\x1b[2Jx"), ComponentError::Foreign { .. }));
}

#[test]
fn a_component_cut_off_anywhere_or_followed_by_rubbish_is_refused() {
    // No names, so that no section follows that could be missed without harm.
    let guest = r#"(instance) (export "dbg:check/guest@0.1.0" (instance 0))"#;
    let whole = component(&format!("{} {guest}", nested(PLAIN)));
    assert!(Component::read(whole.clone()).is_ok());
    for length in 1..whole.len() {
        // Cut between two sections it is a valid component, of another world or without a declaration.
        let error = refused(whole.slice(..length));
        let fits = matches!(
            error,
            ComponentError::Invalid { .. } | ComponentError::World { .. } | ComponentError::NoDeclaration
        );
        assert!(fits, "cut at {length}: {error:?}");
    }
    let mut longer = whole.to_vec();
    longer.extend(b"rubbish");
    assert!(matches!(refused(longer), ComponentError::Invalid { offset, .. } if offset >= whole.len()));
    assert!(matches!(refused(&b"\0as"[..]), ComponentError::Invalid { .. }));
    assert!(matches!(refused(&b"\0asm\x63\0\x01\0"[..]), ComponentError::Invalid { .. }));
}

#[test]
fn no_flipped_byte_makes_the_reader_panic() {
    let whole = component(&format!(
        "{} {} {GUEST}",
        nested(PLAIN),
        r#"(type (component (type (instance (type (func (param "a" string))) (export "f" (func (type 0))))) (import "x" (instance (type 0)))))"#
    ));
    for index in 0..whole.len() {
        for flip in [0x01, 0x40, 0x80, 0xff] {
            let mut bytes = whole.to_vec();
            bytes[index] ^= flip;
            // Most are refused; a byte of a name or a text may be any other.
            let _ = Component::read(bytes.into());
        }
    }
}

#[test]
fn nesting_is_bounded_before_anything_recursive_reads_it() {
    for kind in [0x41, 0x42] {
        let error = refused(nested_types(100_000, kind));
        assert!(matches!(error, ComponentError::Depth { what: Nested::Types, .. }), "{error:?}");
        assert!(matches!(refused(nested_types(33, kind)), ComponentError::Depth { .. }));
        assert!(matches!(refused(nested_types(32, kind)), ComponentError::World { .. }));
    }
    let error = refused(nested_components(100_000));
    assert!(matches!(error, ComponentError::Depth { what: Nested::Components, .. }), "{error:?}");
    // The outermost is not nested.
    assert!(matches!(refused(nested_components(34)), ComponentError::Depth { .. }));
    assert!(matches!(refused(nested_components(33)), ComponentError::World { .. }));
}

#[test]
fn types_that_refer_to_each_other_too_deeply_are_refused() {
    // list<list<list<…>>>: flat in the bytes, deep in meaning.
    let count = 50_000;
    let mut content = leb(count);
    content.extend([0x70, 0x7f]);
    for index in 0..count - 1 {
        content.push(0x70);
        // A signed number: one more bit than the unsigned form.
        let mut number = index;
        loop {
            let byte = (number & 0x7f) as u8;
            number >>= 7;
            if number == 0 && byte & 0x40 == 0 {
                content.push(byte);
                break;
            }
            content.push(byte | 0x80);
        }
    }
    let error = refused(component_with_section(7, &content));
    assert!(matches!(&error, ComponentError::Invalid { cause, .. } if cause.contains("too deep")), "{error:?}");
}

#[test]
fn more_types_than_any_component_has_are_refused() {
    let mut content = leb(100_001);
    content.extend(vec![0x7f; 100_001]);
    assert!(matches!(refused(component_with_section(7, &content)), ComponentError::TooManyTypes));
}

#[test]
fn async_is_refused_in_each_of_its_forms() {
    let cases = [
        (r#"(type (stream u8))"#, AsyncUse::Type),
        (r#"(type (future u8))"#, AsyncUse::Type),
        (r#"(type error-context)"#, AsyncUse::Type),
        (r#"(type (func async))"#, AsyncUse::Function),
        (r#"(type (component (type (instance (type (func async))))))"#, AsyncUse::Function),
        (r#"(core func (canon task.cancel))"#, AsyncUse::BuiltIn),
        (r#"(core func (canon waitable-set.new))"#, AsyncUse::BuiltIn),
        (r#"(component (core func (canon waitable-set.new)))"#, AsyncUse::BuiltIn),
        (
            r#"(core module $m (func (export "f") (result i32) i32.const 0) (func (export "c") (param i32 i32 i32) (result i32) i32.const 0))
               (core instance $i (instantiate $m))
               (func (canon lift (core func $i "f") async (callback (core func $i "c"))))"#,
            AsyncUse::Lift,
        ),
    ];
    for (fields, expected) in cases {
        let error = refused(component(&format!("{fields} {} {GUEST}", nested(PLAIN))));
        assert!(matches!(error, ComponentError::Async { used, .. } if used == expected), "{fields}: {error:?}");
    }
}

#[test]
fn a_later_wasi_is_named_before_the_async_that_comes_with_it() {
    let fields =
        format!("(type (stream u8)) {} {} {GUEST}", import("wasi:clocks/monotonic-clock@0.3.0"), nested(PLAIN));
    let error = refused(component(&fields));
    assert!(
        matches!(&error, ComponentError::LaterWasi { interface } if interface == "wasi:clocks/monotonic-clock@0.3.0"),
        "{error:?}"
    );
}

#[test]
fn another_world_and_another_track_are_told_apart() {
    let export = |name: &str| component(&format!("{} (instance $i) (export \"{name}\" (instance $i))", nested(PLAIN)));
    assert!(matches!(refused(component("")), ComponentError::World { exports } if exports.is_empty()));
    assert!(
        matches!(refused(export("wasi:cli/run@0.2.6")), ComponentError::World { exports } if exports == ["wasi:cli/run@0.2.6"])
    );
    for other in ["dbg:check/guest@0.2.0", "dbg:check/guest@1.0.0", "dbg:check/guest@0.1.0-rc.1", "dbg:check/guest"] {
        assert!(matches!(refused(export(other)), ComponentError::Track { export } if export == other), "{other}");
    }
    assert!(Component::read(export("dbg:check/guest@0.1.7")).is_ok());
}

#[test]
fn exactly_one_declaration_at_any_depth_is_the_rule() {
    let in_component = format!("(component {})", section(PLAIN));
    for place in [section(PLAIN), nested(PLAIN), in_component.clone(), format!("(component {})", nested(PLAIN))] {
        let read = Component::read(component(&format!("{place} {GUEST}"))).unwrap();
        assert_eq!(read.declaration_text(), PLAIN);
        assert_eq!(read.declaration().plugin.as_str(), "sample");
    }
    assert!(matches!(refused(component(GUEST)), ComponentError::NoDeclaration));
    for second in [section(PLAIN), nested(PLAIN), in_component] {
        let error = refused(component(&format!("{} {second} {GUEST}", nested(PLAIN))));
        assert!(matches!(error, ComponentError::Declarations { count: 2 }), "{error:?}");
    }
}

#[test]
fn a_declaration_that_is_too_long_or_makes_no_sense_is_refused() {
    let with = |text: &str| match refused(component(&format!("{} {GUEST}", nested(text)))) {
        ComponentError::Declaration(error) => error,
        other => panic!("{other:?}"),
    };
    assert!(matches!(with(&" ".repeat(10 << 20)), DeclarationError::TooLong { .. }));
    assert!(matches!(with("not json"), DeclarationError::Json { line: 1, .. }));
    // What a linker makes of two sections: one after the other.
    assert!(matches!(with(&format!("{PLAIN}{PLAIN}")), DeclarationError::Json { line: 3, .. }));
    let long = declaration("sample", &format!("1.0.0-{}", "a".repeat(200)), &["look"]);
    let error = refused(component(&format!("{} {GUEST}", nested(&long))));
    assert!(matches!(error, ComponentError::VersionLength { length: 206 }), "{error:?}");
}

#[test]
fn a_declaration_must_fit_the_imports() {
    let read = |text: &str, imports: &str| Component::read(component(&format!("{imports} {} {GUEST}", nested(text))));
    let resolver = import("dbg:resolver/resolver-config@0.1.0");
    let sockets = import("wasi:sockets/udp@0.2.6");

    let error = read(PLAIN, &resolver).unwrap_err();
    assert!(
        matches!(&error, ComponentError::Undeclared { interface, capability: Capability::Resolver } if interface == "dbg:resolver/resolver-config@0.1.0")
    );
    let error = read(&asking("files", true), "").unwrap_err();
    assert!(matches!(&error, ComponentError::Unused { capability: Capability::Files, .. }), "{error:?}");

    let component = read(&asking("resolver", true), &resolver).unwrap();
    assert_eq!(component.capabilities(), [Capability::Resolver].into());
    assert_eq!(component.imports().iter().collect::<Vec<_>>(), ["dbg:resolver/resolver-config@0.1.0"]);
    assert!(read(&asking("files", false), "").is_ok(), "an optional one may have been dropped by the linker");
    assert!(read(PLAIN, &sockets).is_ok(), "what WASI has is inert without a grant");
    assert!(read(&asking("sockets", true), &sockets).is_ok());
    assert!(read(PLAIN, &import("dbg:resolverx/a@0.1.0")).is_ok(), "what no host has is for the engine to name");
}

#[test]
fn an_embedded_component_is_as_good_as_a_read_one() {
    const BYTES: &[u8] = b"never walked";
    let digest = Digest::from_bytes([7; 32]);
    let imports = ["dbg:resolver/resolver-config@0.1.0".to_owned()];
    let component =
        Component::embedded(Bytes::from_static(BYTES), digest, &asking("resolver", true), imports.clone()).unwrap();
    assert_eq!((component.bytes(), component.digest()), (&Bytes::from_static(BYTES), digest));
    assert_eq!(component.capabilities(), [Capability::Resolver].into());
    assert!(matches!(
        Component::embedded(Bytes::from_static(BYTES), digest, PLAIN, imports),
        Err(ComponentError::Undeclared { .. })
    ));
}

#[test]
fn the_digest_is_that_of_the_bytes() {
    let bytes = component(&format!("{} {GUEST}", nested(PLAIN)));
    let one = Component::read(bytes.clone()).unwrap();
    assert_eq!(one.digest(), Component::read(bytes.clone()).unwrap().digest());
    assert_eq!(super::digest(b"").hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_eq!(one.bytes(), &bytes[..]);
}

#[test]
fn every_refusal_that_an_author_or_operator_can_mend_has_a_hint() {
    for error in [
        refused(""),
        refused("(component)"),
        refused("text"),
        refused(vec![0; 16]),
        refused(wat::parse_str("(module)").unwrap()),
        refused(component("")),
        refused(component(GUEST)),
        refused(component("(type (stream u8))")),
    ] {
        assert!(error.hint().is_some(), "{error}");
        assert!(!error.to_string().ends_with('.'), "{error}");
    }
}
