//! Documents to make pages of: audits of any size, with texts that would like
//! to be markup, and read back from JSON as a saved one is.

use alz::plan::Plan;
use serde_json::{Value, json};

pub const HOSTILE: [&str; 6] = [
    "<script>document.title='broken in'</script>",
    "\"><img src=x onerror=\"document.title='broken in'\">",
    "</script></style></td></table><h1>broken in</h1>",
    "' onmouseover='document.title=1' x='",
    "javascript:document.title='broken in'",
    "<!-- &lt; &amp;amp; \u{202e}\u{1b}[31m ]]> {{ 7*7 }}",
];

const KINDS: [&str; 10] = [
    "changed",
    "missing",
    "not-in-force",
    "unmanaged",
    "open-correction",
    "rejected-port",
    "stuck",
    "blocked",
    "leaving-cooldown",
    "not-released",
];

fn base() -> Value {
    json!({
        "formatVersion": "1.0", "alzVersion": "0.1.0", "environment": "production",
        "partition": "X4fbfNlFRpy7bWDFmCwwdw", "createdAt": "2026-11-23T05:00:00Z",
        "desiredDigest": "sha256:9f2b", "summary": {}, "steps": [], "notes": [],
    })
}

fn read(document: Value) -> Plan {
    serde_json::from_value(document).expect("a document")
}

fn with_drift(findings: Vec<Value>, accounts: Value) -> Plan {
    let mut document = base();
    document["names"] = accounts;
    document["drift"] = json!({
        "findings": findings,
        "covered": { "accounts": 12, "live": 1204, "managed": 1171, "addresses": 1100 },
    });
    read(document)
}

/// A finding whose way out is YAML to paste.
pub fn to_paste() -> Plan {
    let finding = json!({ "kind": "open-correction", "attention": "drift", "account": "a",
        "numbers": ["18017690201"], "source": { "file": "a.yaml", "line": 1 },
        "reason": "the E911 provider would have another address",
        "help": "write it in the file:\ne911Address:\n  streetNumber: \"333\"" });
    with_drift(vec![finding], json!({}))
}

/// An audit as it is on a common morning.
pub fn morning() -> Plan {
    let source = |line: u32| json!({ "file": "accounts/utah/sample-dental.yaml", "line": line });
    let dental = "bRW8jpoCTGOaOIF5wqvSVg";
    let clinic = "pK9sLmN3bVcX7zQw2eRt5A";
    let findings = vec![
        json!({ "kind": "not-in-force", "attention": "drift", "account": dental, "numbers": ["18017690201"],
            "source": source(31), "reason": "The E911 provider rejected this address: #409 No MSAG Match. 911 calls are not answered for it.",
            "help": "correct the street number, or ask the provider to add the address to the MSAG" }),
        json!({ "kind": "changed", "attention": "drift", "account": dental, "numbers": ["18017690202"], "source": source(36),
            "changes": [
                { "path": "e911Address.streetNumber", "before": "335", "after": "333" },
                { "path": "e911Address.secondaryLocationDescription", "before": null, "after": "SUITE" },
                { "path": "e911Address.unit", "before": null, "after": "500" },
                { "path": "customerServiceRecord.businessName", "before": "Sample Dental of Orem", "after": "Sample Dental of Lindon" },
            ],
            "reason": "The platform does not have what the file declares.", "by": "j.smith@example.com",
            "at": "2026-11-22T21:14:09Z", "steps": ["update-18017690202"] }),
        json!({ "kind": "missing", "attention": "drift", "account": dental, "numbers": ["18017690209"], "source": source(52),
            "reason": "The file declares this number, and it is not on the account.", "steps": ["activate-18017690209"] }),
        json!({ "kind": "rejected-port", "attention": "drift", "account": clinic, "port": "main-line",
            "numbers": ["18013180010", "18013180011", "18013180012", "18013180013", "18013180014", "18013180015", "18013180016", "18013180017"],
            "source": { "file": "accounts/utah/clinic.yaml", "line": 12 }, "until": "2026-12-03",
            "reason": "The losing carrier rejected the port: authorised name does not match.",
            "help": "mend portingAuthorizedName and apply: the port is sent again" }),
        json!({ "kind": "changed", "attention": "drift", "account": clinic, "numbers": ["18014040901"],
            "source": { "file": "accounts/utah/clinic.yaml", "line": 40 },
            "changes": [{ "path": "reference", "before": { "type": "END_USER", "id": "ajfrBZJMQNC4-9TeBSfnlQ" }, "after": { "type": "IVR", "id": "menu" } }],
            "reason": "The platform does not have what the file declares.",
            "ignored": { "until": "2026-12-01", "reason": "the reception is being rebuilt" }, "steps": ["update-18014040901"] }),
        json!({ "kind": "unmanaged", "attention": "notice", "account": clinic, "numbers": ["18014040977"],
            "source": { "file": "accounts/utah/clinic.yaml", "line": 1 }, "reason": "No file declares this number.",
            "help": "declare it, or `alz import --merge` adds it" }),
    ];
    let mut plan = with_drift(
        findings,
        json!({ dental: "Sample Dental, Lindon", clinic: "Utah Clinic" }),
    );
    // Of the changed address what does not change, as an audit writes it.
    plan.places = serde_json::from_value(json!({ "update-18017690202": { "e911Address": {
        "streetNumber": "335", "preDirectional": "S", "streetName": "520", "postDirectional": "W",
        "city": "Lindon", "state": "UT", "postalCode": "84042", "country": "USA" } } }))
    .expect("places");
    plan
}

