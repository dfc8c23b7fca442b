//! Ports as YAML to paste into an account file: what is known is filled in,
//! and a blank with a comment stands where only a person knows the answer.
//!
//! A blank is an empty value. Where the answer is needed, `alz validate` says
//! so until it is there; a word to be replaced could be sent to a carrier.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::port_check::OrderCheck;

/// The stanza of all orders that no file declares yet; none where there is none.
pub(super) fn yaml(orders: &[OrderCheck]) -> Option<String> {
    let fresh: Vec<&OrderCheck> = orders
        .iter()
        .filter(|order| order.port.is_none() && order.reason.is_none())
        .collect();
    if fresh.is_empty() {
        return None;
    }
    let mut names = BTreeSet::new();
    let mut ports = "ports:\n".to_owned();
    let mut numbers = "numbers:\n".to_owned();
    for order in fresh {
        let name = unused(&slug(&order.rate_center), &mut names);
        put_port(&mut ports, &name, order);
        for number in &order.numbers {
            let _ = writeln!(numbers, "  \"{number}\": {{ port: {name} }}");
        }
    }
    numbers.push_str(
        "  # Each needs a customerServiceRecord too, here or under defaults: the customer\n  \
           # and the address of service, which answers 911 without an e911Address.\n",
    );
    Some(ports + &numbers)
}

fn put_port(text: &mut String, name: &str, order: &OrderCheck) {
    let _ = writeln!(text, "  {name}:  # a name of yours");
    let mut put = |member: &str, value: &str, comment: &str| {
        let space = if value.is_empty() { "" } else { " " };
        let comment = if comment.is_empty() {
            String::new()
        } else {
            format!("  # {comment}")
        };
        let _ = writeln!(text, "    {member}:{space}{value}{comment}");
    };
    let quoted = |number: &crate::model::PhoneNumber| format!("\"{number}\"");
    let billing = order
        .billing_telephone_number
        .as_ref()
        .map_or_else(String::new, quoted);
    let first = order.days.first().map(ToString::to_string);
    put(
        "billingTelephoneNumber",
        &billing,
        "the bill's main number (BTN)",
    );
    match first {
        Some(day) => put("crdDate", &day, "the first day on offer"),
        None => put("crdDate", "", "TODO: the day to ask for, YYYY-MM-DD"),
    }
    match order.wireless {
        Some(true) => put("portingWireType", "Wireless", ""),
        Some(false) => put("portingWireType", "Wireline", ""),
        None => put("portingWireType", "", "TODO: Wireline or Wireless"),
    }
    put(
        "portingAuthorizedName",
        "",
        "TODO: of a business, the person who orders",
    );
    if order.wireless == Some(true) {
        put(
            "wirelessAccountNumber",
            "",
            "TODO: the account number on the bill",
        );
        let pin = format!("{}_PIN", name.to_ascii_uppercase().replace('-', "_"));
        put(
            "wirelessPin",
            &format!("{{ env: {pin} }}"),
            "read when it is sent",
        );
    }
    if order.country == "CAN" {
        put("telecomSettings", "", "");
        put("  currentCarrier", "", "TODO: who has the numbers now");
        put("  localReseller", "", "TODO: its reseller, as on the bill");
        put(
            "  loaDate",
            "",
            "TODO: the day the customer signed, YYYY-MM-DD",
        );
    }
    let _ = writeln!(
        text,
        "    # customerServiceRecord: as on the bill, to the letter, where it differs"
    );
}

/// `SALT LAKE CITY` as `salt-lake-city`; a name that YAML takes as it is.
fn slug(rate_center: &str) -> String {
    let mut slug = String::new();
    for letter in rate_center.chars() {
        if letter.is_ascii_alphanumeric() {
            slug.push(letter.to_ascii_lowercase());
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-');
    // Words that are other things than names to some reader of YAML.
    let taken = [
        "", "y", "n", "on", "no", "off", "yes", "true", "false", "null",
    ];
    if taken.contains(&slug) || !slug.starts_with(|letter: char| letter.is_ascii_lowercase()) {
        format!("port-{slug}").trim_end_matches('-').to_owned()
    } else {
        slug.to_owned()
    }
}

fn unused(name: &str, taken: &mut BTreeSet<String>) -> String {
    let mut candidate = name.to_owned();
    let mut count = 1;
    while !taken.insert(candidate.clone()) {
        count += 1;
        candidate = format!("{name}-{count}");
    }
    candidate
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_centres_name_becomes_a_key_that_yaml_reads_as_text() {
        for (center, name) in [
            ("SALT LAKE CITY", "salt-lake-city"),
            ("OTTAWA-HULL", "ottawa-hull"),
            ("ST. JOHN'S", "st-john-s"),
            ("NO", "port-no"),
            ("TRUE", "port-true"),
            ("", "port"),
            ("29 PALMS", "port-29-palms"),
        ] {
            assert_eq!(slug(center), name);
        }
        let mut taken = BTreeSet::new();
        assert_eq!(unused("provo", &mut taken), "provo");
        assert_eq!(unused("provo", &mut taken), "provo-2");
    }
}
