use proptest::prelude::*;

use super::*;

fn parse(text: &str) -> AccountFile {
    serde_yaml::from_str(text).expect("an account file")
}

fn only(text: &str) -> DesiredNumber {
    let (numbers, _) = document(&parse(text), SourceId(7));
    numbers.into_iter().next().expect("a number").1
}

#[test]
fn maps_merge_anything_else_replaces_and_null_takes_away() {
    let number = only(
        "account: a\ndefaults:\n  customerServiceRecord: { city: Lindon, state: UT, unit: 5 }\n  reference: { type: SIP_TRUNK, id: t }\n  holdActivation: true\n  protected: true\n  port: main\n  directoryListing: { address: { city: Lindon, state: UT } }\nnumbers:\n  8015551212:\n    customerServiceRecord: { city: Orem, unit: ~ }\n    reference: ~\n    holdActivation: false\n    protected: ~\n    port: ~\n    directoryListing: { address: { city: Orem } }\n",
    );
    let csr = number.customer_service_record.value().expect("csr");
    assert_eq!((csr.city.text(), csr.state.text()), ("Orem", "UT"));
    assert!(csr.unit.is_null());
    assert!(number.reference.is_null());
    assert_eq!(number.hold_activation.value(), Some(&false));
    assert!(!number.protected);
    assert_eq!(number.port, None);
    let listing = number.directory_listing.value().expect("listing");
    let address = listing.address.value().expect("address");
    assert_eq!((address.city.text(), address.state.text()), ("Orem", "UT"));
    assert_eq!(number.source, SourceId(7));
}

#[test]
fn a_number_that_says_nothing_has_the_defaults_and_one_without_defaults_nothing() {
    let with =
        only("account: a\ndefaults: { e911Address: { unit: 5 } }\nnumbers: { 8015551212: }\n");
    assert_eq!(
        with.e911_address.value().map(|e| e.unit.text().to_owned()),
        Some("5".into())
    );
    let without = only("account: a\nnumbers: { 8015551212: }\n");
    assert!(without.e911_address.is_absent() && without.customer_service_record.is_absent());
}

#[test]
fn a_port_has_the_numbers_that_name_it_in_order() {
    let file = parse(
        "account: a\ndefaults: { port: main }\nports: { main: {}, other: {} }\nnumbers:\n  8015551213:\n  8015551212:\n  8015551214: { port: other }\n  8015551215: { port: ~ }\n",
    );
    let (_, ports) = document(&file, SourceId(0));
    let numbers = |name: &str| -> Vec<u64> {
        let port = ports.iter().find(|port| port.name == name).expect("a port");
        port.numbers.iter().map(|n| n.as_u64()).collect()
    };
    assert_eq!(numbers("main"), [18_015_551_212, 18_015_551_213]);
    assert_eq!(numbers("other"), [18_015_551_214]);
}

fn field() -> impl Strategy<Value = Field<Text>> {
    prop_oneof![
        Just(Field::Absent),
        Just(Field::Null),
        "[a-c]".prop_map(|text| Field::Value(Text::new(text))),
    ]
}

fn csr() -> impl Strategy<Value = CustomerServiceRecord> {
    (field(), field(), field()).prop_map(|(city, state, unit)| CustomerServiceRecord {
        city,
        state,
        unit,
        ..CustomerServiceRecord::default()
    })
}

fn csr_field() -> impl Strategy<Value = Field<CustomerServiceRecord>> {
    prop_oneof![
        Just(Field::Absent),
        Just(Field::Null),
        csr().prop_map(Field::Value)
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Members merge the same in whatever order three layers are laid together.
    #[test]
    fn laying_over_is_associative(a in csr(), b in csr(), c in csr()) {
        let left = a.clone().over(&b).over(&c);
        let right = a.over(&b.over(&c));
        prop_assert_eq!(left, right);
    }

    /// What the number says wins, member by member; what it leaves open is the default's.
    #[test]
    fn every_member_is_the_numbers_own_or_the_defaults(own in csr_field(), default in csr_field()) {
        let entry = NumberEntry { customer_service_record: own.clone(), ..NumberEntry::default() };
        let defaults = NumberFields { customer_service_record: default.clone(), ..NumberFields::default() };
        let merged = number(&entry, &defaults).customer_service_record.into_owned();
        match (&own, &default) {
            (Field::Absent, _) => prop_assert_eq!(merged, default),
            (Field::Null, _) => prop_assert!(merged.is_null()),
            (Field::Value(own), Field::Value(default)) => {
                let merged = merged.value().cloned().unwrap_or_default();
                for ((_, got), ((_, own), (_, default))) in
                    merged.members().zip(own.members().zip(default.members()))
                {
                    prop_assert_eq!(got, if own.is_absent() { default } else { own });
                }
            }
            (Field::Value(_), _) => prop_assert_eq!(merged, own),
        }
    }
}
