//! Answers of the platform with something else in them, given to every call
//! that reads, and to what makes live state of them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use alz::api::{Country, ReadClient, StatusQuery};
use alz::live::{self, Events, Scope, Wanted};
use alz::model::live::LivePartition;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::mutate::{Mutation, mutation};
use crate::platform::{Answer, Platform, a1, ok, tn};

/// Paths end like this, and are answered like that. Longer endings first.
fn answers() -> Vec<(&'static str, Value)> {
    let path =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/answers/all.json");
    let text = std::fs::read_to_string(path).expect("the answers");
    let all: BTreeMap<String, Value> = serde_json::from_str(&text).expect("JSON");
    all.into_iter()
        .map(|(path, answer)| (&*path.leak(), answer))
        .collect()
}

/// By ending of the path: the body of the answer.
type Bodies = Vec<(&'static str, Vec<u8>)>;

/// A platform that answers all with what is in there.
struct Mangled {
    runtime: tokio::runtime::Runtime,
    client: ReadClient,
    now: Arc<Mutex<Bodies>>,
    good: Vec<(&'static str, Value)>,
}

impl Mangled {
    fn start() -> Self {
        let now: Arc<Mutex<Bodies>> = Arc::default();
        let told = Arc::clone(&now);
        let platform = Platform::with_login(move |request, _| {
            let path = request.path.split('?').next().unwrap_or_default();
            let told = told.lock().expect("the answers");
            let found = told.iter().filter(|(end, _)| {
                path.ends_with(end)
                    || end
                        .strip_suffix('*')
                        .is_some_and(|part| path.contains(part))
            });
            match found.max_by_key(|(end, _)| end.len()) {
                Some((_, body)) => Answer::Full {
                    status: 200,
                    headers: vec![("content-type", "application/json".to_owned())],
                    body: body.clone(),
                },
                None => ok(json!({})),
            }
        });
        Self {
            runtime: tokio::runtime::Runtime::new().expect("a runtime"),
            client: platform.reader(),
            now,
            good: answers(),
        }
    }

    /// Asks everything there is to ask; what was refused.
    fn ask(&self) -> Vec<String> {
        let client = &self.client;
        let number = tn("18015551212");
        let account = a1();
        let now = "2026-11-23T17:00:00Z".parse().expect("a time");
        self.runtime.block_on(async {
            let mut refused = Vec::new();
            let mut count = |ended: Result<(), String>| refused.extend(ended.err());
            count(
                client
                    .partition()
                    .await
                    .map(drop)
                    .map_err(|error| error.to_string()),
            );
            count(
                client
                    .inbound_carriers()
                    .await
                    .map(drop)
                    .map_err(|error| error.to_string()),
            );
            count(
                client
                    .accounts()
                    .await
                    .map(drop)
                    .map_err(|error| error.to_string()),
            );
            count(
                client
                    .account(&account)
                    .await
                    .map(drop)
                    .map_err(|error| error.to_string()),
            );
            count(
                client
                    .account_of_number(number)
                    .await
                    .map(drop)
                    .map_err(|error| error.to_string()),
            );
            count(
                client
                    .account_numbers(&account)
                    .await
                    .map(drop)
                    .map_err(|error| error.to_string()),
            );
            count(
                client
                    .number(&account, number)
                    .await
                    .map(drop)
                    .map_err(|error| error.to_string()),
            );
            count(
                client
                    .inventory(number)
                    .await
                    .map(drop)
                    .map_err(|error| error.to_string()),
            );
            count(
                client
                    .users(&account)
                    .await
                    .map(drop)
                    .map_err(|error| error.to_string()),
            );
            count(
                client
                    .e911_prevalidate(&json!({}))
                    .await
                    .map(drop)
                    .map_err(|error| error.to_string()),
            );
            count(
                client
                    .port_prevalidate(&json!({}))
                    .await
                    .map(drop)
                    .map_err(|error| error.to_string()),
            );
            count(
                client
                    .rate_center(number)
                    .await
                    .map(drop)
                    .map_err(|error| error.to_string()),
            );
            count(
                client
                    .e911_correction(&account, number)
                    .await
                    .map(drop)
                    .map_err(|error| error.to_string()),
            );
            count(
                client
                    .e911_usages(&account, number)
                    .await
                    .map(drop)
                    .map_err(|error| error.to_string()),
            );
            count(
                client
                    .user_info()
                    .await
                    .map(drop)
                    .map_err(|error| error.to_string()),
            );
            count(
                client
                    .status_search(&StatusQuery::default(), 0)
                    .await
                    .map(drop)
                    .map_err(|error| error.to_string()),
            );
            count(
                client
                    .suggest_addresses("1 Main", Country::Usa, None)
                    .await
                    .map(drop)
                    .map_err(|error| error.to_string()),
            );
            let partition = live::partition(client, now).await;
            count(partition.as_ref().map(drop).map_err(ToString::to_string));
            let partition = partition.unwrap_or_else(|_| LivePartition::default());
            let events = live::events(client, &Scope::default()).await;
            count(events.as_ref().map(drop).map_err(ToString::to_string));
            let wanted = Wanted {
                numbers: [number, tn("18015551213")].into(),
                ..Wanted::default()
            };
            let events = events.unwrap_or_else(|_| Events::default());
            count(
                live::account(client, &account, &wanted, &partition, &events)
                    .await
                    .map(drop)
                    .map_err(|error| error.to_string()),
            );
            refused
        })
    }

    fn mangle(&self, which: usize, mutations: &[Mutation], cut: Option<usize>) {
        let mut told = Vec::new();
        for (index, (path, answer)) in self.good.iter().enumerate() {
            let mut answer = answer.clone();
            if index == which % self.good.len() {
                for mutation in mutations {
                    mutation.apply(&mut answer);
                }
            }
            let mut body = answer.to_string().into_bytes();
            if let Some(cut) = cut
                && index == which % self.good.len()
            {
                body.truncate(cut % (body.len() + 1));
            }
            told.push((*path, body));
        }
        *self.now.lock().expect("the answers") = told;
    }
}

thread_local! { static PLATFORM: RefCell<Option<Mangled>> = const { RefCell::new(None) }; }

fn with<T>(use_it: impl FnOnce(&Mangled) -> T) -> T {
    PLATFORM.with_borrow_mut(|platform| use_it(platform.get_or_insert_with(Mangled::start)))
}

#[test]
fn the_answers_that_are_mangled_here_are_good_ones() {
    with(|platform| {
        platform.mangle(0, &[], None);
        // Else nothing but the first refusal would be tried.
        assert_eq!(platform.ask(), Vec::<String>::new());
    });
}

proptest! {
    #![proptest_config(crate::cases(24))]

    #[test]
    fn an_answer_with_anything_in_it_is_taken_or_refused(
        which in any::<usize>(), mutations in vec(mutation(), 1..4), cut in proptest::option::weighted(0.2, any::<usize>()),
    ) {
        with(|platform| {
            platform.mangle(which, &mutations, cut);
            platform.ask();
        });
    }
}

#[tokio::test]
async fn an_answer_without_end_is_refused_and_not_kept() {
    let platform = Platform::with_login(|_, _| ok(json!([{ "phoneNumber": "1".repeat(5_000) }])));
    let mut options = platform.options().0;
    options.most_bytes = 4_000;
    let client = ReadClient::new(options).expect("a client");
    let error = client.account_numbers(&a1()).await.expect_err("too large");
    assert!(
        error.to_string().contains("larger than 4000 bytes"),
        "{error}"
    );
}
