//! How it is said: what is written out, and what is an alias of what was
//! written before.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Field, Member, PhoneNumber};

use super::address::{Address, Lines, is_street, laid};
use super::defaults::Shared;
use super::names::slug;
use super::port::{Port, Setting};
use super::target::{Account, Listing, Number, Unsaid};
use super::yaml::{self, Entry, Id, Map, Names, Node};

const CSR: &str = "customerServiceRecord";
const E911: &str = "e911Address";
const LISTING: &str = "directoryListing";
const REFERENCE: &str = "reference";

/// A comment that so many numbers have stands above them all.
const MANY: usize = 4;

/// Every number by itself, nothing shared: long, and the measure of what is shared.
pub fn plain(account: &Account) -> String {
    Writer::new(account, Shared::default(), false).document()
}

/// As a person would write it.
pub fn shared(account: &Account) -> String {
    Writer::new(account, Shared::of(account), true).document()
}

/// A map that may be referred to.
struct Anchor {
    lines: Lines,
}

struct Writer<'a> {
    account: &'a Account,
    shared: Shared<'a>,
    sharing: bool,
    anchors: Vec<Anchor>,
    /// Anchors by house, so that a thousand addresses are told apart quickly.
    by_house: BTreeMap<String, Vec<Id>>,
    listings: Vec<(Listing, Id)>,
    used: BTreeSet<Id>,
}

/// Which members a map may have, and which of them count.
#[derive(Clone, Copy)]
struct Kind {
    counts: fn(Member) -> bool,
    takes: fn(Member) -> bool,
}

const RECORD: Kind = Kind {
    counts: Member::in_csr,
    takes: Member::in_csr,
};
/// A customer service record may be merged in (design, decision 3).
const ADDRESS_FOR_911: Kind = Kind {
    counts: Member::in_e911,
    takes: |_| true,
};
const ADDRESS_OF_LISTING: Kind = Kind {
    counts: Member::in_listing,
    takes: Member::in_listing,
};

impl<'a> Writer<'a> {
    fn new(account: &'a Account, shared: Shared<'a>, sharing: bool) -> Self {
        Self {
            account,
            shared,
            sharing,
            anchors: Vec::new(),
            by_house: BTreeMap::new(),
            listings: Vec::new(),
            used: BTreeSet::new(),
        }
    }

    fn document(mut self) -> String {
        let mut root = Map::default();
        root.put("account", Node::Text(self.account.id.clone()));
        if let Some(name) = &self.account.name {
            root.put("name", Node::Text(name.clone()));
        }
        let defaults = self.defaults();
        if !defaults.entries.is_empty() {
            root.put("defaults", Node::Map(defaults));
        }
        let account = self.account;
        let remarks = remarks(account);
        let unsaid = |list: &str, name: &str| {
            let key = format!("{list}.{name}");
            remarks.get(&key).cloned().unwrap_or_default()
        };
        let mut ports = Map::default();
        for (name, port) in &account.ports {
            let mut entry = Entry::new(name, Node::Map(self.port(name, port)));
            entry.above.clone_from(&port.comments);
            entry.above.extend(unsaid("ports", name));
            ports.entries.push(entry);
        }
        if !ports.entries.is_empty() {
            let mut entry = Entry::new("ports", Node::Map(ports));
            if !account.secrets().is_empty() {
                entry.above = vec![
                    "Account numbers and PINs are never shown by the platform. Set the variables"
                        .to_owned(),
                    "named here before anything of these ports is to be sent again.".to_owned(),
                ];
            }
            root.entries.push(entry);
        }
        let mut numbers = Map::default();
        let common = common(account);
        for (number, said) in &account.numbers {
            let mut entry = Entry::new(&number.to_string(), Node::Map(self.number(said)));
            let own = said
                .comments
                .iter()
                .filter(|said| !common.contains_key(said));
            entry.above = own.cloned().collect();
            entry.above.extend(unsaid("numbers", &number.to_string()));
            numbers.entries.push(entry);
        }
        let left_out = account.left_out.iter();
        let below: Vec<String> = left_out
            .map(|(number, why)| format!("{number} is not declared: {why}."))
            .collect();
        if numbers.entries.is_empty() {
            root.below = below;
        } else {
            numbers.below = below;
            let mut entry = Entry::new("numbers", Node::Map(numbers));
            entry.above = common
                .into_iter()
                .map(|(comment, numbers)| of_many(comment, &numbers))
                .collect();
            root.entries.push(entry);
        }
        let names = self.names();
        yaml::document(&root, &names)
    }

