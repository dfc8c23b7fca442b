//! The N-rules: what means the same is the same, and what does not is not.

use alz::model::meaning::{self, Canonical, date};
use alz::model::{Member, Record};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::world::record;

fn differing(left: Value, right: Value) -> Vec<&'static str> {
    meaning::differences(&record(left), &record(right), |_| true)
        .into_iter()
        .map(Member::name)
        .collect()
}

fn same(left: Value, right: Value) {
    assert_eq!(differing(left, right), Vec::<&str>::new());
}

#[test]
fn n1_absent_null_and_empty_are_one() {
    same(json!({}), json!({ "unit": null, "city": "" }));
    assert_eq!(differing(json!({}), json!({ "unit": "5" })), ["unit"]);
}

#[test]
fn n2_spaces_and_case_say_nothing() {
    same(
        json!({ "city": " salt  lake\u{a0}city ", "businessName": "SAMPLE DENTAL", "lastName": "LÉVESQUE" }),
        json!({ "city": "Salt Lake City", "businessName": "Sample Dental", "lastName": "Le\u{301}vesque" }),
    );
    assert_eq!(
        differing(json!({ "city": "Montreal" }), json!({ "city": "Montréal" })),
        ["city"],
        "an accent is a correction that a person made"
    );
}

#[test]
fn n3_suffixes_directionals_and_designators_have_many_spellings() {
    for (member, spellings) in [
        ("streetSuffix", ["St", "ST.", "Street", "strt"]),
        ("streetSuffix", ["Blvd", "BOULEVARD", "boul.", "Boulv"]),
        ("preDirectional", ["NW", "N.W.", "Northwest", "north-west"]),
        (
            "secondaryLocationDescription",
            ["SUITE", "Ste", "STE.", "suite"],
        ),
    ] {
        for spelling in spellings {
            same(json!({ member: spellings[0] }), json!({ member: spelling }));
        }
    }
    assert_eq!(
        differing(
            json!({ "streetSuffix": "St" }),
            json!({ "streetSuffix": "Ave" })
        ),
        ["streetSuffix"]
    );
    assert_eq!(
        differing(
            json!({ "preDirectional": "N" }),
            json!({ "preDirectional": "S" })
        ),
        ["preDirectional"]
    );
}

#[test]
fn n3_a_suffix_inside_the_street_name_is_the_suffix() {
    same(
        json!({ "streetName": "Sparks St" }),
        json!({ "streetName": "SPARKS", "streetSuffix": "Street" }),
    );
    same(
        json!({ "streetName": "Broadway" }),
        json!({ "streetName": "BROADWAY" }),
    );
    for (left, right) in [
        (
            json!({ "streetName": "Park Ave", "streetSuffix": "St" }),
            json!({ "streetName": "Park", "streetSuffix": "Ave" }),
        ),
        (
            json!({ "streetName": "Sparks St" }),
            json!({ "streetName": "Sparks" }),
        ),
        (
            json!({ "streetName": "Avenue" }),
            json!({ "streetSuffix": "Avenue" }),
        ),
    ] {
        assert_ne!(differing(left, right), Vec::<&str>::new());
    }
}

#[test]
fn n3_a_dot_ends_an_abbreviation_but_not_a_number() {
    same(
        json!({ "streetName": "St. George" }),
        json!({ "streetName": "St George" }),
    );
    assert_eq!(
        differing(json!({ "unit": "1.10" }), json!({ "unit": "110" })),
        ["unit"]
    );
    assert_eq!(
        differing(
            json!({ "streetNumber": "1.5" }),
            json!({ "streetNumber": "15" })
        ),
        ["streetNumber"]
    );
}

