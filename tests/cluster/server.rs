//! Small servers that speak HTTP, with TLS or without: whatever answers in an API server's place, or is asked by it.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// What somebody asks.
pub(crate) struct Asked {
    pub(crate) path: String,
    pub(crate) body: Vec<u8>,
}

/// Answers until it is dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    ends: Arc<AtomicBool>,
}

/// When a certificate is good.
#[derive(Clone, Copy)]
pub(crate) enum Validity {
    Now,
    LongAgo,
}

/// A certificate for an address, and who signed it.
pub(crate) struct Certificate {
    folder: tempfile::TempDir,
}

/// `$1` is the address, `$2` and `$3` are dates.
const MAKE: &str = r#"
set -e
key() { openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc "$@" 2>/dev/null; }
key -x509 -subj /CN=authority -days 2 -keyout ca.key -out ca.pem
key -subj /CN=server -addext "subjectAltName=IP:$1" -keyout server.key -out server.csr
printf '[ca]\ndefault_ca=c\n[c]\ndatabase=index\nserial=serial\nnew_certs_dir=.\ndefault_md=sha256\npolicy=p\ncopy_extensions=copy\n[p]\ncommonName=supplied\n' > ca.cnf
touch index; echo 01 > serial
openssl ca -batch -config ca.cnf -cert ca.pem -keyfile ca.key -in server.csr -out server.pem -notext -startdate "$2" -enddate "$3" 2>/dev/null
"#;

impl Certificate {
    pub(crate) fn new(address: &str, validity: Validity) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let [from, until] = match validity {
            Validity::Now => ["20200101000000Z", "20490101000000Z"],
            Validity::LongAgo => ["20200101000000Z", "20200102000000Z"],
        };
        let mut command = Command::new("sh");
        command.args(["-c", MAKE, "sh", address, from, until]).current_dir(folder.path());
        let output = command.output().expect("`sh` starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Self { folder }
    }

    fn file(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.folder.path().join(name)).expect("openssl wrote it")
    }

    /// Who signed it, as kubeconfigs and webhooks have it.
    pub(crate) fn authority(&self) -> String {
        base64(&self.file("ca.pem"))
    }

    /// Itself and its key, likewise.
    pub(crate) fn pair(&self) -> (String, String) {
        (base64(&self.file("server.pem")), base64(&self.file("server.key")))
    }

    fn tls(&self) -> Arc<rustls::ServerConfig> {
        let certificate = CertificateDer::from_pem_slice(&self.file("server.pem")).expect("a certificate");
        let key = PrivateKeyDer::from_pem_slice(&self.file("server.key")).expect("a key");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = builder.expect("usual versions").with_no_client_auth().with_single_cert(vec![certificate], key);
        Arc::new(config.expect("they belong together"))
    }
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    use base64ct::Encoding as _;
    base64ct::Base64::encode_string(bytes)
}

impl Server {
    /// Answers in JSON, one request a connection.
    pub(crate) fn plain(answer: impl Fn(Asked) -> (u16, String) + Send + Sync + 'static) -> Self {
        Self::start("127.0.0.1", move |mut stream| talk(&mut stream, &answer))
    }

    /// The same over TLS.
    pub(crate) fn tls(
        address: &str,
        certificate: &Certificate,
        answer: impl Fn(Asked) -> (u16, String) + Send + Sync + 'static,
    ) -> Self {
        let config = certificate.tls();
        Self::start(address, move |stream| {
            let Ok(connection) = rustls::ServerConnection::new(Arc::clone(&config)) else { return };
            talk(&mut rustls::StreamOwned::new(connection, stream), &answer);
        })
    }

    /// Hands each connection to a thread of its own.
    pub(crate) fn start(address: &str, each: impl Fn(TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((address, 0)).expect("a free port");
        let address = listener.local_addr().expect("it has one");
        let (ends, each) = (Arc::new(AtomicBool::new(false)), Arc::new(each));
        let stop = Arc::clone(&ends);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stop.load(Ordering::Relaxed) {
                    return;
                }
                let (Ok(stream), each) = (stream, Arc::clone(&each)) else { continue };
                std::thread::spawn(move || each(stream));
            }
        });
        Self { address, ends }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        // It waits for somebody to come.
        TcpStream::connect_timeout(&self.address, Duration::from_secs(1)).ok();
    }
}

/// One request and its answer. Whoever breaks off gets none.
fn talk(stream: &mut (impl Read + Write), answer: &impl Fn(Asked) -> (u16, String)) {
    let Some(asked) = read(stream) else { return };
    let (status, body) = answer(asked);
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all((head + &body).as_bytes()).and_then(|()| stream.flush()).ok();
}

fn read(stream: &mut impl Read) -> Option<Asked> {
    let mut reader = BufReader::new(stream);
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first).ok()?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        match line.trim_end().to_ascii_lowercase().split_once(": ") {
            Some(("content-length", value)) => length = value.parse().ok()?,
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Asked { path: first.split_whitespace().nth(1)?.to_owned(), body })
}
