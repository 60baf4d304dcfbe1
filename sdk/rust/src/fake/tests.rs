use std::io::Read as _;

use super::*;
use crate::files::{ErrorCode, FileKind};
use crate::prelude::*;
use crate::table::Missing;

fn quiet(run: impl FnOnce(&Run)) -> Report {
    Host::new().run(|given| {
        run(given);
        Ok(())
    })
}

#[test]
fn a_finding_is_kept_with_all_that_was_added_to_it() {
    let report = quiet(|run| {
        let table = run.table("queries", "Queries", (column::text("server"),));
        run.fail("dns-timeout", "no name server answered")
            .about("10.0.0.10:53")
            .evidence("asked", 3)
            .evidence_bytes("answer", b"\xff")
            .evidence_table("all", &table)
            .many("cannot resolve names")
            .next_step("look at the firewall");
    });
    let finding = report.finding("dns-timeout").unwrap();
    assert_eq!((finding.severity, finding.sentence.as_str()), (Severity::Fail, "no name server answered"));
    assert_eq!(finding.evidence("asked"), Some("3"));
    assert_eq!(finding.evidence.get(1).unwrap().value, EvidenceValue::Bytes(vec![0xff]));
    assert_eq!(finding.evidence.get(2).unwrap().value, EvidenceValue::Table("queries".into()));
    assert_eq!(finding.next_steps, ["look at the firewall"]);
    assert_eq!(
        (finding.about.as_deref(), finding.many.as_deref()),
        (Some("10.0.0.10:53"), Some("cannot resolve names"))
    );
    assert_eq!(report.mistakes, Vec::<String>::new());
}

#[test]
fn the_verdict_is_the_worst_finding_and_unknown_without_any() {
    assert_eq!(quiet(|_| {}).verdict(), Severity::Unknown);
    let warned = |run: &Run| {
        run.pass("a", "well");
        run.warn("b", "not so well");
        run.info("c", "by the way");
    };
    assert_eq!(quiet(warned).verdict(), Severity::Warn);
    let failed = Host::new().run(|run| {
        warned(run);
        Err(Failure::timed_out("the time was up"))
    });
    assert_eq!(failed.verdict(), Severity::Unknown);
    assert_eq!(failed.failure, Some(Failure::timed_out("the time was up")));
}

#[test]
fn rows_arrive_by_columns_and_missing_cells_stay_missing() {
    let report = quiet(|run| {
        let columns = (column::text("server"), column::duration("took"), column::real("loss").unit(Unit::Percent));
        let mut table = run.table("queries", "Queries", columns);
        table.row(("a", Duration::from_micros(3), 0.5));
        table.row(("b", Missing, None::<f64>));
    });
    let table = report.table("queries").unwrap();
    assert_eq!(table.columns.get(1).unwrap(), &Column { name: "took".into(), unit: "ns".into() });
    assert_eq!(
        table.rows,
        [
            vec![Cell::Text("a".into()), Cell::Integer(3_000), Cell::Real(0.5)],
            vec![Cell::Text("b".into()), Cell::Missing, Cell::Missing],
        ]
    );
}

#[test]
fn a_long_table_goes_in_several_calls_and_loses_no_row() {
    let report = quiet(|run| {
        let mut table = run.table("numbers", "Numbers", (column::integer("n"), column::text("text")));
        for number in 0..2_500 {
            table.row((number, (number % 2 == 0).then_some("even")));
        }
    });
    let table = report.table("numbers").unwrap();
    assert_eq!(table.rows.len(), 2_500);
    assert_eq!(table.rows.get(2_001).unwrap(), &[Cell::Integer(2_001), Cell::Missing]);
    assert_eq!(table.column("text").get(2_002), Some(&&Cell::Text("even".into())));
}

