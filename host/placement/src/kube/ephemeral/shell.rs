//! How an image that has a shell and no agent takes one in. A container that is added to a pod has no volume, so the loader is written into the
//! container's own layer: by its shell, over exec. Nothing of it is in the pod's object, which stays as small as it was.

use std::io;
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout;

use crate::launch::Stream;

/// Where shells are; the second one is that of images that have nothing else.
pub(super) const SHELLS: [&str; 2] = ["/bin/sh", "/busybox/sh"];

/// Waits for so many seconds, heeds signals, and says nothing.
const PARK: &str = "trap 'kill \"$!\" 2>/dev/null; exit 0' TERM INT HUP; sleep \"$1\" & wait";

/// Looks for the loader, else for a folder that takes a program; says where, and takes the loader in. Its words: a name, how many bytes come, and
/// the shell.
const TAKE_IN: &str = r#"
folders="/tmp /var/tmp /run /home / /dev/shm"
for d in $folders; do
  f="${d%/}/.dbg-$1"
  if [ -x "$f/loader" ] && "$f/loader" park 0 2>/dev/null; then echo "have $f"; exit 0; fi
done
umask 077
for d in $folders; do
  f="${d%/}/.dbg-$1"
  mkdir "$f" 2>/dev/null || [ -d "$f" -a -O "$f" ] || continue
  { printf '#!%s\nexit 0\n' "$3" > "$f/try" && chmod 700 "$f/try" && "$f/try"; } 2>/dev/null || { rm -rf "$f"; continue; }
  rm -f "$f/try"
  echo "want $f"
  { head -c "$2" > "$f/$$" && chmod 700 "$f/$$" && mv "$f/$$" "$f/loader" && "$f/loader" park 0; } || exit 1
  echo done
  exit 0
done
echo "no folder of the container's takes a program" >&2
exit 1
"#;

/// Bytes of a line that it says.
const LINE: usize = 256;
/// Without an answer for so long, nobody takes anything in.
const SILENT: Duration = Duration::from_secs(30);

/// What waits; how long is the word that follows.
pub(super) fn park(shell: &str) -> Vec<String> {
    [shell, "-c", PARK, "dbg-park"].map(str::to_owned).to_vec()
}

/// What takes the loader in.
pub(super) fn take_in(shell: &str, loader: &[u8]) -> Vec<String> {
    let digest = Sha256::digest(loader);
    let name: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    vec![shell.into(), "-c".into(), TAKE_IN.into(), "dbg-take-in".into(), name, loader.len().to_string(), shell.into()]
}

/// What the agent is loaded by, out of that folder; the agent's own words follow.
pub(super) fn load(folder: &str) -> Vec<String> {
    vec![format!("{folder}/loader"), "load".to_owned(), folder.to_owned()]
}

/// Gives the loader, unless it is there; the folder that it is in then.
pub(super) async fn folder(mut stream: Stream, loader: &[u8]) -> io::Result<String> {
    let said = line(&mut stream).await?;
    let (folder, is_there) = match (said.strip_prefix("have "), said.strip_prefix("want ")) {
        (Some(folder), _) => (folder, true),
        (None, Some(folder)) => (folder, false),
        (None, None) => return Err(io::Error::new(io::ErrorKind::InvalidData, "its shell says what makes no sense")),
    };
    let is_path =
        folder.starts_with('/') && folder.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/.-".contains(&byte));
    if !is_path {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "its shell names no folder"));
    }
    if !is_there {
        stream.write_all(loader).await?;
        stream.flush().await?;
        if line(&mut stream).await? != "done" {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "its shell did not take the loader in"));
        }
    }
    Ok(folder.to_owned())
}