    fn defaults(&mut self) -> Map {
        let mut map = Map::default();
        if let Some(lines) = self.shared.csr.clone() {
            let id = self.anchor(&lines);
            map.put(CSR, members(&lines, Some(id), None));
        }
        if self.shared.record_answers_911 {
            map.put(E911, Node::Null);
        }
        if let Some(listing) = self.shared.listing
            && let Some(node) = self.listing(listing, None)
        {
            map.put(LISTING, node);
        }
        map
    }

    fn number(&mut self, said: &Number) -> Map {
        let Number {
            csr,
            e911,
            listing,
            reference,
            on_hold,
            port,
            comments: _, // stand above it
        } = said;
        let mut map = Map::default();
        if let Some(port) = port {
            map.put("port", Node::Text(port.clone()));
        }
        if *on_hold {
            map.put("holdActivation", Node::Bool(true));
        }
        let base = self.shared.csr.clone();
        if let Field::Value(address) = csr
            && let Some(node) = self.address(address, base.as_ref(), RECORD)
        {
            map.put(CSR, node);
        }
        match e911 {
            Field::Absent => {}
            Field::Null if self.shared.record_answers_911 => {}
            Field::Null => map.put(E911, Node::Null),
            Field::Value(address) => {
                if let Some(node) = self.address(address, None, ADDRESS_FOR_911) {
                    map.put(E911, node);
                }
            }
        }
        if let Field::Value(own) = listing
            && let Some(node) = self.listing(own, self.shared.listing)
        {
            map.put(LISTING, node);
        }
        match reference {
            Field::Absent => {}
            Field::Null => map.put(REFERENCE, Node::Null),
            Field::Value(target) => {
                let mut inner = Map::default();
                inner.put("type", Node::Text(target.kind.clone()));
                inner.put("id", Node::Text(target.id.clone()));
                if target.shows {
                    inner.put("assignAsCallerId", Node::Bool(true));
                }
                let mut entry = Entry::new(REFERENCE, Node::Map(inner));
                entry.beside = self.account.users.get(&target.id).cloned();
                map.entries.push(entry);
            }
        }
        map
    }

    fn port(&mut self, name: &str, port: &Port) -> Map {
        let mut map = Map::default();
        if let Some(address) = &port.csr
            && let Some(node) = self.address(address, None, RECORD)
        {
            map.put(CSR, node);
        }
        for (key, node) in port.terms(name) {
            map.put(key, node);
        }
        map
    }

    /// An address over what the defaults say; none where they say it all.
    fn address(&mut self, address: &Address, base: Option<&Lines>, kind: Kind) -> Option<Node> {
        let nothing = Lines::new();
        let under = base.unwrap_or(&nothing);
        let own = address.clearly_over(under, kind.counts)?;
        if own.is_empty() {
            return None;
        }
        if let Some((id, extra)) = self.nearest(address, under, kind, own.len()) {
            self.used.insert(id);
            return Some(match extra.is_empty() {
                true => Node::Alias(id),
                false => members(&extra, None, Some(id)),
            });
        }
        let id = (own.len() > 1).then(|| self.anchor(&own));
        Some(members(&own, id, None))
    }

