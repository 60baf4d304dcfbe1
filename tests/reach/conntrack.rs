//! The target's table of tracked connections: never filled by a scan.

use dbg_tests::{Context, Home, Namespace, exit, tool};

use crate::answer::run;

/// The kernel counts for real; its limit is one for the whole machine, so the file that tells it says 100 here.
#[test]
fn a_scan_stops_when_the_table_is_80_percent_full() {
    if tool("nft", "nftables").is_none() {
        return;
    }
    let files = Home::new();
    let limit = files.write("nf_conntrack_max", "100\n");
    let script = format!(
        "nft add table inet wall
         nft add chain inet wall out '{{ type filter hook output priority 0; }}'
         nft add rule inet wall out ct state new accept
         nft add chain inet wall in '{{ type filter hook input priority 0; }}'
         nft add rule inet wall in tcp dport 1-1024 drop
         mount --bind '{}' /proc/sys/net/netfilter/nf_conntrack_max",
        limit.display()
    );
    let Some(namespace) = Namespace::new(&script) else { return };
    let context = Context::within(namespace);
    // What is answered by RST is tracked no longer, what is dropped is.
    let report = run(&context, &["to=127.0.0.1:1-1024", "timeout=300ms"]);
    report.output.exits(exit::UNKNOWN).says("at 80 % of them no more are added");
    assert_eq!(report.findings.get("tcp-not-known").map(String::as_str), Some("unknown"), "{}", report.output);
    assert_eq!(report.metric("tcp-filtered"), 80.0, "{}", report.output);
}
