//! The directory listing (D20, D21, D23).

use super::{Findings, Owner, Spot, address, text};
use crate::model::{CustomerServiceRecord, DirectoryListing, values};

const LISTING: &str = "directoryListing";

/// Members by themselves.
pub fn members(owner: Owner<'_>, listing: &DirectoryListing, found: &mut Findings) {
    let spot = Spot::new(owner, LISTING);
    let kind = text(&listing.listing_type);
    match kind {
        "PORTED" => found.error(
            "D21",
            spot,
            "type",
            "PORTED is set by alz itself while a number is ported in",
            "write the type it shall have afterwards; it is applied when the port is done",
        ),
        kind if values::LISTING_TYPES_OF_PLATFORM.contains(&kind) => found.error(
            "D20",
            spot,
            "type",
            format!("{kind} is what the platform reports; it can't be asked for"),
            format!("one of {}", values::LISTING_TYPES.join(", ")),
        ),
        kind => found.one_of("D20", spot, "type", kind, values::LISTING_TYPES),
    }
    if let Some(own) = listing.address.value() {
        address::members(Spot::new(owner, "directoryListing.address"), own, found);
    }
}

/// What is to be published must be there (D23).
pub fn whole(
    owner: Owner<'_>,
    listing: &DirectoryListing,
    csr: Option<&CustomerServiceRecord>,
    found: &mut Findings,
) {
    let spot = Spot::new(owner, LISTING);
    let kind = text(&listing.listing_type);
    let published = kind.starts_with("LIST_");
    if let Some(own) = listing.address.value() {
        address::whole(
            Spot::new(owner, "directoryListing.address"),
            own,
            None,
            found,
        );
        let named = !text(&own.last_name).is_empty() || !text(&own.business_name).is_empty();
        let csr_named = csr.is_none_or(|csr| {
            !text(&csr.last_name).is_empty()
                || !text(&csr.business_name).is_empty()
                // Members that are not managed may be there on the platform.
                || (csr.customer_type.is_absent() && csr.street_name.is_absent())
        });
        if published && !named && !csr_named {
            found.error(
                "D23",
                spot,
                "type",
                format!("{kind} publishes a name, and neither `address` nor `customerServiceRecord` has one"),
                "add businessName, or firstName and lastName",
            );
        }
    }
    if published
        && csr.is_some_and(|csr| csr.street_name.is_null())
        && listing.address.value().is_none()
    {
        found.error(
            "D23",
            spot,
            "type",
            format!("{kind} publishes an address, and `customerServiceRecord` clears its own"),
            "write the address, or NOT_LIST_NOT_PUBLISH",
        );
    }
    if kind == "NOT_LIST_NOT_PUBLISH" && listing.listed.value() == Some(&true) {
        found.warn(
            "D23",
            spot,
            "listed",
            "`listed: true` publishes an address that NOT_LIST_NOT_PUBLISH keeps out of every directory",
            "write `listed: false`, or a type that is listed",
        );
    }
}
