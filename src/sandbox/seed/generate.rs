//! Accounts by the thousand: the same sizes give the same world, and equal
//! addresses are kept once, so that a million numbers fit.

use std::sync::Arc;

use crate::model::{AccountId, CarrierId, CarrierStatus, Member, PhoneNumber, Record};
use crate::sandbox::world::{Account, Listing, Number, Range, World};

use super::GenerateSeed;

/// The numbers of one exchange.
const AN_EXCHANGE: u64 = 10_000;

impl GenerateSeed {
    /// Adds what it describes, as if somebody had written it all down.
    pub fn add_to(self, world: &mut World, first_carrier: &CarrierId) -> Result<(), String> {
        let GenerateSeed {
            accounts,
            numbers_per_account,
            area_code,
        } = self;
        let npa = u64::from(area_code.unwrap_or(201));
        let exchanges: Vec<u64> = (200..1000)
            .filter(|exchange| exchange % 100 != 11 && *exchange != 555)
            .collect();
        let room = exchanges.len() as u64 * AN_EXCHANGE;
        let wanted = u64::from(accounts) * u64::from(numbers_per_account);
        if wanted > room {
            return Err(format!(
                "generate: {wanted} numbers are more than the {room} of an area code"
            ));
        }
        world
            .inventory
            .entry(format!("1{npa}"))
            .or_insert_with(|| Range {
                rate_center: "GENERATED".to_owned(),
                state: "UT".to_owned(),
                country: "USA".to_owned(),
                carrier: first_carrier.clone(),
            });
        let listing_type: Arc<str> = world.default_listing_type().into();
        let mut serial: u64 = 0;
        for place in 0..accounts {
            let account = add_account(world, place)?;
            let csr = Arc::new(record(place, false));
            let e911 = Arc::new(record(place, true));
            for _ in 0..numbers_per_account {
                let exchange = exchanges.get((serial / AN_EXCHANGE) as usize);
                let number = exchange
                    .map(|exchange| {
                        (1000 + npa) * 10_000_000 + exchange * AN_EXCHANGE + serial % AN_EXCHANGE
                    })
                    .and_then(PhoneNumber::from_u64)
                    .filter(|number| number.nanp_fault().is_none())
                    .ok_or_else(|| format!("generate: there is no area code {npa}"))?;
                serial += 1;
                if world.numbers.contains_key(&number) {
                    return Err(format!("number {number} is there twice"));
                }
                let state = Number {
                    account: account.clone(),
                    status: CarrierStatus::Active,
                    carrier: first_carrier.clone(),
                    order_version: world.ids.sequence(),
                    csr: Arc::clone(&csr),
                    // Some have no 911 address of their own, as in life.
                    e911: (!serial.is_multiple_of(3)).then(|| Arc::clone(&e911)),
                    correction: None,
                    listing: Listing {
                        listed: false,
                        listing_type: Arc::clone(&listing_type),
                        address: None,
                    },
                    reference: None,
                    assign_as_caller_id: false,
                    operational_status: None,
                    port_id: None,
                };
                world.insert_number(number, state);
            }
        }
        Ok(())
    }
}

fn add_account(world: &mut World, place: u32) -> Result<AccountId, String> {
    let id = AccountId::new(format!("generated{place:013}"));
    let account = Account {
        name: format!("Generated {place}"),
        account_number: format!("GEN-{place}"),
        time_zone: "US/Mountain".to_owned(),
        users: Default::default(),
    };
    match world.accounts.insert(id.clone(), account) {
        None => Ok(id),
        Some(_) => Err(format!("account {id} is there twice")),
    }
}

/// The address of an account, as a CSR or for 911.
fn record(place: u32, e911: bool) -> Record {
    let mut record = Record::default();
    let street_number = (100 + place % 900).to_string();
    let name = format!("Generated Business {place}");
    for (member, text) in [
        (Member::CustomerType, "BUSINESS"),
        (Member::BusinessName, &name),
        (Member::StreetNumber, &street_number),
        (Member::PreDirectional, "S"),
        (Member::StreetName, "Main"),
        (Member::StreetSuffix, "St"),
        (Member::City, "Salt Lake City"),
        (Member::State, "UT"),
        (Member::PostalCode, "84101"),
        (Member::Country, "USA"),
    ] {
        record.set(member, Some(text));
    }
    if e911 {
        record.set(Member::SecondaryLocationDescription, Some("FLOOR"));
        record.set(Member::Unit, Some("2"));
    } else {
        record.set(Member::CustomerName, Some("Generated"));
    }
    record
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::seed;
    use jiff::Timestamp;

    fn generated(accounts: u32, numbers: u32, npa: u32) -> Result<World, String> {
        let text = format!(
            r#"{{"carriers":[{{"id":"c1","name":"One","carrierType":"BANDWIDTH"}}],
                "generate":{{"accounts":{accounts},"numbersPerAccount":{numbers},"areaCode":{npa}}}}}"#
        );
        seed::parse(&text)
            .expect("a seed")
            .into_world(Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn so_many_accounts_have_so_many_possible_numbers_at_shared_addresses() {
        let world = generated(3, 7000, 385).expect("a world");
        assert_eq!((world.accounts.len(), world.numbers.len()), (3, 21_000));
        assert!(
            world
                .numbers
                .keys()
                .all(|number| number.npa() == 385 && number.nanp_fault().is_none())
        );
        for account in world.accounts.keys() {
            let of_it: Vec<_> = world.numbers_of(account).collect();
            assert_eq!(of_it.len(), 7000);
            assert!(
                of_it
                    .iter()
                    .all(|(_, n)| Arc::ptr_eq(&n.csr, &of_it[0].1.csr))
            );
        }
    }

    #[test]
    fn what_cannot_be_dialled_or_does_not_fit_is_refused() {
        for (accounts, numbers, npa, reason) in [
            (1, 1, 911, "no area code 911"),
            (1, 1, 20, "no area code 20"),
            (10_000, 1000, 201, "more than"),
        ] {
            let refused = generated(accounts, numbers, npa).expect_err(reason);
            assert!(refused.contains(reason), "{refused}");
        }
    }
}
