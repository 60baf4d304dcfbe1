//! The contract as Rust, made once for all packages, so that an author's crate needs no generator. What a plugin does not use of
//! it, the linker drops, and the component does not import.

wit_bindgen::generate!({
    inline: "
        package dbg:sdk@0.1.0;

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
    path: ["wit/check", "wit/resolver", "wit/files", "wit/connect", "wit/network-state", "wit/processes", "wit/cluster"],
    world: "dbg:sdk/plugin",
    generate_all,
    pub_export_macro: true,
    runtime_path: "::wit_bindgen::rt",
});
