//! An audit as metrics, in the text format that a Prometheus node exporter
//! collects from files (text exposition format 0.0.4).
//!
//! Only gauges: each audit says how things stand. Accounts are labels only
//! where something was found on them, so that a fleet in order has few series.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::model::AccountId;
use crate::plan::{Covered, Drift, FindingKind, Plan};

/// The file's text. A plan without an audit gives an empty one.
pub fn prometheus(plan: &Plan) -> String {
    let Some(drift) = &plan.drift else {
        return String::new();
    };
    let Drift {
        findings,
        covered,
        stale,
        unanswered: _, // of one share: who knows of the others?
    } = drift;
    let mut file = File {
        text: String::new(),
        common: common(plan),
    };
    let mut open: BTreeMap<FindingKind, u64> = zeros();
    let mut ignored: BTreeMap<FindingKind, u64> = zeros();
    let mut accounts: BTreeMap<(&AccountId, FindingKind), u64> = BTreeMap::new();
    for finding in findings {
        if finding.ignored.is_some() {
            *ignored.entry(finding.kind).or_default() += finding.count();
        } else {
            *open.entry(finding.kind).or_default() += finding.count();
            *accounts
                .entry((&finding.account, finding.kind))
                .or_default() += finding.count();
        }
    }
    file.metric(
        "alz_drift_findings",
        "Findings of the last audit by kind, without the ignored ones.",
        open.iter().map(|(kind, count)| (kind_label(*kind), *count)),
    );
    file.metric(
        "alz_drift_ignored",
        "Findings of the last audit that alz.yaml ignores until a day, by kind.",
        ignored
            .iter()
            .map(|(kind, count)| (kind_label(*kind), *count)),
    );
    file.metric(
        "alz_drift_account_findings",
        "Findings of the last audit by account and kind; accounts without any are left out.",
        accounts.iter().map(|((account, kind), count)| {
            let mut labels = vec![("account", account.to_string())];
            labels.extend(kind_label(*kind));
            (labels, *count)
        }),
    );
    file.one(
        "alz_drift_stale_ignores",
        "Entries of ignore in alz.yaml that are over, or that nothing answers to.",
        stale.len() as u64,
    );
    // Without them every other number here is too small.
    if let Some(merged) = &plan.merged {
        file.one(
            "alz_drift_missing_shards",
            "Shards that were not at hand: nothing here speaks of their accounts.",
            merged.missing.len() as u64,
        );
    }
    let Covered {
        accounts,
        live,
        managed,
        addresses,
    } = *covered;
    for (name, help, count) in [
        (
            "alz_drift_accounts",
            "Accounts that were looked at.",
            accounts,
        ),
        ("alz_drift_numbers", "Numbers on these accounts.", live),
        (
            "alz_drift_managed_numbers",
            "Numbers on these accounts that a file declares.",
            managed,
        ),
        (
            "alz_drift_addressed_numbers",
            "Numbers on these accounts whose address a file declares.",
            addresses,
        ),
    ] {
        file.one(name, help, count);
    }
    if live > 0 {
        let share = managed as f64 / live as f64;
        file.one(
            "alz_drift_coverage_ratio",
            "Share of the numbers that a file declares, 0 to 1.",
            share,
        );
    }
    let exit = match (drift.is_incomplete(), drift.counting().next()) {
        (true, _) => 1,
        (false, Some(_)) => 2,
        (false, None) => 0,
    };
    file.one(
        "alz_drift_exit",
        "Exit status of the last audit that could be made: 0 no drift, 1 accounts could not be read, 2 drift.",
        exit,
    );
    file.one(
        "alz_drift_last_run_timestamp_seconds",
        "When the last audit was made.",
        plan.created_at.as_second(),
    );
    file.text
}

fn zeros() -> BTreeMap<FindingKind, u64> {
    FindingKind::ALL.into_iter().map(|kind| (kind, 0)).collect()
}

fn kind_label(kind: FindingKind) -> Vec<(&'static str, String)> {
    vec![("kind", kind.name().to_owned())]
}

/// The labels of all: the environment, and the share of a run that is one of
/// several, whose files stand side by side.
fn common(plan: &Plan) -> Vec<(&'static str, String)> {
    let mut labels = vec![("environment", plan.environment.clone())];
    labels.extend(plan.shard.clone().map(|shard| ("shard", shard)));
    labels
}

struct File {
    text: String,
    common: Vec<(&'static str, String)>,
}

impl File {
    fn one(&mut self, name: &str, help: &str, value: impl std::fmt::Display) {
        self.metric(name, help, [(Vec::new(), value)]);
    }

    /// A metric with its samples; one without any is left out.
    fn metric<V: std::fmt::Display>(
        &mut self,
        name: &str,
        help: &str,
        samples: impl IntoIterator<Item = (Vec<(&'static str, String)>, V)>,
    ) {
        let mut samples = samples.into_iter().peekable();
        if samples.peek().is_none() {
            return;
        }
        let mut written = write!(self.text, "# HELP {name} {help}\n# TYPE {name} gauge\n");
        for (own, value) in samples {
            let labels: Vec<String> = self
                .common
                .iter()
                .chain(&own)
                .map(|(name, value)| format!("{name}=\"{}\"", escaped(value)))
                .collect();
            written = written.and(writeln!(
                self.text,
                "{name}{{{}}} {value}",
                labels.join(",")
            ));
        }
        debug_assert!(written.is_ok(), "writing to a String can't fail");
    }
}

/// A label's value: backslash, quote and line feed are the only ones escaped.
fn escaped(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

#[cfg(test)]
#[path = "prometheus_tests.rs"]
mod tests;
