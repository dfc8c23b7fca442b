//! The platform's paths, each built in one place.
//!
//! Planner and client name the same operations; a path spelled twice would
//! sooner or later be spelled differently. The functions are pure: they return
//! the path below the API's address, with ids percent-encoded. The shorthand in
//! the comments is that of the contract notes: P is the partition, A an account
//! in it, T the account's numbers, I the partition's inventory.

use super::id::{AccountId, PartitionId, PortId};
use super::number::PhoneNumber;

/// POST: login (O:logUserIn).
pub const LOGIN: &str = "/v2/authorize";
/// GET: whose token this is (O:getLoginInfo).
pub const USER_INFO: &str = "/v2/authorize/userinfo";

/// GET: a line of address taken apart and validated (O:validateAddress); the
/// query is the client's.
pub const ADDRESS_VALIDATE: &str = "/v2/address/validate";
/// GET: addresses that begin like a line (O:typeAhead).
pub const ADDRESS_TYPEAHEAD: &str = "/v2/address/typeahead";

/// P (O:retrieve_2).
pub fn partition(partition: &PartitionId) -> String {
    format!("/v2/partition/{}", encode(partition.as_str()))
}

/// P/inboundcarriers (O:getInboundCarriers).
pub fn inbound_carriers(p: &PartitionId) -> String {
    format!("{}/inboundcarriers", partition(p))
}

/// P/ratecenter/{tn} (O:getRateCenter).
pub fn rate_center(p: &PartitionId, number: PhoneNumber) -> String {
    format!("{}/ratecenter/{number}", partition(p))
}

/// P/account: every account of the partition (O:getAccounts).
pub fn accounts(p: &PartitionId) -> String {
    format!("{}/account", partition(p))
}

/// A (O:retrieveAccount).
pub fn account(p: &PartitionId, account: &AccountId) -> String {
    format!("{}/account/{}", partition(p), encode(account.as_str()))
}

/// P/account/{tn}?accountIdType=PhoneNumber: the account that has a number
/// (O:retrieveAccount).
pub fn account_of_number(p: &PartitionId, number: PhoneNumber) -> String {
    format!(
        "{}/account/{number}?accountIdType=PhoneNumber",
        partition(p)
    )
}

/// PUT P/account/e911/prevalidate (O:preValidateAccountTn).
pub fn e911_prevalidate(p: &PartitionId) -> String {
    format!("{}/account/e911/prevalidate", partition(p))
}

/// POST P/account/prevalidate: asks about a port, orders nothing (O:preValidateAccount).
pub fn port_prevalidate(p: &PartitionId) -> String {
    format!("{}/account/prevalidate", partition(p))
}

/// T: GET lists, POST activates or orders a port (O:retrieveAccountTelephoneNumbers,
/// O:createOrAddTelephoneNumberToAccount).
pub fn numbers(p: &PartitionId, a: &AccountId) -> String {
    format!("{}/telephonenumber", account(p, a))
}

/// T/{tn}: GET, PATCH, DELETE.
pub fn number(p: &PartitionId, a: &AccountId, number: PhoneNumber) -> String {
    format!("{}/{number}", numbers(p, a))
}

/// T/{tn}/destination (O:destination).
pub fn destination(p: &PartitionId, a: &AccountId, tn: PhoneNumber) -> String {
    format!("{}/destination", number(p, a, tn))
}

/// GET T/{tn}/911-address/correction (O:getE911Correction).
pub fn e911_correction(p: &PartitionId, a: &AccountId, tn: PhoneNumber) -> String {
    format!("{}/911-address/correction", number(p, a, tn))
}

/// PUT T/{tn}/911-address/correction/accept (O:acceptE911Correction).
pub fn e911_correction_accept(p: &PartitionId, a: &AccountId, tn: PhoneNumber) -> String {
    format!("{}/911-address/correction/accept", number(p, a, tn))
}

/// PUT T/{tn}/911-address/original/accept, with the coordinates where both are
/// known (O:acceptOriginalE911).
pub fn e911_original_accept(
    p: &PartitionId,
    a: &AccountId,
    tn: PhoneNumber,
    coordinates: Option<(&str, &str)>,
) -> String {
    let path = format!("{}/911-address/original/accept", number(p, a, tn));
    match coordinates {
        Some((latitude, longitude)) => format!(
            "{path}?latitude={}&longitude={}",
            encode(latitude),
            encode(longitude)
        ),
        None => path,
    }
}

/// GET T/{tn}/911-address/usages (O:retrieveTelephoneNumberUsages).
pub fn e911_usages(p: &PartitionId, a: &AccountId, tn: PhoneNumber) -> String {
    format!("{}/911-address/usages", number(p, a, tn))
}

/// A/reference/{reference}/type/{type}: the service activation event of a
/// number or port; PUT on an ACTIVATION submits or cancels a held one
/// (O:getServiceActivationEvents; guide, "Activation Hold").
pub fn event(p: &PartitionId, a: &AccountId, reference: &str, service_type: &str) -> String {
    format!(
        "{}/reference/{}/type/{}",
        account(p, a),
        encode(reference),
        encode(service_type)
    )
}

