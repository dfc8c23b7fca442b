//! Two looks at one number: has anything changed that a plan depends on?

use super::{is_echo, same};
use crate::model::live::LiveListing;
use crate::model::{LiveNumber, Record};

/// What differs by meaning between the number as it was and as it is, named as
/// in the files (and `status`, `carrier`, `port` for what only the platform says).
pub fn number_differences(was: &LiveNumber, is: &LiveNumber) -> Vec<&'static str> {
    // Every member of a live number has to be decided about.
    let LiveNumber {
        number,
        status,
        carrier,
        port,
        customer_service_record,
        e911_address,
        directory_listing: _, // by `same_listing`
        reference,
    } = was;
    let csr = customer_service_record.as_ref();
    let csr_is = is.customer_service_record.as_ref();
    // A copy of the CSR may come and go: it is no address of its own.
    let copies = is_echo(e911_address.as_ref(), csr) && is_echo(is.e911_address.as_ref(), csr_is);
    let pairs = [
        ("number", *number == is.number),
        ("status", *status == is.status),
        ("carrier", *carrier == is.carrier),
        ("port", *port == is.port),
        ("customerServiceRecord", same_record(csr, csr_is)),
        (
            "e911Address",
            copies || same_record(e911_address.as_ref(), is.e911_address.as_ref()),
        ),
        ("directoryListing", same_listing(was, is)),
        ("reference", *reference == is.reference),
    ];
    pairs
        .into_iter()
        .filter(|(_, same)| !same)
        .map(|(name, _)| name)
        .collect()
}

fn same_record(was: Option<&Record>, is: Option<&Record>) -> bool {
    let empty = Record::default();
    same(was.unwrap_or(&empty), is.unwrap_or(&empty), |_| true)
}

/// Whether the listings of two looks at a number mean the same. An address
/// that repeats the customer service record is none of its own.
pub fn same_listing(was: &LiveNumber, is: &LiveNumber) -> bool {
    let empty = LiveListing::default();
    let LiveListing {
        listed,
        listing_type,
        address,
    } = was.directory_listing.as_ref().unwrap_or(&empty);
    let listing = is.directory_listing.as_ref().unwrap_or(&empty);
    let copies = is_echo(address.as_ref(), was.customer_service_record.as_ref())
        && is_echo(
            listing.address.as_ref(),
            is.customer_service_record.as_ref(),
        );
    *listed == listing.listed
        && *listing_type == listing.listing_type
        && (copies || same_record(address.as_ref(), listing.address.as_ref()))
}
