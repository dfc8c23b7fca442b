//! The address-like objects of a number: what the platform holds ([`Record`])
//! and what a person declares ([`CustomerServiceRecord`], [`E911Address`],
//! [`ListingAddress`]).

mod held;
pub mod schema;

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use super::field::{Field, Text};
use super::member::Member;

pub use held::Record;

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
        /// first responder looks for inside the building. null says that there
        /// is none, where a building with several tenants would need one.
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
