//! A program without the standard library has to say itself that it takes the C library, which comes with the target.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-link-arg-bin=dbg-loader=-lc");
}
