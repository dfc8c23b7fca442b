//! The sockets around the simulator: HTTP/1.1 with keep-alive, and the faults
//! that only a connection can have.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::connect_info::Connected;
use axum::extract::{ConnectInfo, Query, State};
use axum::http::{self, HeaderValue, StatusCode, header};
use axum::serve::{IncomingStream, Listener};
use futures_util::stream;
use jiff::Timestamp;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

use super::faults::{Cut, Fault};
use super::routes::{self, FIXED_TOKEN, Platform, Request, Response};
use super::rules::{Command, Refusal};

/// A body larger than this is refused; a hundred numbers need a few kilobytes.
const LARGEST_BODY: usize = 16 * 1024 * 1024;

/// The simulator as the connections share it.
pub type Shared = Arc<RwLock<Platform>>;

/// The simulator for one who changes it, also after a request that panicked.
pub fn lock(shared: &Shared) -> RwLockWriteGuard<'_, Platform> {
    shared.write().unwrap_or_else(PoisonError::into_inner)
}

/// The simulator for one who only reads: any number of them at once.
fn look(shared: &Shared) -> RwLockReadGuard<'_, Platform> {
    shared.read().unwrap_or_else(PoisonError::into_inner)
}

/// Serves until `stop` comes true.
pub async fn serve(
    listener: TcpListener,
    shared: Shared,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let app = Router::new().fallback(handle).with_state(shared);
    let app = app.into_make_service_with_connect_info::<Cutter>();
    axum::serve(CuttableListener(listener), app)
        .with_graceful_shutdown(stop)
        .await
}

async fn handle(
    State(shared): State<Shared>,
    ConnectInfo(cutter): ConnectInfo<Cutter>,
    request: http::Request<Body>,
) -> http::Response<Body> {
    let (parts, body) = request.into_parts();
    let shown = parts
        .uri
        .path_and_query()
        .map_or_else(|| parts.uri.path().to_owned(), ToString::to_string);
    let Ok(bytes) = to_bytes(body, LARGEST_BODY).await else {
        return finish(Refusal::new(413, "RequestBodyTooLarge").into(), None);
    };
    let query = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri);
    let request = Request {
        method: parts.method.to_string(),
        path: percent_decoded(parts.uri.path()),
        query: query.map(|Query(pairs)| pairs).unwrap_or_default(),
        token: parts
            .headers
            .get("x-auth-token")
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned),
        body: bytes.to_vec(),
    };
    // The sandbox's own: the page, and what is below /sandbox.
    if request.path == "/" || request.path.starts_with("/sandbox") {
        let wall = Timestamp::now();
        let read = routes::answer_reading(&look(&shared), &request, wall);
        let response =
            read.unwrap_or_else(|| routes::answer(&mut lock(&shared), &request, Timestamp::now()));
        return finish(response, None);
    }
    let fault = look(&shared).faults().meet(&request.method, &request.path);
    if let Some(delay) = fault.as_ref().and_then(|fault| fault.delay_milliseconds) {
        tokio::time::sleep(Duration::from_millis(delay)).await;
    }
    let response = respond(&shared, &request, fault.as_ref(), shown);
    match response {
        Some(response) => finish(response, fault.as_ref()),
        None => {
            cutter.cut();
            finish(Response::empty(500), None)
        }
    }
}

/// Answers a request and notes it, both before anybody else can change the world.
fn respond(
    shared: &Shared,
    request: &Request,
    fault: Option<&Fault>,
    shown: String,
) -> Option<Response> {
    let note = |platform: &Platform, shown: String, status: u16, wall: Timestamp| {
        let at = platform.world.clock.now(wall);
        let mut log = platform.log();
        log.add(request.method.clone(), shown, status, at);
    };
    if fault.is_none() {
        let platform = look(shared);
        let wall = Timestamp::now();
        if let Some(response) = routes::answer_reading(&platform, request, wall) {
            note(&platform, shown, response.status, wall);
            return Some(response);
        }
    }
    let mut platform = lock(shared);
    let wall = Timestamp::now();
    let response = through_fault(&mut platform, request, fault, wall);
    let status = response.as_ref().map_or(0, |response| response.status);
    note(&platform, shown, status, wall);
    response
}

