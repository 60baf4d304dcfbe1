//! What the resources of `wit/` are to the host: only types, so that one handle cannot be taken for another. Their numbers are looked up
//! in the state of their capability.

#![expect(unreachable_pub, reason = "the generated bindings re-export them")]

/// A `finding` of `dbg:check/report`.
pub struct FindingHandle(());
/// A `table` of `dbg:check/report`.
pub struct TableHandle(());
/// An `artifact` of `dbg:check/report`.
pub struct ArtifactHandle(());
/// A `configuration` of `dbg:resolver/resolver-config`.
pub struct OpenConfiguration(());
/// A `sockets` of `dbg:network-state/socket-table`.
pub struct SocketDumpHandle(());
/// A `processes` of `dbg:processes/process-table`.
pub struct ProcessScanHandle(());
/// An `owners` of `dbg:processes/socket-owners`.
pub struct OwnerScanHandle(());
/// A `query` of `dbg:cluster/cluster-objects`.
pub struct ClusterQueryHandle(());
/// A `documents` of `dbg:cluster/cluster-objects`.
pub struct DocumentsHandle(());
/// A `log-query` of `dbg:cluster/pod-logs`.
pub struct LogQueryHandle(());
/// A `file` of `dbg:files/file-tree`.
pub struct FileHandle(());
/// An `entries` of `dbg:files/file-tree`.
pub struct ScanHandle(());
/// A `batch` of `dbg:connect/tcp-connects`.
pub struct BatchHandle(());
/// An `attempts` of `dbg:connect/tcp-connects`.
pub struct AttemptsHandle(());
