//! One trait and its request and response types per capability.
//!
//! The engine asks through these traits and the probe answers them. Nothing here has a file descriptor or a lifetime, so every
//! request can cross a socket; nothing here knows wasm or this machine. Bounds of a grant are judged by the engine, above the trait.

mod cluster;
mod connect;
mod files;
mod network_state;
mod processes;
mod resolver;
mod sockets;

use std::sync::Arc;

pub use cluster::{
    ClusterAnswer, ClusterQuestion, ClusterReadError, ClusterReadErrorCode, ClusterReads, ClusterSubject,
    ContainerLife, Document, DocumentPage, GetObject, ListObjects, LogText, ReadLogs,
};
pub use connect::{
    Attempt, AttemptPage, BatchId, Connect, ConnectBatch, ConnectError, ConnectErrorCode, Destination, Ending, Heard,
    Outcome,
};
pub use files::{
    Entry, FileId, FileKind, FileTime, Files, FilesError, FilesErrorCode, FollowLinks, Metadata, Page, Resolved,
    ScanId, Usage,
};
pub use network_state::{
    Capped, InterfaceAddress, LocalPorts, Neighbour, NetworkInterface, NetworkState, NetworkStateError,
    NetworkStateErrorCode, Route, SocketDumpId, SocketEntry, SocketPage, SocketProtocol, SocketState,
};
pub use processes::{
    OwnerPage, OwnerScanId, Process, ProcessPage, ProcessScanId, Processes, ProcessesError, ProcessesErrorCode,
    SocketOwner,
};
pub use resolver::{Configuration, Nameserver, Resolver, ResolverError, ResolverErrorCode};
pub use sockets::{LookupError, LookupErrorCode, Sockets};

/// Everything that a place offers to the checks that run there.
#[derive(Clone)]
pub struct Capabilities {
    /// What `wasi:sockets` needs of the place: names, and which addresses are special there.
    pub sockets: Arc<dyn Sockets>,
    /// `dbg:resolver`.
    pub resolver: Arc<dyn Resolver>,
    /// `dbg:files`.
    pub files: Arc<dyn Files>,
    /// `dbg:connect`.
    pub connect: Arc<dyn Connect>,
    /// `dbg:network-state`.
    pub network_state: Arc<dyn NetworkState>,
    /// `dbg:processes`.
    pub processes: Arc<dyn Processes>,
    /// `dbg:cluster`.
    pub cluster: Arc<dyn ClusterReads>,
}
