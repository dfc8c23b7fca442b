//! How to mend what stands in the wrong place, under the wrong name or in the
//! wrong form: the help of problems that the types themselves can only refuse.

use super::problem::{nearest, nearest_few};
use super::syntax;
use super::tree::{Kind, Node};

/// Known keys that are listed where none is near.
const LISTED: usize = 6;

/// What a person is told who writes credentials into a file.
pub const CREDENTIALS: &str =
    "credentials come from the environment only: ALZ_USERNAME and ALZ_PASSWORD, or ALZ_TOKEN";

/// What people type, in small letters and without signs, and what it is called here.
const ALIASES: &[(&str, &str)] = &[
    ("911", "e911Address"),
    ("accountnumber", "wirelessAccountNumber"),
    ("apartment", "unit"),
    ("apt", "unit"),
    ("authorizedname", "portingAuthorizedName"),
    ("billingnumber", "billingTelephoneNumber"),
    ("btn", "billingTelephoneNumber"),
    ("business", "businessName"),
    ("callerid", "assignAsCallerId"),
    ("carrier", "currentCarrier"),
    ("cnam", "customerName"),
    ("company", "businessName"),
    ("companyname", "businessName"),
    ("crd", "crdDate"),
    ("csr", "customerServiceRecord"),
    ("customer", "customerServiceRecord"),
    ("directory", "directoryListing"),
    ("e911", "e911Address"),
    ("emergencyaddress", "e911Address"),
    ("endpoint", "api"),
    ("environment", "environments"),
    ("focdate", "crdDate"),
    ("hold", "holdActivation"),
    ("housenumber", "streetNumber"),
    ("lang", "language"),
    ("lat", "latitude"),
    ("listing", "directoryListing"),
    ("lng", "longitude"),
    ("lon", "longitude"),
    ("long", "longitude"),
    ("number", "streetNumber"),
    ("pin", "wirelessPin"),
    ("portdate", "crdDate"),
    ("postcode", "postalCode"),
    ("protect", "protected"),
    ("province", "state"),
    ("ratelimit", "requestsPerSecond"),
    ("referenceid", "id"),
    ("referencetype", "type"),
    ("reseller", "localReseller"),
    ("rps", "requestsPerSecond"),
    ("street", "streetName"),
    ("suffix", "streetSuffix"),
    ("suite", "unit"),
    ("town", "city"),
    ("type", "customerType"),
    ("unittype", "secondaryLocationDescription"),
    ("url", "api"),
    ("wiretype", "portingWireType"),
    ("zip", "postalCode"),
    ("zipcode", "postalCode"),
];

/// Members and the object that they belong under.
const HOMES: &[(&str, &[&str])] = &[
    (
        "customerServiceRecord or e911Address",
        &[
            "customerType",
            "firstName",
            "middleInitial",
            "lastName",
            "businessName",
            "streetNumber",
            "streetNumberSuffix",
            "preDirectional",
            "streetName",
            "streetSuffix",
            "postDirectional",
            "secondaryLocationDescription",
            "unit",
            "city",
            "postalCode",
            "country",
        ],
    ),
    (
        "customerServiceRecord",
        &["customerName", "blockCustomerName"],
    ),
    (
        "e911Address",
        &["language", "latitude", "longitude", "onCorrection"],
    ),
    (
        "ports.NAME",
        &[
            "billingTelephoneNumber",
            "crdDate",
            "portingWireType",
            "portingAuthorizedName",
            "wirelessAccountNumber",
            "wirelessPin",
            "telecomSettings",
            "trigger",
        ],
    ),
    (
        "ports.NAME.telecomSettings",
        &["currentCarrier", "localReseller", "loaDate"],
    ),
    ("reference", &["assignAsCallerId"]),
    ("directoryListing", &["listed"]),
    (
        "a number, or `defaults`",
        &[
            "customerServiceRecord",
            "e911Address",
            "directoryListing",
            "reference",
            "holdActivation",
            "protected",
            "port",
        ],
    ),
    (
        "the document itself",
        &["account", "prune", "defaults", "ports", "numbers"],
    ),
    (
        "alz.yaml",
        &[
            "environments",
            "concurrency",
            "requestsPerSecond",
            "guards",
            "policies",
        ],
    ),
];

