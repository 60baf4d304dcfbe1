//! The words of the house: names, targets, parameters, grants, events and safe text.
//!
//! This room knows types and parsing. It must never know I/O: no file, socket, clock or environment, and no wasm.

mod blob;
mod container;
mod declaration;
mod digest;
mod escaped;
mod event;
mod failure;
mod fence;
mod grant;
mod image_name;
mod kube_name;
mod machine;
mod name;
mod parameter;
mod redact;
mod redacted;
mod run_id;
mod severity;
mod suggest;
mod target;
mod unit;

pub use container::{CgroupContainer, ContainerId, ContainerRuntime, cgroup_paths, containers_in};
pub use declaration::{
    CheckDeclaration, Declaration, DeclarationError, GrantFault, Limits, ParameterFault, Requirement,
};
pub use digest::{Digest, DigestError};
pub use escaped::{Cell, Escaped, is_unsafe, truncate_at_char};
pub use event::{
    Artifact, Column, ColumnData, ColumnKind, ColumnValues, Counts, Ending, Event, Evidence, EvidenceValue, Finding,
    Instant, Metric, Progress, TableHead, TableRows,
};
pub use failure::{Failure, FailureCode};
pub use fence::Fence;
pub use grant::{
    Allowed, Allows, BoundError, ClusterBound, ClusterGrant, ClusterKind, ClusterName, ClusterNamespace, ClusterRead,
    ClusterRule, ClusterVerb, ConnectBound, Effective, Exposure, FilesBound, FilesGrant, Grant, GrantError,
    GrantRequest, HostRule, NamespaceRule, Protocol, SocketRule, SocketsBound, SocketsGrant, Where, Widening, Withheld,
    Withholder, effective, exposure, is_namespace, is_object_name, reach, widened,
};
pub use image_name::{ImageName, ImageNameError};
pub use kube_name::{KubeName, PodTarget, WorkloadKind, WorkloadTarget};
pub use machine::{Architecture, ArchitectureError, CpuFeature, Machine};
pub use name::{Capability, CheckName, CheckSelector, NameError, ParameterName, PluginName, VendorName};
pub use parameter::{
    Address, AddressRange, Argument, Arguments, Endpoint, Host, Hosts, Kind, KindError, Parameter, ParameterError,
    PortRange, Scalar, SecretReader, SecretSource, Value, parse_arguments,
};
pub use redact::{
    Carried, MAX_REDACT_PATTERNS, REDACTED, RedactPattern, RedactPatternError, Redactor, is_secret_name, is_text,
    mask_tokens,
};
pub use redacted::Redacted;
pub use run_id::{RunId, RunIdError};
pub use severity::Severity;
pub use suggest::nearest;
pub use target::{EngineName, JoinsProcesses, NetnsName, ProcessId, Target, TargetError, TargetKind};
pub use unit::{UnitError, format_duration, format_size, parse_duration, parse_size};
