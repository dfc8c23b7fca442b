//! For any world: what is imported is sound, and a plan of it has no step.

use alz::api::{ClientOptions, Credentials, Endpoint, ReadClient};
use alz::import::{self, From};
use alz::live::{self, Scope, Wanted};
use alz::model::live::{EventKind, LivePartition};
use alz::model::porting::PortMemory;
use alz::model::{AccountId, CarrierStatus, LiveAccount, Member, OnUnknown, PartitionId};
use alz::plan::{self, Checks, Context, NoteKind};
use alz::sandbox::{self, Options};
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};

use crate::seeds::{self, USER};
use crate::world::{NOW, World};

/// The accounts of a world as they are on the platform.
fn seen(seed: &Value) -> (LivePartition, Vec<(AccountId, LiveAccount)>) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("seed.json");
    std::fs::write(&file, seed.to_string()).expect("a file");
    runtime.block_on(async {
        let now: Timestamp = NOW.parse().expect("a time");
        let running = sandbox::start(Options {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            state: None,
            seed: Some(file),
            now: Some(now),
        })
        .await
        .unwrap_or_else(|error| panic!("{error}\n{seed:#}"));
        let base = Endpoint::parse(&running.base_url()).expect("an address");
        let token = Credentials::Token(running.token().to_owned().into());
        let mut options = ClientOptions::new(base, token);
        options.partition = Some(running.partition());
        let client = ReadClient::new(options).expect("a client");
        let partition = live::partition(&client, now).await.expect("a partition");
        let accounts = client.accounts().await.expect("accounts");
        let ids: Vec<AccountId> = accounts.into_iter().map(|a| AccountId::new(a.id)).collect();
        let scope = Scope {
            accounts: ids.iter().cloned().collect(),
        };
        let events = live::events(&client, &scope).await.expect("events");
        let mut seen = Vec::new();
        for id in ids {
            let wanted = Wanted::default();
            let mut account = live::account(&client, &id, &wanted, &partition, &events)
                .await
                .expect("an account");
            for user in client.users(&id).await.expect("users") {
                let shown = user.caller_id_config.and_then(|it| it.caller_id_number);
                let shown = shown.and_then(|number| number.parse().ok());
                account.caller_ids.insert(user.id, shown);
            }
            seen.push((id, account));
        }
        running.shutdown().await;
        (partition, seen)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, max_shrink_iters: 400, ..ProptestConfig::default() })]

    /// Without the net that the command has under it: what was written first
    /// asks for nothing.
    #[test]
    fn an_imported_file_is_sound_and_asks_for_nothing(seed in seeds::world()) {
        let (partition, accounts) = seen(&seed);
        let today = jiff::civil::date(2026, 11, 23);
        for (id, live) in accounts {
            let users = BTreeMap::from([(USER.to_owned(), "John # {x}".to_owned())]);
            let mut said = import::account(&From {
                account: &id,
                name: Some("NO: #1, \u{1b}[2J \"x\""),
                live: &live,
                users: &users,
            });
            let settled = import::settle(&mut said, today);
            prop_assert!(settled.is_ok(), "{settled:?}");
            let text = import::text(&said, &["a\nb".to_owned()], today);
            let errors: Vec<_> = alz::desired::load::problems_of("a.yaml", &text, today)
                .into_iter()
                .filter(alz::desired::Problem::is_error)
                .collect();
            prop_assert!(errors.is_empty(), "{errors:#?}\n{text}");
            let desired = import::desired(&text).expect("one document");
            prop_assert!(desired.numbers.keys().copied().eq(said.numbers()), "{text}");
            let memory = PortMemory::default();
            let context = Context {
                partition: &PartitionId::new("p"),
                live: &partition,
                now: NOW.parse().expect("a time"),
                verify: false,
                on_unknown: OnUnknown::default(),
                only: None,
                memory: &memory,
                resend_secrets: false,
            };
            let plan = plan::account(&desired, &live, &context, &Checks::default());
            prop_assert!(plan.steps.is_empty(), "{:#?}\n{text}", plan.steps);
            for note in &plan.notes {
                // What is blocked is so by a carrier or provider, never by the file.
                let by_others = ["rejected", "can't confirm"];
                let words = note.reason.as_str();
                let lawful = match note.kind {
                    NoteKind::Blocked => by_others.iter().any(|by| words.contains(by)) || words.contains("secrets"),
                    NoteKind::Deferred => false,
                    NoteKind::Warning | NoteKind::Waiting | NoteKind::Unmanaged => true,
                };
                prop_assert!(lawful, "{note:#?}\n{text}");
            }
            // Leaving out is for what can't be said: an active number always can,
            // and a sound record is said.
            for (number, known) in &live.numbers {
                let leaves = live.events.get(number).into_iter().flatten();
                let mut leaves = leaves.filter(|event| event.kind == EventKind::Disconnect);
                if known.status != CarrierStatus::Active || leaves.next().is_some() {
                    continue;
                }
                let declared = desired.numbers.get(number);
                prop_assert!(declared.is_some(), "{number} is active\n{text}");
                let house = known.customer_service_record.as_ref().map(|csr| csr.get(Member::StreetNumber));
                let said = declared.is_some_and(|it| it.customer_service_record.value().is_some());
                prop_assert!(said || !matches!(house, Some("333" | "7")), "{number} has a record\n{text}");
            }
            // A number that is added later gets nothing that nobody saw.
            let defaults = text.split("\ndefaults:\n").nth(1).unwrap_or_default();
            let defaults = defaults.split("\n\n").next().unwrap_or_default();
            for line in defaults.lines() {
                let own_place = line.starts_with("  e911Address:") && line != "  e911Address: null";
                let unseen = own_place || line.starts_with("  reference:") || line.contains("address:");
                prop_assert!(!unseen, "{line}\n{text}");
            }
            // Every number of the listing is in the file, or told as left out.
            let left_out = said.left_out();
            for number in live.numbers.keys() {
                prop_assert!(
                    desired.numbers.contains_key(number) || left_out.iter().any(|left| left.number == *number),
                    "{number} was lost\n{text}"
                );
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, max_shrink_iters: 60, ..ProptestConfig::default() })]

    /// The command itself, then half of what it wrote taken out again, by hand
    /// and with a comment, and merged back.
    #[test]
    fn what_is_taken_out_of_a_file_is_merged_back_and_the_rest_stays(seed in seeds::world()) {
        let world = World::new(Some(&seed));
        world.alz(&["import", "--all"]).expect(0);
        world.alz(&["validate"]).expect(0);
        if world.files().is_empty() {
            return Ok(());
        }
        world.settled("imported");
        let mut kept = Vec::new();
        for file in world.files() {
            let text = std::fs::read_to_string(&file).expect("a file");
            let halved = halved(&text);
            std::fs::write(&file, &halved).expect("a file");
            kept.push((file, halved));
        }
        if world.alz(&["validate"]).code != 0 {
            // The half that is left names what is gone.
            return Ok(());
        }
        world.alz(&["import", "--all", "--merge"]).expect(0);
        world.alz(&["validate"]).expect(0);
        world.settled("merged");
        for (file, halved) in &kept {
            let text = std::fs::read_to_string(file).expect("a file");
            let mut lines = text.lines();
            for line in halved.lines().filter(|line| !line.ends_with("{}") && !line.ends_with("numbers:")) {
                prop_assert!(lines.any(|found| found == line), "{line:?} is gone from\n{text}\nthat was\n{halved}");
            }
        }
        let merged: Vec<String> = world.files().iter().map(|f| std::fs::read_to_string(f).expect("a file")).collect();
        world.alz(&["import", "--all", "--merge"]).expect(0);
        let again: Vec<String> = world.files().iter().map(|f| std::fs::read_to_string(f).expect("a file")).collect();
        prop_assert_eq!(merged, again);
    }
}

/// The file without every second of its numbers, and with a comment of somebody's.
fn halved(text: &str) -> String {
    let mut halved = String::new();
    let (mut inside, mut serial, mut skip) = (false, 0, false);
    for line in text.lines() {
        if line == "numbers:" {
            inside = true;
        } else if inside && line.starts_with("  \"") {
            serial += 1;
            skip = serial % 2 == 0;
            if !skip {
                halved.push_str("  # kept by hand\n");
            }
        } else if inside && line.starts_with("  #") {
            // Stands above the next one: it goes, ours stays.
            continue;
        }
        if !skip {
            halved.push_str(line);
            halved.push('\n');
        }
    }
    halved
}
