//! How fast a fleet is planned, against the unavoidable.
//!
//! `cargo bench --bench fleet -- 1000 100000 1000000` makes repositories of
//! that many numbers, 100 an account, serves the accounts that the platform
//! would, and times two programs in turn on them:
//!
//! - the floor: downloads the same listings at the same concurrency with the
//!   same HTTP client, parses them and the same YAML into the same types on
//!   both cores, and does nothing else;
//! - `alz plan`, the whole process.
//!
//! It prints plan ÷ floor (the median of pairs), both peaks of memory and the
//! number of requests. Every account is in sync and full of the platform's
//! noise, so a plan that is not empty fails the run.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use alz::api::wire;
use alz::desired::file::AccountFile;
use axum::Router;
use axum::body::Body;
use axum::extract::{Path as UrlPath, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::Response;
use axum::routing::{any, get, post};
use futures_util::stream::{self, StreamExt};
use serde::Deserialize;

type Failure = Box<dyn std::error::Error>;

const NUMBERS_AN_ACCOUNT: u64 = 100;
const CONCURRENCY: usize = 8;
const PAIRS: usize = 5;
const PARTITION: &str = "X4fbfNlFRpy7bWDFmCwwdw";

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| a != "--bench")
        .collect();
    match arguments.first().map(String::as_str) {
        Some("serve") => serve(),
        Some("floor") => floor(Path::new(&arguments[1]), &arguments[2]),
        _ => compare(&arguments),
    }
}

// The fleet. Number `i` of account `a` is the same wherever it is written.

fn account_id(account: u64) -> String {
    format!("bench{account:017}")
}

fn number(account: u64, index: u64) -> u64 {
    // Area codes in use, exchanges 220 to 299: none of them N11 or 555.
    const AREA_CODES: [u64; 13] = [
        201, 202, 203, 205, 206, 207, 208, 209, 210, 212, 213, 214, 215,
    ];
    const AN_AREA: u64 = 80 * 10_000;
    let serial = account * NUMBERS_AN_ACCOUNT + index;
    let area = AREA_CODES[(serial / AN_AREA) as usize % AREA_CODES.len()];
    10_000_000_000 + area * 10_000_000 + 2_200_000 + serial % AN_AREA
}

fn yaml(account: u64) -> String {
    let mut text = format!(
        "account: {}\nname: Bench {account}\ndefaults:\n  directoryListing: {{ listed: false, type: NOT_LIST_NOT_PUBLISH }}\nnumbers:\n",
        account_id(account)
    );
    for index in 0..NUMBERS_AN_ACCOUNT {
        let _ = write!(
            text,
            "  \"{number}\":\n    reference: {{ type: SIP_TRUNK, id: trunk{account:017} }}\n    customerServiceRecord:\n      customerType: BUSINESS\n      businessName: Bench Business {account}\n      customerName: Bench {account}\n      streetNumber: \"{street}\"\n      preDirectional: S\n      streetName: \"520\"\n      postDirectional: W\n      city: Lindon\n      state: UT\n      country: USA\n      postalCode: \"84042\"\n      secondaryLocationDescription: SUITE\n      unit: \"{index}\"\n    e911Address:\n      customerType: BUSINESS\n      businessName: Bench Business {account}\n      streetNumber: \"{street}\"\n      preDirectional: S\n      streetName: \"520\"\n      postDirectional: W\n      city: Lindon\n      state: UT\n      country: USA\n      postalCode: \"84042\"\n      secondaryLocationDescription: SUITE\n      unit: \"{index}\"\n",
            number = number(account, index),
            street = 100 + account % 900,
        );
    }
    text
}

