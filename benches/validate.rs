//! How long a look at one file takes among many, as a hook before a commit
//! does it, and what policies add to a look at everything.
//!
//! `cargo bench --bench validate -- 500 100` makes a repository of 500 account
//! files of 100 numbers each and times, as whole processes, the median of several:
//!
//! - `alz validate`, without policies and with the two of `examples/policies`;
//! - `alz validate accounts/0.yaml`, with and without.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

type Failure = Box<dyn std::error::Error>;

/// Runs of which the median counts; one before them warms the file cache.
const RUNS: usize = 9;

fn main() -> Result<(), Failure> {
    let sizes: Vec<u64> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .map(|argument| argument.parse())
        .collect::<Result<_, _>>()?;
    let files = sizes.first().copied().unwrap_or(500);
    let numbers = sizes.get(1).copied().unwrap_or(100);
    let directory = tempfile::tempdir()?;
    let root = directory.path();
    std::fs::create_dir(root.join("accounts"))?;
    for file in 0..files {
        let path = root.join(format!("accounts/{file}.yaml"));
        std::fs::write(path, yaml(file, numbers))?;
    }
    let policies = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/policies/policy");
    let policies = policies.to_string_lossy();
    let config = |policies: &str| {
        format!(
            "version: 1\nenvironments:\n  bench: {{ api: sandbox, accounts: [accounts/**/*.yaml] }}\n{policies}"
        )
    };
    let with = format!("policies: [\"{policies}/*.schema.json\"]\n");
    let mut out = std::io::stdout();
    writeln!(out, "{files} files, {} numbers", files * numbers)?;
    for (what, arguments) in [
        ("everything", &["validate"][..]),
        ("one file", &["validate", "accounts/0.yaml"]),
    ] {
        let mut medians = Vec::new();
        for policies in ["", &with] {
            std::fs::write(root.join("alz.yaml"), config(policies))?;
            medians.push(median(root, arguments)?);
        }
        let [plain, judged] = medians.as_slice() else {
            continue;
        };
        writeln!(
            out,
            "{what:>10}: {plain:7.1} ms; with two policies {judged:7.1} ms, {:.2} times",
            judged / plain
        )?;
    }
    Ok(())
}

/// Milliseconds of a whole process.
fn median(root: &Path, arguments: &[&str]) -> Result<f64, Failure> {
    let mut times = Vec::new();
    for run in 0..=RUNS {
        let start = Instant::now();
        let status = Command::new(env!("CARGO_BIN_EXE_alz"))
            .current_dir(root)
            .env_remove("ALZ_ENV")
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()?;
        if !status.success() {
            return Err(format!("{arguments:?} ended with {status}").into());
        }
        if run > 0 {
            times.push(start.elapsed().as_secs_f64() * 1_000.0);
        }
    }
    times.sort_by(f64::total_cmp);
    Ok(times.get(times.len() / 2).copied().unwrap_or_default())
}

/// An account of which every number has its own address, with a unit.
fn yaml(file: u64, numbers: u64) -> String {
    let mut text = format!("account: bench{file:017}\nname: Bench {file}\nnumbers:\n");
    for index in 0..numbers {
        let serial = file * numbers + index;
        let number = 12_012_200_000 + serial / 790_000 * 10_000_000 + serial % 790_000;
        let address = format!(
            "customerType: BUSINESS\n      businessName: Bench {file}\n      streetNumber: \"{}\"\n      streetName: \"520\"\n      city: Lindon\n      state: UT\n      country: USA\n      postalCode: \"84042\"\n      secondaryLocationDescription: SUITE\n      unit: \"{index}\"",
            index + 1
        );
        let written = write!(
            text,
            "  \"{number}\":\n    reference: {{ type: SIP_TRUNK, id: trunk{file} }}\n    customerServiceRecord:\n      {address}\n    e911Address:\n      {address}\n"
        );
        debug_assert!(written.is_ok(), "writing to a String can't fail");
    }
    text
}
