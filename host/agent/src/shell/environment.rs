//! The variables that a program starts with.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::Read as _;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};

use dbg_session::shell::Start;

use super::place::Environment;

/// Where programs are looked for where nobody says.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// More than any environment that a program could be started with usually has.
const MOST: u64 = 256 * 1024;

/// Variables by their names.
pub(super) type Variables = BTreeMap<OsString, OsString>;

/// What the program starts with. Called while another process's environment may still be read.
pub(super) fn of(kind: &Environment) -> Variables {
    let mut variables: Variables = match kind {
        Environment::Own => std::env::vars_os().collect(),
        // One that cannot be read is as good as none.
        Environment::Process(pid) => parsed(&read(*pid).unwrap_or_default()),
        Environment::Plain => Variables::new(),
    };
    let mut unless_there = |name: &str, value: &str| {
        variables.entry(name.into()).or_insert_with(|| value.into());
    };
    unless_there("PATH", PATH);
    unless_there("HOME", "/");
    if *kind == Environment::Plain {
        variables.insert("HOME".into(), "/root".into());
    }
    variables
}

/// The operator's kind of terminal.
pub(super) fn with_terminal(mut variables: Variables, start: &Start) -> Variables {
    if let Some(term) = &start.term {
        variables.insert("TERM".into(), term.into());
    }
    variables
}

/// What the operator or the container has for a shell, unless it is one that lets nobody in.
pub(super) fn shell(variables: &Variables) -> Option<&OsStr> {
    let shell = variables.get(OsStr::new("SHELL"))?;
    let name = shell.as_bytes().rsplit(|byte| *byte == b'/').next()?;
    (shell.as_bytes().starts_with(b"/") && !matches!(name, b"nologin" | b"false")).then_some(shell)
}

fn read(pid: u32) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    fs_err::File::open(format!("/proc/{pid}/environ"))?.take(MOST).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Texts `NAME=VALUE`, each with a zero behind it. Source: man 5 proc_pid_environ.
fn parsed(bytes: &[u8]) -> Variables {
    let one = |text: &[u8]| {
        let middle = text.iter().position(|byte| *byte == b'=')?;
        let (name, value) = text.split_at_checked(middle)?;
        let value = value.get(1..)?;
        (!name.is_empty()).then(|| (OsString::from_vec(name.to_vec()), OsString::from_vec(value.to_vec())))
    };
    bytes.split(|byte| *byte == 0).filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_variable_is_left_out() {
        let variables = parsed(b"A=1\0=2\0B\0C=x=y\0\0D=");
        let text = |name: &str| variables.get(OsStr::new(name)).map(|value| value.to_string_lossy().into_owned());
        assert_eq!((text("A"), text("C"), text("D")), (Some("1".into()), Some("x=y".into()), Some(String::new())));
        assert_eq!(variables.len(), 3);
    }

    #[test]
    fn programs_are_found_where_nobody_says_where() {
        let variables = of(&Environment::Plain);
        assert_eq!(variables[OsStr::new("PATH")], PATH);
        assert_eq!(variables[OsStr::new("HOME")], "/root");
    }

    #[test]
    fn a_shell_that_lets_nobody_in_is_none() {
        let with = |shell: &str| Variables::from([("SHELL".into(), shell.into())]);
        assert_eq!(shell(&with("/bin/zsh")), Some(OsStr::new("/bin/zsh")));
        for bad in ["/usr/sbin/nologin", "/bin/false", "zsh"] {
            assert_eq!(shell(&with(bad)), None, "{bad}");
        }
    }
}
