//! What a file can't say is taken out of it, no more of it than must be, and the
//! reason is kept: at first the member, then what it belongs to, then the object.

use crate::model::{Field, Member, PhoneNumber};

use super::address::Address;
use super::comments::clean;
use super::port::Port;
use super::target::{Account, Number, Unsaid};

impl Account {
    /// Leaves out what stands at a path of the file (as problems and changes
    /// name it); false where nothing there could be left out. `code` is the
    /// rule that speaks against it, or nothing.
    pub fn leave_out(&mut self, path: &str, code: &str, why: &str) -> bool {
        let mut parts = path.splitn(3, '.');
        let (first, name) = (parts.next(), parts.next().unwrap_or_default());
        let rest = parts.next().unwrap_or_default();
        match first {
            Some("numbers") => match name.parse() {
                Ok(number) => self.of_number(number, rest, code, why),
                Err(_) => false,
            },
            Some("ports") => self.of_port(name, rest, code, why),
            Some(_) | None => false,
        }
    }

    fn of_number(&mut self, number: PhoneNumber, rest: &str, code: &str, why: &str) -> bool {
        let Some(said) = self.numbers.get_mut(&number) else {
            return false;
        };
        let (object, member) = rest.split_once('.').unwrap_or((rest, ""));
        let left = match object {
            // Its port goes by the record of others.
            "customerServiceRecord" if code == "D42" && said.csr.is_absent() => {
                let port = said.port.clone();
                return port.is_some_and(|port| self.without_port(&port, why));
            }
            "customerServiceRecord" if code == "D42" => whole(&mut said.csr),
            "customerServiceRecord" => of_object(&mut said.csr, member, code),
            "e911Address" => of_object(&mut said.e911, member, code),
            "directoryListing" => of_listing(said, member, code),
            "reference" => of_reference(said, member),
            "holdActivation" => std::mem::take(&mut said.on_hold).then(Left::whole),
            _ => None,
        };
        match left {
            Some(left) => {
                self.tell(&format!("numbers.{number}.{object}"), &left, why);
                true
            }
            None => self.without(number, why),
        }
    }

    /// Keeps the reason for what is left out of an object. That of which nothing
    /// is left is told once, with the reason that came first.
    fn tell(&mut self, object: &str, left: &Left, why: &str) {
        let (path, mut why) = match left.member {
            Some(member) => (format!("{object}.{member}"), clean(why)),
            None => (object.to_owned(), clean(why)),
        };
        if left.place {
            why.push_str("; the place goes with it, for without this it would be another");
        }
        if left.member.is_none() {
            let within = |path: &str| {
                let rest = path.strip_prefix(object);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            };
            let first = self.unsaid.iter().find(|unsaid| within(&unsaid.path));
            why = first.map_or(why, |first| first.why.clone());
            self.unsaid.retain(|unsaid| !within(&unsaid.path));
        }
        self.unsaid.push(Unsaid { path, why });
    }

    /// The number itself can't be declared.
    pub fn without(&mut self, number: PhoneNumber, why: &str) -> bool {
        let Some(said) = self.numbers.remove(&number) else {
            return false;
        };
        self.left_out.insert(number, clean(why));
        let object = format!("numbers.{number}.");
        self.unsaid
            .retain(|unsaid| !unsaid.path.starts_with(&object));
        if let Some(name) = said.port
            && let Some(port) = self.ports.get_mut(&name)
        {
            port.numbers.retain(|other| *other != number);
            if port.numbers.is_empty() {
                self.ports.remove(&name);
            }
        }
        true
    }

    /// The port can't be declared, and so its numbers can't: declared without
    /// it they would be activated should it be called off.
    fn without_port(&mut self, name: &str, why: &str) -> bool {
        let Some(port) = self.ports.remove(name) else {
            return false;
        };
        for number in port.numbers {
            self.numbers.remove(&number);
            let why = format!("its port can't be written as a file: {}", clean(why));
            self.left_out.insert(number, why);
        }
        true
    }

