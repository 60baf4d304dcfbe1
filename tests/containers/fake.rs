//! An engine that misbehaves: one fault each, over a socket.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use dbg_tests::Home;

/// What it does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It speaks an old version.
    Old,
    /// What answers is no engine.
    NoEngine,
    /// A list without an end.
    Endless,
    /// Names that move the cursor.
    Escapes,
    /// No answer to a ping.
    Hangup,
    /// The name of the container to be created is somebody else's.
    Taken,
    /// The target was replaced under its name since it was looked at.
    Replaced,
    /// The streams of a container end before it has said anything.
    AttachEnds,
    /// It takes what is sent to it and never answers.
    Mute,
}

/// What it was asked, a line each.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked(Arc<Mutex<Vec<String>>>);

impl Asked {
    /// Whether a request began so.
    pub(crate) fn has(&self, start: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().any(|line| line.starts_with(start))
    }
}

/// Serves for as long as the tests run; the socket's path, and what is asked there.
pub(crate) fn serve(home: &Home, fault: Fault) -> (PathBuf, Asked) {
    let path = home.path().join("engine.sock");
    let listener = UnixListener::bind(&path).expect("a socket in our own home");
    home.give(&path);
    let asked = Asked::default();
    let kept = asked.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let asked = kept.clone();
            std::thread::spawn(move || answer(stream, fault, &asked));
        }
    });
    (path, asked)
}

/// The container that everything is about.
pub(crate) const ID: &str = "0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f";

/// An answer with a status.
fn with_status(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

/// What a sound engine says when it is asked for a container; its target is the container `web`.
fn sound(request: &str) -> Option<String> {
    let running = format!("{{\"Id\":\"{ID}\",\"State\":{{\"Running\":true,\"Pid\":7}},\"HostConfig\":{{}}}}");
    Some(if request.contains("/containers/web/json") {
        with_status("200 OK", &running)
    } else if request.contains("/containers/create") {
        with_status("201 Created", &format!("{{\"Id\":\"{ID}\"}}"))
    } else if request.contains("/attach") {
        "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n".to_owned()
    } else if request.starts_with("DELETE") || request.contains("/start") {
        "HTTP/1.1 204 No Content\r\n\r\n".to_owned()
    } else {
        return None;
    })
}

fn answer(mut stream: UnixStream, fault: Fault, asked: &Asked) -> Option<()> {
    let mut head = BufReader::new(stream.try_clone().ok()?).take(64 * 1024);
    let mut first = String::new();
    head.read_line(&mut first).ok()?;
    let mut line = String::new();
    while head.read_line(&mut line).ok()? > 2 {
        line.clear();
    }
    asked.0.lock().unwrap_or_else(PoisonError::into_inner).push(first.clone());
    let is_ping = first.contains("/_ping");
    let json = |body: &str| format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let ping = |version: &str| format!("HTTP/1.1 200 OK\r\nApi-Version: {version}\r\nContent-Length: 2\r\n\r\nOK");
    let text = match (fault, is_ping) {
        (Fault::Hangup, _) => return Some(()),
        (Fault::Old, true) => ping("1.24"),
        (Fault::NoEngine, true) => "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK".to_owned(),
        (_, true) => ping("1.41"),
        (Fault::Escapes, false) if first.contains("/containers/json") => {
            json(&format!("[{{\"Id\":\"{ID}\",\"Names\":[\"/we\\u001b[2Jb\"]}}]"))
        }
        (Fault::Escapes, false) => with_status("404 Not Found", "{\"message\":\"no \\u001b[2J such\\nthing\"}"),
        // A container runs on, and with it whoever waits for its end.
        (_, false) if fault == Fault::Mute || first.contains("/wait") => {
            // Until the other side has given up.
            stream.read_to_end(&mut Vec::new()).ok()?;
            return Some(());
        }
        (Fault::Taken, false) if first.contains("/containers/create") => {
            with_status("409 Conflict", "{\"message\":\"Conflict. The container name is already in use\"}")
        }
        (Fault::Replaced, false) if first.contains("/start") => {
            with_status("409 Conflict", "{\"message\":\"cannot join network of a non running container\"}")
        }
        (Fault::Replaced, false) if first.contains(&format!("/containers/{ID}/json")) => {
            with_status("404 Not Found", "{\"message\":\"No such container\"}")
        }
        (Fault::Taken | Fault::Replaced | Fault::AttachEnds, false) => sound(&first)?,
        (_, false) => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n[").ok()?;
            let spaces = vec![b' '; 1 << 20];
            // Whoever reads it all would have 2 GB of it.
            for _ in 0..2048 {
                stream.write_all(&spaces).ok()?;
            }
            return Some(());
        }
    };
    stream.write_all(text.as_bytes()).ok()
}
