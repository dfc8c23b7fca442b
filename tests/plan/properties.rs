//! What must hold in any world: plans are sound, settle, and are the same bytes
//! for the same inputs.

use alz::model::live::{EventKind, Inventory, LiveListing, LiveReference};
use alz::model::meaning;
use alz::model::{
    AccountId, CarrierStatus, CorrectionPast, LiveAccount, LiveEvent, LiveNumber, Member,
    PhoneNumber, Record, Usages,
};
use alz::plan::{Action, Allow, NoteKind, Plan, Question, Step, Verdict};
use alz::report::plan_json;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::meaning::noisy;
use crate::world::*;

fn ottawa() -> Value {
    json!({
        "customerType": "RESIDENTIAL", "firstName": "Marie", "lastName": "Lévesque",
        "streetNumber": "56", "streetName": "Sparks St", "city": "Ottawa", "state": "ON", "country": "CAN", "postalCode": "K1P 5A9"
    })
}

/// What a file may say of an address-like object; null stands for itself.
fn said() -> impl Strategy<Value = Value> {
    let listing_safe = |value: Value| {
        let Value::Object(mut map) = value else {
            return Value::Null;
        };
        map.remove("customerName");
        Value::Object(map)
    };
    select(vec![
        Value::Null,
        office(),
        elsewhere(),
        ottawa(),
        listing_safe(office()),
        json!({}),
        json!({ "unit": "510" }),
        json!({ "unit": null, "secondaryLocationDescription": null }),
        json!({ "city": "Provo" }),
        json!({ "streetSuffix": "Ave" }),
        json!({ "businessName": "Better Dental" }),
        json!({ "streetNumber": "7", "streetName": "Main", "city": "Provo", "state": "UT", "postalCode": "84601" }),
        json!({ "streetName": "Main" }),
        json!({ "streetNumber": "7", "streetName": "Bank", "city": "Ottawa", "state": "ON", "postalCode": "K1P 5A9" }),
    ])
}

fn e911_said() -> impl Strategy<Value = Value> {
    prop_oneof![
        said(),
        Just(json!({ "language": "fr-CA" })),
        Just(json!({ "language": null, "latitude": null, "longitude": null })),
        Just(with(
            elsewhere(),
            json!({ "latitude": "40.3", "longitude": "-111.7", "onCorrection": "accept" })
        )),
        Just(json!({ "onCorrection": "accept" })),
        Just(json!({ "onCorrection": "keepOriginal" })),
        Just(with(office(), json!({ "onCorrection": "accept" }))),
        Just(with(
            elsewhere(),
            json!({ "onCorrection": "accept", "language": "fr-CA" })
        )),
        Just(with(elsewhere(), json!({ "onCorrection": "keepOriginal" }))),
        Just(with(
            office(),
            json!({ "latitude": "40.3", "longitude": "-111.7", "onCorrection": "keepOriginal" })
        )),
    ]
}

fn listing_said() -> impl Strategy<Value = Value> {
    select(vec![
        Value::Null,
        json!({}),
        json!({ "type": "LIST_PUBLISH" }),
        json!({ "listed": true }),
        json!({ "type": null, "address": null }),
        json!({ "listed": false, "type": "LIST_NOT_PUBLISH", "address": elsewhere() }),
        json!({ "address": { "city": "Provo" } }),
    ])
}

fn reference_said() -> impl Strategy<Value = Value> {
    select(vec![
        Value::Null,
        json!({}),
        json!({ "type": "SIP_TRUNK", "id": "trunk" }),
        json!({ "id": "other" }),
        json!({ "type": "IVR" }),
        json!({ "type": "END_USER", "id": USER }),
        json!({ "type": "END_USER", "id": USER, "assignAsCallerId": false }),
        json!({ "type": "END_USER", "id": "nobody", "assignAsCallerId": true }),
    ])
}

