//! A world as a person writes one down, in JSON or YAML. What isn't said is
//! small and sensible; what is said is checked, all of it before anything starts.

mod build;

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::event::{EventKind, EventStatus};
use super::geo::Place;
use super::msag::KnownAddress;
use super::switches::Switches;
use super::world::{Credential, Timing};
use crate::api::wire;
use crate::model::{PhoneNumber, Record};

/// A world to start from.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Seed {
    pub partition: PartitionSeed,
    /// The clock stands still at this RFC 3339 instant; without it, it runs with the computer's.
    #[schemars(with = "Option<String>")]
    pub frozen_at: Option<Timestamp>,
    pub timing: Timing,
    /// Who may log in. Empty: any name with any password.
    pub credentials: Vec<Credential>,
    /// The carriers; the first one serves numbers that name none.
    pub carriers: Vec<CarrierSeed>,
    pub accounts: Vec<AccountSeed>,
    /// What can be ordered, in blocks.
    pub inventory: Vec<InventorySeed>,
    /// Numbers given up lately.
    pub cooldowns: Vec<CooldownSeed>,
    /// The streets that the E911 provider's guide (MSAG) knows.
    pub addresses: Vec<KnownAddress>,
    /// Register addresses on streets that the guide doesn't know; asked
    /// beforehand, it still says UNKNOWN.
    pub accept_unknown_addresses: bool,
    /// Where rate centres lie: distances of a number search are from there.
    pub places: Vec<Place>,
    /// How the sandbox decides what no source says of the platform.
    pub switches: Switches,
}

/// The service provider's partition.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PartitionSeed {
    pub id: String,
    pub name: String,
    /// Days that a number given up stays in cooldown.
    pub tn_delete_cooldown_days: i64,
    /// The listing type of orders that name none.
    pub default_directory_listing_type: String,
}

impl Default for PartitionSeed {
    fn default() -> Self {
        Self {
            id: "X4fbfNlFRpy7bWDFmCwwdw".to_owned(),
            name: "Sandbox Telecom".to_owned(),
            tn_delete_cooldown_days: 30,
            default_directory_listing_type: "NOT_LIST_NOT_PUBLISH".to_owned(),
        }
    }
}

/// A carrier and what it can do; it can do what isn't denied.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CarrierSeed {
    pub id: String,
    pub name: String,
    /// BANDWIDTH, LEVEL_3, SINCH, TELUS …
    pub carrier_type: String,
    #[serde(default = "yes", rename = "supportsCSRUpdate")]
    pub supports_csr_update: bool,
    #[serde(default = "yes", rename = "supportCNAMChange")]
    pub support_cnam_change: bool,
    #[serde(default = "yes")]
    pub support_directory_listing: bool,
    #[serde(default = "yes")]
    pub support_porting: bool,
}

fn yes() -> bool {
    true
}

/// An account with its users and numbers.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct AccountSeed {
    pub id: String,
    pub name: String,
    /// The service provider's own number for it; without it, one is made up.
    pub account_number: Option<String>,
    /// US/Mountain without it.
    pub time_zone: Option<String>,
    pub users: Vec<UserSeed>,
    pub numbers: Vec<NumberSeed>,
}

/// An end user.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct UserSeed {
    pub id: String,
    pub first_name: String,
    pub last_name: String,
    pub extension: String,
    /// Made from the names where there is none.
    pub username: Option<String>,
    /// The number that the people called see.
    pub caller_id_number: Option<PhoneNumber>,
}

/// A number on the account, as the platform's API shows it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NumberSeed {
    pub phone_number: PhoneNumber,
    /// ACTIVE without it. A status in which somebody is at work brings its event along.
    #[serde(default)]
    pub carrier_status: Option<String>,
    #[schemars(with = "BTreeMap<String, Value>")]
    pub customer_service_record: Record,
    #[serde(default)]
    #[schemars(with = "Option<BTreeMap<String, Value>>")]
    pub e911_address: Option<Record>,
    /// `type`, `listed` and `address`; the partition's default without it.
    #[serde(default)]
    #[schemars(with = "Option<BTreeMap<String, Value>>")]
    pub directory_listing: Option<wire::DirectoryListing>,
    #[serde(default)]
    pub reference_type: Option<String>,
    #[serde(default)]
    pub reference_id: Option<String>,
    #[serde(default)]
    pub carrier_id: Option<String>,
    /// The port that brings it; made up for a PORT status without one.
    #[serde(default)]
    pub port_id: Option<String>,
    /// Events that differ from what the status implies.
    #[serde(default)]
    pub events: Vec<EventSeed>,
}