/// Answers a request, with what its fault does to it. `None`: no answer at all.
fn through_fault(
    platform: &mut Platform,
    request: &Request,
    fault: Option<&Fault>,
    wall: Timestamp,
) -> Option<Response> {
    let Some(fault) = fault else {
        return Some(routes::answer(platform, request, wall));
    };
    if fault.cut == Some(Cut::Before) {
        return None;
    }
    if fault.expire_token {
        let now = platform.world.clock.now(wall);
        let token = request.token.clone().unwrap_or_default();
        if token != FIXED_TOKEN {
            // A token that is forgotten is as good as one that is too old.
            let forgotten = platform.execute(&Command::Logout { token }, None, now);
            if let Err(refusal) = forgotten {
                return Some(refusal.into());
            }
        }
        return Some(Refusal::new(401, "ExpiredAuthToken").into());
    }
    let now = platform.world.clock.now(wall);
    let past = if request.method == "GET" {
        platform.faults().stale_world(fault, now)
    } else {
        None
    };
    let mut response = if fault.status.is_none() || fault.after_effect {
        past.and_then(|past| routes::answer_stale(platform, &past, request, wall))
            .unwrap_or_else(|| routes::answer(platform, request, wall))
    } else {
        Response::empty(200)
    };
    if fault.cut == Some(Cut::After) {
        return None;
    }
    if let Some(status) = fault.status {
        response = Refusal::new(status, "SandboxFault").into();
    }
    if let Some(body) = &fault.body {
        response.body = body.clone().into_bytes();
    }
    Some(response)
}

fn finish(response: Response, fault: Option<&Fault>) -> http::Response<Body> {
    let Response { status, body } = response;
    let html = body.first().is_some_and(|byte| *byte == b'<');
    let length = body.len();
    let truncated = fault
        .and_then(|fault| fault.truncate_at)
        .filter(|at| *at < length);
    let body = match truncated {
        None => Body::from(body),
        Some(at) => {
            let start = Bytes::copy_from_slice(body.get(..at).unwrap_or_default());
            let cut = io::Error::new(io::ErrorKind::ConnectionReset, "cut by a fault");
            Body::from_stream(stream::iter([Ok(start), Err(cut)]))
        }
    };
    let mut answer = http::Response::new(body);
    *answer.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let headers = answer.headers_mut();
    if length > 0 {
        let kind = if html {
            "text/html"
        } else {
            "application/json"
        };
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    if truncated.is_some() {
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    if let Some(seconds) = fault.and_then(|fault| fault.retry_after_seconds) {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    answer
}

/// A path with its %XX sequences read; what is no sequence stays.
fn percent_decoded(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let hex = tail
            .get(..2)
            .filter(|_| *first == b'%')
            .and_then(|two| std::str::from_utf8(two).ok())
            .and_then(|two| u8::from_str_radix(two, 16).ok());
        match hex {
            Some(byte) => {
                bytes.push(byte);
                rest = tail.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Cuts a connection: nothing more is written to it.
#[derive(Clone, Debug, Default)]
pub struct Cutter(Arc<AtomicBool>);

impl Cutter {
    fn cut(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    fn check(&self) -> io::Result<()> {
        if self.0.load(Ordering::SeqCst) {
            Err(io::Error::new(
                io::ErrorKind::ConnectionReset,
                "cut by a fault",
            ))
        } else {
            Ok(())
        }
    }
}

impl Connected<IncomingStream<'_, CuttableListener>> for Cutter {
    fn connect_info(stream: IncomingStream<'_, CuttableListener>) -> Self {
        stream.io().cutter.clone()
    }
}

struct CuttableListener(TcpListener);

impl Listener for CuttableListener {
    type Io = CuttableStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (CuttableStream, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.0).await;
        // Answers are one write each; waiting to fill a packet only delays them.
        let _ = stream.set_nodelay(true);
        let cutter = Cutter::default();
        (CuttableStream { stream, cutter }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// A connection that can be cut.
pub struct CuttableStream {
    stream: TcpStream,
    cutter: Cutter,
}

impl AsyncRead for CuttableStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for CuttableStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.cutter.check()?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.cutter.check()?;
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_decoded_and_nonsense_is_kept() {
        assert_eq!(percent_decoded("/a%20b/%2Bc"), "/a b/+c");
        assert_eq!(percent_decoded("/100%/%zz"), "/100%/%zz");
    }
}
