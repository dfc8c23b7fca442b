//! How long numbers take to be ordered, against the platform's own time.
//!
//! `cargo bench --bench apply -- 1000 50` orders 1,000 numbers on a sandbox that
//! takes 50 ms for each request, with 8 requests in flight, in turn with
//!
//! - `alz apply`, the whole process: its plan, the looks before and after each
//!   order, and the journal on disk;
//! - the floor: a program that sends the same orders, each of them with as many
//!   readings of its number as `alz` made requests for it, with the same HTTP
//!   client and as many requests in flight, and looks at nothing.
//!
//! It prints apply ÷ floor (the median of pairs), the requests of each, and how
//! many were in flight on the average: requests × delay ÷ time. Afterwards every
//! number must be there, ordered once.

use std::fmt::Write as _;
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use alz::sandbox::{self, Options};
use futures_util::stream::{self, StreamExt};
use serde_json::{Value, json};

type Failure = Box<dyn std::error::Error>;

const CONCURRENCY: usize = 8;
const PAIRS: usize = 3;
const PARTITION: &str = "X4fbfNlFRpy7bWDFmCwwdw";
const ACCOUNT: &str = "bench00000000000000000";

fn main() -> Result<(), Failure> {
    let arguments: Vec<u64> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .map(|argument| argument.parse())
        .collect::<Result<_, _>>()?;
    let numbers = arguments.first().copied().unwrap_or(1_000);
    let delay = arguments.get(1).copied().unwrap_or(50);
    if numbers > 9_000 {
        return Err("the inventory of this bench has 9,000 numbers".into());
    }
    let runtime = tokio::runtime::Runtime::new()?;
    let (mut ratios, mut applied, mut floors) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..PAIRS {
        let apply = runtime.block_on(on_a_platform(numbers, delay, Who::Apply))?;
        // As many a number, so that both ask the platform for the same.
        let each = ((apply.requests + numbers / 2) / numbers).max(2);
        let floor = runtime.block_on(on_a_platform(numbers, delay, Who::Floor { each }))?;
        ratios.push(apply.seconds / floor.seconds);
        applied.push(apply);
        floors.push(floor);
    }
    ratios.sort_by(f64::total_cmp);
    let mut out = std::io::stdout();
    writeln!(
        out,
        "{numbers} numbers, {delay} ms a request, {CONCURRENCY} in flight"
    )?;
    for (name, mut runs) in [("apply", applied), ("floor", floors)] {
        runs.sort_by(|one, other| one.seconds.total_cmp(&other.seconds));
        let Some(run) = runs.get(PAIRS / 2) else {
            continue;
        };
        writeln!(
            out,
            "{name}: {:7.2} s, {} requests, {:.2} in flight",
            run.seconds,
            run.requests,
            run.requests as f64 * delay as f64 / 1_000.0 / run.seconds
        )?;
    }
    let ratio = ratios.get(PAIRS / 2).copied().unwrap_or_default();
    writeln!(out, "apply ÷ floor: {ratio:.2}")?;
    Ok(())
}

enum Who {
    Apply,
    /// With so many requests a number.
    Floor {
        each: u64,
    },
}

struct Run {
    seconds: f64,
    requests: u64,
}

fn number(index: u64) -> u64 {
    18_017_690_000 + index
}

fn customer() -> Value {
    json!({
        "customerType": "BUSINESS", "businessName": "Bench", "streetNumber": "75",
        "streetName": "Center", "streetSuffix": "St", "city": "Provo", "state": "UT",
        "country": "USA", "postalCode": "84606"
    })
}

