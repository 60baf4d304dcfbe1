//! What a new check does with one capability: a module of its own, and its lines in `src/lib.rs`.

use dbg_model::Capability;

/// One capability's part of a new check.
pub(super) struct Part {
    /// The module's name.
    pub(super) module: &'static str,
    /// The module.
    pub(super) source: &'static str,
    /// What it looks at, to follow "Looks at".
    pub(super) subject: &'static str,
    /// The field of the parameters.
    pub(super) field: &'static str,
    /// The grant in the attribute.
    pub(super) grant: &'static str,
    /// The arguments of the module's `look` after `run`.
    pub(super) arguments: &'static str,
    /// What the fake host of the test of the whole check is given.
    pub(super) fake: &'static str,
}

impl Part {
    /// The part of a capability.
    pub(super) fn of(capability: Capability) -> Self {
        match capability {
            Capability::Files => Self {
                module: "files",
                source: include_str!("../../../../template/src/files.rs"),
                subject: "a file",
                field: "    /// The file to look at.\n    #[parameter(default = \"/etc/hostname\")]\n    file: String,\n",
                grant: "grant(capability = \"files\", bounds = [\"param:file\"], reason = \"reads the file given with `file`\")",
                arguments: ", &parameters.file",
                fake: ".file(\"/etc/hostname\", \"node-1\\n\")",
            },
            Capability::Resolver => Self {
                module: "resolver",
                source: include_str!("../../../../template/src/resolver.rs"),
                subject: "the configured name servers",
                field: "    /// The fewest name servers that are enough.\n    #[parameter(default = 1, min = 1)]\n    fewest: u8,\n",
                grant: "grant(capability = \"resolver\", reason = \"reads the name servers\")",
                arguments: ", parameters.fewest",
                fake: ".resolver(Resolver::new().nameserver(\"10.0.0.10\", 53))",
            },
            Capability::NetworkState => Self {
                module: "network_state",
                source: include_str!("../../../../template/src/network_state.rs"),
                subject: "connections that nobody closed",
                field: "    /// The most unclosed connections that are well.\n    #[parameter(default = 100)]\n    unclosed: u32,\n",
                grant: "grant(capability = \"network-state\", reason = \"counts the target's sockets\")",
                arguments: ", parameters.unclosed",
                fake: ".network_state()",
            },
            Capability::Processes => Self {
                module: "processes",
                source: include_str!("../../../../template/src/processes.rs"),
                subject: "the number of processes",
                field: "    /// The most processes that are well.\n    #[parameter(default = 10_000)]\n    most_processes: u32,\n",
                grant: "grant(capability = \"processes\", reason = \"counts the target's processes\")",
                arguments: ", parameters.most_processes",
                fake: ".processes()",
            },
            Capability::Cluster => Self {
                module: "cluster",
                source: include_str!("../../../../template/src/cluster.rs"),
                subject: "pods that are not ready",
                field: "    /// The most pods that may not be ready.\n    #[parameter(default = 0)]\n    unready: u32,\n",
                grant: "grant(capability = \"cluster\", bounds = [\"list:Pod:target\"], reason = \"lists the pods of the target's namespace\")",
                arguments: ", parameters.unready",
                fake: ".cluster_target(\"Namespace\", \"shop\", \"shop\")",
            },
            Capability::Sockets => Self {
                module: "sockets",
                source: include_str!("../../../../template/src/sockets.rs"),
                subject: "a server",
                field: "    /// The server to connect to.\n    #[parameter(default_port = 443)]\n    server: Option<Address>,\n",
                grant: "grant(capability = \"sockets\", bounds = [\"tcp:param:server\"], reason = \"connects to the server given with `server`\")",
                arguments: ", parameters.server.as_ref()",
                fake: "",
            },
            Capability::Connect => Self {
                module: "connect",
                source: include_str!("../../../../template/src/connect.rs"),
                subject: "open ports",
                field: "    /// The ports to try, of one host or several.\n    #[parameter(default = \"127.0.0.1:1-100\")]\n    ports: Endpoint,\n",
                grant: "grant(capability = \"connect\", bounds = [\"param:ports\"], reason = \"connects to the ports given with `ports`\")",
                arguments: ", &parameters.ports",
                fake: ".connect(Connect::new())",
            },
        }
    }
}