#[test]
fn what_a_host_would_drop_or_cut_is_named() {
    let report = quiet(|run| {
        run.pass("Not Kebab", "it ends.");
        run.metric("ratio", Unit::None, f64::NAN, &[]);
        run.artifact("../x", "text/plain");
        run.progress(0, 0, "x".repeat(300));
        assert_eq!(run.dropped(), 1);
    });
    let all = report.mistakes.join("\n");
    for expected in ["not kebab-case", "full stop", "no finite number", "no plain file name", "256 are kept"] {
        assert!(all.contains(expected), "{expected}: {all}");
    }
}

#[test]
fn above_a_thousand_findings_a_handle_is_mute() {
    let report = quiet(|run| {
        for _ in 0..1_002 {
            run.info("same", "again").evidence("n", 1);
        }
    });
    assert_eq!((report.findings.len(), report.dropped), (1_000, 4));
    assert_eq!(report.mistakes, ["more than 1000 findings"]);
}

#[test]
fn the_last_metric_of_a_name_and_labels_wins() {
    let report = quiet(|run| {
        run.metric("queries", Unit::Count, 1.0, &[("server", "a")]);
        run.metric("queries", Unit::Count, 2.0, &[("server", "b")]);
        run.metric("queries", Unit::Count, 3.0, &[("server", "a")]);
    });
    let values: Vec<f64> = report.metrics.iter().map(|metric| metric.value).collect();
    assert_eq!(values, [2.0, 3.0]);
    assert!(report.metrics.iter().all(|metric| metric.is_in(Unit::Count)));
}

#[test]
fn an_artifact_takes_any_number_of_writes() {
    let report = quiet(|run| {
        let artifact = run.artifact("x.bin", "application/octet-stream");
        artifact.append(b"ab");
        artifact.append(b"c");
    });
    assert_eq!(report.artifact("x.bin").unwrap().bytes, b"abc");
}

#[test]
fn the_resolver_is_denied_until_it_is_given() {
    let code = |host: Host| host.run(|_| Ok(crate::resolver::read().map(drop)?)).failure.map(|failure| failure.code);
    assert_eq!(code(Host::new()), Some(crate::FailureCode::Denied));
    assert_eq!(
        code(Host::new().resolver_error(crate::resolver::ErrorCode::NotFound, "none")),
        Some(crate::FailureCode::Unsupported)
    );
    let given = Resolver::new()
        .nameserver("::1", 5353)
        .search("a.test")
        .ndots(5)
        .timeout(Duration::from_secs(1))
        .attempts(3)
        .option("rotate");
    let report = Host::new().target("node/n1").resolver(given).run(|run| {
        let configuration = crate::resolver::read()?;
        assert_eq!(configuration.nameservers().first().unwrap().socket(), Some("[::1]:5353".parse().unwrap()));
        assert_eq!((configuration.search(), configuration.ndots()), (vec!["a.test".to_owned()], 5));
        assert_eq!((configuration.timeout(), configuration.attempts()), (Duration::from_secs(1), 3));
        assert_eq!(configuration.raw(), b"nameserver ::1\nsearch a.test\noptions rotate\n");
        run.info("target", run.target());
        Ok(())
    });
    assert_eq!(report.finding("target").unwrap().sentence, "node/n1");
}

#[test]
fn files_are_read_with_a_limit_and_links_are_followed() {
    let host = Host::new().file("/etc/real", "0123456789").link("/etc/x", "real").link("/abs", "/etc/x");
    host.run(|_| {
        let whole = files::read("/abs", 10)?;
        assert_eq!((whole.bytes.as_slice(), whole.truncated), (&b"0123456789"[..], false));
        let cut = files::read("/etc/../etc/x", 4)?;
        assert_eq!((cut.bytes.as_slice(), cut.truncated), (&b"0123"[..], true));
        assert_eq!(files::read_link("/abs")?, "/etc/x");
        assert_eq!(files::stat("/abs")?.kind, FileKind::Regular);
        assert_eq!(files::stat_link("/abs")?.kind, FileKind::Symlink);
        let mut file = files::open("/abs")?;
        file.seek(8)?;
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        assert_eq!((text.as_str(), file.stat()?.size), ("89", 10));
        Ok(())
    });
}

