//! A world as a person writes one down, in JSON or YAML. What isn't said is
//! small and sensible; what is said is checked, all of it before anything starts.

mod build;
mod generate;
mod port;

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::event::{EventKind, EventStatus};
use super::geo::Place;
use super::msag::KnownAddress;
use super::port::PortRules;
use super::switches::Switches;
use super::world::{Credential, Timing};
use crate::api::wire;
use crate::model::{PhoneNumber, Record};
pub use port::{LosingCarrierSeed, PortSeed, PortableSeed};

/// A world to start from.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Seed {
    /// The service provider's own part of the platform.
    pub partition: PartitionSeed,
    /// The clock stands still at this RFC 3339 instant; without it, it runs with the computer's.
    #[schemars(with = "Option<String>")]
    pub frozen_at: Option<Timestamp>,
    /// How long things take.
    pub timing: Timing,
    /// Who may log in. Empty: any name with any password.
    pub credentials: Vec<Credential>,
    /// The carriers; the first one serves numbers that name none.
    pub carriers: Vec<CarrierSeed>,
    /// The accounts, with their users and numbers.
    pub accounts: Vec<AccountSeed>,
    /// Accounts full of numbers besides, to try things at size.
    pub generate: Option<GenerateSeed>,
    /// What can be ordered, in blocks.
    pub inventory: Vec<InventorySeed>,
    /// What others serve and can be ported, in blocks.
    pub portable: Vec<PortableSeed>,
    /// What the carriers that lose numbers have on file.
    pub losing_carriers: Vec<LosingCarrierSeed>,
    /// How long the first steps of a port take, and what its trigger answers.
    pub port_rules: PortRules,
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
    /// The platform's id of it.
    pub id: String,
    /// For people.
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
    /// The platform's id of it.
    pub id: String,
    /// For people.
    pub name: String,
    /// BANDWIDTH, LEVEL_3, SINCH, TELUS …
    pub carrier_type: String,
    /// It can change a number's customer service record.
    #[serde(default = "yes", rename = "supportsCSRUpdate")]
    pub supports_csr_update: bool,
    /// It can change a number's caller ID name.
    #[serde(default = "yes", rename = "supportCNAMChange")]
    pub support_cnam_change: bool,
    /// It can list a number in directories.
    #[serde(default = "yes")]
    pub support_directory_listing: bool,
    /// Numbers can be ported to it.
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
    /// The platform's id of it.
    pub id: String,
    /// For people.
    pub name: String,
    /// The service provider's own number for it; without it, one is made up.
    pub account_number: Option<String>,
    /// US/Mountain without it.
    pub time_zone: Option<String>,
    /// Its end users.
    pub users: Vec<UserSeed>,
    /// Its numbers, on the account already.
    pub numbers: Vec<NumberSeed>,
    /// Its ports, under way or over.
    pub ports: Vec<PortSeed>,
}

/// So many accounts alike: `generated0000000000000`, `generated0000000000001` …,
/// each with so many active numbers at one address.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GenerateSeed {
    /// How many accounts.
    pub accounts: u32,
    /// How many numbers each of them has.
    pub numbers_per_account: u32,
    /// The area code of the numbers, which begin at its exchange 200; 201 without it.
    #[serde(default)]
    pub area_code: Option<u32>,
}

/// An end user.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct UserSeed {
    /// The platform's id of the user.
    pub id: String,
    /// The given name.
    pub first_name: String,
    /// The family name.
    pub last_name: String,
    /// What colleagues dial.
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
    /// Eleven digits beginning with 1.
    pub phone_number: PhoneNumber,
    /// ACTIVE without it. A status in which somebody is at work brings its event along.
    #[serde(default)]
    pub carrier_status: Option<String>,
    /// S:CustomerServiceRecordX.
    #[schemars(with = "BTreeMap<String, Value>")]
    pub customer_service_record: Record,
    /// S:E911AddressX; without it the customer service record's address answers 911 calls.
    #[serde(default)]
    #[schemars(with = "Option<BTreeMap<String, Value>>")]
    pub e911_address: Option<Record>,
    /// `type`, `listed` and `address`; the partition's default without it.
    #[serde(default)]
    #[schemars(with = "Option<BTreeMap<String, Value>>")]
    pub directory_listing: Option<wire::DirectoryListing>,
    /// What rings: END_USER, SIP_TRUNK …
    #[serde(default)]
    pub reference_type: Option<String>,
    /// Which of them rings.
    #[serde(default)]
    pub reference_id: Option<String>,
    /// The carrier that serves it; its block's, or the first one, without it.
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
    /// What is being done.
    pub service_type: EventKind,
    /// How far it is.
    pub activation_status_type: EventStatus,
    /// The carrier's or provider's words; for a rejected address they are found.
    #[serde(default)]
    pub message: Option<String>,
    /// Nobody carries it on: the order is stuck.
    #[serde(default)]
    pub stuck: bool,
    /// The day that the losing carrier has confirmed (FOC), as an RFC 3339 instant.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub foc_date: Option<Timestamp>,
    /// The day that was asked for (CRD), as an RFC 3339 instant.
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
    /// Where they are local.
    pub rate_center: String,
    /// Two letters.
    pub state: String,
    /// USA or CAN.
    pub country: String,
    /// The carrier that has them; the first one without it.
    #[serde(default)]
    pub carrier_id: Option<String>,
}

/// A number given up lately.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CooldownSeed {
    /// Eleven digits beginning with 1.
    pub phone_number: PhoneNumber,
    /// The account that gave it up.
    pub account_id: String,
    /// Until it goes back to the carrier; the partition's cooldown days without it.
    #[serde(default)]
    pub days_left: Option<u32>,
}

/// The name of the JSON Schema of a seed, in `schema/`.
pub const SCHEMA_FILE: &str = "sandbox-seed.schema.json";

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
