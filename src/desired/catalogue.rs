//! Every code that a problem can have, with what it stands for: what a code
//! scanner shows as the rule, whichever file broke it.
//!
//! D1 to D45 are the platform's and the carriers' rules, as far as they can be
//! judged offline; D46 and D47 are of how these files are merged. A test finds the
//! codes in the sources of this room; one that is not explained here fails it.

use super::problem::code;

/// What a code stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// As in a problem: D12.
    pub code: &'static str,
    /// The rule in a few words, as it should be.
    pub title: &'static str,
    /// Why it is one, and how to meet it.
    pub help: &'static str,
}

const fn rule(code: &'static str, title: &'static str, help: &'static str) -> Rule {
    Rule { code, title, help }
}

/// The rule of a code; None of a code that is not ours.
pub fn find(code: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.code == code)
}

/// All rules: those of contents in their order, then those of form.
pub const RULES: &[Rule] = &[
    rule(
        "D1",
        "A telephone number can exist",
        "Numbers are of the North American Numbering Plan: 11 digits beginning with 1, 10 digits, or E.164. Area code and exchange begin with 2 to 9 and don't end in 11.",
    ),
    rule(
        "D2",
        "An area code and exchange are in use",
        "Nobody can be called at an area code that is not assigned, or at exchange 555.",
    ),
    rule(
        "D3",
        "A number or port is declared once",
        "A number belongs to one account and stands in one place of all files of an environment; a port's name is its own within its account.",
    ),
    rule(
        "D4",
        "Toll-free numbers have no E911 address and no standard port",
        "Toll-free numbers reach no local answering point and are moved by another process than ports.",
    ),
    rule(
        "D5",
        "customerType is BUSINESS or RESIDENTIAL",
        "The platform takes these two, in capitals.",
    ),
    rule(
        "D6",
        "Names go with customerType",
        "A business has a businessName; a residential customer a firstName and a lastName.",
    ),
    rule(
        "D7",
        "Names, city and street fit the platform's lengths",
        "Up to 256 characters. A member that is not needed is left out rather than written as an empty text.",
    ),
    rule(
        "D8",
        "customerName can be shown as a caller's name",
        "Up to 15 letters, digits and spaces, at least one of them a letter.",
    ),
    rule(
        "D9",
        "An address is complete",
        "Beside a streetName stand streetNumber, city, state and postalCode: an incomplete address can't be dispatched to.",
    ),
    rule(
        "D10",
        "A directional is one of eight",
        "N, NE, E, SE, S, SW, W or NW.",
    ),
    rule(
        "D11",
        "A unit has its kind, and a kind its unit",
        "secondaryLocationDescription is one of the platform's 24 (SUITE, APARTMENT, FLOOR …), and goes with `unit` wherever the kind has numbers.",
    ),
    rule(
        "D12",
        "A unit has at most 10 characters",
        "The platform drops what is longer without a word, and help would be sent to the wrong door.",
    ),
    rule(
        "D13",
        "A state lies in its country",
        "country is USA or CAN; state is the two-letter code of a state or province of it.",
    ),
    rule(
        "D14",
        "A postal code has its country's form",
        "Five digits, or nine with a hyphen; in Canada K1A 0B1, beginning with a letter of its province.",
    ),
    rule(
        "D15",
        "A number's area code lies in its customer's country",
        "A number of one country at an address of the other is possible, and seldom meant.",
    ),
    rule(
        "D16",
        "An E911 address is a place, not a box",
        "Help can't be sent to a post office box or a rural box (47 CFR 9.3, dispatchable location).",
    ),
    rule(
        "D17",
        "A business in a shared building names its unit",
        "An address that looks like one of several tenants should say which suite, floor or room (47 CFR 9.3).",
    ),
    rule(
        "D18",
        "The emergency language is en-US or fr-CA",
        "fr-CA is answered in Canada alone.",
    ),
    rule(
        "D19",
        "Coordinates are a place on earth",
        "latitude from -90 to 90 and longitude from -180 to 180, both or neither, with 4 to 6 decimals.",
    ),
    rule(
        "D20",
        "A directory listing has a type that can be asked for",
        "LIST_PUBLISH, LIST_NOT_PUBLISH or NOT_LIST_NOT_PUBLISH; the others are the platform's own.",
    ),
    rule(
        "D21",
        "A port's listing comes after the port",
        "While a number is ported its listing is PORTED and has no address; what is declared is sent once it is active.",
    ),
    rule(
        "D23",
        "A listing that is wanted has something to list",
        "A listed number needs a name and an address, its own or the customer service record's.",
    ),
    rule(
        "D24",
        "A reference has type and id",
        "type is one of the platform's 14 kinds of things that a number can lead to; both members go together.",
    ),
    rule(
        "D25",
        "A reference is of a type that can be changed",
        "The platform shows types that its guide does not let anyone set.",
    ),
    rule(
        "D26",
        "Only a user shows a caller ID",
        "assignAsCallerId goes with `type: END_USER`.",
    ),
    rule(
        "D27",
        "A user shows one number",
        "A user has one caller ID: assignAsCallerId stands at one number of theirs.",
    ),
    rule(
        "D28",
        "A ported number can't be put on hold",
        "holdActivation is for numbers that are activated; a port activates its numbers itself.",
    ),
    rule(
        "D29",
        "A port says what the losing carrier asks for",
        "billingTelephoneNumber, crdDate and (in the United States) portingWireType.",
    ),
    rule(
        "D30",
        "The billing telephone number can be the account's",
        "A telephone number that can exist, usually one of those that are ported.",
    ),
    rule(
        "D31",
        "A port has 1 to 100 numbers",
        "More go into several ports; from 50 on the carriers treat it as a project.",
    ),
    rule(
        "D32",
        "The numbers of a port are of one rate centre",
        "Numbers of several area codes are seldom of one; the plan asks the platform for certain.",
    ),
    rule(
        "D33",
        "A customer request date is a working day to come",
        "A real date, not in the past and not at a weekend.",
    ),
    rule(
        "D33b",
        "A customer request date leaves the carriers time",
        "Two business days at least, counted from the order desk's cut-off at 13:00 in Denver.",
    ),
    rule(
        "D34",
        "A customer request date is no holiday and not far away",
        "Carriers don't port on holidays, and give no dates more than 30 days ahead.",
    ),
    rule(
        "D36",
        "A wireless port has account number and PIN",
        "The losing wireless carrier hands nothing over without both.",
    ),
    rule(
        "D38",
        "A person authorises the port of a business",
        "portingAuthorizedName is the first and last name of somebody, not the company.",
    ),
    rule(
        "D39",
        "A Canadian port names the carrier that loses it",
        "telecomSettings with currentCarrier or localReseller.",
    ),
    rule(
        "D40",
        "telecomSettings are for Canada",
        "A port in the United States has no use for them.",
    ),
    rule(
        "D41",
        "A letter of authorisation is dated before the port",
        "loaDate is a real date, not in the future and not after crdDate.",
    ),
    rule(
        "D42",
        "The numbers of a port have one customer service record",
        "They are of one account at the losing carrier.",
    ),
    rule(
        "D43",
        "A released number asks for nothing else",
        "What is given up can't be given an address or a reference at once.",
    ),
    rule(
        "D46",
        "An address is that of one place",
        "Defaults merge member by member: a number with a street of its own says itself what belongs to that street, or null, so that no unit or direction of the defaults' address goes with it.",
    ),
    rule(
        "D47",
        "Help comes to the number's own place",
        "A number with a place of its own in its customer service record, beside a 911 address of the defaults, says itself where help is to come: to its own place (null), or to another.",
    ),
    rule(
        code::SECRET,
        "A secret is a reference",
        "PINs and account numbers are written as { env: NAME } or { file: PATH }, never into the file.",
    ),
    rule(
        code::UNKNOWN_KEY,
        "A member has a name that is known",
        "What alz does not know it can't send: a slip in a name would silently leave something out.",
    ),
    rule(
        code::SYNTAX,
        "A file is YAML",
        "The file can't be read as it is written: look at indentation, brackets and quotes.",
    ),
    rule(
        code::TYPE,
        "A value is of its member's kind",
        "A text, a map or a list, as the schema says (alz schema account).",
    ),
    rule(
        code::DUPLICATE_KEY,
        "A key stands once in its map",
        "Of two equal keys readers of YAML keep one or the other.",
    ),
    rule(
        code::ALIAS_BOMB,
        "Aliases stay within reason",
        "An alias stands for all that its anchor holds; inside each other they multiply.",
    ),
    rule(
        code::REQUIRED,
        "What must be there is there",
        "An account file names its account; alz.yaml its version and environments.",
    ),
    rule(
        code::UNREADABLE,
        "A file can be read",
        "It is there, whole, UTF-8, and may be read by whoever runs alz.",
    ),
    rule(
        code::CONFIG,
        "Settings and documents agree",
        "alz.yaml, its globs and the documents of one account don't contradict each other.",
    ),
    rule(
        code::POLICY,
        "The organisation's policies are met",
        "Rules of this repository (`policies` in alz.yaml); the message says which.",
    ),
    rule(
        code::FATAL,
        "The command can do its work",
        "Something stood in the way, so that nothing could be checked or sent; the message says what.",
    ),
    rule(
        code::MORE,
        "All problems have room in the report",
        "Code scanning keeps 5,000 results of a run; the others are told by the other formats.",
    ),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    /// `"D12"` and its like in the sources of this room, tests aside.
    fn codes_in_sources(directory: &Path, found: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(directory).expect("sources") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                codes_in_sources(&path, found);
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("a source");
            for quoted in text.split('"').skip(1).step_by(2) {
                let digits = quoted.strip_prefix('D').unwrap_or_default();
                let digits = digits.strip_suffix('b').unwrap_or(digits);
                if !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit()) {
                    found.insert(quoted.to_owned());
                }
            }
        }
    }

    #[test]
    fn every_code_of_a_rule_is_explained_and_none_twice() {
        let mut found = BTreeSet::new();
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/desired");
        codes_in_sources(&sources, &mut found);
        assert!(found.len() > 35, "{found:?}");
        for code in &found {
            assert!(find(code).is_some(), "{code} has no entry");
        }
        let codes: BTreeSet<&str> = RULES.iter().map(|rule| rule.code).collect();
        assert_eq!(codes.len(), RULES.len());
        for Rule { code, title, help } in RULES {
            assert!(!title.ends_with('.') && help.ends_with('.'), "{code}");
        }
    }
}
