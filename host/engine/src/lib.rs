//! wasmtime: load, cache, limits, and one file a capability