async fn line(stream: &mut Stream) -> io::Result<String> {
    let read = async {
        let mut line = Vec::new();
        loop {
            match stream.read_u8().await? {
                b'\n' => return Ok(String::from_utf8_lossy(&line).into_owned()),
                _ if line.len() >= LINE => {
                    return Err(io::Error::new(io::ErrorKind::InvalidData, "its shell says too much"));
                }
                byte => line.push(byte),
            }
        }
    };
    timeout(SILENT, read).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::process::{Command, Stdio};

    use super::*;

    /// What a shell of this machine says when it takes a loader in, with the home of its folder in front.
    #[expect(clippy::disallowed_methods, reason = "the script is tried in a real shell")]
    fn taken(home: &std::path::Path, loader: &[u8]) -> (String, String) {
        let words = take_in("/bin/sh", loader);
        let script = TAKE_IN.replace("/tmp /var/tmp /run /home / /dev/shm", &format!("/no/such {}", home.display()));
        let mut child = Command::new(&words[0])
            .args([&words[1], &script])
            .args(&words[3..])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // One that has it already reads nothing.
        let mut input = child.stdin.take().unwrap();
        let _ = input.write_all(loader);
        let (mut said, mut errors) = (String::new(), String::new());
        child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
        child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
        child.wait().unwrap();
        (said, errors)
    }

    #[test]
    fn a_shell_takes_the_loader_in_once_and_finds_it_the_next_time() {
        let home = tempfile::tempdir().unwrap();
        let loader = b"#!/bin/sh\n[ \"$1\" = park ]\n";
        let (said, errors) = taken(home.path(), loader);
        let folder = said
            .lines()
            .next()
            .and_then(|line| line.strip_prefix("want "))
            .unwrap_or_else(|| panic!("{said} {errors}"));
        assert!(said.ends_with("done\n"), "{said} {errors}");
        assert_eq!(fs_err::read(format!("{folder}/loader")).unwrap(), loader);
        assert_eq!(taken(home.path(), loader).0, format!("have {folder}\n"));
        // Nothing else is left there.
        assert_eq!(fs_err::read_dir(folder).unwrap().count(), 1);
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the script is tried in a real shell")]
    fn what_waits_ends_with_its_time_or_when_it_is_told_and_says_nothing() {
        let wait = |seconds: &str| {
            let words = park("/bin/sh");
            Command::new(&words[0]).args(&words[1..]).arg(seconds).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()
        };
        let over = wait("0").unwrap().wait_with_output().unwrap();
        assert!(over.status.success() && over.stdout.is_empty() && over.stderr.is_empty(), "{over:?}");
        // What it had started a moment before may get no signal, and ends by itself.
        let told = wait("5").unwrap();
        let pid = rustix::process::Pid::from_child(&told);
        // Before its trap is set a signal ends it as well, with another status.
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        let told = told.wait_with_output().unwrap();
        assert!(told.stdout.is_empty() && told.stderr.is_empty(), "{told:?}");
    }

    #[test]
    fn a_container_without_a_folder_for_programs_says_so() {
        let (said, errors) = taken(std::path::Path::new("/proc/none"), b"x");
        assert_eq!((said.as_str(), errors.trim()), ("", "no folder of the container's takes a program"));
    }

    async fn answered(said: &'static str) -> (io::Result<String>, Vec<u8>) {
        let (near, far) = tokio::io::duplex(64);
        let (mut reader, mut writer) = tokio::io::split(far);
        writer.write_all(said.as_bytes()).await.unwrap();
        let folder = folder(Box::new(near), b"loader").await;
        let mut got = Vec::new();
        reader.read_to_end(&mut got).await.unwrap();
        (folder, got)
    }

    #[tokio::test]
    async fn only_a_shell_that_wants_the_loader_gets_it_and_only_a_plain_path_is_one() {
        assert_eq!(answered("have /tmp/.dbg-1\n").await.1, b"");
        let (folder, got) = answered("want /tmp/.dbg-1\ndone\n").await;
        assert_eq!((folder.unwrap().as_str(), got.as_slice()), ("/tmp/.dbg-1", b"loader".as_slice()));
        for bad in ["have /tmp/a b\n", "have tmp\n", "want /tmp/$(x)\ndone\n", "hello\n", "want /x\nno\n"] {
            assert!(answered(bad).await.0.is_err(), "{bad}");
        }
    }
}
