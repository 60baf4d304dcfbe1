//! One request to an engine: a connection of its own, a bound on the answer, a limit on the time. Nothing an engine says is read
//! without a bound, which is why this is no ready-made client.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::header::{CONNECTION, CONTENT_TYPE, HOST, UPGRADE};
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::net::{TcpStream, UnixStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::address::Address;
use super::error::{EngineError, Words};
use super::tls;
use crate::launch::Stream;

/// Of an ordinary answer: a thousand containers in a list take some 2 MiB.
pub(crate) const ANSWER: usize = 16 << 20;
/// An error is a sentence.
const ERROR: usize = 64 << 10;
/// What is asked is done in milliseconds; a machine that swaps takes some seconds.
const WITHIN: Duration = Duration::from_secs(30);
/// Somebody listens, or does not.
const CONNECTING: Duration = Duration::from_secs(10);

/// Whom to ask.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    address: Address,
    tls: Option<Arc<rustls::ClientConfig>>,
}

/// What to ask.
#[derive(Debug)]
pub(crate) struct Ask {
    pub(crate) method: Method,
    /// With the version before it and the query behind.
    pub(crate) path: String,
    pub(crate) body: Body,
    /// For the error: the words after `cannot`.
    pub(crate) doing: &'static str,
    /// How long it may take.
    pub(crate) within: Duration,
}

/// What goes with it.
#[derive(Debug)]
pub(crate) enum Body {
    Empty,
    Json(Vec<u8>),
    Tar(Bytes),
}

impl Ask {
    pub(crate) fn get(path: String, doing: &'static str) -> Self {
        Self { method: Method::GET, path, body: Body::Empty, doing, within: WITHIN }
    }

    pub(crate) fn post(path: String, body: Body, doing: &'static str) -> Self {
        Self { method: Method::POST, path, body, doing, within: WITHIN }
    }

    pub(crate) fn put(path: String, body: Body, doing: &'static str) -> Self {
        Self { method: Method::PUT, path, body, doing, within: WITHIN }
    }

    pub(crate) fn delete(path: String, doing: &'static str) -> Self {
        Self { method: Method::DELETE, path, body: Body::Empty, doing, within: WITHIN }
    }

    pub(crate) fn within(self, within: Duration) -> Self {
        Self { within, ..self }
    }
}

/// An answer that is no refusal.
pub(crate) struct Answer {
    pub(crate) headers: hyper::HeaderMap,
    pub(crate) body: Bytes,
    doing: &'static str,
}

impl Answer {
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, EngineError> {
        serde_json::from_slice(&self.body)
            .map_err(|error| EngineError::Garbage { doing: self.doing, reason: Words::of(&error.to_string()) })
    }
}

/// The task that drives a connection. Dropping it closes the connection.
struct Driver(JoinHandle<Result<(), hyper::Error>>);

