//! the capability traits on this machine; knows no wasm