fn listing(account: u64) -> String {
    let mut text = String::with_capacity(160_000);
    text.push('[');
    // In an order of its own, as the platform gives them.
    for place in 0..NUMBERS_AN_ACCOUNT {
        let index = (place * 37 + 11) % NUMBERS_AN_ACCOUNT;
        if place > 0 {
            text.push(',');
        }
        let address = format!(
            "\"firstName\":\"\",\"middleInitial\":null,\"lastName\":\"\",\"businessName\":\"BENCH BUSINESS {account}\",\"streetNumber\":\"{street}\",\"streetNumberSuffix\":\"\",\"preDirectional\":\"S\",\"streetName\":\"520\",\"streetSuffix\":\"\",\"postDirectional\":\"W\",\"city\":\"LINDON\",\"state\":\"UT\",\"country\":\"US\",\"postalCode\":\"84042-1234\",\"secondaryLocationDescription\":\"SUITE\",\"unit\":\"{index}\",\"customerType\":\"BUSINESS\"",
            street = 100 + account % 900,
        );
        let _ = write!(
            text,
            "{{\"phoneNumber\":\"{number}\",\"referenceType\":\"SIP_TRUNK\",\"referenceId\":\"trunk{account:017}\",\"functionType\":\"ELS\",\"canAcceptSMS\":false,\"operationalStatus\":\"ACTIVE\",\"accountId\":\"{id}\",\"partitionId\":\"{PARTITION}\",\"customerServiceRecord\":{{\"id\":\"csr{number}\",{address},\"blockCustomerName\":false,\"customerName\":\"BENCH {account}\",\"requiresUnitInfo\":true}},\"carrierStatus\":\"ACTIVE\",\"orderVersion\":\"KoaCIiTPTL21dG5DKmBzFg\",\"e911Address\":{{\"id\":\"e{number}\",{address},\"language\":null}},\"directoryListing\":{{\"listed\":false,\"type\":\"NOT_LIST_NOT_PUBLISH\"}},\"assignAsCallerId\":false,\"ringType\":\"StandardRing\",\"carrierId\":\"kp0MqP3HQrmXSQKADoMXnw\",\"tollFree\":false,\"id\":\"{number}\"}}",
            number = number(account, index),
            id = account_id(account),
        );
    }
    text.push(']');
    text
}

// The server: only what a plan of a fleet in sync asks for.

fn json(text: impl Into<Body>) -> Response {
    let mut response = Response::new(text.into());
    response.headers_mut().insert(
        CONTENT_TYPE,
        axum::http::HeaderValue::from_static("application/json"),
    );
    response
}

fn serve() -> Result<(), Failure> {
    let requests = Arc::new(AtomicU64::new(0));
    let count = |requests: &AtomicU64| requests.fetch_add(1, Ordering::Relaxed);
    let app = Router::new()
        .route(
            "/v2/authorize",
            post(move |State(requests): State<Arc<AtomicU64>>| async move {
                count(&requests);
                json(format!("{{\"authToken\":\"t\",\"partitionId\":\"{PARTITION}\"}}"))
            }),
        )
        .route(
            "/v2/partition/{partition}",
            get(move |State(requests): State<Arc<AtomicU64>>| async move {
                count(&requests);
                json(format!("{{\"id\":\"{PARTITION}\",\"tnDeleteCooldownDays\":30,\"defaultDirectoryListingType\":\"NOT_LIST_NOT_PUBLISH\"}}"))
            }),
        )
        .route(
            "/v2/partition/{partition}/inboundcarriers",
            get(move |State(requests): State<Arc<AtomicU64>>| async move {
                count(&requests);
                json("[{\"id\":\"kp0MqP3HQrmXSQKADoMXnw\",\"name\":\"Bench\",\"supportsCSRUpdate\":true}]")
            }),
        )
        .route(
            "/v2/partition/{partition}/telephonenumber/statussearch",
            get(move |State(requests): State<Arc<AtomicU64>>| async move {
                count(&requests);
                json("{\"totalRecords\":0,\"results\":[]}")
            }),
        )
        .route(
            "/v2/partition/{partition}/account/{account}/telephonenumber",
            get(
                move |State(requests): State<Arc<AtomicU64>>,
                      UrlPath((_, account)): UrlPath<(String, String)>| async move {
                    count(&requests);
                    let account = account.trim_start_matches("bench").parse().unwrap_or(0);
                    json(listing(account))
                },
            ),
        )
        .route(
            "/requests",
            get(|State(requests): State<Arc<AtomicU64>>| async move {
                json(requests.swap(0, Ordering::Relaxed).to_string())
            }),
        )
        .fallback(any(|| async {
            let mut response = json("{\"status\":404,\"messages\":[\"NotFound\"],\"data\":{}}");
            *response.status_mut() = axum::http::StatusCode::NOT_FOUND;
            response
        }))
        .with_state(requests);
    runtime()?.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let mut out = std::io::stdout();
        writeln!(out, "http://{}", listener.local_addr()?)?;
        out.flush()?;
        axum::serve(listener, app).await?;
        Ok(())
    })
}