/// A/reference/{tn}/type/ACTIVATION.
pub fn activation_event(p: &PartitionId, a: &AccountId, tn: PhoneNumber) -> String {
    event(p, a, &tn.to_string(), "ACTIVATION")
}

/// A/port/{id}: GET, PATCH (O:retrievePort, O:patchPort).
pub fn port(p: &PartitionId, a: &AccountId, port: &PortId) -> String {
    format!("{}/port/{}", account(p, a), encode(port.as_str()))
}

/// DELETE A/port/{id}/cancelport (O:cancelPort).
pub fn cancel_port(p: &PartitionId, a: &AccountId, id: &PortId) -> String {
    format!("{}/cancelport", port(p, a, id))
}

/// PUT A/port/{id}/triggerport (O:triggerPort).
pub fn trigger_port(p: &PartitionId, a: &AccountId, id: &PortId) -> String {
    format!("{}/triggerport", port(p, a, id))
}

/// A/user: the account's end users (O:retrieveEndUserList).
pub fn users(p: &PartitionId, a: &AccountId) -> String {
    format!("{}/user", account(p, a))
}

/// A/user/{id} (O:retrieveEndUser).
pub fn user(p: &PartitionId, a: &AccountId, id: &str) -> String {
    format!("{}/{}", users(p, a), encode(id))
}

/// I/{tn}: a number in the partition's inventory (O:retrieveTelephoneNumber).
pub fn inventory(p: &PartitionId, number: PhoneNumber) -> String {
    format!("{}/telephonenumber/{number}", partition(p))
}

/// PUT I/{tn}/cooldown/recover (O:cooldownRecover).
pub fn cooldown_recover(p: &PartitionId, number: PhoneNumber) -> String {
    format!("{}/cooldown/recover", inventory(p, number))
}

/// GET I/search; the query is the client's. Everything found is reserved for 30
/// minutes (O:tnSearch; guide, "Find Available Numbers").
pub fn inventory_search(p: &PartitionId) -> String {
    format!("{}/telephonenumber/search", partition(p))
}

/// I/{tn}/reserve: PUT, DELETE (O:reserve, O:releaseReservation).
pub fn reserve(p: &PartitionId, number: PhoneNumber) -> String {
    format!("{}/reserve", inventory(p, number))
}

/// T/{tn}/reserve: the same for an account, as the guide has it ("Reserve
/// Telephone Number").
pub fn reserve_for_account(p: &PartitionId, a: &AccountId, tn: PhoneNumber) -> String {
    format!("{}/reserve", number(p, a, tn))
}

/// A/accounthistorysearch: who did what on the account
/// (O:accountHistoryByAccountIdSearch); the query is the client's.
pub fn account_history(p: &PartitionId, a: &AccountId) -> String {
    format!("{}/accounthistorysearch", account(p, a))
}

/// I/statussearch (O:statusSearch); the query is the client's.
pub fn status_search(p: &PartitionId) -> String {
    format!("{}/telephonenumber/statussearch", partition(p))
}

/// Percent-encodes whatever is not unreserved (RFC 3986, section 2.3). A
/// segment of dots alone would be resolved away by a URL parser, so its dots
/// are encoded twice over: such an id is refused by the platform, not by luck.
pub fn encode(text: &str) -> String {
    let only_dots = !text.is_empty() && text.bytes().all(|byte| byte == b'.');
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'.' if only_dots => encoded.push_str("%252E"),
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => {
                encoded.push('%');
                for half in [byte >> 4, byte & 15] {
                    encoded.push(
                        char::from_digit(u32::from(half), 16)
                            .map_or('0', |digit| digit.to_ascii_uppercase()),
                    );
                }
            }
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> (PartitionId, AccountId, PhoneNumber) {
        (
            PartitionId::new("P1"),
            AccountId::new("A1"),
            "18015551212".parse().expect("a number"),
        )
    }

    #[test]
    fn the_paths_are_the_published_ones() {
        let (p, a, tn) = names();
        assert_eq!(
            number(&p, &a, tn),
            "/v2/partition/P1/account/A1/telephonenumber/18015551212"
        );
        assert_eq!(
            cooldown_recover(&p, tn),
            "/v2/partition/P1/telephonenumber/18015551212/cooldown/recover"
        );
        assert_eq!(
            activation_event(&p, &a, tn),
            "/v2/partition/P1/account/A1/reference/18015551212/type/ACTIVATION"
        );
        assert_eq!(
            trigger_port(&p, &a, &PortId::new("O-1")),
            "/v2/partition/P1/account/A1/port/O-1/triggerport"
        );
        assert_eq!(
            e911_original_accept(&p, &a, tn, Some(("40.33", "-111.72"))),
            "/v2/partition/P1/account/A1/telephonenumber/18015551212/911-address/original/accept?latitude=40.33&longitude=-111.72"
        );
    }

    #[test]
    fn an_id_cannot_reach_another_path() {
        let p = PartitionId::new("P1");
        assert_eq!(
            account(&p, &AccountId::new("../x?y#z é")),
            "/v2/partition/P1/account/..%2Fx%3Fy%23z%20%C3%A9"
        );
        assert_eq!(
            account(&p, &AccountId::new("..")),
            "/v2/partition/P1/account/%252E%252E"
        );
    }
}