    /// What was written before and comes nearest, with what is to be said besides.
    fn nearest(
        &self,
        address: &Address,
        under: &Lines,
        kind: Kind,
        own: usize,
    ) -> Option<(Id, Lines)> {
        if !self.sharing || own < 2 {
            return None;
        }
        let houses = [house(&address.lines()), String::new()];
        let known = houses.iter().filter_map(|house| self.by_house.get(house));
        let mut best: Option<(Id, Lines)> = None;
        for id in known.flatten() {
            let Some(anchor) = self.anchors.get(*id) else {
                continue;
            };
            if !anchor.lines.keys().all(|member| (kind.takes)(*member)) {
                continue;
            }
            let under = laid(under, &anchor.lines);
            let Some(extra) = address.over(&under, kind.counts) else {
                continue;
            };
            // Another house is not told as what differs from this one.
            let elsewhere = extra.keys().any(|member| is_street(*member));
            let worth = extra.is_empty() || extra.len() + 1 < own;
            let better = best
                .as_ref()
                .is_none_or(|(_, least)| extra.len() < least.len());
            if !elsewhere && worth && better {
                best = Some((*id, extra));
            }
        }
        best
    }

    fn anchor(&mut self, lines: &Lines) -> Id {
        let id = self.anchors.len();
        self.by_house.entry(house(lines)).or_default().push(id);
        self.anchors.push(Anchor {
            lines: lines.clone(),
        });
        id
    }

    fn listing(&mut self, listing: &Listing, base: Option<&Listing>) -> Option<Node> {
        let lines = listing.over(base);
        let mut map = Map::default();
        if let Some(listed) = lines.listed {
            map.put("listed", Node::Bool(listed));
        }
        match lines.listing_type {
            None => {}
            Some(None) => map.put("type", Node::Null),
            Some(Some(kind)) => map.put("type", Node::Text(kind)),
        }
        if let Field::Value(address) = &listing.address
            && let Some(node) = self.address(address, None, ADDRESS_OF_LISTING)
        {
            map.put("address", node);
        }
        if map.entries.is_empty() {
            return None;
        }
        // Without a default every number repeats it: by name from the second on.
        if self.sharing && base.is_none() && map.entries.len() > 1 {
            if let Some((_, id)) = self.listings.iter().find(|(known, _)| known == listing) {
                self.used.insert(*id);
                return Some(Node::Alias(*id));
            }
            let id = self.anchors.len();
            self.anchors.push(Anchor {
                lines: Lines::new(),
            });
            self.listings.push((listing.clone(), id));
            map.id = Some(id);
        }
        Some(Node::Map(map))
    }

    /// A speaking name for each anchor that is referred to.
    fn names(&self) -> Names {
        let houses: BTreeSet<String> = self
            .used
            .iter()
            .filter_map(|id| self.anchors.get(*id))
            .map(|anchor| house(&anchor.lines))
            .filter(|house| !house.is_empty())
            .collect();
        let mut cities: BTreeMap<Option<String>, BTreeSet<String>> = BTreeMap::new();
        for anchor in self.used.iter().filter_map(|id| self.anchors.get(*id)) {
            let city = anchor.lines.get(&Member::City).cloned().flatten();
            cities.entry(city).or_default().insert(house(&anchor.lines));
        }
        let mut names = Names::new();
        for id in &self.used {
            let listing = self.listings.iter().find(|(_, known)| known == id);
            let choices = match (listing, self.anchors.get(*id)) {
                (Some((listing, _)), _) => vec![listed(listing)],
                (None, Some(anchor)) => {
                    let city = anchor.lines.get(&Member::City).cloned().flatten();
                    let alone = cities.get(&city).is_none_or(|houses| houses.len() == 1);
                    spoken(&anchor.lines, houses.len() == 1, alone)
                }
                (None, None) => continue,
            };
            let mut choices = choices.into_iter().filter(|name| !name.is_empty());
            let first = choices.next().unwrap_or_else(|| "address".to_owned());
            let taken = |name: &String| names.values().any(|known| known == name);
            let name = std::iter::once(first.clone())
                .chain(choices)
                .chain((2..).map(|count| format!("{first}-{count}")))
                .find(|name| !taken(name));
            names.insert(*id, name.unwrap_or(first));
        }
        names
    }
}