// The floor.

fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
}

fn floor(root: &Path, base: &str) -> Result<(), Failure> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(root.join("accounts"))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    files.sort();
    let half = files.len().div_ceil(2).max(1);
    let numbers: usize = std::thread::scope(|scope| {
        let workers: Vec<_> = files
            .chunks(half)
            .map(|files| {
                scope.spawn(move || {
                    files
                        .iter()
                        .map(|file| {
                            let text = std::fs::read_to_string(file).expect("a file of the bench");
                            serde_yaml::Deserializer::from_str(&text)
                                .map(|document| {
                                    AccountFile::deserialize(document)
                                        .expect("an account of the bench")
                                        .numbers
                                        .iter()
                                        .count()
                                })
                                .sum::<usize>()
                        })
                        .sum::<usize>()
                })
            })
            .collect();
        workers
            .into_iter()
            .map(|w| w.join().expect("a worker"))
            .sum()
    });
    let accounts = files.len() as u64;
    let listed: usize = runtime()?.block_on(async {
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(no_tls())
            .build()
            .expect("a client");
        stream::iter(0..accounts)
            .map(|account| {
                let client = client.clone();
                let url = format!(
                    "{base}/v2/partition/{PARTITION}/account/{}/telephonenumber",
                    account_id(account)
                );
                tokio::spawn(async move {
                    let body = client
                        .get(url)
                        .send()
                        .await
                        .expect("an answer")
                        .bytes()
                        .await;
                    let numbers: Vec<wire::TelephoneNumber> =
                        serde_json::from_slice(&body.expect("a body")).expect("a listing");
                    numbers.len()
                })
            })
            .buffer_unordered(CONCURRENCY)
            .map(|listed| listed.expect("a task"))
            .fold(0, |sum, listed| async move { sum + listed })
            .await
    });
    if listed != numbers {
        return Err(format!("{numbers} numbers in the files, {listed} on the platform").into());
    }
    Ok(())
}

/// The floor speaks plain HTTP only; reqwest wants to be told.
fn no_tls() -> rustls::ClientConfig {
    rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("TLS versions")
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth()
}

// The comparison.

struct Run {
    wall: Duration,
    peak_mib: f64,
    requests: u64,
}

