//! An engine that misbehaves: one fault each, over a socket.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;

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
}

/// Serves for as long as the tests run; the socket's path.
pub(crate) fn serve(home: &Home, fault: Fault) -> PathBuf {
    let path = home.path().join("engine.sock");
    let listener = UnixListener::bind(&path).expect("a socket in our own home");
    home.give(&path);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || answer(stream, fault));
        }
    });
    path
}

fn answer(mut stream: UnixStream, fault: Fault) -> Option<()> {
    let mut head = BufReader::new(stream.try_clone().ok()?).take(64 * 1024);
    let mut first = String::new();
    head.read_line(&mut first).ok()?;
    let mut line = String::new();
    while head.read_line(&mut line).ok()? > 2 {
        line.clear();
    }
    let is_ping = first.contains("/_ping");
    let json = |body: &str| format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let ping = |version: &str| format!("HTTP/1.1 200 OK\r\nApi-Version: {version}\r\nContent-Length: 2\r\n\r\nOK");
    let id = "0f".repeat(32);
    let text = match (fault, is_ping) {
        (Fault::Hangup, _) => return Some(()),
        (Fault::Old, true) => ping("1.24"),
        (Fault::NoEngine, true) => "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK".to_owned(),
        (_, true) => ping("1.41"),
        (Fault::Escapes, false) if first.contains("/containers/json") => {
            json(&format!("[{{\"Id\":\"{id}\",\"Names\":[\"/we\\u001b[2Jb\"]}}]"))
        }
        (Fault::Escapes, false) => {
            let body = "{\"message\":\"no \\u001b[2J such\\nthing\"}";
            format!("HTTP/1.1 404 Not Found\r\nContent-Length: {}\r\n\r\n{body}", body.len())
        }
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
