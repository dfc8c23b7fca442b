//! The two kinds of files a user writes, exactly as written: nothing merged,
//! nothing decided. These types are what the JSON Schemas are made from.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use schemars::JsonSchema;
use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde::{Serialize, Serializer};

use super::audit::{DriftSettings, IgnoreEntry};
use crate::model::desired::Port;
use crate::model::{
    AccountId, CustomerServiceRecord, DirectoryListing, E911Address, Field, OnUnknown, PhoneNumber,
    Reference, Text,
};

/// One account, as one YAML document of an account file.
#[derive(Clone, Debug, Serialize, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AccountFile {
    /// The platform's account id.
    #[schemars(with = "Text")]
    pub account: AccountId,
    /// A name for people; the platform is not asked to agree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Text>,
    /// true: a live number of this account that no file declares is given up.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub prune: Field<bool>,
    /// What holds for every number of this document unless the number says otherwise.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub defaults: Field<NumberFields>,
    /// Orders that bring numbers in from another carrier, by a name of your choice.
    #[serde(default, skip_serializing_if = "Unique::is_empty")]
    #[schemars(with = "Option<BTreeMap<String, Port>>")]
    pub ports: Unique<Text, Port>,
    /// The numbers, by telephone number.
    #[serde(default, skip_serializing_if = "Unique::is_empty")]
    #[schemars(with = "Option<BTreeMap<PhoneNumber, Option<NumberEntry>>>")]
    pub numbers: Unique<PhoneNumber, Option<NumberEntry>>,
}

/// What can be said of a number, and of all of them under `defaults`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NumberFields {
    /// The customer service record: whose number it is and where.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub customer_service_record: Field<CustomerServiceRecord>,
    /// The address that answers 911 calls; null: the customer service record's.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub e911_address: Field<E911Address>,
    /// How directory assistance and the phone book list the number.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub directory_listing: Field<DirectoryListing>,
    /// Where calls go; null: nowhere (callers hear busy).
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub reference: Field<Reference>,
    /// true: activate on hold. false written out: submit a held activation to the carrier.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub hold_activation: Field<bool>,
    /// true: refuse any release, cancel or prune of it.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub protected: Field<bool>,
    /// The name, under `ports`, of the order that brings it in.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub port: Field<Text>,
}

/// One number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NumberEntry {
    /// The customer service record: whose number it is and where.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub customer_service_record: Field<CustomerServiceRecord>,
    /// The address that answers 911 calls; null: the customer service record's.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub e911_address: Field<E911Address>,
    /// How directory assistance and the phone book list the number.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub directory_listing: Field<DirectoryListing>,
    /// Where calls go; null: nowhere (callers hear busy).
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub reference: Field<Reference>,
    /// true: activate on hold. false written out: submit a held activation to the carrier.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub hold_activation: Field<bool>,
    /// true: refuse any release, cancel or prune of it.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub protected: Field<bool>,
    /// The name, under `ports`, of the order that brings it in.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub port: Field<Text>,
    /// released: give the number up. Remove the entry once it is gone.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub state: Field<State>,
}

/// The only state a person can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// The number is given up.
    Released,
}

/// A map that refuses a key said twice, where serde would keep the last in
/// silence. Keys are compared by meaning: two spellings of one telephone
/// number are one key.
#[derive(Clone, Debug)]
pub struct Unique<K, V>(pub Vec<(K, V)>);

impl<K, V> Default for Unique<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K, V> Unique<K, V> {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.0.iter().map(|(key, value)| (key, value))
    }
}

