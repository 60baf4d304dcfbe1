//! What this process's processor has: code for less runs here as well, code for more is refused where it is loaded.

use std::collections::BTreeSet;

use dbg_model::{Architecture, CpuFeature, Machine};

/// The machine that this process runs on.
#[must_use]
pub fn machine() -> Machine {
    Machine { architecture: Architecture::OWN, features: features() }
}

#[cfg(target_arch = "x86_64")]
fn features() -> BTreeSet<CpuFeature> {
    let found = [
        (CpuFeature::Sse3, is_x86_feature_detected!("sse3")),
        (CpuFeature::Ssse3, is_x86_feature_detected!("ssse3")),
        (CpuFeature::Sse41, is_x86_feature_detected!("sse4.1")),
        (CpuFeature::Sse42, is_x86_feature_detected!("sse4.2")),
        (CpuFeature::Popcnt, is_x86_feature_detected!("popcnt")),
        (CpuFeature::Avx, is_x86_feature_detected!("avx")),
        (CpuFeature::Avx2, is_x86_feature_detected!("avx2")),
        (CpuFeature::Fma, is_x86_feature_detected!("fma")),
        (CpuFeature::Bmi1, is_x86_feature_detected!("bmi1")),
        (CpuFeature::Bmi2, is_x86_feature_detected!("bmi2")),
        (CpuFeature::Lzcnt, is_x86_feature_detected!("lzcnt")),
        (CpuFeature::Cmpxchg16b, is_x86_feature_detected!("cmpxchg16b")),
    ];
    found.into_iter().filter_map(|(feature, there)| there.then_some(feature)).collect()
}

#[cfg(target_arch = "aarch64")]
fn features() -> BTreeSet<CpuFeature> {
    use std::arch::is_aarch64_feature_detected;
    let found = [
        (CpuFeature::Lse, is_aarch64_feature_detected!("lse")),
        (CpuFeature::Fp16, is_aarch64_feature_detected!("fp16")),
    ];
    found.into_iter().filter_map(|(feature, there)| there.then_some(feature)).collect()
}
