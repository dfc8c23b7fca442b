//! `--redact pii` tells the same whoever the people are. Two worlds differ in
//! names and addresses alone: in one they are words that nobody else uses, in the
//! other they are words of the reports themselves and numbers that they count
//! with. Every byte that a run writes must be the same in both: nothing personal
//! comes out, and no word of the program is lost to somebody's name.

use serde_json::json;

use crate::base::git;
use crate::world::World;

const ACCOUNT: &str = "acct00000000000000001";

/// A customer, in words.
struct People {
    account: &'static str,
    business: &'static str,
    caller_id: &'static str,
    first: &'static str,
    last: &'static str,
    house: &'static str,
    other_house: &'static str,
    street: &'static str,
    other_street: &'static str,
    city: &'static str,
    other_city: &'static str,
    zip: &'static str,
    unit: &'static str,
}

const STRANGERS: People = People {
    account: "Zqxal Wvonne",
    business: "Zephyr Quillo Xanthar",
    caller_id: "Opalix",
    first: "Xanthe",
    last: "Sixxo",
    house: "799",
    other_house: "801",
    street: "Onyxia",
    other_street: "Rubyo",
    city: "Jaspera",
    other_city: "Provox",
    zip: "88437",
    unit: "77",
};

const REPORTERS: People = People {
    account: "Plan Account",
    business: "Port Update Services",
    caller_id: "Warning",
    first: "Update",
    last: "Drift",
    house: "10",
    other_house: "2",
    street: "Release",
    other_street: "Order",
    city: "Number",
    other_city: "Address",
    zip: "20261",
    unit: "1",
};

