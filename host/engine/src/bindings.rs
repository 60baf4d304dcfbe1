//! The host's side of `wit/`, generated. All live tracks of all packages are imported here, so that one linker serves every guest.

wasmtime::component::bindgen!({
    path: [
        "../../wit/check",
        "../../wit/resolver",
        "../../wit/files",
        "../../wit/connect",
        "../../wit/network-state",
        "../../wit/processes",
        "../../wit/cluster",
    ],
    inline: "
        package dbg:host@0.1.0;
        world plugin {
            include dbg:check/check@0.1.0;
            include dbg:resolver/imports@0.1.0;
            include dbg:files/imports@0.1.0;
            include dbg:connect/imports@0.1.0;
            include dbg:network-state/imports@0.1.0;
            include dbg:processes/imports@0.1.0;
            include dbg:cluster/imports@0.1.0;
        }
    ",
    world: "dbg:host/plugin",
    imports: {
        // What sends an event waits for a slow reader; what asks the target waits for it. The rest only changes state.
        "dbg:check/report.[method]finding.close": async | trappable,
        "dbg:check/report.[drop]finding": async | trappable,
        "dbg:check/report.[method]table.add-rows": async | trappable,
        "dbg:check/report.[method]table.close": async | trappable,
        "dbg:check/report.[drop]table": async | trappable,
        "dbg:check/report.[method]artifact.write": async | trappable,
        "dbg:check/report.[method]artifact.close": async | trappable,
        "dbg:check/report.[drop]artifact": async | trappable,
        "dbg:resolver/resolver-config.read": async | trappable,
        "dbg:files/file-tree.[method]file.read": async | trappable,
        "dbg:files/file-tree.[method]file.seek": async | trappable,
        "dbg:files/file-tree.[method]file.stat": async | trappable,
        "dbg:files/file-tree.[method]file.close": async | trappable,
        "dbg:files/file-tree.[drop]file": async | trappable,
        "dbg:files/file-tree.open": async | trappable,
        "dbg:files/file-tree.stat": async | trappable,
        "dbg:files/file-tree.disk-usage": async | trappable,
        "dbg:files/file-tree.read-link": async | trappable,
        "dbg:files/file-tree.[method]entries.next": async | trappable,
        "dbg:files/file-tree.[method]entries.close": async | trappable,
        "dbg:files/file-tree.[drop]entries": async | trappable,
        "dbg:files/file-tree.scan": async | trappable,
        "dbg:connect/tcp-connects.[method]batch.start": async | trappable,
        "dbg:connect/tcp-connects.[method]attempts.next": async | trappable,
        "dbg:connect/tcp-connects.[method]attempts.close": async | trappable,
        "dbg:connect/tcp-connects.[drop]attempts": async | trappable,
        "dbg:network-state/socket-table.[method]sockets.next": async | trappable,
        "dbg:network-state/socket-table.[method]sockets.close": async | trappable,
        "dbg:network-state/socket-table.[drop]sockets": async | trappable,
        "dbg:network-state/socket-table.start": async | trappable,
        "dbg:network-state/network-tables.interfaces": async | trappable,
        "dbg:network-state/network-tables.addresses": async | trappable,
        "dbg:network-state/network-tables.routes": async | trappable,
        "dbg:network-state/network-tables.neighbours": async | trappable,
        "dbg:network-state/network-tables.local-port-range": async | trappable,
        "dbg:processes/process-table.[method]processes.next": async | trappable,
        "dbg:processes/process-table.[method]processes.close": async | trappable,
        "dbg:processes/process-table.[drop]processes": async | trappable,
        "dbg:processes/process-table.start": async | trappable,
        "dbg:processes/process-table.find": async | trappable,
        "dbg:processes/socket-owners.[method]owners.next": async | trappable,
        "dbg:processes/socket-owners.[method]owners.close": async | trappable,
        "dbg:processes/socket-owners.[drop]owners": async | trappable,
        "dbg:processes/socket-owners.start": async | trappable,
        "dbg:cluster/cluster-objects.target": async | trappable,
        "dbg:cluster/cluster-objects.get": async | trappable,
        "dbg:cluster/cluster-objects.[method]query.start": async | trappable,
        "dbg:cluster/cluster-objects.[method]documents.next": async | trappable,
        "dbg:cluster/pod-logs.open": async | trappable,
        "dbg:cluster/pod-logs.[method]log-query.read": async | trappable,
        default: trappable,
    },
    exports: { default: async },
    with: {
        "dbg:check/report.finding": crate::resources::FindingHandle,
        "dbg:check/report.table": crate::resources::TableHandle,
        "dbg:check/report.artifact": crate::resources::ArtifactHandle,
        "dbg:resolver/resolver-config.configuration": crate::resources::OpenConfiguration,
        "dbg:files/file-tree.file": crate::resources::FileHandle,
        "dbg:files/file-tree.entries": crate::resources::ScanHandle,
        "dbg:connect/tcp-connects.batch": crate::resources::BatchHandle,
        "dbg:connect/tcp-connects.attempts": crate::resources::AttemptsHandle,
        "dbg:network-state/socket-table.sockets": crate::resources::SocketDumpHandle,
        "dbg:processes/process-table.processes": crate::resources::ProcessScanHandle,
        "dbg:processes/socket-owners.owners": crate::resources::OwnerScanHandle,
        "dbg:cluster/cluster-objects.query": crate::resources::ClusterQueryHandle,
        "dbg:cluster/cluster-objects.documents": crate::resources::DocumentsHandle,
        "dbg:cluster/pod-logs.log-query": crate::resources::LogQueryHandle,
    },
});