#[test]
fn n4_states_and_countries_have_names_and_codes() {
    same(
        json!({ "state": "Utah", "country": "US" }),
        json!({ "state": "UT", "country": "USA" }),
    );
    same(
        json!({ "state": "Québec", "country": "CA" }),
        json!({ "state": "QC", "country": "Canada" }),
    );
    same(
        json!({ "state": "ON" }),
        json!({ "state": "ON", "country": "CAN" }),
    );
    assert_eq!(
        differing(
            json!({ "state": "CA" }),
            json!({ "state": "CA", "country": "CAN" })
        ),
        ["country"],
        "California is not Canada"
    );
}

#[test]
fn n5_the_last_four_of_a_zip_and_the_space_of_a_canadian_code_say_nothing() {
    same(
        json!({ "postalCode": "84042-1234" }),
        json!({ "postalCode": "84042" }),
    );
    same(
        json!({ "postalCode": "k1p5a9" }),
        json!({ "postalCode": "K1P 5A9" }),
    );
    assert_eq!(
        differing(
            json!({ "postalCode": "00501" }),
            json!({ "postalCode": "501" })
        ),
        ["postalCode"]
    );
    assert_eq!(
        differing(
            json!({ "postalCode": "K1P 5A9" }),
            json!({ "postalCode": "K1P 5A8" })
        ),
        ["postalCode"]
    );
}

#[test]
fn n7_one_customer_request_date_in_the_platforms_three_spellings() {
    let expected = "2022-11-21".parse().ok();
    for text in [
        "2022-11-21",
        "2022-11-21T00:00:00.000Z",
        "2022-11-21T00:00:00+00:00",
        "2022-11-21T07:00:00.000Z",
    ] {
        assert_eq!(date::day(text, None), expected, "{text}");
    }
    let eastern = date::day("2022-11-22T01:00:00Z", Some("America/New_York"));
    assert_eq!(eastern, expected);
    assert_eq!(date::day("tomorrow", None), None);
    assert_eq!(date::day("2022-02-30", None), None);
}

#[test]
fn n8_n9_what_only_the_server_says_is_no_difference() {
    same(
        json!({ "city": "Orem", "id": "abc", "requiresUnitInfo": true, "new": { "a": 1 } }),
        json!({ "city": "Orem" }),
    );
}

#[test]
fn n12_a_boolean_may_be_text_and_false_is_nothing() {
    same(
        json!({ "blockCustomerName": "true" }),
        json!({ "blockCustomerName": true }),
    );
    same(json!({ "blockCustomerName": false }), json!({}));
    assert_eq!(
        differing(json!({ "blockCustomerName": true }), json!({})),
        ["blockCustomerName"]
    );
}

#[test]
fn coordinates_are_compared_as_numbers_to_six_places() {
    same(
        json!({ "latitude": "40.3324920", "longitude": -111.728167 }),
        json!({ "latitude": 40.332492, "longitude": "-111.7281670" }),
    );
    assert_eq!(
        differing(
            json!({ "latitude": "40.332492" }),
            json!({ "latitude": "40.332494" })
        ),
        ["latitude"]
    );
}

#[test]
fn a_copy_of_the_csr_is_no_address_of_its_own_but_coordinates_make_it_one() {
    let csr = record(crate::world::office());
    let copy = record(crate::world::with(
        crate::world::office(),
        json!({ "customerName": null, "streetSuffix": "", "country": null }),
    ));
    assert!(meaning::is_echo(None, Some(&csr)));
    assert!(meaning::is_echo(Some(&copy), Some(&csr)));
    for (member, text) in [
        (Member::Latitude, "40.3"),
        (Member::Language, "fr-CA"),
        (Member::Unit, "510"),
    ] {
        let mut own = copy.clone();
        own.set(member, Some(text));
        assert!(
            !meaning::is_echo(Some(&own), Some(&csr)),
            "{}",
            member.name()
        );
    }
}

