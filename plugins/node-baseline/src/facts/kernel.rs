//! Kernel, modules, settings, control groups, memory.

use dbg_sdk::files;

use crate::fact::Facts;
use crate::parameters::NodeBaseline;
use crate::read::{field, number, table, value};
use crate::version::{is_at_least, is_of};

/// Settings that are told of every node: those that clusters stumble over.
const TOLD: [&str; 12] = [
    "net.ipv4.ip_forward",
    "net.ipv6.conf.all.forwarding",
    "net.bridge.bridge-nf-call-iptables",
    "net.ipv4.conf.all.rp_filter",
    "net.core.somaxconn",
    "net.netfilter.nf_conntrack_max",
    "vm.overcommit_memory",
    "vm.max_map_count",
    "fs.inotify.max_user_instances",
    "fs.inotify.max_user_watches",
    "kernel.pid_max",
    "user.max_user_namespaces",
];

pub(crate) fn read(parameters: &NodeBaseline, facts: &mut Facts) {
    let kernel = value("/proc/sys/kernel/osrelease");
    match (&parameters.kernel, &parameters.kernel_least) {
        (Some(wanted), _) => facts.want("kernel", kernel.clone(), wanted, |version| is_of(version, wanted), None),
        (None, Some(_)) => {}
        (None, None) => facts.tell("kernel", kernel.clone()),
    }
    if let Some(least) = &parameters.kernel_least {
        facts.want("kernel", kernel.clone(), &format!("at least {least}"), |version| is_at_least(version, least), None);
    }
    facts.tell("architecture", value("/proc/sys/kernel/arch"));
    facts.tell(
        "system",
        ["/etc/os-release", "/usr/lib/os-release"].into_iter().find_map(|path| field(&table(path)?, "PRETTY_NAME")),
    );
    modules(parameters, kernel.as_deref(), facts);
    settings(parameters, facts);
    groups(parameters, facts);
    memory(parameters, facts);
    facts.tell(
        "processors",
        table("/proc/cpuinfo")
            .map(|text| text.lines().filter(|line| line.starts_with("processor")).count().to_string()),
    );
}

fn modules(parameters: &NodeBaseline, kernel: Option<&str>, facts: &mut Facts) {
    if parameters.module.is_empty() {
        return;
    }
    let loaded = table("/proc/modules");
    let built_in = kernel.and_then(|kernel| table(&format!("/lib/modules/{kernel}/modules.builtin")));
    for wanted in &parameters.module {
        // The kernel takes both for the same.
        let name = wanted.replace('-', "_");
        let is_loaded =
            loaded.as_ref().is_some_and(|text| text.lines().any(|line| line.split(' ').next() == Some(name.as_str())));
        let is_built_in = built_in.as_ref().is_some_and(|text| {
            text.lines().any(|line| {
                let file = line.rsplit('/').next().unwrap_or_default();
                file.split('.').next().is_some_and(|module| module.replace('-', "_") == name)
            })
        });
        let has_folder = files::stat(&format!("/sys/module/{name}")).is_ok();
        let value = match (is_loaded, is_built_in || has_folder) {
            (true, _) => Some("loaded"),
            (false, true) => Some("built in"),
            // Without a list of what is loaded nothing is known.
            (false, false) => loaded.as_ref().map(|_| "missing"),
        };
        let step = format!("`modprobe {name}`, and its name in `/etc/modules-load.d/` for the next start");
        facts.want(&format!("module {name}"), value.map(str::to_owned), "there", |value| value != "missing", step);
    }
}

fn settings(parameters: &NodeBaseline, facts: &mut Facts) {
    for text in &parameters.sysctl {
        let Some((name, wanted)) = text.split_once('=') else { continue };
        let (name, wanted) = (name.trim(), wanted.trim());
        let step = format!("`sysctl -w {name}={wanted}`, and the same line in `/etc/sysctl.d/`");
        let same = |value: &str| value.split_whitespace().eq(wanted.split_whitespace());
        facts.want(&format!("sysctl {name}"), setting(name), wanted, same, step);
    }
    let is_wanted =
        |name: &str| parameters.sysctl.iter().any(|text| text.split('=').next().map(str::trim) == Some(name));
    for name in TOLD.into_iter().filter(|name| !is_wanted(name)) {
        facts.tell(&format!("sysctl {name}"), setting(name));
    }
}

/// The value of a setting; tabs within it become blanks.
fn setting(name: &str) -> Option<String> {
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'/'));
    if !plain || name.contains("..") {
        return None;
    }
    // A slash stands for a dot within a name, as in `net/ipv4/conf/eth0.1/rp_filter`.
    let path = if name.contains('/') { name.to_owned() } else { name.replace('.', "/") };
    Some(value(&format!("/proc/sys/{path}"))?.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn groups(parameters: &NodeBaseline, facts: &mut Facts) {
    let is_there = |path: &str| files::stat(path).is_ok();
    let version = if is_there("/sys/fs/cgroup/cgroup.controllers") {
        Some("v2")
    } else if is_there("/sys/fs/cgroup/memory") || is_there("/sys/fs/cgroup/unified") {
        Some("v1")
    } else {
        None
    };
    let version = version.map(str::to_owned);
    match parameters.cgroup.as_str() {
        "any" => facts.tell("control groups", version),
        wanted => {
            let step = "`systemd.unified_cgroup_hierarchy` on the kernel's command line, and a new start".to_owned();
            facts.want("control groups", version, wanted, |value| value == wanted, step);
        }
    }
}

fn memory(parameters: &NodeBaseline, facts: &mut Facts) {
    let Some(text) = table("/proc/meminfo") else { return };
    let kibibytes = |name| field(&text, name)?.split_whitespace().next()?.parse::<u64>().ok();
    facts.tell("memory", kibibytes("MemTotal").map(|total| format!("{} MiB", total / 1024)));
    let swap = kibibytes("SwapTotal").map(|total| if total == 0 { "off" } else { "on" }.to_owned());
    match parameters.swap.as_str() {
        "any" => facts.tell("swap", swap),
        wanted => {
            let step = if wanted == "off" { "`swapoff -a`, and no swap in `/etc/fstab`" } else { "`swapon -a`" };
            facts.want("swap", swap, wanted, |value| value == wanted, step.to_owned());
        }
    }
    facts.tell("huge pages", number("/proc/sys/vm/nr_hugepages").map(|count| count.to_string()));
}
