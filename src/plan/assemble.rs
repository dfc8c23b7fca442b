//! Joins the accounts' plans into the one document, and judges the guards.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::model::{Guards, PartitionId};
use crate::plan::account::{AccountPlan, Counts};
use crate::plan::document::{Action, FORMAT_VERSION, Plan};
use crate::plan::guard::{Allow, Scope, Share, Touched, judge};

/// What a plan says of itself.
#[derive(Clone, Debug)]
pub struct Header {
    pub environment: String,
    pub partition: PartitionId,
    pub created_at: Timestamp,
    /// `sha256:…` of what the files ask for.
    pub desired_digest: String,
    pub alz_version: String,
    /// The files that the run is restricted to; none: all of them.
    pub files: Vec<String>,
    pub resend_secrets: bool,
}

/// The plan of a run. The order in which accounts come in doesn't matter.
pub fn assemble(
    header: Header,
    accounts: Vec<AccountPlan>,
    guards: &Guards,
    allow: &Allow,
) -> Plan {
    assemble_share(header, accounts, guards, allow, Share::ALL)
}

/// The plan of a run that is one of several (`--shard`).
pub fn assemble_share(
    header: Header,
    mut accounts: Vec<AccountPlan>,
    guards: &Guards,
    allow: &Allow,
    share: Share,
) -> Plan {
    accounts.sort_by(|left, right| left.account.cmp(&right.account));

    let mut run = Touched::default();
    let mut of = 0;
    for account in &accounts {
        run.add(account.touched);
        of += account.live_numbers;
    }
    let mut scopes: Vec<Scope> = accounts
        .iter()
        .map(|account| Scope {
            account: Some(&account.account),
            touched: account.touched,
            of: account.live_numbers,
        })
        .collect();
    // With one account the run says nothing that the account does not, but for
    // a shard, whose limits are narrower.
    if scopes.len() > 1 || share.of > 1 {
        scopes.push(Scope {
            account: None,
            touched: run,
            of,
        });
    }
    let tripped = judge(&scopes, run, guards, allow, share);

    let mut summary: BTreeMap<String, u64> = Action::ALL
        .into_iter()
        .map(|action| (action.summary_key().to_owned(), 0))
        .collect();
    let mut count = |key: &str, by: u64| {
        *summary.entry(key.to_owned()).or_default() += by;
    };
    let mut steps = Vec::new();
    let mut notes = Vec::new();
    for account in accounts {
        let Counts {
            in_sync,
            unmanaged,
            waiting,
            deferred,
            blocked,
        } = account.counts;
        count("inSync", in_sync);
        count("unmanaged", unmanaged);
        count("waiting", waiting);
        count("deferred", deferred);
        count("blocked", blocked);
        for step in &account.steps {
            count(step.action.summary_key(), 1);
        }
        steps.extend(account.steps);
        notes.extend(account.notes);
    }
    // The keys are there also when there is no account at all.
    for key in ["inSync", "unmanaged", "waiting", "deferred", "blocked"] {
        count(key, 0);
    }
    Plan {
        format_version: FORMAT_VERSION.to_owned(),
        alz_version: header.alz_version,
        environment: header.environment,
        partition: header.partition,
        created_at: header.created_at,
        desired_digest: header.desired_digest,
        summary,
        resend_secrets: header.resend_secrets,
        files: header.files,
        // What names accounts, restricts a run or compares with a base adds its own.
        names: BTreeMap::new(),
        targets: Vec::new(),
        shard: None,
        base: None,
        summary_by_origin: BTreeMap::new(),
        base_remarks: Vec::new(),
        places: BTreeMap::new(),
        drift: None,
        steps,
        notes,
        guards: tripped,
        // The policies are the project's: what has them judges.
        policies: Vec::new(),
        // What knows the key, and what writes it down, add theirs.
        basis: BTreeMap::new(),
        seal: None,
    }
}
