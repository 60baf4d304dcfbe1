//! What an operator makes of a component: native code and an order.

use std::collections::BTreeSet;

use dbg_engine::Engine;
use dbg_model::{Capability, Machine, effective, parse_arguments};
use dbg_plugin::{Admitted, AllowUnsigned, Component};
use dbg_session::{CodeId, Order};
use dbg_tests::Guest;

/// A component, and how its first check is to be run.
pub(crate) struct Check {
    pub(crate) admitted: Admitted,
    typed: Vec<(String, String)>,
}

impl Check {
    /// The only check of a stock plugin, with what was typed after it.
    pub(crate) fn stock(plugin: &str, typed: &[(&str, &str)]) -> Self {
        Self::of(Guest::stock(plugin).bytes(), typed)
    }

    /// The only check of a component.
    pub(crate) fn of(component: Vec<u8>, typed: &[(&str, &str)]) -> Self {
        let component = Component::read(component.into()).expect("it is a plugin");
        let typed = typed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self { admitted: Admitted::unsigned(component, AllowUnsigned::by_operator()), typed }
    }

    /// Its code for this machine.
    pub(crate) fn code(&self, machine: &Machine) -> bytes::Bytes {
        let engine = Engine::new().expect("there is an engine");
        let code = engine.compile_for(machine, &self.admitted).expect("it can be compiled");
        code.bytes().clone()
    }

    /// The order to run it with all that it asks for.
    pub(crate) fn order(&self) -> Order {
        let component = self.admitted.component();
        let declaration = &component.declaration().checks[0];
        let arguments = parse_arguments(&declaration.parameters, &self.typed, &mut |_| Err("no secrets".to_owned()))
            .expect("what the test types is right");
        let allowed = BTreeSet::from(Capability::ALL);
        let grants = effective(declaration, &component.capabilities(), &allowed, &arguments).expect("a grant");
        Order {
            code: CodeId(0),
            check: declaration.check.clone(),
            arguments: arguments.scalars(),
            grants,
            limits: declaration.run_limits(),
            target: "local".to_owned(),
            redact: Vec::new(),
        }
    }
}

/// A component that asks for a function which no host has.
pub(crate) fn asks_for_an_unknown_function() -> Check {
    let declaration =
        "{\"declaration\":1,\"plugin\":\"by-hand\",\"version\":\"0.1.0\"}\n{\"check\":\"by-hand\",\"doc\":\"None.\"}\n";
    let escaped: String = declaration.bytes().map(|byte| format!("\\{byte:02x}")).collect();
    let text = format!(
        r#"(component
            (import "dbg:check/report@0.1.0" (instance (export "shred" (func))))
            (@custom "dbg:checks" "{escaped}")
            (core module $module
                (memory (export "memory") 1)
                (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 1024)
                (func (export "run") (param i32 i32 i32 i32) (result i32) i32.const 16))
            (core instance $instance (instantiate $module))
            (type $scalar' (variant (case "text" string) (case "integer" s64) (case "boolean" bool) (case "real" f64)))
            (export $scalar "scalar" (type $scalar'))
            (type $arg' (record (field "name" string) (field "values" (list $scalar))))
            (export $arg "arg" (type $arg'))
            (type $code' (enum "no-such-check" "bad-arguments" "denied" "unsupported" "timed-out" "cancelled" "other"))
            (export $code "failure-code" (type $code'))
            (type $failure' (record (field "code" $code) (field "text" string)))
            (export $failure "failure" (type $failure'))
            (func $run (param "check" string) (param "args" (list $arg)) (result (result (error $failure)))
                (canon lift (core func $instance "run")
                    (memory (core memory $instance "memory")) (realloc (core func $instance "realloc"))))
            (instance $guest (export "run" (func $run)))
            (export "dbg:check/guest@0.1.0" (instance $guest)))"#
    );
    Check::of(wat::parse_str(&text).expect("it is a component"), &[])
}