/// What is left out of each number and port, by its path.
fn remarks(account: &Account) -> BTreeMap<String, Vec<String>> {
    let mut remarks: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for Unsaid { path, why } in &account.unsaid {
        let mut parts = path.splitn(3, '.');
        if let (Some(list), Some(name), Some(rest)) = (parts.next(), parts.next(), parts.next()) {
            let remark = format!("Left out: {rest} ({why})");
            remarks
                .entry(format!("{list}.{name}"))
                .or_default()
                .push(remark);
        }
    }
    remarks
}

/// Comments that many numbers share, which are told once.
fn common(account: &Account) -> BTreeMap<&String, Vec<PhoneNumber>> {
    let mut common: BTreeMap<&String, Vec<PhoneNumber>> = BTreeMap::new();
    for (number, said) in &account.numbers {
        for comment in &said.comments {
            common.entry(comment).or_default().push(*number);
        }
    }
    common.retain(|_, numbers| numbers.len() >= MANY);
    common
}

fn of_many(comment: &str, numbers: &[PhoneNumber]) -> String {
    let first: Vec<String> = numbers
        .iter()
        .take(MANY)
        .map(PhoneNumber::to_string)
        .collect();
    let more = match numbers.len() - first.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}{more}: {comment}", first.join(", "))
}

impl Port {
    /// Its terms but the record, in the order in which people read an order.
    pub(super) fn terms(&self, name: &str) -> Vec<(&'static str, Node)> {
        let text = |text: &Option<String>| text.clone().map(Node::Text);
        let mut terms: Vec<(&'static str, Node)> = [
            (
                "billingTelephoneNumber",
                self.billing.map(|number| Node::Text(number.to_string())),
            ),
            ("crdDate", text(&self.crd)),
            ("portingWireType", text(&self.wire_type)),
            ("portingAuthorizedName", text(&self.authorized)),
        ]
        .into_iter()
        .filter_map(|(key, node)| Some((key, node?)))
        .collect();
        for secret in self.secrets(name) {
            let mut reference = Map::default();
            reference.put("env", Node::Text(secret.variable));
            terms.push((secret.member, Node::Map(reference)));
        }
        if !self.telecom.is_empty() {
            let mut settings = Map::default();
            for (key, setting) in &self.telecom {
                settings.put(
                    key,
                    match setting {
                        Setting::Text(text) => Node::Text(text.clone()),
                        Setting::Flag(flag) => Node::Bool(*flag),
                    },
                );
            }
            terms.push(("telecomSettings", Node::Map(settings)));
        }
        terms
    }
}

/// Members of an address in the order of the platform's own.
fn members(lines: &Lines, id: Option<Id>, merge: Option<Id>) -> Node {
    let mut map = Map {
        id,
        merge,
        ..Map::default()
    };
    for (member, text) in lines {
        map.put(member.name(), value(*member, text.as_deref()));
    }
    Node::Map(map)
}

/// A member's value.
pub fn value(member: Member, text: Option<&str>) -> Node {
    match text {
        None => Node::Null,
        Some(text) if member.is_boolean() => Node::Bool(text.eq_ignore_ascii_case("true")),
        Some(text) => Node::Text(text.to_owned()),
    }
}

/// The house that an address is about; empty where it is about none.
fn house(lines: &Lines) -> String {
    let text = |member| lines.get(&member).and_then(Option::as_deref).unwrap_or("");
    match text(Member::StreetName) {
        "" => String::new(),
        street => format!("{}\n{street}", text(Member::StreetNumber)),
    }
}

/// Names for an address, the best first.
/// `only` house of the file, `alone` in its city.
fn spoken(lines: &Lines, only: bool, alone: bool) -> Vec<String> {
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

fn listed(listing: &Listing) -> String {
    match listing.listing_type.as_deref() {
        Some("NOT_LIST_NOT_PUBLISH") => "unlisted".to_owned(),
        Some("LIST_PUBLISH") => "published".to_owned(),
        Some("LIST_NOT_PUBLISH") => "listed".to_owned(),
        Some(_) | None => "listing".to_owned(),
    }
}