    fn of_port(&mut self, name: &str, rest: &str, code: &str, why: &str) -> bool {
        let Some(port) = self.ports.get_mut(name) else {
            return false;
        };
        let (object, member) = rest.split_once('.').unwrap_or((rest, ""));
        let left = match object {
            // Without a record of its own it has that of its numbers.
            "customerServiceRecord" => port
                .csr
                .as_mut()
                .and_then(|address| of_address(address, member, code))
                .or_else(|| port.csr.take().map(|_| Left::whole())),
            _ => of_terms(port, object, member),
        };
        match left {
            Some(left) => {
                self.tell(&format!("ports.{name}.{object}"), &left, why);
                true
            }
            None => self.without_port(name, why),
        }
    }
}

/// What was left out of an object.
struct Left {
    /// None: all of it.
    member: Option<&'static str>,
    /// And with the member the place that it was part of.
    place: bool,
}

impl Left {
    fn whole() -> Self {
        Self {
            member: None,
            place: false,
        }
    }

    fn member(name: &'static str) -> Self {
        Self {
            member: Some(name),
            place: false,
        }
    }
}

/// Terms that an order may go without; all others decide what it is.
fn of_terms(port: &mut Port, object: &str, member: &str) -> Option<Left> {
    match object {
        "portingAuthorizedName" => port.authorized.take().map(|_| Left::whole()),
        "telecomSettings" => {
            let known = port.telecom.iter().position(|(name, _)| *name == member)?;
            let (name, _) = port.telecom.remove(known);
            Some(Left::member(name))
        }
        _ => None,
    }
}

fn whole<T>(field: &mut Field<T>) -> Option<Left> {
    (!std::mem::take(field).is_absent()).then(Left::whole)
}

fn of_object(field: &mut Field<Address>, member: &str, code: &str) -> Option<Left> {
    if let Field::Value(address) = field
        && let Some(left) = of_address(address, member, code)
    {
        return Some(left);
    }
    whole(field)
}

fn of_listing(said: &mut Number, member: &str, code: &str) -> Option<Left> {
    if let Field::Value(listing) = &mut said.listing
        && let Some(rest) = member.strip_prefix("address")
        && of_object(&mut listing.address, rest.trim_start_matches('.'), code).is_some()
    {
        return Some(Left::member("address"));
    }
    whole(&mut said.listing)
}

fn of_reference(said: &mut Number, member: &str) -> Option<Left> {
    if member == "assignAsCallerId"
        && let Field::Value(target) = &mut said.reference
        && target.shows
    {
        target.shows = false;
        return Some(Left::member("assignAsCallerId"));
    }
    whole(&mut said.reference)
}

/// Leaves out a member, and those that go with it; none where that is nothing,
/// or all there was.
fn of_address(address: &mut Address, member: &str, code: &str) -> Option<Left> {
    let (member, goes): (Member, fn(Member) -> bool) = match (Member::from_name(member), code) {
        // The names follow from the type (D6), an address from its street (D9).
        (None, "D6") => (Member::CustomerType, |it| it == Member::CustomerType),
        (None, "D9") => (Member::StreetName, is_place),
        (None, _) => return None,
        (Some(member @ (Member::Latitude | Member::Longitude)), _) => (member, |it| {
            matches!(it, Member::Latitude | Member::Longitude)
        }),
        // A place without one of its members is another place.
        (Some(member), _) if is_place(member) => (member, is_place),
        (Some(member), _) => {
            let some = leave(address, |it| it == member);
            return some.then(|| Left::member(member.name()));
        }
    };
    leave(address, goes).then(|| Left {
        member: Some(member.name()),
        place: is_place(member),
    })
}

fn is_place(member: Member) -> bool {
    member.is_location() || member == Member::Country
}

fn leave(address: &mut Address, which: impl Fn(Member) -> bool) -> bool {
    let before = address.said.len();
    address.said.retain(|member, _| !which(*member));
    let some = address.said.len() < before;
    // What was never said needs no second look; but nothing of it may come in
    // by a default either.
    let members = Member::ALL.into_iter().filter(|member| which(*member));
    address.unmanaged.extend(members);
    some && !address.said.is_empty()
}
