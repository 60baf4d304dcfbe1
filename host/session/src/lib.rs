//! frames between operator and agent over any byte stream; knows no docker, kube or wasm