/// A service activation event of a number.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EventSeed {
    pub service_type: EventKind,
    pub activation_status_type: EventStatus,
    /// The carrier's or provider's words; for a rejected address they are found.
    #[serde(default)]
    pub message: Option<String>,
    /// Nobody carries it on: the order is stuck.
    #[serde(default)]
    pub stuck: bool,
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub foc_date: Option<Timestamp>,
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub crd_date: Option<Timestamp>,
}

/// A block of numbers that can be ordered.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InventorySeed {
    /// The digits that its numbers begin with: 1801555 is 18015550000 to 18015559999,
    /// eleven digits are one number.
    pub prefix: String,
    pub rate_center: String,
    pub state: String,
    pub country: String,
    #[serde(default)]
    pub carrier_id: Option<String>,
}

/// A number given up lately.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CooldownSeed {
    pub phone_number: PhoneNumber,
    /// The account that gave it up.
    pub account_id: String,
    /// Until it goes back to the carrier; the partition's cooldown days without it.
    #[serde(default)]
    pub days_left: Option<u32>,
}

/// The JSON Schema of a seed file.
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(Seed)
}

/// Reads a seed; JSON is YAML too, and is read as JSON for its better errors.
pub fn parse(text: &str) -> Result<Seed, String> {
    if text.trim_start().starts_with('{') {
        serde_json::from_str(text).map_err(|error| error.to_string())
    } else {
        serde_yaml::from_str(text).map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_schema_takes_the_built_in_world_and_refuses_what_is_no_seed() {
        let schema = serde_json::to_value(schema()).expect("a schema");
        let validator = jsonschema::validator_for(&schema).expect("a lawful schema");
        let built_in: Value =
            serde_yaml::from_str(crate::sandbox::BUILT_IN).expect("the built-in world");
        let problems: Vec<String> = validator
            .iter_errors(&built_in)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert_eq!(problems, Vec::<String>::new());
        assert!(!validator.is_valid(&json!({"carrier": []})));
        assert!(!validator.is_valid(&json!({"timing": {"submitSeconds": -1}})));
    }

    #[test]
    fn a_seed_that_contradicts_itself_is_refused_with_the_reason() {
        let carrier = json!([{"id": "c1", "name": "One", "carrierType": "BANDWIDTH"}]);
        let number = |more: Value| {
            let mut number = json!({"phoneNumber": "18015550101", "customerServiceRecord": {}});
            for (name, value) in more.as_object().into_iter().flatten() {
                number[name] = value.clone();
            }
            number
        };
        let with = |numbers: Value| json!({"carriers": carrier, "accounts": [{"id": "a1", "name": "One", "numbers": numbers}]});
        for (seed, reason) in [
            (json!({}), "at least one carrier"),
            (with(json!([number(json!({})), number(json!({}))])), "twice"),
            (
                with(json!([number(json!({"carrierStatus": "Active"}))])),
                "no carrierStatus",
            ),
            (
                with(json!([number(json!({"carrierId": "c2"}))])),
                "no carrier c2",
            ),
            (
                with(json!([number(
                    json!({"referenceType": "USER", "referenceId": "u"})
                )])),
                "known type",
            ),
            (
                json!({"carriers": carrier, "inventory": [{"prefix": "801555", "rateCenter": "", "state": "UT", "country": "USA"}]}),
                "beginning with 1",
            ),
            (
                json!({"carriers": carrier, "cooldowns": [{"phoneNumber": "18015550101", "accountId": "a9"}]}),
                "no account a9",
            ),
        ] {
            let seed = parse(&seed.to_string()).expect("lawful in form");
            let refused = seed.into_world(Timestamp::UNIX_EPOCH).expect_err(reason);
            assert!(refused.contains(reason), "{refused}");
        }
    }

    #[test]
    fn numbers_at_one_address_share_it() {
        let seed = parse(
            &json!({
                "carriers": [{"id": "c1", "name": "One", "carrierType": "BANDWIDTH"}],
                "accounts": [{"id": "a1", "name": "One", "numbers": [
                    {"phoneNumber": "18015550101", "customerServiceRecord": {"city": "Lindon"}},
                    {"phoneNumber": "18015550102", "customerServiceRecord": {"city": "Lindon"}}
                ]}]
            })
            .to_string(),
        )
        .expect("a seed");
        let world = seed.into_world(Timestamp::UNIX_EPOCH).expect("a world");
        let mut records = world.numbers.values().map(|number| &number.csr);
        let (one, other) = (records.next().expect("one"), records.next().expect("two"));
        assert!(std::sync::Arc::ptr_eq(one, other));
    }
}