impl Driver {
    /// Why a request failed. One that was never sent does not know; what drove the connection does: a server that wants a certificate says so
    /// once the connection is there.
    async fn reason(mut self, error: hyper::Error) -> hyper::Error {
        if !error.is_canceled() {
            return error;
        }
        match timeout(CONNECTING, &mut self.0).await {
            Ok(Ok(Err(reason))) => reason,
            _ => error,
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Why nobody could be connected to.
#[derive(Debug)]
pub(crate) enum ConnectFault {
    Io(std::io::Error),
    Engine(EngineError),
    Silent,
}

impl Client {
    pub(crate) fn new(address: Address) -> Result<Self, EngineError> {
        let tls = match &address {
            Address::Tcp { tls: Some(files), .. } => Some(Arc::new(tls::config(files)?)),
            Address::Tcp { tls: None, .. } | Address::Unix(_) | Address::Ssh(_) => None,
        };
        Ok(Self { address, tls })
    }

    pub(crate) fn address(&self) -> &Address {
        &self.address
    }

    /// A new connection, and the user at its other end where the kernel knows.
    pub(crate) async fn connect(&self) -> Result<(Stream, Option<u32>), ConnectFault> {
        let connecting = async {
            match &self.address {
                Address::Unix(path) => {
                    let stream = UnixStream::connect(path).await.map_err(ConnectFault::Io)?;
                    let peer = stream.peer_cred().ok().map(|peer| peer.uid());
                    Ok((Box::new(stream) as Stream, peer))
                }
                Address::Ssh(host) => Ok((Box::new(host.connect().map_err(ConnectFault::Io)?) as Stream, None)),
                Address::Tcp { host, port, .. } => {
                    let stream = TcpStream::connect((host.as_str(), *port)).await.map_err(ConnectFault::Io)?;
                    // A session's frames are small and answer each other.
                    stream.set_nodelay(true).map_err(ConnectFault::Io)?;
                    match &self.tls {
                        None => Ok((Box::new(stream) as Stream, None)),
                        Some(config) => {
                            let name = tls::name(host).map_err(ConnectFault::Engine)?;
                            let connector = tokio_rustls::TlsConnector::from(Arc::clone(config));
                            let stream = connector.connect(name, stream).await.map_err(ConnectFault::Io)?;
                            Ok((Box::new(stream) as Stream, None))
                        }
                    }
                }
            }
        };
        timeout(CONNECTING, connecting).await.unwrap_or(Err(ConnectFault::Silent))
    }

    /// Asks, and takes the whole answer. What is no success is the error.
    pub(crate) async fn ask(&self, ask: Ask) -> Result<Answer, EngineError> {
        let (doing, within) = (ask.doing, ask.within);
        let asking = async {
            let (stream, _) = self.connect().await.map_err(|fault| broke(doing, fault))?;
            on(stream, ask).await
        };
        timeout(within, asking).await.unwrap_or(Err(EngineError::Silent { doing, seconds: within.as_secs() }))
    }

    /// Asks for a stream in both directions. `within` is for its beginning.
    pub(crate) async fn upgrade(&self, ask: Ask) -> Result<Stream, EngineError> {
        let (doing, within) = (ask.doing, ask.within);
        let upgrading = async {
            let (stream, _) = self.connect().await.map_err(|fault| broke(doing, fault))?;
            let mut request = request(ask)?;
            request.headers_mut().insert(CONNECTION, hyper::header::HeaderValue::from_static("Upgrade"));
            request.headers_mut().insert(UPGRADE, hyper::header::HeaderValue::from_static("tcp"));
            let failed = |error: hyper::Error| EngineError::Broke { doing, reason: Words::with_causes(&error) };
            let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(failed)?;
            let driver = Driver(tokio::spawn(connection.with_upgrades()));
            let response = sender.send_request(request).await.map_err(failed)?;
            if response.status() != StatusCode::SWITCHING_PROTOCOLS {
                let status = response.status();
                answer(response, doing).await?;
                let reason = Words::of(&format!("status {status} where a stream should begin"));
                return Err(EngineError::Garbage { doing, reason });
            }
            let upgraded = hyper::upgrade::on(response).await.map_err(failed)?;
            drop(driver);
            Ok(Box::new(TokioIo::new(upgraded)) as Stream)
        };
        timeout(within, upgrading).await.unwrap_or(Err(EngineError::Silent { doing, seconds: within.as_secs() }))
    }
}

/// Asks on a connection that is there.
pub(crate) async fn on(stream: Stream, ask: Ask) -> Result<Answer, EngineError> {
    let doing = ask.doing;
    let failed = |error: hyper::Error| EngineError::Broke { doing, reason: Words::with_causes(&error) };
    let request = request(ask)?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(failed)?;
    let driver = Driver(tokio::spawn(connection));
    match sender.send_request(request).await {
        Ok(response) => {
            let answered = answer(response, doing).await;
            drop(driver);
            answered
        }
        Err(error) => Err(failed(driver.reason(error).await)),
    }
}

fn request(ask: Ask) -> Result<Request<Full<Bytes>>, EngineError> {
    let (kind, body) = match ask.body {
        Body::Empty => (None, Bytes::new()),
        Body::Json(json) => (Some("application/json"), Bytes::from(json)),
        Body::Tar(tar) => (Some("application/x-tar"), tar),
    };
    let mut request = Request::builder().method(ask.method).uri(ask.path).header(HOST, "dbg");
    if let Some(kind) = kind {
        request = request.header(CONTENT_TYPE, kind);
    }
    let reason = |error: hyper::http::Error| Words::of(&error.to_string());
    request.body(Full::new(body)).map_err(|error| EngineError::Broke { doing: ask.doing, reason: reason(error) })
}

async fn answer(response: Response<Incoming>, doing: &'static str) -> Result<Answer, EngineError> {
    let status = response.status();
    let limit = if status.is_success() { ANSWER } else { ERROR };
    let (parts, body) = response.into_parts();
    let body = Limited::new(body, limit).collect().await.map_err(|error| {
        if error.is::<LengthLimitError>() {
            EngineError::TooLong { doing, limit }
        } else {
            EngineError::Broke { doing, reason: Words::with_causes(&*error) }
        }
    })?;
    let body = body.to_bytes();
    if status.is_success() {
        Ok(Answer { headers: parts.headers, body, doing })
    } else {
        Err(EngineError::Refused { doing, status: status.as_u16(), text: said(&body, status) })
    }
}

/// The engine's own sentence.
fn said(body: &[u8], status: StatusCode) -> Words {
    #[derive(Deserialize)]
    struct Said {
        message: String,
    }
    match serde_json::from_slice::<Said>(body) {
        Ok(said) if !said.message.trim().is_empty() => Words::of(&said.message),
        _ if body.is_empty() => Words::of(&format!("it answers with status {status}")),
        _ => Words::of(&String::from_utf8_lossy(body)),
    }
}

fn broke(doing: &'static str, fault: ConnectFault) -> EngineError {
    match fault {
        ConnectFault::Io(error) => EngineError::Broke { doing, reason: Words::of(&error.to_string()) },
        ConnectFault::Engine(error) => error,
        ConnectFault::Silent => EngineError::Silent { doing, seconds: CONNECTING.as_secs() },
    }
}
