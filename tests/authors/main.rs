//! From nothing to a signed, running check: what `dbg plugin new`, `test` and `pack` make, in Rust and in other languages, and the document that tells the way.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test ends by panicking, starts cargo and shells, and reads its own files"
)]

mod document;
mod languages;
mod new;
mod pack;
mod trial;
mod workshop;

/// Every file of a context's home, sorted; its compiled code is none of them.
fn listed(context: &dbg_tests::Context) -> Vec<String> {
    let (mut found, mut waiting) = (Vec::new(), vec![context.home.path().to_path_buf()]);
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(folder).expect("our own folder").flatten() {
            let path = entry.path();
            let name = path.strip_prefix(context.home.path()).expect("it lies below").display().to_string();
            match path.is_dir() {
                true if name != "cache" => waiting.push(path),
                true => {}
                false => found.push(name),
            }
        }
    }
    found.sort_unstable();
    found
}
