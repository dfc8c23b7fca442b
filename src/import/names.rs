//! Names that stay the same from one import to the next: of files, anchors,
//! ports and of the variables that hold secrets.

use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization;

use crate::model::{AccountId, PhoneNumber};

/// Characters of a file's name before its ending, at most.
const LONGEST: usize = 60;

/// Names that some systems keep for devices, the numbered ones without their digit.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];
const NUMBERED: [&str; 2] = ["com", "lpt"];

/// Letters and digits of ASCII in lower case, a hyphen between words; accents
/// are taken off.
pub fn slug(text: &str) -> String {
    let mut slug = String::new();
    let mut gap = false;
    for c in text.nfd() {
        if c.is_ascii_alphanumeric() {
            if gap && !slug.is_empty() {
                slug.push('-');
            }
            gap = false;
            slug.push(c.to_ascii_lowercase());
        } else if !unicode_normalization::char::is_combining_mark(c)
            && !matches!(c, '\'' | '\u{2019}' | '.')
        {
            gap = true;
        }
        if slug.len() >= LONGEST {
            break;
        }
    }
    slug
}

/// A name of a file for each account, from what people call it, so that no two
/// are the same; the account's id goes with a name that several have, or that is
/// taken by the file of another account.
pub fn file_names<'a>(
    accounts: impl Iterator<Item = (&'a AccountId, Option<&'a str>)>,
    is_taken: impl Fn(&str) -> bool,
) -> BTreeMap<AccountId, String> {
    let named: Vec<(&AccountId, String)> = accounts
        .map(|(id, name)| (id, slug(name.unwrap_or_default())))
        .collect();
    let mut uses: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, name) in &named {
        *uses.entry(name).or_default() += 1;
    }
    let plain = |id: &AccountId| -> String {
        let id: String = id
            .as_str()
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
            .take(LONGEST)
            .collect();
        id.trim_matches('-').to_owned()
    };
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    named
        .iter()
        .map(|(id, name)| {
            let mut name = match uses.get(name.as_str()) {
                _ if name.is_empty() => format!("account-{}", plain(id)),
                _ if is_device(name) => format!("account-{name}"),
                Some(1) if !is_taken(&format!("{name}.yaml")) => name.clone(),
                Some(_) | None => format!("{name}-{}", plain(id)),
            };
            // Ids that differ in case alone are one name on some disks.
            let again = taken.entry(name.to_lowercase()).or_default();
            *again += 1;
            if *again > 1 {
                name = format!("{name}-{again}");
            }
            ((*id).clone(), format!("{name}.yaml"))
        })
        .collect()
}

fn is_device(name: &str) -> bool {
    let numbered = |word: &&str| {
        let digit = name.strip_prefix(*word).map(str::as_bytes);
        matches!(digit, Some([b'0'..=b'9']))
    };
    DEVICES.contains(&name) || NUMBERED.iter().any(numbered)
}

/// The name of a port: that of its main number, or of its first.
pub fn port(number: PhoneNumber) -> String {
    format!("port-{}", ten(number))
}

/// The variable that holds a secret of a port: a number is in one port at a
/// time, so no two ports of any account share it.
pub fn variable(number: PhoneNumber, what: &str) -> String {
    format!("PORT_{}_{what}", ten(number))
}

fn ten(number: PhoneNumber) -> String {
    let digits = number.to_string();
    digits.strip_prefix('1').unwrap_or(&digits).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_after_its_account_and_no_name_leaves_the_directory() {
        let accounts = [
            ("a1", Some("Sample Dental, Lindon")),
            ("a2", Some("../../etc/passwd")),
            ("a3", Some("Maison Hitschmanová — Ottawa")),
            ("b1", Some("Bakery")),
            ("B1", Some("BAKERY")),
            ("c1", Some("日本")),
            ("c/2", None),
            ("d1", Some("con")),
            ("d2", Some("Bob's Café")),
            ("d3", Some("COM1")),
            ("e1", Some("Orchard")),
        ]
        .map(|(id, name)| (AccountId::new(id), name));
        let is_taken = |name: &str| name == "orchard.yaml";
        let names = file_names(accounts.iter().map(|(id, name)| (id, *name)), is_taken);
        let of = |id: &str| names[&AccountId::new(id)].as_str();
        assert_eq!(of("a1"), "sample-dental-lindon.yaml");
        assert_eq!(of("a2"), "etc-passwd.yaml");
        assert_eq!(of("a3"), "maison-hitschmanova-ottawa.yaml");
        assert_eq!(of("c1"), "account-c1.yaml");
        assert_eq!(of("c/2"), "account-c-2.yaml");
        assert_eq!(of("d1"), "account-con.yaml");
        assert_eq!(of("d2"), "bobs-cafe.yaml");
        assert_eq!(of("d3"), "account-com1.yaml");
        assert_eq!(of("e1"), "orchard-e1.yaml");
        assert_ne!(of("b1").to_lowercase(), of("B1").to_lowercase());
        assert!(of("b1").starts_with("bakery-"));
    }
}
