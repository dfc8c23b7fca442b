//! Ports: one order, one losing carrier, one customer, one day (D29 to D44).

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{Findings, Owner, Spot, address, npa, text};
use crate::desired::file::{AccountFile, NumberEntry, NumberFields};
use crate::desired::merge::{self, Merged};
use crate::desired::problem::nearest;
use crate::model::desired::{AccountNumber, Port};
use crate::model::{CustomerServiceRecord, Field, PhoneNumber, SecretRef, Text, calendar, values};

/// Numbers in one standard port (guide, "Submitting a Standard Port").
const MAX_NUMBERS: usize = 100;
/// From here on the platform treats it as a project and works it by hand.
const PROJECT: usize = 50;
/// Carriers offer dates this far ahead.
const MAX_AHEAD: i32 = 30;

/// All ports of a document, with the numbers that name them.
pub fn document(
    document: &AccountFile,
    defaults: &NumberFields,
    today: Date,
    found: &mut Findings,
) {
    let mut ports: BTreeMap<&str, (&Port, Vec<Ported<'_>>)> = document
        .ports
        .iter()
        .map(|(name, port)| (name.as_str(), (port, Vec::new())))
        .collect();
    let names: Vec<&str> = ports.keys().copied().collect();
    static NOTHING: std::sync::LazyLock<NumberEntry> =
        std::sync::LazyLock::new(NumberEntry::default);
    let mut undeclared_default = false;
    // Its numbers may be those that name a port wrongly.
    let mut misnamed = false;
    for (tn, entry) in document.numbers.iter() {
        let entry = entry.as_ref().unwrap_or(&NOTHING);
        let wanted = if entry.port.is_absent() {
            &defaults.port
        } else {
            &entry.port
        };
        let Some(name) = wanted.value() else { continue };
        if let Some((_, numbers)) = ports.get_mut(name.as_str()) {
            numbers.push((*tn, merge::number(entry, defaults)));
        } else if entry.port.is_absent() {
            undeclared_default = true;
            misnamed = true;
        } else {
            misnamed = true;
            undeclared(Owner::Number(*tn), name, &names, found);
        }
    }
    if let (true, Some(name)) = (undeclared_default, defaults.port.value()) {
        undeclared(Owner::Defaults, name, &names, found);
    }
    for (name, (port, numbers)) in &ports {
        if !(misnamed && numbers.is_empty()) {
            amount(Spot::new(Owner::Port(name), ""), numbers, found);
        }
        one(name, port, numbers, today, found);
    }
}

type Ported<'a> = (PhoneNumber, Merged<'a>);

fn undeclared(owner: Owner<'_>, name: &Text, names: &[&str], found: &mut Findings) {
    let help = match nearest(name.as_str(), names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if names.is_empty() => {
            format!("declare it under `ports:` of this document: {name}: {{ … }}")
        }
        None => format!("declared in this document: {}", names.join(", ")),
    };
    found.error(
        "required",
        Spot::new(owner, ""),
        "port",
        format!("no port `{name}` is declared in this document"),
        help,
    );
}