impl<K: Serialize, V: Serialize> Serialize for Unique<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de, K, V> Deserialize<'de> for Unique<K, V>
where
    K: Deserialize<'de> + Ord + Clone + fmt::Display,
    V: Deserialize<'de>,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct UniqueVisitor<K, V>(PhantomData<(K, V)>);
        impl<'de, K, V> Visitor<'de> for UniqueVisitor<K, V>
        where
            K: Deserialize<'de> + Ord + Clone + fmt::Display,
            V: Deserialize<'de>,
        {
            type Value = Unique<K, V>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }
            // `numbers:` with nothing under it.
            fn visit_unit<E: de::Error>(self) -> Result<Unique<K, V>, E> {
                Ok(Unique::default())
            }
            fn visit_none<E: de::Error>(self) -> Result<Unique<K, V>, E> {
                Ok(Unique::default())
            }
            fn visit_some<D2: Deserializer<'de>>(
                self,
                deserializer: D2,
            ) -> Result<Unique<K, V>, D2::Error> {
                deserializer.deserialize_map(self)
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Unique<K, V>, A::Error> {
                let mut seen = std::collections::BTreeSet::new();
                let mut entries = Vec::with_capacity(map.size_hint().unwrap_or(0));
                while let Some((key, value)) = map.next_entry::<K, V>()? {
                    if !seen.insert(key.clone()) {
                        return Err(de::Error::custom(format_args!("{key} stands here twice")));
                    }
                    entries.push((key, value));
                }
                Ok(Unique(entries))
            }
        }
        deserializer.deserialize_option(UniqueVisitor(PhantomData))
    }
}

/// alz.yaml: the project's settings.
#[derive(Clone, Debug, Serialize, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConfigFile {
    /// The format of this file: 1.
    #[schemars(range(min = 1, max = 1))]
    pub version: u32,
    /// The platforms this repository is applied to, by name.
    #[schemars(with = "BTreeMap<String, Environment>")]
    pub environments: Unique<Text, Environment>,
    /// The environment used unless --env or ALZ_ENV names another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Text>,
    /// Requests in flight (default 8).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 256))]
    pub concurrency: Option<u32>,
    /// Ceiling on requests a second (default: none).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.01))]
    pub requests_per_second: Option<f64>,
    /// A plan beyond any of these is refused.
    #[serde(default)]
    pub guards: Guards,
    /// How much the E911 provider must say before an address is sent.
    #[serde(default)]
    pub e911: E911,
    /// What an audit looks at.
    #[serde(default)]
    pub drift: DriftSettings,
    /// Drift that is known, and no drift until a day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignore: Vec<IgnoreEntry>,
    /// Globs of JSON Schemas that every number's resolved desired state must meet, or (`x-alz-applies-to: step`) every step of a plan.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<Text>,
}

/// One platform.
#[derive(Clone, Debug, Serialize, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Environment {
    /// The API's address (https://api.alianza.com), or "sandbox" for the built-in simulator.
    pub api: Text,
    /// The partition's id; without it the one that the login belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partition: Option<Text>,
    /// Globs of the account files, relative to alz.yaml.
    pub accounts: Vec<Text>,
    /// Where runs that write tell each other apart: postgres://user@host/database for
    /// several machines, "file" (the default) for one, or "none". --lock and ALZ_LOCK
    /// stand in for it. A password goes into PGPASSWORD.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lock: Option<Text>,
}

/// How addresses are put to the E911 provider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct E911 {
    /// A new address that the provider can't confirm, or that it could not be
    /// asked about: warn (default) sends it with a warning, block keeps it back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_unknown: Option<OnUnknown>,
}

/// The limits a plan may not go beyond unless --allow lifts them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Guards {
    /// Releases, and cancelled ports and activations. Default: max 5, 10 percent from 2 on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<Guard>,
    /// Numbers whose E911 address changes. Default: 30 percent from 4 on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub e911: Option<Guard>,
    /// Updates. Default: 50 percent from 5 on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update: Option<Guard>,
}

/// One limit. Either of max and percent trips it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Guard {
    /// At most this many numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<u64>,
    /// At most this share of an account's numbers, and of the whole run's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 100))]
    pub percent: Option<f64>,
    /// The share is judged from this many numbers on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<u64>,
}
