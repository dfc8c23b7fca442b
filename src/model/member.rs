//! The members of an address or customer service record, by name.
//!
//! CSR, E911 address and listing address are three selections of one
//! vocabulary (S:CustomerServiceRecordX, S:E911AddressX, S:AddressX). Naming
//! the members once lets merging, comparing and laying one over another be
//! written once for all three.

/// One member, in the order in which people read an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Member {
    CustomerType,
    FirstName,
    MiddleInitial,
    LastName,
    FirstNameSecondary,
    BusinessName,
    CustomerName,
    BlockCustomerName,
    StreetNumber,
    StreetNumberSuffix,
    PreDirectional,
    StreetName,
    StreetSuffix,
    PostDirectional,
    SecondaryLocationDescription,
    Unit,
    City,
    State,
    PostalCode,
    Country,
    Latitude,
    Longitude,
    Language,
}

impl Member {
    pub const COUNT: usize = 23;

    pub const ALL: [Member; Member::COUNT] = [
        Member::CustomerType,
        Member::FirstName,
        Member::MiddleInitial,
        Member::LastName,
        Member::FirstNameSecondary,
        Member::BusinessName,
        Member::CustomerName,
        Member::BlockCustomerName,
        Member::StreetNumber,
        Member::StreetNumberSuffix,
        Member::PreDirectional,
        Member::StreetName,
        Member::StreetSuffix,
        Member::PostDirectional,
        Member::SecondaryLocationDescription,
        Member::Unit,
        Member::City,
        Member::State,
        Member::PostalCode,
        Member::Country,
        Member::Latitude,
        Member::Longitude,
        Member::Language,
    ];

    /// The platform's own name.
    pub const fn name(self) -> &'static str {
        match self {
            Member::CustomerType => "customerType",
            Member::FirstName => "firstName",
            Member::MiddleInitial => "middleInitial",
            Member::LastName => "lastName",
            Member::FirstNameSecondary => "firstNameSecondary",
            Member::BusinessName => "businessName",
            Member::CustomerName => "customerName",
            Member::BlockCustomerName => "blockCustomerName",
            Member::StreetNumber => "streetNumber",
            Member::StreetNumberSuffix => "streetNumberSuffix",
            Member::PreDirectional => "preDirectional",
            Member::StreetName => "streetName",
            Member::StreetSuffix => "streetSuffix",
            Member::PostDirectional => "postDirectional",
            Member::SecondaryLocationDescription => "secondaryLocationDescription",
            Member::Unit => "unit",
            Member::City => "city",
            Member::State => "state",
            Member::PostalCode => "postalCode",
            Member::Country => "country",
            Member::Latitude => "latitude",
            Member::Longitude => "longitude",
            Member::Language => "language",
        }
    }

    /// The member of that name. Written out, for it is asked for every member
    /// of every object of a listing.
    pub fn from_name(name: &str) -> Option<Member> {
        Some(match name {
            "customerType" => Member::CustomerType,
            "firstName" => Member::FirstName,
            "middleInitial" => Member::MiddleInitial,
            "lastName" => Member::LastName,
            "firstNameSecondary" => Member::FirstNameSecondary,
            "businessName" => Member::BusinessName,
            "customerName" => Member::CustomerName,
            "blockCustomerName" => Member::BlockCustomerName,
            "streetNumber" => Member::StreetNumber,
            "streetNumberSuffix" => Member::StreetNumberSuffix,
            "preDirectional" => Member::PreDirectional,
            "streetName" => Member::StreetName,
            "streetSuffix" => Member::StreetSuffix,
            "postDirectional" => Member::PostDirectional,
            "secondaryLocationDescription" => Member::SecondaryLocationDescription,
            "unit" => Member::Unit,
            "city" => Member::City,
            "state" => Member::State,
            "postalCode" => Member::PostalCode,
            "country" => Member::Country,
            "latitude" => Member::Latitude,
            "longitude" => Member::Longitude,
            "language" => Member::Language,
            _ => return None,
        })
    }

    /// Part of the place itself: once `streetName` is declared, a location
    /// member that is not declared counts as empty (design, decision 1).
    pub const fn is_location(self) -> bool {
        matches!(
            self,
            Member::StreetNumber
                | Member::StreetNumberSuffix
                | Member::PreDirectional
                | Member::StreetName
                | Member::StreetSuffix
                | Member::PostDirectional
                | Member::SecondaryLocationDescription
                | Member::Unit
                | Member::City
                | Member::State
                | Member::PostalCode
        )
    }

    /// A JSON boolean on the wire; text everywhere else.
    pub const fn is_boolean(self) -> bool {
        matches!(self, Member::BlockCustomerName)
    }

    /// Members of S:E911AddressX.
    pub const fn in_e911(self) -> bool {
        !matches!(
            self,
            Member::CustomerName | Member::BlockCustomerName | Member::FirstNameSecondary
        )
    }

    /// Members of S:CustomerServiceRecordX.
    pub const fn in_csr(self) -> bool {
        !matches!(
            self,
            Member::Latitude | Member::Longitude | Member::Language
        )
    }

    /// Members of S:AddressX and the guide's listing address.
    pub const fn in_listing(self) -> bool {
        self.in_csr() && !matches!(self, Member::CustomerName | Member::BlockCustomerName)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_lists_every_member_at_its_own_place() {
        for (index, member) in Member::ALL.into_iter().enumerate() {
            assert_eq!(member as usize, index);
            assert_eq!(Member::from_name(member.name()), Some(member));
        }
    }
}
