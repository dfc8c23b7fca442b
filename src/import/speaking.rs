//! Names for what is referred to: of the place, of the business, of the door.

use crate::model::Member;

use super::address::Lines;
use super::names::slug;
use super::target::Listing;

/// The house that an address is about; empty where it is about none.
pub fn house(lines: &Lines) -> String {
    let text = |member| lines.get(&member).and_then(Option::as_deref).unwrap_or("");
    match text(Member::StreetName) {
        "" => String::new(),
        street => format!("{}\n{street}", text(Member::StreetNumber)),
    }
}

/// Names for an address, the best first.
/// `only` house of the file, `alone` in its city.
pub fn spoken(lines: &Lines, only: bool, alone: bool) -> Vec<String> {
    let text = |member| lines.get(&member).and_then(Option::as_deref).unwrap_or("");
    let joined = |members: &[Member]| {
        let said = members.iter().map(|member| text(*member));
        slug(&said.collect::<Vec<_>>().join(" "))
    };
    let city = slug(text(Member::City));
    let street = joined(&[
        Member::StreetNumber,
        Member::PreDirectional,
        Member::StreetName,
        Member::StreetSuffix,
        Member::PostDirectional,
    ]);
    let door = joined(&[Member::SecondaryLocationDescription, Member::Unit]);
    let who = match slug(text(Member::BusinessName)) {
        business if !business.is_empty() => business,
        _ => slug(text(Member::LastName)),
    };
    if street.is_empty() {
        return vec![door, who, city];
    }
    let use_of_it = match text(Member::CustomerType) {
        "BUSINESS" if only => "office",
        "RESIDENTIAL" if only => "home",
        _ => "",
    };
    vec![
        use_of_it.to_owned(),
        if alone { city.clone() } else { String::new() },
        slug(&format!("{city} {street}")),
        slug(&format!("{city} {street} {door}")),
        slug(&format!("{city} {street} {who}")),
    ]
}

/// A name for a listing.
pub fn listed(listing: &Listing) -> String {
    match listing.listing_type.as_deref() {
        Some("NOT_LIST_NOT_PUBLISH") => "unlisted".to_owned(),
        Some("LIST_PUBLISH") => "published".to_owned(),
        Some("LIST_NOT_PUBLISH") => "listed".to_owned(),
        Some(_) | None => "listing".to_owned(),
    }
}