/// The help for a key that is unknown where these are known.
pub fn unknown_key(name: &str, fields: &[&'static str]) -> String {
    let bare: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    let alias = ALIASES
        .iter()
        .find(|(typed, _)| *typed == bare)
        .map(|(_, meant)| *meant);
    if let Some(meant) = alias.filter(|meant| fields.contains(meant)) {
        return format!("did you mean `{meant}`?");
    }
    if let Some(near) = nearest(name, fields.iter().copied()) {
        return format!("did you mean `{near}`?");
    }
    let elsewhere = HOMES
        .iter()
        .flat_map(|(_, members)| members.iter().copied());
    let meant = alias.or_else(|| nearest(name, elsewhere));
    if let Some(meant) = meant
        && let Some((home, _)) = HOMES.iter().find(|(_, members)| members.contains(&meant))
    {
        return format!("`{meant}` belongs under {home}");
    }
    if fields.len() <= LISTED {
        return format!("known here: {}", fields.join(", "));
    }
    let few = nearest_few(name, fields.iter().copied(), LISTED);
    format!("known here are {} and others", few.join(", "))
}

/// A key under which people write credentials.
pub fn is_credential(name: &str) -> bool {
    let bare: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    matches!(
        bare.as_str(),
        "pwd" | "user" | "username" | "login" | "bearer" | "authorization"
    ) || [
        "password",
        "passwd",
        "passphrase",
        "secret",
        "token",
        "apikey",
        "credential",
    ]
    .iter()
    .any(|word| bare.contains(word))
        || (bare.starts_with("alz") && bare.ends_with("username"))
}

/// The help for a value of the wrong kind, by where it stands and what it is.
pub fn wrong_kind(path: &[String], node: &Node) -> String {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let text = node.text().unwrap_or("");
    match path.as_slice() {
        ["numbers"] => "write one number a line, without a dash: `\"18017690101\": {}`".to_owned(),
        ["numbers", _] => "write its members under it, or {} where there are none".to_owned(),
        ["numbers", _, "state"] => "leave `state` out; only `released` exists".to_owned(),
        ["account"] => {
            "write the platform's id of the account: account: bRW8jpoCTGOaOIF5wqvSVg".to_owned()
        }
        ["version"] => "write version: 1".to_owned(),
        ["environments"] | ["environments", _] => {
            "write it as `sandbox: { api: sandbox, accounts: [accounts/**/*.yaml] }`".to_owned()
        }
        ["guards", guard] if text.parse::<u64>().is_ok() => {
            format!("write {guard}: {{ max: {text} }}")
        }
        ["guards", guard] => format!("write it as {guard}: {{ max: 5, percent: 10, min: 2 }}"),
        ["guards", _, "percent"] => "write the number alone: 10, without %".to_owned(),
        ["guards", _, limit] => format!("write a whole number: {limit}: 5"),
        ["concurrency"] => "write a whole number: concurrency: 8".to_owned(),
        ["requestsPerSecond"] => "write a number: requestsPerSecond: 20".to_owned(),
        ["ports"] => "write each port by its name: `main-line: { … }`".to_owned(),
        ["ports", _]
        | ["defaults"]
        | [.., "telecomSettings" | "reference"]
        | [
            ..,
            "customerServiceRecord" | "e911Address" | "directoryListing" | "address",
        ] => "write its members under it, one a line: name: value".to_owned(),
        [.., last] => match &node.kind {
            Kind::Map(_) => format!("write one value in its place: {last}: …"),
            Kind::List(_) => "write it without dash and brackets".to_owned(),
            Kind::Scalar(_) => format!("write {last} as `alz schema` describes it"),
        },
        [] if syntax::one_text(text).is_some() => syntax::one_text(text).unwrap_or_default(),
        [] => "a file begins with its keys: `account: …`, `numbers: …`, one a line".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBER: &[&str] = &[
        "customerServiceRecord",
        "e911Address",
        "port",
        "holdActivation",
    ];
    const ADDRESS: &[&str] = &[
        "streetName",
        "postalCode",
        "language",
        "city",
        "unit",
        "state",
        "country",
    ];

    #[test]
    fn what_people_type_leads_to_what_it_is_called() {
        for (typed, fields, help) in [
            ("e911", NUMBER, "did you mean `e911Address`?"),
            ("csr", NUMBER, "did you mean `customerServiceRecord`?"),
            ("hold", NUMBER, "did you mean `holdActivation`?"),
            ("zipCode", ADDRESS, "did you mean `postalCode`?"),
            ("ZIP", ADDRESS, "did you mean `postalCode`?"),
            ("lang", ADDRESS, "did you mean `language`?"),
            ("street", ADDRESS, "did you mean `streetName`?"),
            ("citty", ADDRESS, "did you mean `city`?"),
            (
                "streetName",
                NUMBER,
                "`streetName` belongs under customerServiceRecord or e911Address",
            ),
            (
                "wirelessPin",
                NUMBER,
                "`wirelessPin` belongs under ports.NAME",
            ),
            ("pin", NUMBER, "`wirelessPin` belongs under ports.NAME"),
        ] {
            assert_eq!(unknown_key(typed, fields), help, "{typed}");
        }
        let help = unknown_key("voicemail", ADDRESS);
        assert_eq!(help.matches(',').count(), LISTED - 1, "{help}");
    }

    #[test]
    fn keys_of_credentials_are_known_in_every_spelling() {
        for name in [
            "password",
            "PassWd",
            "api_key",
            "apiKey",
            "authToken",
            "client-secret",
            "username",
            "ALZ_PASSWORD",
            "ALZ_USERNAME",
        ] {
            assert!(is_credential(name), "{name}");
        }
        for name in [
            "account",
            "api",
            "passengers",
            "userType",
            "wirelessPin",
            "requestsPerSecond",
        ] {
            assert!(!is_credential(name), "{name}");
        }
    }
}