#[test]
fn a_second_look_sees_what_changed_and_not_how_it_is_spelled() {
    use crate::world::{elsewhere, listed, office, with};
    let row = |members: Value| {
        let row = json!({ "phoneNumber": "18015551212", "carrierStatus": "ACTIVE", "customerServiceRecord": office() });
        listed(with(row, members))
    };
    let was = row(json!({}));
    let differences = |members| meaning::number_differences(&was, &row(members));
    let noise = with(office(), json!({ "city": "LINDON", "id": "x" }));
    assert!(
        differences(json!({ "customerServiceRecord": noise, "e911Address": office() })).is_empty()
    );
    assert_eq!(
        differences(json!({ "e911Address": elsewhere() })),
        ["e911Address"]
    );
    assert_eq!(
        differences(json!({ "carrierStatus": "DELETE_PENDING" })),
        ["status"]
    );
    assert_eq!(
        differences(json!({ "referenceType": "IVR", "referenceId": "x" })),
        ["reference"]
    );
    assert_eq!(
        differences(json!({ "directoryListing": { "listed": true } })),
        ["directoryListing"]
    );
    let listing = |address: Value| {
        row(json!({ "directoryListing": { "type": "LIST_PUBLISH", "address": address } }))
    };
    assert!(meaning::same_listing(
        &listing(Value::Null),
        &listing(office())
    ));
    assert!(!meaning::same_listing(
        &listing(Value::Null),
        &listing(elsewhere())
    ));
    assert_eq!(
        differences(json!({ "customerServiceRecord": elsewhere() })),
        ["customerServiceRecord"],
        "911 still follows the record"
    );
}

/// Text as people and platforms write it.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "[A-Za-z0-9.éÉß ]{0,12}",
        proptest::sample::select(vec![
            "Sparks St",
            "SPARKS",
            "St",
            "Street",
            "N.W.",
            "Northwest",
            "Suite",
            "STE",
            "UT",
            "Utah",
            "on",
            "84042-1234",
            "84042",
            "k1p5a9",
            "USA",
            "us",
            "CA",
            "true",
            "false",
            "40.5",
            "40.500000",
            "fr-CA",
        ])
        .prop_map(str::to_owned),
    ]
}

fn any_record() -> impl Strategy<Value = Record> {
    proptest::collection::vec(text(), Member::COUNT).prop_map(|texts| {
        let mut record = Record::default();
        for (member, text) in Member::ALL.into_iter().zip(&texts) {
            record.set(member, Some(text));
        }
        record
    })
}

/// The same record as a platform might give it back.
pub fn noisy(record: &Record, seed: u64) -> Record {
    let mut out = record.clone();
    out.set_extra("id", json!("aB3"));
    for (at, member) in Member::ALL.into_iter().enumerate() {
        let text = record.get(member).to_owned();
        let coin = seed
            .wrapping_mul(0x9E37_79B9_7F4A_7C15)
            .rotate_left(at as u32 * 3)
            & 7;
        let spelled = match coin {
            0 => text.to_uppercase(),
            1 => text.to_lowercase(),
            2 if !text.is_empty() => format!(" {} ", text.replace(' ', "  ")),
            3 if text.is_empty() => {
                out.set(member, Some(""));
                continue;
            }
            _ => text,
        };
        out.set(member, (!spelled.is_empty()).then_some(spelled.as_str()));
    }
    out
}

proptest! {
    #[test]
    fn comparison_is_an_equivalence(a in any_record(), b in any_record(), c in any_record()) {
        let same = |x: &Record, y: &Record| meaning::same(x, y, |_| true);
        prop_assert!(same(&a, &a));
        prop_assert_eq!(same(&a, &b), same(&b, &a));
        if same(&a, &b) && same(&b, &c) {
            prop_assert!(same(&a, &c));
        }
        // The short cut for equal records decides as the canonical forms do.
        prop_assert_eq!(same(&a, &b), Canonical::of(&a) == Canonical::of(&b));
    }

    #[test]
    fn noise_never_makes_a_difference(record in any_record(), seed: u64) {
        let noisy = noisy(&record, seed);
        prop_assert_eq!(meaning::differences(&record, &noisy, |_| true), Vec::new());
    }
}