fn compare(sizes: &[String]) -> Result<(), Failure> {
    let sizes: Vec<u64> = if sizes.is_empty() {
        vec![1_000, 100_000]
    } else {
        sizes
            .iter()
            .map(|size| size.parse())
            .collect::<Result<_, _>>()?
    };
    let mut out = std::io::stdout();
    let me = std::env::current_exe()?;
    let mut server = Command::new(&me)
        .arg("serve")
        .stdout(Stdio::piped())
        .spawn()?;
    let mut base = String::new();
    BufReader::new(server.stdout.take().ok_or("no server output")?).read_line(&mut base)?;
    let base = base.trim().to_owned();
    let result = (|| {
        writeln!(
            out,
            "{:>9} {:>9} {:>10} {:>10} {:>12} {:>12} {:>9}",
            "numbers", "accounts", "floor s", "plan s", "plan ÷ floor", "peak MiB", "requests"
        )?;
        for size in sizes {
            let root = repository(size, &base)?;
            let mut ratios = Vec::new();
            let (mut floors, mut plans) = (Vec::new(), Vec::new());
            let pairs = if size >= 1_000_000 { 3 } else { PAIRS };
            for pair in 0..=pairs {
                let floor = timed(Command::new(&me).arg("floor").arg(&root).arg(&base), &base)?;
                let plan = timed(&mut plan_command(&root), &base)?;
                // The first pair warms the file cache.
                if pair > 0 {
                    ratios.push(plan.wall.as_secs_f64() / floor.wall.as_secs_f64());
                    floors.push(floor);
                    plans.push(plan);
                }
            }
            let median = |values: &mut Vec<f64>| {
                values.sort_by(f64::total_cmp);
                values[values.len() / 2]
            };
            writeln!(
                out,
                "{:>9} {:>9} {:>10.2} {:>10.2} {:>12.2} {:>12.0} {:>9}",
                size,
                size / NUMBERS_AN_ACCOUNT,
                median(&mut floors.iter().map(|r| r.wall.as_secs_f64()).collect()),
                median(&mut plans.iter().map(|r| r.wall.as_secs_f64()).collect()),
                median(&mut ratios),
                plans.iter().map(|r| r.peak_mib).fold(0.0, f64::max),
                plans.last().map_or(0, |r| r.requests),
            )?;
        }
        Ok(())
    })();
    server.kill()?;
    server.wait()?;
    result
}

/// A repository of `size` numbers, made once and kept under target/.
fn repository(size: u64, base: &str) -> Result<PathBuf, Failure> {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fleet-{size}"));
    let accounts = root.join("accounts");
    std::fs::create_dir_all(&accounts)?;
    std::fs::write(
        root.join("alz.yaml"),
        format!(
            "version: 1\nenvironments:\n  bench: {{ api: \"{base}\", partition: {PARTITION}, accounts: [accounts/**/*.yaml] }}\ndefault: bench\nconcurrency: {CONCURRENCY}\n"
        ),
    )?;
    for account in 0..size / NUMBERS_AN_ACCOUNT {
        let path = accounts.join(format!("{account:06}.yaml"));
        if !path.exists() {
            std::fs::write(path, yaml(account))?;
        }
    }
    Ok(root)
}

fn plan_command(root: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_alz"));
    command
        .arg("-C")
        .arg(root)
        .args(["plan", "--detailed-exitcode"])
        .env("ALZ_TOKEN", "t")
        .env_remove("ALZ_ENV")
        .env_remove("ALZ_API");
    command
}

/// Runs a command to its end; its peak is read from the kernel while it runs.
fn timed(command: &mut Command, base: &str) -> Result<Run, Failure> {
    requests(base)?;
    let start = Instant::now();
    let mut child = command.stdout(Stdio::null()).spawn()?;
    let status = format!("/proc/{}/status", child.id());
    let mut peak_kib = 0.0;
    let ended = loop {
        if let Some(ended) = child.try_wait()? {
            break ended;
        }
        if let Ok(text) = std::fs::read_to_string(&status)
            && let Some(line) = text.lines().find(|line| line.starts_with("VmHWM:"))
        {
            peak_kib = line
                .split_whitespace()
                .nth(1)
                .and_then(|kib| kib.parse().ok())
                .unwrap_or(peak_kib);
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let wall = start.elapsed();
    if !ended.success() {
        return Err(format!("{command:?} ended with {ended}").into());
    }
    Ok(Run {
        wall,
        peak_mib: peak_kib / 1024.0,
        requests: requests(base)?,
    })
}

/// Requests served since the last call.
fn requests(base: &str) -> Result<u64, Failure> {
    use std::io::Read as _;
    let address = base.trim_start_matches("http://");
    let mut connection = std::net::TcpStream::connect(address)?;
    write!(
        connection,
        "GET /requests HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer)?;
    Ok(answer
        .rsplit("\r\n\r\n")
        .next()
        .unwrap_or_default()
        .trim()
        .parse()?)
}
