//! One file a link.

pub(crate) mod connect;
pub(crate) mod endpoints;
pub(crate) mod mesh;
pub(crate) mod name;
pub(crate) mod policy;
pub(crate) mod ports;
pub(crate) mod readiness;
pub(crate) mod selector;
pub(crate) mod service;
