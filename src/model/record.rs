//! The address-like objects of a number: what the platform holds ([`Record`])
//! and what a person declares ([`CustomerServiceRecord`], [`E911Address`],
//! [`ListingAddress`]).

use std::fmt;

use schemars::JsonSchema;
use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::field::{Field, Text};
use super::member::Member;

/// An address-like object as the platform holds it. An absent member, null and
/// "" all mean empty (N1). Members that this program doesn't know are kept, so
/// that an object that must be sent whole loses nothing.
#[derive(Clone, Default, PartialEq)]
pub struct Record {
    members: [Option<Box<str>>; Member::COUNT],
    extra: Option<Box<Map<String, Value>>>,
}

impl Record {
    /// The member's text, empty where there is none.
    pub fn get(&self, member: Member) -> &str {
        self.members[member as usize].as_deref().unwrap_or("")
    }

    /// The member as it came, telling "" from absent.
    pub fn raw(&self, member: Member) -> Option<&str> {
        self.members[member as usize].as_deref()
    }

    pub fn set(&mut self, member: Member, value: Option<&str>) {
        self.members[member as usize] = value.map(Into::into);
    }

    /// Members outside [`Member`], as they came.
    pub fn extra(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.extra.iter().flat_map(|map| map.iter())
    }

    pub fn set_extra(&mut self, name: &str, value: Value) {
        self.extra
            .get_or_insert_default()
            .insert(name.to_owned(), value);
    }

    pub fn remove_extra(&mut self, name: &str) -> Option<Value> {
        self.extra.as_mut()?.remove(name)
    }

    /// No member says anything.
    pub fn is_empty(&self) -> bool {
        Member::ALL
            .into_iter()
            .all(|member| self.get(member).is_empty())
    }
}

/// Names and places are masked: what is printed to find a mistake ends in logs.
impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map()
            .entries(
                Member::ALL
                    .into_iter()
                    .filter_map(|m| Some((m.name(), m.in_debug(self.raw(m)?)))),
            )
            .finish()
    }
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for member in Member::ALL {
            match self.raw(member) {
                None => {}
                Some(text) if member.is_boolean() => {
                    map.serialize_entry(member.name(), &text.eq_ignore_ascii_case("true"))?;
                }
                Some(text) => map.serialize_entry(member.name(), text)?,
            }
        }
        for (name, value) in self.extra() {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// A member's value on the wire: text, but numbers and booleans are taken as
/// their text (coordinates appear as both; N12).
struct WireText(Option<Box<str>>);

impl<'de> Deserialize<'de> for WireText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct WireTextVisitor;
        impl<'de> Visitor<'de> for WireTextVisitor {
            type Value = WireText;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string, a number, a boolean or null")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<WireText, E> {
                Ok(WireText(Some(text.into())))
            }
            fn visit_bool<E: de::Error>(self, value: bool) -> Result<WireText, E> {
                Ok(WireText(Some(if value { "true" } else { "false" }.into())))
            }
            fn visit_u64<E: de::Error>(self, value: u64) -> Result<WireText, E> {
                Ok(WireText(Some(value.to_string().into())))
            }
            fn visit_i64<E: de::Error>(self, value: i64) -> Result<WireText, E> {
                Ok(WireText(Some(value.to_string().into())))
            }
            fn visit_f64<E: de::Error>(self, value: f64) -> Result<WireText, E> {
                Ok(WireText(Some(value.to_string().into())))
            }
            fn visit_unit<E: de::Error>(self) -> Result<WireText, E> {
                Ok(WireText(None))
            }
            fn visit_none<E: de::Error>(self) -> Result<WireText, E> {
                Ok(WireText(None))
            }
        }
        deserializer.deserialize_any(WireTextVisitor)
    }
}

/// A member name, found without allocating it.
enum Key {
    Known(Member),
    Nested,
    Unknown(String),
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;
        impl Visitor<'_> for KeyVisitor {
            type Value = Key;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a member name")
            }
            fn visit_str<E: de::Error>(self, name: &str) -> Result<Key, E> {
                Ok(match Member::from_name(name) {
                    Some(member) => Key::Known(member),
                    None if name == "address" => Key::Nested,
                    None => Key::Unknown(name.to_owned()),
                })
            }
        }
        deserializer.deserialize_str(KeyVisitor)
    }
}

