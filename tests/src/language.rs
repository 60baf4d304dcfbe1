//! The conformance check in languages that are not Rust, as xtask built it.

use std::path::Path;

use crate::binary;

/// The component as the language's tools made it, and its declaration; or why it could not be built here.
///
/// # Errors
/// The reason that xtask left.
pub fn language(name: &str) -> Result<(Vec<u8>, Vec<u8>), String> {
    let folder = binary::languages();
    let component = std::fs::read(folder.join(format!("{name}.wasm"))).map_err(|_| {
        let reason = std::fs::read_to_string(folder.join(format!("{name}.skipped")));
        reason.unwrap_or_else(|_| "nobody tried; `cargo xtask guests` does".to_owned())
    })?;
    let declaration = Path::new(env!("CARGO_MANIFEST_DIR")).join("guests").join(name).join("declaration.json");
    Ok((component, std::fs::read(declaration).expect("it lies beside the source")))
}
