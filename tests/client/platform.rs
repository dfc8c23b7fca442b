//! A platform of few words: it answers each request as a test says, writes down
//! what it was asked, and can break off where a real one might. Plain sockets,
//! so that a test can cut a connection at any byte.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use alz::api::timer::Wait;
use alz::api::{ClientOptions, Credentials, Endpoint, ReadClient, Timer, WriteClient};
use alz::model::{AccountId, PartitionId, PhoneNumber};

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Seen {
    pub method: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(n, _)| n.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    pub fn is_login(&self) -> bool {
        self.path == "/v2/authorize"
    }

    pub fn query(&self, name: &str) -> Vec<&str> {
        let query = self.path.split_once('?').map_or("", |(_, query)| query);
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.filter(|(n, _)| *n == name).map(|(_, v)| v).collect()
    }
}

/// What the platform does with a request.
pub enum Answer {
    Full {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: Vec<u8>,
    },
    /// The connection is cut before a word of the answer.
    Cut,
    /// The connection is cut in the middle of the body.
    CutWithin(String),
}

impl Answer {
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        if let Self::Full { headers, .. } = &mut self {
            headers.push((name, value.to_owned()));
        }
        self
    }
}

pub fn json(status: u16, body: serde_json::Value) -> Answer {
    Answer::Full {
        status,
        headers: vec![("content-type", "application/json".into())],
        body: body.to_string().into_bytes(),
    }
}

pub fn ok(body: serde_json::Value) -> Answer {
    json(200, body)
}

pub fn refusal(status: u16, message: &str) -> Answer {
    json(
        status,
        serde_json::json!({"status": status, "messages": [message], "data": {}}),
    )
}

pub fn html(status: u16) -> Answer {
    Answer::Full {
        status,
        headers: vec![("content-type", "text/html".into())],
        body: b"<html>Welcome to the hotel's network</html>".to_vec(),
    }
}

pub fn empty(status: u16) -> Answer {
    Answer::Full {
        status,
        headers: Vec::new(),
        body: Vec::new(),
    }
}

pub struct Platform {
    pub base: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Platform {
    /// Answers everything with `answer`, which is given the request and how
    /// many of the same method and path came before it.
    pub fn start(answer: impl Fn(&Seen, usize) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (log, answer) = (seen.clone(), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (log, answer) = (log.clone(), answer.clone());
                std::thread::spawn(move || serve(stream, &log, &*answer));
            }
        });
        Self { base, seen }
    }

    /// Logs in "me" with the token T1, T2 … and answers the rest with `answer`.
    pub fn with_login(answer: impl Fn(&Seen, usize) -> Answer + Send + Sync + 'static) -> Self {
        Self::start(move |request, before| {
            if request.is_login() {
                ok(serde_json::json!({
                    "authToken": format!("T{}", before + 1),
                    "partitionId": "P1",
                    "permissions": {"Account": "DELETE"},
                }))
            } else {
                answer(request, before)
            }
        })
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("the log").clone()
    }

    /// How many requests came, logins aside.
    pub fn calls(&self) -> usize {
        self.seen().iter().filter(|seen| !seen.is_login()).count()
    }

    pub fn logins(&self) -> usize {
        self.seen().iter().filter(|seen| seen.is_login()).count()
    }

    pub fn options(&self) -> (ClientOptions, Arc<Waited>) {
        let base = Endpoint::parse(&self.base).expect("an endpoint");
        let credentials = Credentials::Password {
            username: "me@example.com".into(),
            password: "hunter2-secret".into(),
        };
        let timer = Arc::new(Waited::default());
        let mut options = ClientOptions::new(base, credentials);
        options.timer = timer.clone();
        (options, timer)
    }

    pub fn reader(&self) -> ReadClient {
        ReadClient::new(self.options().0).expect("a client")
    }

    pub fn writer(&self) -> WriteClient {
        WriteClient::new(self.reader())
    }
}

fn serve(
    stream: TcpStream,
    log: &Mutex<Vec<Seen>>,
    answer: &(impl Fn(&Seen, usize) -> Answer + ?Sized),
) {
    let mut reader = BufReader::new(stream.try_clone().expect("a socket"));
    let mut stream = stream;
    while let Some(request) = read(&mut reader) {
        let before = {
            let mut log = log.lock().expect("the log");
            let path = |seen: &Seen| seen.path.split('?').next().map(str::to_owned);
            let same = |seen: &&Seen| seen.method == request.method && path(seen) == path(&request);
            let before = log.iter().filter(same).count();
            log.push(request.clone());
            before
        };
        match answer(&request, before) {
            Answer::Full {
                status,
                headers,
                body,
            } => {
                let mut head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n", body.len());
                for (name, value) in headers {
                    head.push_str(&format!("{name}: {value}\r\n"));
                }
                head.push_str("\r\n");
                // In one piece: two would wait for each other's acknowledgement.
                let answer = [head.as_bytes(), &body].concat();
                if stream.write_all(&answer).is_err() {
                    return;
                }
            }
            Answer::Cut => {
                let _ = stream.shutdown(Shutdown::Both);
                return;
            }
            Answer::CutWithin(body) => {
                let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n\r\n";
                let _ = stream.write_all(format!("{head}{body}").as_bytes());
                let _ = stream.shutdown(Shutdown::Both);
                return;
            }
        }
    }
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Seen> {
    let mut line = String::new();
    if reader.read_line(&mut line).ok()? == 0 {
        return None;
    }
    let mut words = line.split_whitespace();
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        match line.trim_end().split_once(':') {
            Some((name, value)) => headers.push((name.to_owned(), value.trim().to_owned())),
            None => break,
        }
    }
    let mut seen = Seen {
        method,
        path,
        headers,
        body: String::new(),
    };
    let length = seen.header("content-length").and_then(|l| l.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    seen.body = String::from_utf8(body).ok()?;
    Some(seen)
}

/// A clock on which time passes only by being waited for.
pub struct Waited {
    now: Mutex<Instant>,
    start: Instant,
}

impl Default for Waited {
    fn default() -> Self {
        let start = Instant::now();
        Self {
            now: Mutex::new(start),
            start,
        }
    }
}

impl Waited {
    /// How long was waited altogether.
    pub fn waited(&self) -> Duration {
        self.now() - self.start
    }
}

impl Timer for Waited {
    fn now(&self) -> Instant {
        *self.now.lock().expect("time")
    }
    fn until(&self, at: Instant) -> Wait<'_> {
        let mut now = self.now.lock().expect("time");
        *now = at.max(*now);
        // Others get their turn, as they would.
        Box::pin(tokio::task::yield_now())
    }
}

pub fn a1() -> AccountId {
    AccountId::new("A1")
}

pub fn p1() -> PartitionId {
    PartitionId::new("P1")
}

pub fn tn(text: &str) -> PhoneNumber {
    text.parse().expect("a number")
}