impl<'de> Deserialize<'de> for Record {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct RecordVisitor;
        impl<'de> Visitor<'de> for RecordVisitor {
            type Value = Record;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an address object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Record, A::Error> {
                let mut record = Record::default();
                while let Some(key) = map.next_key::<Key>()? {
                    match key {
                        Key::Known(member) => {
                            record.members[member as usize] = map.next_value::<WireText>()?.0;
                        }
                        // The guide shows e911Address both flat and as {address: {…}}.
                        Key::Nested => match map.next_value::<Option<Record>>()? {
                            None => {}
                            Some(nested) => {
                                for (mine, theirs) in record.members.iter_mut().zip(nested.members)
                                {
                                    if theirs.is_some() {
                                        *mine = theirs;
                                    }
                                }
                            }
                        },
                        Key::Unknown(name) => {
                            let value = map.next_value()?;
                            record.set_extra(&name, value);
                        }
                    }
                }
                Ok(record)
            }
        }
        deserializer.deserialize_map(RecordVisitor)
    }
}

/// What a person declares of an address-like object.
pub trait Declared {
    /// What is said of a member; absent where the object has no such member.
    fn member(&self, member: Member) -> Field<&Text>;
}

/// Defines a declared object: a serde struct whose members are all texts,
/// with its [`Declared`] view and its merge over defaults.
macro_rules! declared {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $( $(#[$field_meta:meta])* $field:ident : $member:ident ),* $(,)?
        }
        $( also { $( $(#[$own_meta:meta])* $own:ident : $own_type:ty ),* $(,)? } )?
    ) => {
        $(#[$meta])*
        #[derive(Clone, Default, PartialEq, Eq, Serialize, serde::Deserialize, JsonSchema)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        pub struct $name {
            $(
                $(#[$field_meta])*
                #[serde(default, skip_serializing_if = "Field::is_absent")]
                pub $field: Field<Text>,
            )*
            $($(
                $(#[$own_meta])*
                #[serde(default, skip_serializing_if = "Field::is_absent")]
                pub $own: Field<$own_type>,
            )*)?
        }

        impl $name {
            /// This object with `defaults` under it: what is said wins.
            pub fn over(self, defaults: &Self) -> Self {
                Self {
                    $( $field: self.$field.or(|| defaults.$field.clone()), )*
                    $($( $own: self.$own.or(|| defaults.$own.clone()), )*)?
                }
            }

            /// Its text members, whether said or not.
            pub fn members(&self) -> impl Iterator<Item = (Member, &Field<Text>)> {
                [$( (Member::$member, &self.$field) ),*].into_iter()
            }
        }

        /// Names and places are masked, as in a [`Record`].
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut said = f.debug_struct(stringify!($name));
                for (member, field) in self.members() {
                    match field {
                        Field::Absent => {}
                        Field::Null => {
                            said.field(member.name(), &None::<&str>);
                        }
                        Field::Value(text) => {
                            said.field(member.name(), &member.in_debug(text.as_str()));
                        }
                    }
                }
                said.finish()
            }
        }

        impl Declared for $name {
            fn member(&self, member: Member) -> Field<&Text> {
                match member {
                    $( Member::$member => self.$field.as_ref(), )*
                    #[allow(unreachable_patterns)]
                    _ => Field::Absent,
                }
            }
        }
    };
}

declared! {
    /// The customer service record (CSR): whose number it is and where. It is
    /// what a losing carrier compares when the number is ported, and, unless
    /// `e911Address` says otherwise, where an ambulance goes.
    pub struct CustomerServiceRecord {
        /// BUSINESS (needs `businessName`) or RESIDENTIAL (needs `firstName` and `lastName`).
        #[schemars(transform = super::record::schema::customer_type)]
        customer_type: CustomerType,
        /// First name of a residential customer, 1 to 256 characters.
        first_name: FirstName,
        /// Middle initial of a residential customer.
        middle_initial: MiddleInitial,
        /// Last name of a residential customer.
        last_name: LastName,
        /// First name of a second person, for the directory.
        first_name_secondary: FirstNameSecondary,
        /// Name of a business customer.
        business_name: BusinessName,
        /// Caller ID name (CNAM) shown to the people called: up to 15 letters, digits and spaces.
        customer_name: CustomerName,
        /// true hides the caller ID name: only the number is shown.
        #[schemars(transform = super::record::schema::boolean)]
        block_customer_name: BlockCustomerName,
        /// House number: the 123 of "123 1/2 S Jefferson St".
        street_number: StreetNumber,
        /// House number suffix: the 1/2 of "123 1/2 S Jefferson St".
        street_number_suffix: StreetNumberSuffix,
        /// Direction before the street name: N NE E SE S SW W NW.
        #[schemars(transform = super::record::schema::directional)]
        pre_directional: PreDirectional,
        /// Street name without directions and suffix: the Jefferson of "123 1/2 S Jefferson St".
        /// Once it is declared the whole location is: location members left out count as empty.
        street_name: StreetName,
        /// Street suffix: the St of "123 1/2 S Jefferson St", abbreviated or in full.
        street_suffix: StreetSuffix,
        /// Direction after the street name: N NE E SE S SW W NW.
        #[schemars(transform = super::record::schema::directional)]
        post_directional: PostDirectional,
        /// What `unit` counts: SUITE, APARTMENT, FLOOR …
        #[schemars(transform = super::record::schema::secondary_location)]
        secondary_location_description: SecondaryLocationDescription,
        /// The suite, apartment or floor itself, at most 10 characters.
        unit: Unit,
        /// City.
        city: City,
        /// Two-letter state or province.
        state: State,
        /// ZIP code (84042 or 84042-1234) or Canadian postal code (K1P 5A9).
        postal_code: PostalCode,
        /// USA or CAN.
        country: Country,
    }
}

/// What to do when the E911 provider adjusts an address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum OnCorrection {
    /// Say so and let a person decide (the default).
    #[default]
    Report,
    /// Accept the provider's spelling.
    Accept,
    /// Keep the address as declared.
    KeepOriginal,
}

declared! {
    /// The address that answers 911 calls from this number. `null` means the
    /// customer service record's address, as on the platform. Members of a CSR
    /// that an E911 address lacks (customerName …) are accepted, so that a CSR
    /// can be merged in, and are neither sent nor compared.
    pub struct E911Address {
        /// BUSINESS (needs `businessName`) or RESIDENTIAL (needs `firstName` and `lastName`).
        #[schemars(transform = super::record::schema::customer_type)]
        customer_type: CustomerType,
        /// First name of a residential customer, 1 to 256 characters.
        first_name: FirstName,
        /// Middle initial of a residential customer.
        middle_initial: MiddleInitial,
        /// Last name of a residential customer.
        last_name: LastName,
        /// Accepted from a merged CSR; not part of an E911 address.
        first_name_secondary: FirstNameSecondary,
        /// Name of a business customer.
        business_name: BusinessName,
        /// Accepted from a merged CSR; not part of an E911 address.
        customer_name: CustomerName,
        /// Accepted from a merged CSR; not part of an E911 address.
        #[schemars(transform = super::record::schema::boolean)]
        block_customer_name: BlockCustomerName,
        /// House number: the 123 of "123 1/2 S Jefferson St".
        street_number: StreetNumber,
        /// House number suffix: the 1/2 of "123 1/2 S Jefferson St".
        street_number_suffix: StreetNumberSuffix,
        /// Direction before the street name: N NE E SE S SW W NW.
        #[schemars(transform = super::record::schema::directional)]
        pre_directional: PreDirectional,
        /// Street name without directions and suffix. Once it is declared the
        /// whole location is: location members left out count as empty.
        street_name: StreetName,
        /// Street suffix, abbreviated or in full.
        street_suffix: StreetSuffix,
        /// Direction after the street name: N NE E SE S SW W NW.
        #[schemars(transform = super::record::schema::directional)]
        post_directional: PostDirectional,
        /// What `unit` counts: SUITE, APARTMENT, FLOOR …
        #[schemars(transform = super::record::schema::secondary_location)]
        secondary_location_description: SecondaryLocationDescription,
        /// The suite, apartment or floor itself, at most 10 characters: what a
        /// first responder looks for inside the building.
        unit: Unit,
        /// City.
        city: City,
        /// Two-letter state or province.
        state: State,
        /// ZIP code (84042 or 84042-1234) or Canadian postal code (K1P 5A9).
        postal_code: PostalCode,
        /// USA or CAN.
        country: Country,
        /// Latitude, -90 to 90 with 4 to 6 decimals. With coordinates the
        /// address is not sent to the PSAP.
        latitude: Latitude,
        /// Longitude, -180 to 180 with 4 to 6 decimals. With coordinates the
        /// address is not sent to the PSAP.
        longitude: Longitude,
        /// The language 911 calls are answered in: fr-CA, en-US, or null for
        /// the platform's own routing (French in Quebec, English elsewhere).
        #[schemars(transform = super::record::schema::language)]
        language: Language,
    }
    also {
        /// When the E911 provider adjusts the address: report (default), accept or keepOriginal.
        on_correction: OnCorrection,
    }
}

declared! {
    /// An address of its own for the directory; null means the CSR's.
    pub struct ListingAddress {
        /// BUSINESS or RESIDENTIAL.
        #[schemars(transform = super::record::schema::customer_type)]
        customer_type: CustomerType,
        /// First name.
        first_name: FirstName,
        /// Middle initial.
        middle_initial: MiddleInitial,
        /// Last name.
        last_name: LastName,
        /// First name of a second person.
        first_name_secondary: FirstNameSecondary,
        /// Name of a business.
        business_name: BusinessName,
        /// House number.
        street_number: StreetNumber,
        /// House number suffix.
        street_number_suffix: StreetNumberSuffix,
        /// Direction before the street name.
        #[schemars(transform = super::record::schema::directional)]
        pre_directional: PreDirectional,
        /// Street name; once it is declared the whole location is.
        street_name: StreetName,
        /// Street suffix.
        street_suffix: StreetSuffix,
        /// Direction after the street name.
        #[schemars(transform = super::record::schema::directional)]
        post_directional: PostDirectional,
        /// What `unit` counts.
        #[schemars(transform = super::record::schema::secondary_location)]
        secondary_location_description: SecondaryLocationDescription,
        /// Suite, apartment or floor.
        unit: Unit,
        /// City.
        city: City,
        /// Two-letter state or province.
        state: State,
        /// Postal code.
        postal_code: PostalCode,
        /// USA or CAN.
        country: Country,
    }
}

/// How directory assistance (411) and the phone book list the number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DirectoryListing {
    /// Whether the address goes into the listing.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub listed: Field<bool>,
    /// LIST_PUBLISH (411 and phone book), LIST_NOT_PUBLISH (411 only) or
    /// NOT_LIST_NOT_PUBLISH (neither).
    #[serde(default, skip_serializing_if = "Field::is_absent", rename = "type")]
    #[schemars(transform = super::record::schema::listing_type)]
    pub listing_type: Field<Text>,
    /// An address of its own for the directory; null means the CSR's.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub address: Field<ListingAddress>,
}

impl DirectoryListing {
    /// This object with `defaults` under it: what is said wins.
    pub fn over(self, defaults: &Self) -> Self {
        Self {
            listed: self.listed.or(|| defaults.listed.clone()),
            listing_type: self.listing_type.or(|| defaults.listing_type.clone()),
            address: merge(self.address, &defaults.address, ListingAddress::over),
        }
    }
}

/// Where calls to the number go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Reference {
    /// The kind of object that calls go to: END_USER, SIP_TRUNK, IVR …
    #[serde(default, skip_serializing_if = "Field::is_absent", rename = "type")]
    #[schemars(transform = super::record::schema::reference_type)]
    pub reference_type: Field<Text>,
    /// The id of that object (for END_USER the user's id). Case matters.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub id: Field<Text>,
    /// true shows this number as the user's caller ID. END_USER only.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub assign_as_caller_id: Field<bool>,
}

impl Reference {
    /// This object with `defaults` under it: what is said wins.
    pub fn over(self, defaults: &Self) -> Self {
        Self {
            reference_type: self.reference_type.or(|| defaults.reference_type.clone()),
            id: self.id.or(|| defaults.id.clone()),
            assign_as_caller_id: self
                .assign_as_caller_id
                .or(|| defaults.assign_as_caller_id.clone()),
        }
    }
}

/// Lays one said object over a default one: two maps merge, anything else replaces.
pub fn merge<T: Clone>(said: Field<T>, default: &Field<T>, over: fn(T, &T) -> T) -> Field<T> {
    match (said, default) {
        (Field::Absent, default) => default.clone(),
        (Field::Value(said), Field::Value(default)) => Field::Value(over(said, default)),
        (said, _) => said,
    }
}

/// What the JSON Schemas add to the types: the platform's enumerations.
pub mod schema {
    use schemars::Schema;
    use serde_json::{Value, json};

    use crate::model::values;

    fn one_of(schema: &mut Schema, values: &[&str]) {
        let list: Vec<Value> = values
            .iter()
            .map(|v| json!(v))
            .chain([Value::Null])
            .collect();
        schema.insert("type".into(), json!(["string", "null"]));
        schema.insert("enum".into(), Value::Array(list));
    }
    pub fn customer_type(schema: &mut Schema) {
        one_of(schema, values::CUSTOMER_TYPES);
    }
    pub fn directional(schema: &mut Schema) {
        one_of(schema, &with_empty(values::DIRECTIONALS));
    }
    pub fn secondary_location(schema: &mut Schema) {
        one_of(schema, &with_empty(values::SECONDARY_LOCATIONS));
    }
    pub fn language(schema: &mut Schema) {
        one_of(schema, values::LANGUAGES);
    }
    pub fn listing_type(schema: &mut Schema) {
        one_of(schema, values::LISTING_TYPES);
    }
    pub fn reference_type(schema: &mut Schema) {
        one_of(schema, values::REFERENCE_TYPES);
    }
    pub fn wire_type(schema: &mut Schema) {
        one_of(schema, values::WIRE_TYPES);
    }
    pub fn boolean(schema: &mut Schema) {
        schema.insert("type".into(), json!(["boolean", "null"]));
    }
    fn with_empty<'a>(values: &[&'a str]) -> Vec<&'a str> {
        [""].into_iter().chain(values.iter().copied()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_live_object_keeps_what_is_unknown_and_reads_both_shapes() {
        let flat: Record = serde_json::from_str(
            r#"{"city":"Ottawa","unit":null,"streetSuffix":"","latitude":45.4215,"blockCustomerName":false,"new":{"a":1}}"#,
        )
        .expect("flat");
        assert_eq!(flat.get(Member::City), "Ottawa");
        assert_eq!(flat.get(Member::Latitude), "45.4215");
        assert_eq!(flat.raw(Member::Unit), None);
        assert_eq!(flat.raw(Member::StreetSuffix), Some(""));
        let again = serde_json::to_value(&flat).expect("to json");
        assert_eq!(again["new"]["a"], 1);
        assert_eq!(again["blockCustomerName"], false);

        let nested: Record =
            serde_json::from_str(r#"{"address":{"city":"Ottawa"},"latitude":"45.4215"}"#)
                .expect("nested");
        assert_eq!(nested.get(Member::City), "Ottawa");
        assert_eq!(nested.get(Member::Latitude), "45.4215");
    }

    #[test]
    fn a_null_takes_a_default_away_and_a_value_replaces_it() {
        let defaults: CustomerServiceRecord =
            serde_json::from_str(r#"{"unit":"500","city":"Lindon","state":"UT"}"#).expect("json");
        let own: CustomerServiceRecord =
            serde_json::from_str(r#"{"unit":null,"city":"Orem"}"#).expect("json");
        let merged = own.over(&defaults);
        assert!(merged.unit.is_null());
        assert_eq!(merged.city.text(), "Orem");
        assert_eq!(merged.state.text(), "UT");
        assert!(merged.street_name.is_absent());
    }
}
