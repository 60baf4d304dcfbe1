//! The same lines in the machine's syslog.

use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use dbg_tests::{Context, Namespace, exit};

/// A context in which a test listens at `/dev/log`.
fn with_syslog() -> Option<(Context, UnixDatagram, tempfile::TempDir)> {
    let folder = tempfile::Builder::new().prefix("dbg-test-syslog-").tempdir().expect("a folder");
    let path = folder.path().join("log");
    let listener = UnixDatagram::bind(&path).expect("a socket of our own");
    listener.set_read_timeout(Some(Duration::from_secs(20))).expect("a limit");
    let script = format!(
        "mount -t tmpfs -o mode=755 none /mnt; mkdir /mnt/dev; mount --rbind /dev /mnt/dev; mount -t tmpfs -o mode=755 none /dev; \
         cp -a /mnt/dev/null /mnt/dev/zero /mnt/dev/urandom /mnt/dev/random /dev/; touch /dev/log; \
         mount --bind '{}' /dev/log; chmod 666 /dev/log; chmod 711 '{}'",
        path.display(),
        folder.path().display()
    );
    Namespace::new(&script).map(|namespace| (Context::within(namespace), listener, folder))
}

fn hear(listener: &UnixDatagram) -> String {
    let mut heard = vec![0; 64 << 10];
    let size = listener.recv(&mut heard).expect("a message in time");
    heard.truncate(size);
    String::from_utf8(heard).expect("a message is text")
}

#[test]
fn the_syslog_gets_the_lines_of_the_file() {
    let Some((context, listener, _folder)) = with_syslog() else { return };
    let log = context.home.path().join("audit.log").display().to_string();
    let run = context.run_guest("every-report", &["--audit-log", &log, "--audit-syslog", "every-report"]).run();
    run.exits(exit::PASS);
    let text = std::fs::read_to_string(&log).expect("the log is there");
    for line in text.lines() {
        let message = hear(&listener);
        // Facility authpriv, severity notice.
        assert!(message.starts_with("<85>") && message.contains(" dbg["), "{message}");
        assert!(message.ends_with(&format!(": {line}")), "{message}");
    }
}

#[test]
fn without_a_file_the_report_names_the_line_of_the_syslog() {
    let Some((context, listener, _folder)) = with_syslog() else { return };
    let run = context.run_guest("every-report", &["-o", "json", "--audit-syslog", "every-report"]).run();
    let report = run.json();
    assert!(hear(&listener).contains("\"kind\":\"intent\""));
    assert!(hear(&listener).contains("\"kind\":\"outcome\""));
    assert_eq!((&report["audit"]["log"], &report["audit"]["line"]), (&serde_json::Value::Null, &2.into()));
}

#[test]
fn a_syslog_that_is_not_there_lets_nothing_run() {
    let Some(namespace) = Namespace::new(
        "mount -t tmpfs -o mode=755 none /mnt; mkdir /mnt/dev; mount --rbind /dev /mnt/dev; mount -t tmpfs -o mode=755 none /dev; \
         cp -a /mnt/dev/null /mnt/dev/urandom /mnt/dev/random /dev/; mount -t tmpfs none /run",
    ) else {
        return;
    };
    let context = Context::within(namespace);
    let run = context.run_guest("every-report", &["--audit-syslog", "every-report"]).run();
    run.exits(exit::ERROR).warns("syslog").warns("/dev/log").hides("it was looked at");
}