/// An audit with so many findings on `accounts` accounts, some of them known.
pub fn audit(findings: usize, accounts: usize) -> Plan {
    let account = |at: usize| format!("acct{:018}", at % accounts.max(1));
    let names: serde_json::Map<String, Value> = (0..accounts)
        .map(|at| {
            (
                account(at),
                json!(format!("Branch {} of Mountain Dental", at + 1)),
            )
        })
        .collect();
    let mut found: Vec<Value> = (0..findings)
        .map(|at| {
            let kind = KINDS[at % KINDS.len()];
            let mut one = json!({
                "kind": kind,
                "attention": if kind == "unmanaged" { "notice" } else { "drift" },
                "account": account(at / 3), "numbers": [(18_015_550_000 + at as u64).to_string()],
                "source": { "file": format!("accounts/branch-{:03}.yaml", at / 3 % accounts.max(1)), "line": 7 + at % 90 },
                "reason": "The platform does not have what the file declares.",
            });
            if kind == "changed" {
                one["changes"] = json!([{ "path": "e911Address.unit", "before": (100 + at).to_string(), "after": (101 + at).to_string() },
                    { "path": "e911Address.streetName", "before": "North Temple West", "after": "South Temple West" }]);
                one["by"] = json!(format!("user{}@example.com", at % 7));
                one["at"] = json!(format!("2026-11-{:02}T{:02}:00:00Z", 1 + at % 22, at % 24));
            }
            if kind == "stuck" || kind == "rejected-port" {
                one["until"] = json!(format!("2026-12-{:02}", 1 + at % 28));
            }
            if at % 25 == 10 {
                one["ignored"] = json!({ "until": "2026-12-24", "reason": "known to the branch" });
            }
            one
        })
        .collect();
    found.sort_by_key(|one| one["account"].to_string());
    with_drift(found, Value::Object(names))
}

/// An audit in which everybody who can say something says this.
pub fn hostile() -> Plan {
    let findings = HOSTILE
        .iter()
        .map(|text| {
            json!({ "kind": "changed", "attention": "drift", "account": text, "numbers": ["18017690201"], "port": text,
                "source": { "file": text, "line": 1 }, "reason": text, "help": text, "by": text, "until": text,
                "changes": [{ "path": text, "before": text, "after": format!("{text} x") }, { "path": "a", "before": null, "after": { "b": text } }],
                "ignored": { "until": "2026-12-01", "reason": text }, "steps": [text] })
        })
        .collect();
    let names = HOSTILE.iter().map(|text| ((*text).to_owned(), json!(text)));
    let mut plan = with_drift(findings, Value::Object(names.collect()));
    plan.environment = HOSTILE[0].to_owned();
    plan.alz_version = HOSTILE[1].to_owned();
    plan.desired_digest = HOSTILE[2].to_owned();
    plan.targets = HOSTILE.map(str::to_owned).to_vec();
    plan.guards = serde_json::from_value(json!([{ "guard": HOSTILE[1], "account": HOSTILE[2], "count": 1, "of": 2, "limit": HOSTILE[0], "allow": 3 }]))
        .expect("guards");
    plan
}