/// One run on a platform of its own.
async fn on_a_platform(numbers: u64, delay: u64, who: Who) -> Result<Run, Failure> {
    let directory = tempfile::tempdir()?;
    let root = directory.path();
    let seed = root.join("seed.yaml");
    std::fs::write(
        &seed,
        format!(
            "partition: {{ id: {PARTITION}, name: Bench }}\ncarriers: [{{ id: c1, name: Bandwidth, carrierType: BANDWIDTH }}]\ninventory: [{{ prefix: \"1801769\", rateCenter: PROVO, state: UT, country: USA }}]\naccounts: [{{ id: {ACCOUNT}, name: Bench }}]\nacceptUnknownAddresses: true\n"
        ),
    )?;
    let platform = sandbox::start(Options {
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        state: None,
        seed: Some(seed),
        now: None,
    })
    .await?;
    let client = reqwest::Client::builder()
        .no_proxy()
        .tls_backend_preconfigured(no_tls())
        .build()?;
    let base = platform.base_url();
    let slow = json!({ "path": "**", "delayMilliseconds": delay });
    ask(
        &client,
        "POST",
        &format!("{base}/sandbox/faults"),
        Some(&slow),
    )
    .await?;
    let begin = Instant::now();
    match who {
        Who::Apply => apply(root, &base, platform.token(), numbers).await?,
        Who::Floor { each } => floor(&client, &base, numbers, each).await?,
    }
    let seconds = begin.elapsed().as_secs_f64();
    let log = ask(&client, "GET", &format!("{base}/sandbox/requests"), None).await?;
    let requests = log["total"].as_u64().ok_or("no total of requests")?;
    let state = ask(&client, "GET", &format!("{base}/sandbox/state"), None).await?;
    for index in 0..numbers {
        let orders = &state["orders"][number(index).to_string()]["activations"];
        if *orders != 1 {
            return Err(format!("{} was ordered {orders} times", number(index)).into());
        }
    }
    platform.shutdown().await;
    Ok(Run { seconds, requests })
}

/// The whole program, on a repository of one account.
async fn apply(root: &Path, base: &str, token: &str, numbers: u64) -> Result<(), Failure> {
    let mut file = format!(
        "account: {ACCOUNT}\ndefaults:\n  customerServiceRecord: &home {}\n  e911Address: {{ <<: *home }}\n  directoryListing: {{ listed: false, type: NOT_LIST_NOT_PUBLISH }}\nnumbers:\n",
        customer()
    );
    for index in 0..numbers {
        writeln!(file, "  \"{}\": {{}}", number(index))?;
    }
    std::fs::create_dir(root.join("accounts"))?;
    std::fs::write(root.join("accounts/bench.yaml"), file)?;
    std::fs::write(
        root.join("alz.yaml"),
        format!(
            "version: 1\nconcurrency: {CONCURRENCY}\nenvironments:\n  bench: {{ api: \"{base}\", partition: {PARTITION}, accounts: [accounts/*.yaml] }}\n"
        ),
    )?;
    let mut command = Command::new(env!("CARGO_BIN_EXE_alz"));
    command
        .current_dir(root)
        .args(["apply", "--auto-approve", "--quiet"])
        .env_remove("ALZ_ENV")
        .env("ALZ_TOKEN", token)
        .stdout(Stdio::null());
    let status = tokio::task::spawn_blocking(move || command.status()).await??;
    match status.success() {
        true => Ok(()),
        false => Err(format!("apply ended with {status}").into()),
    }
}

/// The orders, and readings beside them.
async fn floor(
    client: &reqwest::Client,
    base: &str,
    numbers: u64,
    each: u64,
) -> Result<(), Failure> {
    let account = format!("{base}/v2/partition/{PARTITION}/account/{ACCOUNT}/telephonenumber");
    stream::iter(0..numbers)
        .map(|index| {
            let account = &account;
            async move {
                let number = number(index).to_string();
                let order = json!({
                    "telephoneNumbers": [{ "phoneNumber": number }],
                    "customerServiceRecord": customer(), "e911Address": customer(),
                    "directoryListing": { "listed": false, "type": "NOT_LIST_NOT_PUBLISH" },
                });
                ask(client, "POST", account, Some(&order)).await?;
                for _ in 1..each {
                    ask(client, "GET", &format!("{account}/{number}"), None).await?;
                }
                Ok::<(), Failure>(())
            }
        })
        .buffer_unordered(CONCURRENCY)
        .fold(Ok(()), |sum, one| async move { sum.and(one) })
        .await
}

async fn ask(
    client: &reqwest::Client,
    method: &str,
    url: &str,
    body: Option<&Value>,
) -> Result<Value, Failure> {
    let mut request = client
        .request(method.parse()?, url)
        .timeout(Duration::from_secs(60))
        .header("X-AUTH-TOKEN", "sandbox-token");
    if let Some(body) = body {
        request = request
            .header("Content-Type", "application/json")
            .body(body.to_string());
    }
    let answer = request.send().await?.error_for_status()?.bytes().await?;
    Ok(serde_json::from_slice(&answer).unwrap_or_default())
}

/// The sandbox speaks plain HTTP only; reqwest wants to be told.
fn no_tls() -> rustls::ClientConfig {
    rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("TLS versions")
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth()
}
