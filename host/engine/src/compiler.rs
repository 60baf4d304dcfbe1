//! The compilers: for this machine and for others, while somebody waits and thoroughly.

use dbg_model::{Architecture, CpuFeature, Machine};
use dbg_plugin::{Admitted, Provenance};

use crate::{Engine, EngineError, config};

/// How much time code is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effort {
    /// Somebody waits for it.
    Quick,
    /// It runs often: two thirds of the size and faster, in three times the time.
    Thorough,
}

impl Effort {
    /// What the code of this plugin is worth, wherever it is made: a stock check's is carried as thorough code.
    pub(crate) fn worth(admitted: &Admitted) -> Self {
        match admitted.provenance() {
            Provenance::Stock => Self::Thorough,
            Provenance::Vendor(_) | Provenance::Unsigned => Self::Quick,
        }
    }
}

/// wasmtime as it compiles for a machine.
///
/// Code for this program's own architecture is for the least of it: one piece then serves every agent, and is made before any has said
/// what it has. Other code is made after an agent's hello in any case, and so for what that says.
pub(crate) fn compiler(engine: &Engine, machine: &Machine, effort: Effort) -> Result<wasmtime::Engine, EngineError> {
    let own = machine.architecture == Architecture::OWN;
    if own && effort == Effort::Quick {
        return Ok(engine.inner.wasmtime.clone());
    }
    let mut config = config::of(machine.architecture)?;
    if effort == Effort::Thorough {
        config::thorough(&mut config);
    }
    if !own {
        enable(&mut config, machine);
    }
    wasmtime::Engine::new(&config).map_err(|cause| EngineError::Configuration(cause.into()))
}

/// Lets the compiler use what the machine says that it has.
fn enable(config: &mut wasmtime::Config, machine: &Machine) {
    let flags = machine.features.iter().copied().map(flag);
    for (_, flag) in flags.filter(|(architecture, _)| *architecture == machine.architecture) {
        // SAFETY: the flags let the compiler use more instructions, and change nothing else of what code means. Loading refuses code for
        // instructions that the processor lacks, whatever was said of it.
        unsafe { config.cranelift_flag_enable(flag) };
    }
}

