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
        let done = match object {
            // Its port goes by the record of others.
            "customerServiceRecord" if code == "D42" && said.csr.is_absent() => {
                let port = said.port.clone();
                return port.is_some_and(|port| self.without_port(&port, why));
            }
            "customerServiceRecord" if code == "D42" => {
                said.csr = Field::Absent;
                true
            }
            "customerServiceRecord" => of_object(&mut said.csr, member, code),
            "e911Address" => of_object(&mut said.e911, member, code),
            "directoryListing" => of_listing(said, member, code),
            "reference" => of_reference(said, member),
            "holdActivation" => std::mem::take(&mut said.on_hold),
            _ => false,
        };
        if done {
            let what = if rest.is_empty() { object } else { rest };
            said.comments
                .push(format!("Left out: {what} ({})", clean(why)));
            self.unsaid.push(Unsaid {
                path: format!("numbers.{number}.{rest}"),
                why: clean(why),
            });
            return true;
        }
        self.without(number, why)
    }

    /// The number itself can't be declared.
    pub fn without(&mut self, number: PhoneNumber, why: &str) -> bool {
        let Some(said) = self.numbers.remove(&number) else {
            return false;
        };
        self.left_out.insert(number, clean(why));
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
        if !of_terms(port, rest, code) {
            return self.without_port(name, why);
        }
        port.comments
            .push(format!("Left out: {rest} ({})", clean(why)));
        self.unsaid.push(Unsaid {
            path: format!("ports.{name}.{rest}"),
            why: clean(why),
        });
        true
    }
}

/// Terms that an order may go without; all others decide what it is.
fn of_terms(port: &mut Port, rest: &str, code: &str) -> bool {
    let (object, member) = rest.split_once('.').unwrap_or((rest, ""));
    match object {
        "portingAuthorizedName" => port.authorized.take().is_some(),
        "telecomSettings" if !member.is_empty() => {
            let before = port.telecom.len();
            port.telecom.retain(|(name, _)| *name != member);
            port.telecom.len() < before
        }
        "customerServiceRecord" => match &mut port.csr {
            None => false,
            Some(address) => match of_address(address, member, code) {
                true => true,
                // Without a record of its own it has that of its numbers.
                false => port.csr.take().is_some(),
            },
        },
        _ => false,
    }
}

fn of_object(field: &mut Field<Address>, member: &str, code: &str) -> bool {
    if let Field::Value(address) = field
        && of_address(address, member, code)
    {
        return true;
    }
    !std::mem::take(field).is_absent()
}

fn of_listing(said: &mut Number, member: &str, code: &str) -> bool {
    let Field::Value(listing) = &mut said.listing else {
        return !std::mem::take(&mut said.listing).is_absent();
    };
    if let Some(rest) = member.strip_prefix("address")
        && of_object(&mut listing.address, rest.trim_start_matches('.'), code)
    {
        return true;
    }
    said.listing = Field::Absent;
    true
}

fn of_reference(said: &mut Number, member: &str) -> bool {
    if member == "assignAsCallerId"
        && let Field::Value(target) = &mut said.reference
        && target.shows
    {
        target.shows = false;
        return true;
    }
    !std::mem::take(&mut said.reference).is_absent()
}

/// Leaves out a member, or those that go with it; false where that is none.
fn of_address(address: &mut Address, member: &str, code: &str) -> bool {
    let Some(member) = Member::from_name(member) else {
        return match code {
            // The names follow from the type (D6), an address from its street (D9).
            "D6" => leave(address, |member| member == Member::CustomerType),
            "D9" => leave(address, is_place),
            _ => false,
        };
    };
    match member {
        Member::Latitude | Member::Longitude => leave(address, |member| {
            matches!(member, Member::Latitude | Member::Longitude)
        }),
        // A place without one of its members is another place.
        member if is_place(member) => leave(address, is_place),
        member => leave(address, |other| other == member),
    }
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
