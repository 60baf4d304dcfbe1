//! What may stand between `dbg` and an API server: it passes bytes on, and cuts when it is told to, or when nothing passes for too long.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::scene::Space;
use crate::server::Server;

/// Passes on until it is dropped.
pub(crate) struct Proxy {
    pub(crate) kubeconfig: std::path::PathBuf,
    shared: Arc<Shared>,
    _server: Server,
}

#[derive(Default)]
struct Shared {
    streams: Mutex<Vec<TcpStream>>,
    refuses: AtomicBool,
    cuts: AtomicU64,
}

impl Proxy {
    /// Before the API server of this space; what is idle for so long is cut.
    pub(crate) fn new(space: &Space<'_>, idle: Option<Duration>) -> Self {
        let whole = space.kubeconfig();
        let server = whole.lines().find_map(|line| line.trim().strip_prefix("server: https://")).expect("a server");
        let (far, shared) = (server.to_owned(), Arc::new(Shared::default()));
        let own = Arc::clone(&shared);
        let server = Server::start("127.0.0.1", move |near| pass(near, &far, idle, &own));
        let host = whole.lines().find_map(|line| line.trim().strip_prefix("server: https://")).expect("a server");
        let name = host.split(':').next().unwrap_or(host);
        let text = whole.replace(
            &format!("server: https://{host}"),
            &format!("server: https://{}\n    tls-server-name: {name}", server.address),
        );
        let kubeconfig = space.context.home.write("proxied", text.as_bytes());
        Self { kubeconfig, shared, _server: server }
    }

    /// Cuts everything, and lets nobody through.
    pub(crate) fn dies(&self) {
        self.shared.refuses.store(true, Ordering::SeqCst);
        for stream in self.shared.streams.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            stream.shutdown(Shutdown::Both).ok();
        }
    }

    pub(crate) fn is_back(&self) {
        self.shared.refuses.store(false, Ordering::SeqCst);
    }

    /// How often somebody was cut for being idle.
    pub(crate) fn cuts(&self) -> u64 {
        self.shared.cuts.load(Ordering::SeqCst)
    }
}

fn pass(near: TcpStream, far: &str, idle: Option<Duration>, shared: &Arc<Shared>) {
    if shared.refuses.load(Ordering::SeqCst) {
        return;
    }
    let Ok(far) = TcpStream::connect(far) else { return };
    let copies = [&near, &far].map(|stream| stream.try_clone().expect("a handle"));
    shared.streams.lock().unwrap_or_else(PoisonError::into_inner).extend(copies);
    let last = Arc::new(Mutex::new(Instant::now()));
    let [from, to] = [&near, &far].map(|stream| stream.try_clone().expect("a handle"));
    let (passed, own) = (Arc::clone(&last), Arc::clone(shared));
    std::thread::spawn(move || copy(from, to, idle, &passed, &own));
    copy(far, near, idle, &last, shared);
}

fn copy(mut from: TcpStream, mut to: TcpStream, idle: Option<Duration>, last: &Mutex<Instant>, shared: &Shared) {
    from.set_read_timeout(Some(Duration::from_millis(200))).expect("more than none");
    let mut piece = [0; 16 * 1024];
    loop {
        let mut passed = last.lock().unwrap_or_else(PoisonError::into_inner);
        let is_idle = idle.is_some_and(|idle| passed.elapsed() > idle);
        if is_idle {
            shared.cuts.fetch_add(1, Ordering::SeqCst);
            break;
        }
        drop(passed);
        match from.read(&mut piece) {
            Ok(0) => break,
            Ok(read) => {
                passed = last.lock().unwrap_or_else(PoisonError::into_inner);
                *passed = Instant::now();
                drop(passed);
                if to.write_all(&piece[..read]).is_err() {
                    break;
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(_) => break,
        }
    }
    for stream in [from, to] {
        stream.shutdown(Shutdown::Both).ok();
    }
}