fn one(name: &str, port: &Port, numbers: &[Ported<'_>], today: Date, found: &mut Findings) {
    let Port {
        customer_service_record,
        billing_telephone_number,
        crd_date,
        porting_wire_type,
        porting_authorized_name,
        wireless_account_number,
        wireless_pin,
        telecom_settings: _, // judged by `telecom`
        trigger: _,          // each of its values is fine
    } = port;
    let spot = Spot::new(Owner::Port(name), "");
    if let Field::Value(csr) = customer_service_record {
        let spot = Spot::new(Owner::Port(name), "customerServiceRecord");
        address::members(spot, csr, found);
        address::whole(spot, csr, None, found);
    }
    let customer = customer_service_record
        .value()
        .or_else(|| numbers.first()?.1.customer_service_record.value());
    let canadian = is_canadian(customer, numbers);
    required(spot, port, canadian, found);
    billing_number(spot, billing_telephone_number, numbers, found);
    area(spot, numbers, found);
    if let Some(date) = crd_date.value() {
        crd(spot, date.as_str(), today, found);
    }
    found.one_of(
        "D29",
        spot,
        "portingWireType",
        text(porting_wire_type),
        values::WIRE_TYPES,
    );
    wireless(spot, port, found);
    for (member, secret) in [
        ("wirelessPin", wireless_pin.value()),
        (
            "wirelessAccountNumber",
            match wireless_account_number.value() {
                Some(AccountNumber::Secret(secret)) => Some(secret),
                Some(AccountNumber::Written(_)) | None => None,
            },
        ),
    ] {
        if let Some(secret) = secret {
            reference(spot, member, secret, found);
        }
    }
    authorized(spot, text(porting_authorized_name), customer, found);
    telecom(name, port, canadian, today, found);
    if customer_service_record.is_absent() {
        one_customer(numbers, found);
    }
}

fn is_canadian(customer: Option<&CustomerServiceRecord>, numbers: &[Ported<'_>]) -> bool {
    let declared = customer.and_then(|csr| match text(&csr.country) {
        "" => values::country_of_state(text(&csr.state)),
        country => Some(country),
    });
    let served = || numbers.first().and_then(|(tn, _)| npa::country(tn.npa()));
    declared.or_else(served) == Some("CAN")
}

/// Names as a sentence has them: a, b and c.
fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// D29.
fn required(spot: Spot<'_>, port: &Port, canadian: bool, found: &mut Findings) {
    let missing: Vec<&str> = [
        (
            "billingTelephoneNumber",
            port.billing_telephone_number.value().is_some(),
        ),
        ("crdDate", !text(&port.crd_date).is_empty()),
        (
            "portingWireType",
            canadian || !text(&port.porting_wire_type).is_empty(),
        ),
    ]
    .into_iter()
    .filter(|(_, there)| !there)
    .map(|(name, _)| name)
    .collect();
    if !missing.is_empty() {
        found.error(
            "D29",
            spot,
            "",
            format!("a port needs {}", listed(&missing)),
            "billingTelephoneNumber: the losing carrier's main number of the customer; crdDate: YYYY-MM-DD; portingWireType: Wireline or Wireless",
        );
    }
}

/// D30.
fn billing_number(
    spot: Spot<'_>,
    btn: &Field<PhoneNumber>,
    numbers: &[Ported<'_>],
    found: &mut Findings,
) {
    let Some(btn) = btn.value() else { return };
    let member = "billingTelephoneNumber";
    if let Some(fault) = btn.nanp_fault() {
        let message = format!("{btn} can't be a telephone number: {fault}");
        found.error("D30", spot, member, message, "check the digits");
    } else if !numbers.is_empty()
        // A number with a slip in it may be the one.
        && !numbers.iter().any(|(tn, _)| tn == btn || tn.nanp_fault().is_some())
    {
        found.warn(
            "D30",
            spot,
            member,
            format!("{btn} is not among the numbers of this port"),
            "right if the main number stays with the losing carrier (a partial port); else check it against the bill",
        );
    }
}

/// D31.
fn amount(spot: Spot<'_>, numbers: &[Ported<'_>], found: &mut Findings) {
    match numbers.len() {
        0 => found.error(
            "D31",
            spot,
            "",
            "no number names this port",
            "write `port:` with this name at its numbers, or take the port away",
        ),
        count if count > MAX_NUMBERS => found.error(
            "D31",
            spot,
            "",
            format!("{count} numbers: a port takes at most {MAX_NUMBERS}"),
            "split it into several ports",
        ),
        count if count >= PROJECT => found.warn(
            "D31",
            spot,
            "",
            format!(
                "{count} numbers: from {PROJECT} on it is a project port, which people work by hand"
            ),
            "tell the platform's support before it is submitted, or split it",
        ),
        _ => {}
    }
}

/// D32, as far as it shows offline: one rate centre lies in one area code or its overlay.
fn area(spot: Spot<'_>, numbers: &[Ported<'_>], found: &mut Findings) {
    let possible = numbers.iter().filter(|(tn, _)| tn.nanp_fault().is_none());
    let mut codes: Vec<String> = possible.map(|(tn, _)| tn.npa().to_string()).collect();
    codes.sort_unstable();
    codes.dedup();
    if codes.len() > 1 {
        found.warn(
            "D32",
            spot,
            "",
            format!("its numbers have different area codes: {}", codes.join(", ")),
            "a port takes numbers of one rate centre; plan asks the platform and blocks what differs",
        );
    }
}

/// D33, D33b, D34. Only a date that can be none, or no working day, is an
/// error: the file stays valid after its port is done (design, decision 6).
fn crd(spot: Spot<'_>, value: &str, today: Date, found: &mut Findings) {
    let member = "crdDate";
    let Some(date) = real_date(value) else {
        let message = format!("`{value}` is no date");
        found.error("D33", spot, member, message, "write YYYY-MM-DD");
        return;
    };
    let weekday = format!("{:?}", date.weekday());
    if calendar::is_weekend(date) {
        let help = "carriers move numbers from Monday to Friday";
        found.error("D33", spot, member, format!("{date} is a {weekday}"), help);
    } else if date < today {
        found.warn(
            "D33",
            spot,
            member,
            format!("{date} is past"),
            "fine for a port that is done; one that is still to be submitted needs a new date",
        );
    } else if let Some(name) = calendar::holiday(date) {
        let help = "carriers hardly ever move numbers on it; take a business day before or after, `alz plan` asks the platform whether it is on offer";
        found.warn("D34", spot, member, format!("{date} is {name}"), help);
    } else if calendar::business_days_between(today, date) < 2 {
        found.warn(
            "D33b",
            spot,
            member,
            format!("{date} is less than two business days away"),
            "orders after 13:00 Mountain Time count from the next business day; take a later date",
        );
    } else if today
        .until(date)
        .is_ok_and(|span| span.get_days() > MAX_AHEAD)
    {
        found.warn(
            "D34",
            spot,
            member,
            format!("{date} is more than {MAX_AHEAD} days away"),
            "carriers seldom offer dates that far ahead",
        );
    }
}

/// `YYYY-MM-DD` and nothing else.
fn real_date(value: &str) -> Option<Date> {
    let strict = value.len() == 10
        && value.bytes().enumerate().all(|(index, b)| match index {
            4 | 7 => b == b'-',
            _ => b.is_ascii_digit(),
        });
    value.parse().ok().filter(|_| strict)
}

/// D36.
fn wireless(spot: Spot<'_>, port: &Port, found: &mut Findings) {
    if text(&port.porting_wire_type) != "Wireless" {
        return;
    }
    let account = match port.wireless_account_number.value() {
        Some(AccountNumber::Written(number)) => !number.as_str().trim().is_empty(),
        Some(AccountNumber::Secret(_)) => true,
        None => false,
    };
    let missing: Vec<&str> = [
        ("wirelessAccountNumber", account),
        ("wirelessPin", port.wireless_pin.value().is_some()),
    ]
    .into_iter()
    .filter(|(_, there)| !there)
    .map(|(name, _)| name)
    .collect();
    if !missing.is_empty() {
        found.error(
            "D36",
            spot,
            "",
            format!("a wireless port needs {}", missing.join(" and ")),
            "the losing carrier releases nothing without them; wirelessPin: { env: NAME }",
        );
    }
}

/// D44: what stands where a variable's name belongs may be the secret itself.
fn reference(spot: Spot<'_>, member: &'static str, secret: &SecretRef, found: &mut Findings) {
    let SecretRef::Env(name) = secret else { return };
    let fits = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && name.chars().next().is_some_and(|c| !c.is_ascii_digit());
    if !fits {
        found.error(
            "D44",
            spot,
            member,
            "`env` takes the name of an environment variable, and this can't be one",
            "letters, digits and _, not beginning with a digit; if it is the secret itself, change it and keep it out of the file",
        );
    } else if is_credential(name) {
        found.error(
            "D44",
            spot,
            member,
            format!("{name} is a credential of the pipeline, and this would send it to a carrier"),
            "put the port's own secret into a variable of its own, such as MAIN_LINE_PIN",
        );
    }
}

/// Variables that a pipeline keeps beside the ports' secrets. Whoever may open a
/// pull request can write a reference; none may carry one of these out.
fn is_credential(name: &str) -> bool {
    const FAMILIES: [&str; 5] = ["ALZ_", "GITHUB_", "ACTIONS_", "ATLANTIS_", "AWS_"];
    const NAMES: [&str; 6] = [
        "PGPASSWORD",
        "GH_TOKEN",
        "CI_JOB_TOKEN",
        "CI_JOB_JWT",
        "CI_REGISTRY_PASSWORD",
        "CI_DEPLOY_PASSWORD",
    ];
    NAMES.contains(&name) || FAMILIES.iter().any(|family| name.starts_with(family))
}

/// D38.
fn authorized(
    spot: Spot<'_>,
    name: &str,
    customer: Option<&CustomerServiceRecord>,
    found: &mut Findings,
) {
    let Some(customer) = customer.filter(|csr| text(&csr.customer_type) == "BUSINESS") else {
        return;
    };
    let member = "portingAuthorizedName";
    let person = "write first and last name of the person who may authorise the port";
    let name = name.trim();
    let fault = if name.is_empty() {
        Some("a business port needs portingAuthorizedName".to_owned())
    } else if name.eq_ignore_ascii_case(text(&customer.business_name).trim()) {
        Some("portingAuthorizedName is the company's name".to_owned())
    } else if let Some(form) = company_form(name) {
        Some(format!(
            "`{form}` makes portingAuthorizedName a company's name"
        ))
    } else if name.split_whitespace().count() < 2 {
        Some("portingAuthorizedName has one word only".to_owned())
    } else {
        None
    };
    if let Some(fault) = fault {
        found.error("D38", spot, member, fault, person);
    }
}

fn company_form(name: &str) -> Option<&str> {
    name.split([' ', ',']).find(|word| {
        let bare: String = word.chars().filter(|c| c.is_alphanumeric()).collect();
        matches!(
            bare.to_uppercase().as_str(),
            "INC" | "LLC" | "LTD" | "CORP" | "INCORPORATED" | "LIMITED" | "CORPORATION" | "LTEE"
        )
    })
}

/// D39, D40, D41.
fn telecom(name: &str, port: &Port, canadian: bool, today: Date, found: &mut Findings) {
    let spot = Spot::new(Owner::Port(name), "telecomSettings");
    let settings = port.telecom_settings.value();
    let carrier = settings.map_or("", |s| text(&s.current_carrier));
    let reseller = settings.map_or("", |s| text(&s.local_reseller));
    if canadian && carrier.is_empty() && reseller.is_empty() {
        found.error(
            "D39",
            spot,
            "",
            "a Canadian port needs telecomSettings with currentCarrier or localReseller",
            "telecomSettings: { currentCarrier: Telus Mobility, localReseller: Telus }",
        );
    } else if canadian && reseller.is_empty() {
        found.warn(
            "D39",
            spot,
            "",
            "telecomSettings without localReseller",
            "name the reseller if the customer's bill comes from one",
        );
    }
    let Some(settings) = settings else { return };
    if !canadian {
        found.warn(
            "D40",
            spot,
            "",
            "telecomSettings are for Canadian ports",
            "take them away",
        );
    }
    let loa = text(&settings.loa_date);
    if loa.is_empty() {
        return;
    }
    let member = "loaDate";
    match real_date(loa) {
        None => found.error(
            "D41",
            spot,
            member,
            format!("`{loa}` is no date"),
            "write YYYY-MM-DD",
        ),
        Some(date) if date > today => found.warn(
            "D41",
            spot,
            member,
            format!("the letter of authorisation is dated {date}, which is to come"),
            "a carrier takes a letter that is signed",
        ),
        Some(date) if real_date(text(&port.crd_date)).is_some_and(|crd| date > crd) => found.warn(
            "D41",
            spot,
            member,
            "the letter of authorisation is dated after the port",
            "check loaDate and crdDate",
        ),
        Some(_) => {}
    }
}

/// D42: without a CSR of the port's own its numbers' must be one.
fn one_customer(numbers: &[Ported<'_>], found: &mut Findings) {
    let without_caller_name = |merged: &Merged<'_>| {
        let mut csr = merged.customer_service_record.value().cloned()?;
        // What is shown to those called is each number's own affair.
        csr.customer_name = Field::Absent;
        csr.block_customer_name = Field::Absent;
        Some(csr)
    };
    let Some((first, merged)) = numbers.first() else {
        return;
    };
    let one = without_caller_name(merged);
    for (tn, merged) in numbers.iter().skip(1) {
        if without_caller_name(merged) != one {
            found.error(
                "D42",
                Spot::new(Owner::Number(*tn), "customerServiceRecord"),
                "",
                format!("{tn} and {first} are in one port and have different customer service records"),
                "one order carries one record: give them the same, or make two ports; each may have its own once the port is done, if the port then has a customerServiceRecord",
            );
        }
    }
}