#[test]
fn a_directory_lists_each_entry_once() {
    let host =
        Host::new().file("/d/a/one", "").file("/d/a/two", "").file("/d/b", "").link("/d/c", "b").directory("/d/e");
    host.run(|_| {
        let entries: Vec<_> = files::scan("/d")?.collect::<Result<_, _>>()?;
        let found: Vec<_> = entries.iter().map(|entry| (entry.name.as_str(), entry.kind)).collect();
        assert_eq!(
            found,
            [
                ("a", FileKind::Directory),
                ("b", FileKind::Regular),
                ("c", FileKind::Symlink),
                ("e", FileKind::Directory)
            ]
        );
        Ok(())
    });
}

#[test]
fn what_is_wrong_with_a_path_has_its_own_code() {
    let host =
        Host::new().file("/f", "").link("/loop", "/loop").file_error("/secret", ErrorCode::Denied, "not granted");
    host.run(|_| {
        let code = |path: &str| files::open(path).map_err(|error| error.code).err();
        assert_eq!(code("/none"), Some(ErrorCode::NotFound));
        assert_eq!(code("f"), Some(ErrorCode::BadPath));
        assert_eq!(code("/loop"), Some(ErrorCode::WrongKind));
        assert_eq!(code("/secret"), Some(ErrorCode::Denied));
        assert_eq!(code("/"), Some(ErrorCode::WrongKind));
        assert_eq!(files::scan("/f").map_err(|error| error.code).err(), Some(ErrorCode::WrongKind));
        Ok(())
    });
}

#[test]
fn outside_of_a_run_nothing_is_there_and_nothing_breaks() {
    assert_eq!(crate::resolver::read().map_err(|error| error.code).err(), Some(crate::resolver::ErrorCode::Other));
    assert_eq!(files::open("/x").map_err(|error| error.code).err(), Some(ErrorCode::Other));
}

#[test]
fn the_deadline_keeps_to_the_end_of_the_run() {
    let host = Host::new().remaining(Duration::ZERO).cancelled();
    host.run(|run| {
        assert!(run.cancelled());
        assert!(run.until(Duration::from_secs(60)) <= std::time::Instant::now());
        Ok(())
    });
}

#[test]
fn the_state_of_the_network_and_the_processes_are_what_the_test_says_and_else_denied() {
    use crate::network_state::{self, Protocol, Socket, State};
    use crate::processes;

    let socket = |port| Socket {
        inode: u64::from(port),
        rtt: Duration::from_micros(7),
        resending: 2,
        ..Socket::new(([10, 0, 0, 1], port).into(), "[::1]:443".parse().unwrap(), State::SynSent)
    };
    let mut host = Host::new().local_ports(1, 2).unreadable_processes(3).socket_owner(5, 6);
    // More than one page of the contract.
    for port in 1..=12_345 {
        host = host.socket(Protocol::Tcp, socket(port));
    }
    let report = host.run(|_| {
        let sockets: Vec<Socket> = network_state::sockets(Protocol::Tcp)?.collect::<Result<_, _>>()?;
        assert_eq!(sockets.len(), 12_345);
        assert!(sockets.iter().zip(1..).all(|(found, port)| *found == socket(port)));
        assert_eq!(network_state::sockets(Protocol::Udp)?.count(), 0);
        assert_eq!(network_state::local_ports()?.last, 2);
        assert!(network_state::routes()?.rows.is_empty());
        let owners = processes::socket_owners()?.finish()?;
        assert_eq!((owners.owners[0].inode, owners.owners[0].pid, owners.unreadable), (5, 6, 3));
        assert!(processes::find(&[6])?.is_empty() && processes::all()?.next().is_none());
        Ok(())
    });
    assert_eq!(report.failure, None);
    let denied = Host::new().run(|_| {
        assert_eq!(processes::all().unwrap_err().code, processes::ErrorCode::Denied);
        network_state::interfaces()?;
        Ok(())
    });
    assert_eq!(denied.failure.unwrap().code, crate::FailureCode::Denied);
}