/// An entry of `numbers:`; each member is said or not.
fn entry() -> impl Strategy<Value = Value> {
    let flags = select(vec![
        json!({}),
        json!({}),
        json!({}),
        json!({ "holdActivation": true }),
        json!({ "holdActivation": false }),
        json!({ "state": "released" }),
        json!({ "state": "released", "protected": true }),
        json!({ "port": "main-line" }),
    ]);
    (
        proptest::option::of(said()),
        proptest::option::of(e911_said()),
        proptest::option::of(listing_said()),
        proptest::option::of(reference_said()),
        flags,
    )
        .prop_map(|(csr, e911, listing, reference, flags)| {
            let mut entry = flags;
            for (name, value) in [
                ("customerServiceRecord", csr),
                ("e911Address", e911),
                ("directoryListing", listing),
                ("reference", reference),
            ] {
                if let Some(value) = value {
                    entry[name] = value;
                }
            }
            entry
        })
}

fn live_record() -> impl Strategy<Value = Value> {
    let extras = json!({ "id": "x1", "requiresUnitInfo": true, "streetNumberSuffix": "", "middleInitial": null });
    select(vec![
        Value::Null,
        json!({}),
        office(),
        office(),
        with(office(), extras),
        elsewhere(),
        ottawa(),
        with(
            elsewhere(),
            json!({ "latitude": "40.1", "longitude": -111.5, "language": "en-US" }),
        ),
    ])
}

fn live() -> impl Strategy<Value = (&'static str, Value)> {
    let status = select(vec![
        "ACTIVE",
        "ACTIVE",
        "ACTIVE",
        "ACTIVE",
        "ACTIVATION_ON_HOLD",
        "ACTIVATION_PENDING",
        "PORT_PENDING",
        "PORT_REJECTED",
        "CANCEL_PORT",
        "DELETE_PENDING",
        "COOLDOWN",
        "INVENTORY",
        "",
        "NEW_STATUS",
    ]);
    let listing = select(vec![
        Value::Null,
        json!({ "listed": false }),
        json!({ "listed": true, "type": "LIST_PUBLISH", "address": office() }),
        json!({ "type": "PORTED" }),
    ]);
    let reference = select(vec![
        json!({}),
        json!({ "referenceType": "END_USER", "referenceId": USER }),
        json!({ "referenceType": "IVR", "referenceId": "menu" }),
    ]);
    (status, live_record(), live_record(), listing, reference).prop_map(
        |(status, csr, e911, listing, reference)| {
            let members = json!({ "customerServiceRecord": csr, "e911Address": e911, "directoryListing": listing });
            (status, with(members, reference))
        },
    )
}

fn events() -> impl Strategy<Value = Vec<(EventKind, &'static str)>> {
    let kind = select(vec![
        EventKind::E911Address,
        EventKind::CsrChange,
        EventKind::Activation,
        EventKind::Disconnect,
        EventKind::PortRequest,
    ]);
    let status = select(vec!["REJECTED", "IN_PROGRESS", "PENDING", "COMPLETED"]);
    let any = prop_oneof![
        2 => (kind, status),
        1 => Just((EventKind::E911Address, "REJECTED")),
    ];
    proptest::collection::vec(any, 0..2)
}

fn inventory() -> impl Strategy<Value = Inventory> {
    select(vec![
        Inventory::Free,
        Inventory::Free,
        Inventory::Cooldown { until: None },
        Inventory::Unknown,
        Inventory::NotInStock,
        Inventory::OnAccount(AccountId::new("other")),
    ])
}