/// The compiler's name for a feature, and the architecture that it is of: elsewhere the compiler does not know it.
fn flag(feature: CpuFeature) -> (Architecture, &'static str) {
    use Architecture::{Aarch64, X86_64};
    match feature {
        CpuFeature::Sse3 => (X86_64, "has_sse3"),
        CpuFeature::Ssse3 => (X86_64, "has_ssse3"),
        CpuFeature::Sse41 => (X86_64, "has_sse41"),
        CpuFeature::Sse42 => (X86_64, "has_sse42"),
        CpuFeature::Popcnt => (X86_64, "has_popcnt"),
        CpuFeature::Avx => (X86_64, "has_avx"),
        CpuFeature::Avx2 => (X86_64, "has_avx2"),
        CpuFeature::Fma => (X86_64, "has_fma"),
        CpuFeature::Bmi1 => (X86_64, "has_bmi1"),
        CpuFeature::Bmi2 => (X86_64, "has_bmi2"),
        CpuFeature::Lzcnt => (X86_64, "has_lzcnt"),
        CpuFeature::Cmpxchg16b => (X86_64, "has_cmpxchg16b"),
        CpuFeature::Lse => (Aarch64, "has_lse"),
        CpuFeature::Fp16 => (Aarch64, "has_fp16"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use bytes::Bytes;
    use dbg_plugin::trust::{Grounds, Moment, ReferenceTime};
    use dbg_plugin::{AllowUnsigned, Component};

    use super::*;
    use crate::{LoadError, NativeCode, samples};

    const EVERY: [CpuFeature; 14] = [
        CpuFeature::Sse3,
        CpuFeature::Ssse3,
        CpuFeature::Sse41,
        CpuFeature::Sse42,
        CpuFeature::Popcnt,
        CpuFeature::Avx,
        CpuFeature::Avx2,
        CpuFeature::Fma,
        CpuFeature::Bmi1,
        CpuFeature::Bmi2,
        CpuFeature::Lzcnt,
        CpuFeature::Cmpxchg16b,
        CpuFeature::Lse,
        CpuFeature::Fp16,
    ];

    fn machine(architecture: Architecture, features: &[CpuFeature]) -> Machine {
        Machine { architecture, features: features.iter().copied().collect() }
    }

    fn foreign() -> Architecture {
        Architecture::ALL.into_iter().find(|architecture| *architecture != Architecture::OWN).unwrap()
    }

    fn component() -> Component {
        Component::read(samples::plugin("(i32.const 16)").into()).unwrap()
    }

    #[test]
    fn there_is_code_for_every_machine_whatever_it_says_of_itself() {
        let (engine, admitted) =
            (Engine::new().unwrap(), Admitted::unsigned(component(), AllowUnsigned::by_operator()));
        for architecture in Architecture::ALL {
            for features in [&[][..], &EVERY] {
                let machine = machine(architecture, features);
                let quick = engine.compile_for(&machine, &admitted).unwrap();
                let thorough = engine.compile_thoroughly_for(&machine, &admitted).unwrap();
                // ELF's e_machine: 62 is x86-64, 183 is AArch64.
                let number = u16::from_le_bytes([quick.bytes()[18], quick.bytes()[19]]);
                assert_eq!(number, if architecture == Architecture::X86_64 { 62 } else { 183 });
                assert_eq!(quick.bytes()[18..20], thorough.bytes()[18..20]);
            }
        }
    }

    #[test]
    fn code_for_the_own_architecture_is_for_the_least_of_it() {
        let (engine, admitted) =
            (Engine::new().unwrap(), Admitted::unsigned(component(), AllowUnsigned::by_operator()));
        let code = |features| engine.compile_for(&machine(Architecture::OWN, features), &admitted).unwrap();
        assert_eq!(code(&EVERY).bytes(), code(&[]).bytes());
        engine.load(&code(&EVERY)).unwrap();
    }

    #[test]
    fn code_for_another_architecture_is_refused_where_it_is_loaded() {
        let (engine, admitted) =
            (Engine::new().unwrap(), Admitted::unsigned(component(), AllowUnsigned::by_operator()));
        let code = engine.compile_for(&machine(foreign(), &[]), &admitted).unwrap();
        let Err(error) = engine.load(&code) else { panic!("it loads") };
        assert!(matches!(error, LoadError::Foreign(_)), "{error}");
    }

    /// An engine on a processor that has nothing beyond the least.
    fn least() -> Engine {
        let mut config = config::config().unwrap();
        // SAFETY: it denies what may be there, so that less is loaded and never more.
        unsafe { config.detect_host_feature(|_| Some(false)) };
        Engine::of(&config).unwrap()
    }

    #[test]
    fn code_for_more_than_the_processor_has_is_refused_where_it_is_loaded() {
        let component = component();
        for feature in EVERY.into_iter().filter(|feature| flag(*feature).0 == Architecture::OWN) {
            let mut config = config::config().unwrap();
            enable(&mut config, &machine(Architecture::OWN, &[feature]));
            let compiler = wasmtime::Engine::new(&config).unwrap();
            let code = compiler.precompile_component(component.bytes()).unwrap();
            let code = NativeCode::made(Bytes::from(code));
            let Err(error) = least().load(&code) else { panic!("{feature:?}: it loads") };
            assert!(matches!(error, LoadError::Foreign(_)), "{feature:?}: {error}");
        }
        let code =
            Engine::new().unwrap().compile(&Admitted::unsigned(component, AllowUnsigned::by_operator())).unwrap();
        least().load(&code).unwrap();
    }

    #[test]
    fn a_stock_check_is_worth_thorough_code() {
        let grounds =
            Grounds::of_stock(Bytes::new(), ReferenceTime::new(Moment::from_seconds(0), Moment::from_seconds(0)));
        let stock = Admitted::stock(component(), component().bytes().clone(), grounds);
        assert_eq!(Effort::worth(&stock), Effort::Thorough);
        let unsigned = Admitted::unsigned(component(), AllowUnsigned::by_operator());
        assert_eq!(Effort::worth(&unsigned), Effort::Quick);
    }

    #[test]
    fn every_feature_is_of_the_architecture_that_the_compiler_knows_it_for() {
        for architecture in Architecture::ALL {
            let mut config = config::of(architecture).unwrap();
            enable(&mut config, &machine(architecture, &EVERY));
            assert!(wasmtime::Engine::new(&config).is_ok(), "{architecture}");
        }
        assert_eq!(EVERY.into_iter().collect::<BTreeSet<_>>().len(), EVERY.len());
    }
}
