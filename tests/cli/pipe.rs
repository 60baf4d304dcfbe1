//! A reader who goes away: no error, no noise, and a clean end.

use std::io::Read as _;
use std::process::{Command, Stdio};

use dbg_tests::{Context, exit};

/// What happens when the reader closes its end after this many bytes.
fn read_some(command: Command, bytes: usize) -> (Option<i32>, String) {
    let mut command = command;
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let mut stdout = child.stdout.take().expect("a pipe");
    let mut stderr = child.stderr.take().expect("a pipe");
    let mut buffer = vec![0; bytes];
    stdout.read_exact(&mut buffer).expect("it says that much");
    drop(stdout);
    let mut said = String::new();
    stderr.read_to_string(&mut said).expect("text");
    (child.wait().expect("it ends").code(), said)
}

#[test]
fn a_closed_pipe_ends_quietly_with_the_verdicts_code() {
    let context = Context::new();
    for form in ["text", "json", "ndjson", "junit"] {
        for bytes in [0, 1] {
            let words = ["-o", form, "million-rows"];
            let (code, said) = read_some(context.run_guest("hostile-report", &words).command(), bytes);
            assert!(!said.contains("panicked") && !said.contains("roken pipe"), "{form}: {said}");
            assert!(code.is_some(), "{form}: ended by a signal");
        }
    }
    context.nothing_is_left();
}

#[test]
fn lists_help_and_completions_end_quietly_too() {
    let context = Context::new();
    for line in ["check list", "plugin list", "--help", "completion bash", "schema report", "check show dns-check"] {
        let (code, said) = read_some(context.type_in(line).command(), 1);
        assert!(!said.contains("panicked") && !said.contains("roken pipe"), "{line}: {said}");
        assert_eq!(code, Some(exit::PASS), "{line}: {said}");
    }
}

#[test]
fn closed_streams_are_no_obstacle() {
    let context = Context::new();
    let line = "run dns-check server=127.0.0.1:9 name=x.test timeout=50ms attempts=1 >&- 2>&- <&-";
    let mut command = context.type_in("--version").command();
    let program = command.get_program().to_owned();
    drop(command);
    command = Command::new("sh");
    command.args(["-c", &format!("exec \"$0\" {line}")]).arg(program).current_dir(context.home.path());
    let code = command.status().expect("sh starts").code();
    assert!([Some(exit::FAIL), Some(exit::ERROR)].contains(&code), "{code:?}");
}