impl People {
    fn words(&self) -> Vec<&'static str> {
        let Self {
            account,
            business,
            caller_id,
            first,
            last,
            house: _, // too short to be looked for by itself
            other_house: _,
            street,
            other_street,
            city,
            other_city,
            zip,
            unit: _,
        } = *self;
        [
            account,
            business,
            caller_id,
            first,
            last,
            street,
            other_street,
            city,
            other_city,
            zip,
        ]
        .iter()
        .flat_map(|said| said.split(' '))
        .collect()
    }

    fn line(&self) -> String {
        format!("{} S {} St, {}, UT", self.house, self.street, self.city)
    }

    fn record(&self, house: &str, city: &str) -> String {
        format!(
            "{{ customerType: BUSINESS, businessName: {}, customerName: {}, streetNumber: \"{house}\", preDirectional: S, streetName: {}, streetSuffix: St, city: {city}, state: UT, country: USA, postalCode: \"{}\", secondaryLocationDescription: SUITE, unit: \"{}\" }}",
            self.business, self.caller_id, self.street, self.zip, self.unit
        )
    }

    fn seed(&self) -> String {
        let live = |number: &str, record: String| {
            format!("      - {{ phoneNumber: \"{number}\", customerServiceRecord: {record} }}\n")
        };
        let numbers = [
            live("18013550101", self.record(self.house, self.city)),
            live(
                "18013550102",
                self.record(self.other_house, self.other_city),
            ),
            live("18013550103", self.record(self.house, self.city)),
            live("18013550104", self.record(self.house, self.city)),
            live("18013550105", self.record(self.house, self.city)),
            live("14353550101", self.record(self.other_house, self.city)),
        ]
        .concat();
        format!(
            "partition: {{ id: X4fbfNlFRpy7bWDFmCwwdw, name: R }}
frozenAt: 2026-11-23T17:00:00Z
carriers:
  - {{ id: c1, name: Bandwidth, carrierType: BANDWIDTH }}
  - {{ id: c2, name: Lumen, carrierType: LEVEL_3, supportsCSRUpdate: false, supportCNAMChange: false }}
inventory:
  - {{ prefix: \"1801355\", rateCenter: PROVO, state: UT, country: USA }}
  - {{ prefix: \"1435355\", rateCenter: PARK CITY, state: UT, country: USA, carrierId: c2 }}
portable: [{{ prefix: \"1801224\", rateCenter: PROVO, state: UT, country: USA }}]
addresses:
  - {{ preDirectional: S, streetName: {}, streetSuffix: St, city: {}, state: UT, postalCode: \"{}\", country: USA }}
accounts:
  - id: {ACCOUNT}
    name: {}
    users: [{{ id: user00000000000000001, firstName: {}, lastName: {}, extension: \"100\" }}]
    numbers:
{numbers}",
            self.street, self.city, self.zip, self.account, self.first, self.last
        )
    }

    fn file(&self) -> String {
        format!(
            "account: {ACCOUNT}
name: {}
defaults:
  customerServiceRecord: &office {}
  directoryListing: {{ type: NOT_LIST_NOT_PUBLISH }}
ports:
  main:
    customerServiceRecord: *office
    billingTelephoneNumber: \"18012240101\"
    crdDate: 2026-12-04
    portingWireType: Wireline
    portingAuthorizedName: {} {}
numbers:
  \"18012240101\": {{ port: main }}
  \"18013550101\": {{}}
  \"18013550102\": {{}}
  \"18013550103\": {{ e911Address: {{ <<: *office, streetNumber: \"{}\", streetName: {} }} }}
  \"18013550104\": {{ customerServiceRecord: {{ customerType: RESIDENTIAL, businessName: null, firstName: {}, lastName: {} }}, e911Address: {{ latitude: \"40.{}\", longitude: \"-111.{}\" }} }}
  \"18013550105\": {{ state: released }}
  \"18013550106\": {{}}
  \"14353550101\": {{ customerServiceRecord: {{ customerName: {} }} }}
",
            self.account,
            self.record(self.house, self.city),
            self.first,
            self.last,
            self.other_house,
            self.other_street,
            self.first,
            self.last,
            self.zip,
            self.zip,
            self.last,
        )
    }
}

/// A team's week. `@` is the carriers' and the clock's part, LINE a typed address.
const WEEK: [&[&str]; 21] = [
    &["validate"],
    &["plan", "--out", "plan.json"],
    &["plan", "--base", "HEAD~1", "--no-verify"],
    &["drift", "--report", "html=drift.html"],
    &["status"],
    &["e911", "check"],
    &["port", "check", "main"],
    &["port", "show", "main"],
    &["address", "validate", "LINE"],
    &["address", "suggest", "LINE"],
    &["numbers", "search", "--near", "LINE"],
    &["report", "merge", "plan.json"],
    &["@refuse"],
    &["plan"],
    &[
        "apply",
        "--auto-approve",
        "--no-verify",
        "--allow",
        "e911=9",
        "--allow",
        "update=9",
    ],
    &["@advance", "P2D"],
    &["@reject"],
    &["plan", "--no-verify"],
    &["drift"],
    &["status", "--timeline"],
    &["apply", "--auto-approve", "--no-verify"],
];

/// What each command of the week wrote, made the same where chance has a part.
fn week(people: &People) -> Vec<(String, String)> {
    let world = World::seeded(&people.seed(), &[("accounts/a.yaml", &people.file())]);
    world.write(
        "alz.yaml",
        "version: 1\nenvironments:\n  production: { api: \"http://127.0.0.1:1\", accounts: [accounts/**/*.yaml] }\nconcurrency: 1\n",
    );
    let now = people.file();
    let then = now.replace("  \"18013550106\": {}\n", "  \"14353550109\": {}\n");
    for (text, message) in [(then, "one"), (now, "two")] {
        world.write("accounts/a.yaml", &text);
        git(world.root(), &["init", "-q"]);
        git(world.root(), &["add", "alz.yaml", "accounts"]);
        git(world.root(), &["commit", "-q", "-m", message]);
    }
    let mut port = String::new();
    let mut said = Vec::new();
    for command in WEEK {
        match command {
            ["@advance", period] => world.advance(period),
            ["@refuse"] => {
                let words = [
                    people.line(),
                    people.street.to_owned(),
                    people.last.to_owned(),
                ];
                let body = json!({ "status": 422, "messages": words, "data": { "why": [people.business] } });
                world.fault(json!([
                    { "method": "PATCH", "path": "**/18013550103", "status": 422, "body": body.to_string() },
                    { "path": "**/e911/prevalidate", "status": 400, "body": body.to_string() },
                ]));
            }
            ["@reject"] => {
                world.clear_faults();
                let path = format!(
                    "/v2/partition/X4fbfNlFRpy7bWDFmCwwdw/account/{ACCOUNT}/telephonenumber/18012240101"
                );
                port = world.get(&path)["portId"]
                    .as_str()
                    .expect("a port")
                    .to_owned();
                let message = format!(
                    "{} {} is not at {}",
                    people.first,
                    people.last,
                    people.line()
                );
                world.post(
                    &format!("/sandbox/ports/{port}"),
                    &json!({ "action": "reject", "code": "LSP:NAME", "reaction": "RESUBMIT", "message": message }),
                );
            }
            command => {
                let line = people.line();
                for form in ["human", "json", "markdown"] {
                    if command[0] == "apply" && form != "markdown" {
                        continue;
                    }
                    let words = command
                        .iter()
                        .map(|word| if *word == "LINE" { &line } else { *word });
                    let arguments: Vec<&str> =
                        words.chain(["--redact", "pii", "--format", form]).collect();
                    let run = world.alz(&arguments);
                    assert_ne!(run.code, 101, "{arguments:?}: {}", run.stderr);
                    let mut text = format!("{}\n{}\n{}", run.code, run.stdout, run.stderr);
                    for file in ["plan.json", "drift.html"] {
                        text.push_str(
                            &std::fs::read_to_string(world.root().join(file)).unwrap_or_default(),
                        );
                    }
                    said.push((format!("{command:?} {form}"), alike(&text, &world, &port)));
                }
            }
        }
    }
    said
}

/// Without what chance and digests make: the port's id, ports of the machine, directories.
fn alike(text: &str, world: &World, port: &str) -> String {
    let mut text = text
        .replace(&world.base, "BASE")
        .replace(&world.root().display().to_string(), "ROOT");
    if !port.is_empty() {
        text = text
            .replace(port, "PORT")
            .replace(&port.replace('_', "\\_"), "PORT");
    }
    let is_digest =
        |word: &str| word.len() >= 12 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let mut alike = String::new();
    for piece in text.split_inclusive(|letter: char| !letter.is_ascii_alphanumeric()) {
        let word = piece.trim_end_matches(|letter: char| !letter.is_ascii_alphanumeric());
        match is_digest(word) && word.parse::<u64>().is_err() {
            true => alike.push_str(&piece.replace(word, "DIGEST")),
            false => alike.push_str(piece),
        }
    }
    alike
}

#[test]
fn what_is_told_is_the_same_whoever_the_people_are() {
    let (strangers, reporters) = std::thread::scope(|scope| {
        let strangers = scope.spawn(|| week(&STRANGERS));
        (strangers.join().expect("a week"), week(&REPORTERS))
    });
    let words: Vec<String> = STRANGERS
        .words()
        .iter()
        .map(|word| word.to_lowercase())
        .collect();
    let mut wrong = Vec::new();
    for ((run, of_strangers), (_, of_reporters)) in strangers.iter().zip(&reporters) {
        let lower = of_strangers.to_lowercase();
        wrong.extend(
            words
                .iter()
                .filter(|word| lower.contains(*word))
                .map(|word| format!("{run}: {word} came out")),
        );
        let lines = of_strangers.lines().zip(of_reporters.lines());
        if let Some((one, other)) = lines.into_iter().find(|(one, other)| one != other) {
            wrong.push(format!("{run}:\n  {one}\n  {other}"));
        }
        assert_eq!(
            of_strangers.lines().count(),
            of_reporters.lines().count(),
            "{run}"
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(strangers.len() > 40 && strangers.iter().any(|(_, text)| text.contains("•••")));
}