/// A plan with a release, a guard and something blocked.
pub fn plan() -> Plan {
    let text = std::fs::read_to_string(
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/plan/golden/rich.json"),
    )
    .expect("a plan");
    serde_json::from_str(&text).expect("a plan")
}

/// A branch's plan, put together of shards: with what the branch gives up, whose
/// changes they are, one shard missing and one left behind by a run before.
pub fn branch() -> Plan {
    let source = json!({ "file": "accounts/québec/montréal.yaml", "line": 31 });
    let account = "bRW8jpoCTGOaOIF5wqvSVg";
    let mut document = base();
    document["base"] = json!("origin/main");
    document["summaryByOrigin"] = json!({ "branch": 1, "drift": 1, "pending": 0 });
    document["baseRemarks"] =
        json!(["accounts/old.yaml of the base can't be read: its changes count as this branch's"]);
    document["summary"] = json!({ "update": 2, "submitPort": 2, "unmanaged": 4, "blocked": 1 });
    document["names"] = json!({ account: "Clinique dentaire de l’Église, Montréal" });
    let step = |number: &str, changes: Value| {
        json!({ "id": format!("update-{number}"), "action": "update", "account": account, "numbers": [number],
            "source": source, "dependsOn": [], "changes": changes, "request": { "method": "PATCH", "path": "/v2/x" } })
    };
    document["steps"] = json!([
        step(
            "15145550101",
            json!([
                { "path": "e911Address.streetNumber", "before": "1200", "after": "1210", "origin": "branch" },
                { "path": "e911Address.language", "before": "en-US", "after": "fr-CA", "origin": "drift" },
            ])
        ),
        step(
            "15145550102",
            json!([{ "path": "e911Address", "origin": "drift", "after": null,
            "before": { "streetNumber": "1200", "streetName": "Sainte-Catherine", "streetSuffix": "RUE", "city": "Montréal", "state": "QC" } }])
        ),
    ]);
    document["places"] = json!({ "update-15145550101": { "e911Address": {
        "streetNumber": "1200", "streetName": "Sainte-Catherine", "streetSuffix": "RUE", "city": "Montréal",
        "state": "QC", "postalCode": "H3B 1K9", "country": "CAN" } } });
    document["notes"] = json!([
        { "kind": "unmanaged", "account": account, "numbers": ["15145550107", "15145550108"], "origin": "branch",
            "reason": "on the account, but no file declares it", "help": "write `state: released` to give it up" },
        { "kind": "unmanaged", "account": account, "numbers": ["15145550109"], "reason": "on the account, but no file declares it" },
        { "kind": "blocked", "account": account, "numbers": ["15145550110"], "reason": "its port was rejected: le nom ne correspond pas" },
    ]);
    let part = |index: u32, at: &str| json!({ "file": format!("shard-{index}.json"), "shard": format!("{index}/4"), "createdAt": at, "desiredDigest": "sha256:1" });
    document["merged"] = json!({ "missing": ["3/4"], "parts": [
        part(1, "2026-11-23T05:00:00Z"), part(2, "2026-11-22T05:00:00Z"), part(4, "2026-11-23T05:04:00Z"),
    ] });
    read(document)
}

/// A plan that a policy refuses, in words that would like to be markup.
pub fn refused() -> Plan {
    let source = json!({ "file": "accounts/a.yaml", "line": 31 });
    let mut document = base();
    document["steps"] = json!([{
        "id": "release-18017690203", "action": "release", "account": "bRW8jpoCTGOaOIF5wqvSVg",
        "numbers": ["18017690203"], "source": source, "dependsOn": [],
        "changes": [{ "path": "state", "before": "ACTIVE", "after": "released" }],
        "request": { "method": "DELETE", "path": "/v2/x" },
    }]);
    document["summary"] = json!({ "release": 1 });
    document["policies"] = json!([{
        "severity": "error", "policy": "policy/window.schema.json", "step": "release-18017690203",
        "account": "bRW8jpoCTGOaOIF5wqvSVg", "numbers": ["18017690203"], "source": source,
        "path": "at.hour", "message": HOSTILE[0],
    }]);
    read(document)
}
