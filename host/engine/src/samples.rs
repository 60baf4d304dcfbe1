//! Components for the tests of this crate, from their text form.

use dbg_capability::{
    AttemptPage, BatchId, Connect, ConnectBatch, ConnectError, ConnectErrorCode, FileId, Files, FilesError,
    FilesErrorCode, FollowLinks, Metadata, Page, Resolved, ScanId, Usage,
};

/// A place without files.
pub(crate) struct NoFiles;

fn none<T>() -> Result<T, FilesError> {
    Err(FilesError { code: FilesErrorCode::NotFound, text: "there is none".into() })
}

#[async_trait::async_trait]
impl Files for NoFiles {
    async fn resolve(&self, _path: &str, _follow: FollowLinks) -> Result<Resolved, FilesError> {
        none()
    }

    async fn open(&self, _resolved: &Resolved) -> Result<FileId, FilesError> {
        none()
    }

    async fn read(&self, _file: FileId, _max: u32) -> Result<Vec<u8>, FilesError> {
        none()
    }

    async fn seek(&self, _file: FileId, _offset: u64) -> Result<(), FilesError> {
        none()
    }

    async fn stat(&self, _file: FileId) -> Result<Metadata, FilesError> {
        none()
    }

    async fn usage(&self, _resolved: &Resolved) -> Result<Usage, FilesError> {
        none()
    }

    async fn read_link(&self, _resolved: &Resolved) -> Result<String, FilesError> {
        none()
    }

    async fn scan(&self, _resolved: &Resolved) -> Result<ScanId, FilesError> {
        none()
    }

    async fn next(&self, _scan: ScanId, _max: u32) -> Result<Page, FilesError> {
        none()
    }

    async fn close(&self, _file: FileId) {}

    async fn close_scan(&self, _scan: ScanId) {}
}

/// A place that cannot connect.
pub(crate) struct NoConnect;

#[async_trait::async_trait]
impl Connect for NoConnect {
    async fn start(&self, _batch: ConnectBatch) -> Result<BatchId, ConnectError> {
        Err(ConnectError { code: ConnectErrorCode::Other, text: "there is no network".into() })
    }

    async fn next(&self, _batch: BatchId, _max: u32, _timeout_ms: u32) -> Result<AttemptPage, ConnectError> {
        Err(ConnectError { code: ConnectErrorCode::Closed, text: "there is no batch".into() })
    }

    async fn close(&self, _batch: BatchId) {}
}

/// Whatever the samples say of themselves.
const DECLARATION: &str =
    "{\"declaration\":1,\"plugin\":\"sample\",\"version\":\"1.0.0\"}\n{\"check\":\"look\",\"doc\":\"Looks.\"}\n";

/// A plugin whose `run` does this and returns the address of its result; 16 is that of success.
pub(crate) fn plugin(run: &str) -> Vec<u8> {
    with("", "(memory (export \"memory\") 1)", run)
}

/// As [`plugin`], with fields in front of it, which may import, and with a memory or tables of the sample's own.
pub(crate) fn with(fields: &str, memory: &str, run: &str) -> Vec<u8> {
    let mut escaped = String::new();
    for byte in DECLARATION.bytes() {
        use std::fmt::Write as _;
        write!(escaped, "\\{byte:02x}").unwrap();
    }
    let text = format!(
        r#"(component
            {fields}
            (@custom "dbg:checks" "{escaped}")
            (core module $module
                {memory}
                (global $heap (mut i32) (i32.const 4096))
                (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
                    global.get $heap
                    (global.set $heap (i32.and
                        (i32.add (i32.add (global.get $heap) (local.get 3)) (i32.const 7))
                        (i32.const -8))))
                (func $recurse (call $recurse))
                (func (export "run") (param i32 i32 i32 i32) (result i32) {run}))
            (core instance $instance (instantiate $module))
            (type $scalar' (variant
                (case "text" string) (case "integer" s64) (case "boolean" bool) (case "real" f64)))
            (export $scalar "scalar" (type $scalar'))
            (type $arg' (record (field "name" string) (field "values" (list $scalar))))
            (export $arg "arg" (type $arg'))
            (type $code' (enum
                "no-such-check" "bad-arguments" "denied" "unsupported" "timed-out" "cancelled" "other"))
            (export $code "failure-code" (type $code'))
            (type $failure' (record (field "code" $code) (field "text" string)))
            (export $failure "failure" (type $failure'))
            (func $run (param "check" string) (param "args" (list $arg)) (result (result (error $failure)))
                (canon lift (core func $instance "run")
                    (memory (core memory $instance "memory"))
                    (realloc (core func $instance "cabi_realloc"))))
            (instance $guest (export "run" (func $run)))
            (export "dbg:check/guest@0.1.0" (instance $guest)))"#
    );
    wat::parse_str(text).unwrap()
}