pub type Row = (
    Option<Value>,
    Option<(&'static str, Value)>,
    Inventory,
    Vec<(EventKind, &'static str)>,
);

pub fn rows() -> impl Strategy<Value = Vec<Row>> {
    let maybe = proptest::option::weighted::<BoxedStrategy<Value>>(0.9, entry().boxed());
    let row = (
        maybe,
        proptest::option::weighted(0.75, live()),
        inventory(),
        events(),
    );
    proptest::collection::vec(row, 1..7)
}

pub fn build(rows: &[Row], prune: bool, able: (bool, bool, bool), caller_id: bool) -> World {
    let mut world = World::new().carrier(able.0, able.1, able.2);
    world.desired.prune = prune;
    for (at, (entry, live, inventory, events)) in rows.iter().enumerate() {
        let number = (18_015_550_000 + at as u64).to_string();
        if let Some(entry) = entry {
            let mut entry = entry.clone();
            if at == 0 && caller_id {
                entry["reference"] =
                    json!({ "type": "END_USER", "id": USER, "assignAsCallerId": true });
            }
            world = world.declares_number(&number, entry);
        }
        if let Some((status, members)) = live {
            world = world.lists_number(&number, status, members.clone());
        }
        world.live.inventory.insert(tn(&number), inventory.clone());
        let rejected = events.contains(&(EventKind::E911Address, "REJECTED"));
        // Not every rejection comes with an offer.
        if rejected && at % 3 != 2 {
            world.live.corrections.insert(tn(&number), offer());
        }
        let events = events.iter().map(|(kind, status)| LiveEvent {
            kind: *kind,
            status: (*status).into(),
            updated: None,
            message: None,
        });
        world.live.events.insert(tn(&number), events.collect());
    }
    world
}

/// What the provider would have instead of an address: a street, and no names.
pub fn offer() -> Record {
    record(json!({
        "streetNumber": "7", "streetName": "Main St", "city": "PROVO", "state": "UT", "postalCode": "84601", "country": "US"
    }))
}

/// Answers whatever the plan asks, until it asks no more.
pub fn answer(world: &mut World, provider: impl Fn(&Record) -> Verdict) {
    for round in 0.. {
        let questions = world.account().questions;
        if questions.is_empty() {
            return;
        }
        assert!(round < 5, "it never stops asking: {questions:?}");
        for question in questions {
            match question {
                Question::E911 { address, .. } => {
                    world.checks.answer_e911(&address, provider(&address));
                }
                Question::Usages { number } => {
                    let users = Usages::Users(vec![USER.to_owned()]);
                    world.checks.answer_usages(number, users);
                }
                Question::CorrectionPast { number } => {
                    let mut statuses = world.live.events[&number]
                        .iter()
                        .filter(|event| event.kind == EventKind::E911Address)
                        .map(|event| &*event.status == "CORRECTED_COMPLETED");
                    let past = match statuses.next() {
                        Some(true) => CorrectionPast::LastWord,
                        _ if statuses.any(|corrected| corrected) => CorrectionPast::Earlier,
                        _ => CorrectionPast::Never,
                    };
                    world.checks.answer_correction_past(number, past);
                }
                Question::RateCenters { .. } | Question::PortOffer(_) => {
                    panic!("no port is declared: {question:?}")
                }
            }
        }
    }
}

/// The E911 event of a number ends like this, and its correction is gone.
fn settle_e911(live: &mut LiveAccount, number: PhoneNumber, status: &str) {
    live.corrections.remove(&number);
    let events = live.events.entry(number).or_default();
    // The latest comes first; an accepted correction is never forgotten.
    events.retain(|event| {
        event.kind != EventKind::E911Address || &*event.status == "CORRECTED_COMPLETED"
    });
    let event = LiveEvent {
        kind: EventKind::E911Address,
        status: status.into(),
        updated: None,
        message: None,
    };
    events.insert(0, event);
}

fn bytes(plan: &Plan) -> String {
    plan_json(plan).expect("json")
}

/// How a platform may store a nested object that a PATCH brings.
#[derive(Clone, Copy, Debug)]
pub enum Merge {
    Shallow,
    Deep,
}

fn stored(old: Option<&Record>, sent: &Value, merge: Merge) -> Option<Record> {
    let Value::Object(sent) = sent else {
        return None;
    };
    let old = match merge {
        Merge::Shallow => Value::Null,
        Merge::Deep => serde_json::to_value(old).expect("json"),
    };
    let mut map = match old {
        Value::Object(map) => map,
        _ => serde_json::Map::new(),
    };
    map.extend(sent.clone());
    map.retain(|_, value| !value.is_null());
    Some(record(Value::Object(map)))
}

/// Carries out a step as the platform would.
pub fn perform(live: &mut LiveAccount, step: &Step, merge: Merge) {
    let number = step.numbers[0];
    match step.action {
        Action::Recover => {
            live.inventory.insert(number, Inventory::Free);
        }
        Action::Activate => {
            live.numbers.insert(number, blank(number));
            let body = step.body.clone().expect("a body");
            settle_e911(live, number, "COMPLETED");
            write(live, number, &body, merge);
            write(live, number, &body["telephoneNumbers"][0], merge);
            if body["holdActivation"] == true {
                live.numbers.get_mut(&number).expect("there").status =
                    CarrierStatus::ActivationOnHold;
            }
        }
        Action::SubmitActivation => {
            live.numbers.get_mut(&number).expect("there").status = CarrierStatus::Active;
        }
        Action::Update => {
            let body = step.body.as_ref().expect("a body");
            let before = effective(&live.numbers[&number]);
            write(live, number, body, merge);
            let after = effective(&live.numbers[&number]);
            let told = body.get("e911Address").is_some();
            if told || !meaning::same(&before, &after, Member::in_e911) {
                settle_e911(live, number, "COMPLETED");
            }
        }
        Action::AcceptE911Correction => {
            let offered = live.corrections[&number].clone();
            let state = live.numbers.get_mut(&number).expect("there");
            let mut address = effective(state);
            for member in Member::ALL.into_iter().filter(|m| meaning::is_place(*m)) {
                address.set(member, offered.raw(member));
            }
            for member in Member::ALL.into_iter().filter(|m| !m.in_e911()) {
                address.set(member, None);
            }
            state.e911_address = Some(address);
            settle_e911(live, number, "CORRECTED_COMPLETED");
        }
        Action::KeepE911Original => {
            let state = live.numbers.get_mut(&number).expect("there");
            let mut address = effective(state);
            if let Some((_, query)) = step.request.path.split_once("?latitude=") {
                let (latitude, longitude) = query.split_once("&longitude=").expect("both");
                address.set(Member::Latitude, Some(latitude));
                address.set(Member::Longitude, Some(longitude));
            }
            state.e911_address = Some(address);
            settle_e911(live, number, "COMPLETED");
        }
        Action::CancelActivation => {
            live.numbers.remove(&number);
            live.inventory.insert(number, Inventory::Free);
        }
        Action::Release => {
            live.numbers.remove(&number);
            live.inventory
                .insert(number, Inventory::Cooldown { until: None });
        }
        other => panic!("{other} is not planned yet"),
    }
}

fn blank(number: PhoneNumber) -> LiveNumber {
    listed(json!({ "phoneNumber": number, "carrierStatus": "ACTIVE" }))
}

fn write(live: &mut LiveAccount, number: PhoneNumber, body: &Value, merge: Merge) {
    let now = live.numbers.get_mut(&number).expect("on the account");
    if let Some(sent) = body.get("customerServiceRecord") {
        now.customer_service_record = stored(now.customer_service_record.as_ref(), sent, merge);
    }
    if let Some(sent) = body.get("e911Address") {
        now.e911_address = stored(now.e911_address.as_ref(), sent, merge);
    }
    if let Some(sent) = body.get("directoryListing") {
        let old = now
            .directory_listing
            .as_ref()
            .and_then(|listing| listing.address.as_ref());
        now.directory_listing = Some(LiveListing {
            listed: sent.get("listed").and_then(Value::as_bool).unwrap_or(false),
            listing_type: sent.get("type").and_then(Value::as_str).map(Into::into),
            address: stored(old, &sent["address"], merge),
        });
    }
    if let (Some(reference_type), Some(id)) = (body.get("referenceType"), body.get("referenceId")) {
        now.reference = match (reference_type.as_str(), id.as_str()) {
            (Some(reference_type), Some(id)) => Some(LiveReference {
                reference_type: reference_type.into(),
                id: id.into(),
            }),
            (_, _) => None,
        };
        if body.get("assignAsCallerId") == Some(&Value::Bool(true)) {
            live.caller_ids
                .insert(id.as_str().expect("a user").to_owned(), Some(number));
        }
    }
}

/// The address that answers 911, as the platform has it.
pub fn effective(live: &LiveNumber) -> Record {
    let own = live
        .e911_address
        .clone()
        .filter(|record| !record.is_empty());
    own.or_else(|| live.customer_service_record.clone())
        .unwrap_or_default()
}

proptest! {
    #[test]
    fn every_plan_is_sound_and_settles(
        rows in rows(),
        prune: bool,
        able in any::<(bool, bool, bool)>(),
        caller_id: bool,
        merge in select(vec![Merge::Shallow, Merge::Deep]),
        verdict in select(vec![None, Some(Verdict::Valid), Some(Verdict::Unknown { why: "?".to_owned() }),
            Some(Verdict::Invalid { errors: vec!["no".to_owned()], alternatives: vec![record(ottawa())] })]),
    ) {
        let mut world = build(&rows, prune, able, caller_id);
        // `plan` holds every plan to the lint.
        if let Some(verdict) = verdict {
            world.verify = true;
            answer(&mut world, |_| verdict.clone());
            if let Verdict::Invalid { .. } = verdict {
                // Nobody's 911 address moves to one that the provider refuses.
                let plan = world.plan();
                let mut after = world.live.clone();
                for step in &plan.steps {
                    perform(&mut after, step, merge);
                }
                for (number, now) in &world.live.numbers {
                    let Some(then) = after.numbers.get(number) else { continue };
                    let its_own_offer = plan.steps.iter().any(|step| step.action == Action::AcceptE911Correction && step.numbers == [*number]);
                    prop_assert!(
                        its_own_offer || meaning::same(&effective(now), &effective(then), meaning::is_place),
                        "{number}: {:?} -> {:?}", effective(now), effective(then)
                    );
                }
            }
        }
        world.verify = false;
        let first = world.plan();
        for step in &first.steps {
            perform(&mut world.live, step, merge);
        }
        answer(&mut world, |_| Verdict::Valid);
        let second = world.plan();
        for step in &second.steps {
            // Only what a submitted activation had deferred may still come.
            let submitted = first.steps.iter().any(|earlier| earlier.numbers == step.numbers && earlier.action == Action::SubmitActivation);
            let on_an_active_number = matches!(step.action, Action::Update | Action::AcceptE911Correction | Action::KeepE911Original);
            prop_assert!(submitted && on_an_active_number, "{:#?}\nbefore: {:#?}", step, first.steps);
        }
        for step in &second.steps {
            perform(&mut world.live, step, merge);
        }
        answer(&mut world, |_| Verdict::Valid);
        prop_assert_eq!(world.plan().steps.len(), 0);
    }

    #[test]
    fn nobodys_911_address_moves_unsaid(rows in rows(), merge in select(vec![Merge::Shallow, Merge::Deep])) {
        let world = build(&rows, false, (true, true, true), false);
        let plan = world.plan();
        let mut after = world.live.clone();
        for step in &plan.steps {
            perform(&mut after, step, merge);
        }
        for (number, now) in &world.live.numbers {
            let Some(then) = after.numbers.get(number) else { continue };
            if now.status != CarrierStatus::Active {
                continue;
            }
            if meaning::same(&effective(now), &effective(then), meaning::is_place) {
                continue;
            }
            let declared = !world.desired.numbers[number].e911_address.is_absent();
            let shown = plan.steps.iter().any(|step| {
                step.numbers == [*number] && step.changes.iter().any(|change| change.path.starts_with("e911Address"))
            });
            let warned = notes(&plan, NoteKind::Warning)
                .iter()
                .any(|note| note.numbers.contains(number) && note.reason.contains("911 moves along"));
            let follows = world.desired.numbers[number].e911_address.is_null();
            prop_assert!((declared && (shown || follows)) || warned, "{number}: {:#?}", plan.steps);
        }
    }

    #[test]
    fn the_same_inputs_give_the_same_bytes_in_any_order(rows in rows(), prune: bool) {
        let world = build(&rows, prune, (true, true, true), false);
        prop_assert_eq!(bytes(&world.plan()), bytes(&world.plan()));
        let mut turned = build(&rows, prune, (true, true, true), false);
        for events in turned.live.events.values_mut() {
            events.dedup_by(|left, right| left.kind == right.kind);
        }
        let mut straight = build(&rows, prune, (true, true, true), false);
        straight.live.events = turned.live.events.clone();
        for events in turned.live.events.values_mut() {
            events.reverse();
        }
        let other = || {
            let mut other = World::new();
            other.desired.account = AccountId::new("another");
            other.lists("ACTIVE", json!({})).account()
        };
        let one = assembled(vec![straight.account(), other()], &Allow::default());
        let two = assembled(vec![other(), turned.account()], &Allow::default());
        prop_assert_eq!(bytes(&one), bytes(&two));
    }

    #[test]
    fn what_was_made_from_the_files_plans_to_nothing_however_it_is_spelled(entries in proptest::collection::vec(entry(), 1..5), seed: u64) {
        let mut world = World::new();
        for (at, entry) in entries.iter().enumerate() {
            let mut entry = entry.clone();
            entry["customerServiceRecord"] = with(office(), match &entry["customerServiceRecord"] {
                Value::Object(own) if own.get("streetName").is_none() => Value::Object(own.clone()),
                _ => json!({}),
            });
            let map = entry.as_object_mut().expect("an object");
            for member in ["state", "port", "holdActivation", "protected"] {
                map.remove(member);
            }
            let number = (18_015_550_000 + at as u64).to_string();
            world.live.inventory.insert(tn(&number), Inventory::Free);
            world = world.declares_number(&number, entry);
        }
        let plan = world.plan();
        for step in &plan.steps {
            perform(&mut world.live, step, Merge::Shallow);
        }
        for live in world.live.numbers.values_mut() {
            let records = [
                live.customer_service_record.as_mut(),
                live.e911_address.as_mut(),
                live.directory_listing.as_mut().and_then(|listing| listing.address.as_mut()),
            ];
            for record in records.into_iter().flatten() {
                *record = noisy(record, seed);
            }
            if live.e911_address.is_none() && seed % 2 == 0 {
                live.e911_address = live.customer_service_record.clone();
            }
        }
        let again = world.plan();
        prop_assert!(again.steps.is_empty(), "{:#?}", again.steps);
        prop_assert_eq!(count(&again, "inSync") + count(&again, "blocked"), entries.len() as u64);
    }
}

#[test]
fn the_worlds_of_these_tests_are_worth_planning() {
    // Generators rot in silence: most worlds must plan something.
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut steps = 0;
    let mut blocked = 0;
    for _ in 0..100 {
        let rows = rows().new_tree(&mut runner).expect("rows").current();
        let plan = build(&rows, true, (true, true, true), true).plan();
        steps += plan.steps.len();
        blocked += notes(&plan, NoteKind::Blocked).len();
        for number in plan
            .steps
            .iter()
            .filter(|step| step.action == Action::Update)
        {
            assert!(number.body.is_some());
        }
    }
    assert!(
        steps > 50 && blocked > 50,
        "{steps} steps, {blocked} blocked"
    );
    assert!(Member::ALL.len() == Member::COUNT);
}
