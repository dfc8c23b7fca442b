//! Finding numbers to order: near a point, by postal code, by digits, by rate
//! centre. A search itself changes nothing; that everything it found is then
//! reserved for 30 minutes (guide, "Find Available Numbers") is a command of
//! its own, so that the journal holds what was found and not what was asked.

use std::ops::Range as Span;

use jiff::{SignedDuration, Timestamp};

use crate::model::{AccountId, CarrierId, PhoneNumber};
use crate::sandbox::clock::later;
use crate::sandbox::geo::{self, Point};
use crate::sandbox::world::{Range, Reservation, World};

use super::{Outcome, Refusal, account_exists};

/// The guide: "up to 15 numbers at once".
pub const MOST_FOUND: usize = 15;
/// Rate centres farther away than this are not near.
const NEAR_MILES: f64 = 50.0;

/// Where numbers are looked for.
#[derive(Clone, Debug, PartialEq)]
pub enum By {
    Near(Point),
    PostalCode(String),
    /// The digits that a number begins with; all eleven are one number.
    Digits(String),
    RateCenter {
        name: String,
        state: Option<String>,
    },
}

/// A search.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    pub by: By,
    /// Numbers whose calls the called party pays for, and no others (function
    /// type TollFree); else none of them (ELS).
    pub toll_free: bool,
    pub carrier: Option<CarrierId>,
    pub most: usize,
    /// Only numbers that follow one another, `most` of them, or none.
    pub sequential: bool,
}

/// A number found.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    pub number: PhoneNumber,
    /// Miles from the point or postal code to its rate centre.
    pub distance: Option<f64>,
    /// Its rate centre serves the postal code asked for.
    pub matches_zip: Option<bool>,
}

/// A block of the inventory that answers a search.
struct Block<'a> {
    prefix: &'a str,
    range: &'a Range,
    distance: Option<f64>,
    matches_zip: Option<bool>,
}

/// Free numbers that nobody has reserved, the nearest first.
pub fn find(world: &World, wanted: &Wanted, now: Timestamp) -> Result<Vec<Found>, Refusal> {
    let Wanted {
        by,
        toll_free,
        carrier,
        most,
        sequential,
    } = wanted;
    let point = match by {
        By::Near(point) => Some(*point),
        By::PostalCode(code) => Some(
            geo::of_postal_code(&world.places, &world.addresses, code)
                .ok_or_else(|| Refusal::new(422, "InvalidSearchTerm").with("q", code.as_str()))?,
        ),
        By::Digits(_) | By::RateCenter { .. } => None,
    };
    let mut blocks: Vec<Block> = world
        .inventory
        .iter()
        .filter(|(_, range)| carrier.as_ref().is_none_or(|id| range.carrier == *id))
        .filter_map(|(prefix, range)| block(world, prefix, range, by, point))
        .collect();
    // Nearest first; blocks at the same place in the order of their digits.
    blocks.sort_by(|a, b| {
        let miles = |block: &Block| block.distance.unwrap_or(f64::INFINITY);
        miles(a)
            .total_cmp(&miles(b))
            .then_with(|| a.prefix.cmp(b.prefix))
    });
    let mut found = Vec::new();
    for block in &blocks {
        let digits = match by {
            By::Digits(digits) => digits.as_str(),
            By::Near(_) | By::PostalCode(_) | By::RateCenter { .. } => "",
        };
        // The longer of the two says more.
        let narrowed = if digits.len() > block.prefix.len() {
            digits
        } else {
            block.prefix
        };
        let mut free = numbers(narrowed)
            .filter_map(PhoneNumber::from_u64)
            .filter(|number| number.is_toll_free() == *toll_free)
            .filter(|number| is_offered(world, *number, block.range, now));
        let taken: Vec<PhoneNumber> = if *sequential {
            run(free, *most)
        } else {
            free.by_ref()
                .take(most.saturating_sub(found.len()))
                .collect()
        };
        found.extend(taken.into_iter().map(|number| Found {
            number,
            distance: block.distance,
            matches_zip: block.matches_zip,
        }));
        if found.len() >= *most {
            break;
        }
    }
    Ok(found)
}

/// What of a block answers the search, if anything.
fn block<'a>(
    world: &World,
    prefix: &'a str,
    range: &'a Range,
    by: &By,
    point: Option<Point>,
) -> Option<Block<'a>> {
    let place = geo::place(&world.places, &range.rate_center, &range.state);
    let distance = point
        .zip(place.and_then(geo::Place::point))
        .map(|(from, to)| from.miles_to(to));
    let mut matches_zip = None;
    let answers = match by {
        // A rate centre whose place nobody knows is never near.
        By::Near(_) => distance.is_some_and(|miles| miles <= NEAR_MILES),
        By::PostalCode(code) => {
            let serves = place.is_some_and(|place| place.serves(code));
            matches_zip = Some(serves);
            serves || distance.is_some_and(|miles| miles <= NEAR_MILES)
        }
        By::Digits(digits) => digits.starts_with(prefix) || prefix.starts_with(digits.as_str()),
        By::RateCenter { name, state } => {
            range.rate_center.eq_ignore_ascii_case(name)
                && state
                    .as_ref()
                    .is_none_or(|state| range.state.eq_ignore_ascii_case(state))
        }
    };
    answers.then_some(Block {
        prefix,
        range,
        distance,
        matches_zip,
    })
}

/// All numbers that begin with these digits.
fn numbers(prefix: &str) -> Span<u64> {
    let missing = u32::try_from(11_usize.saturating_sub(prefix.len())).unwrap_or(0);
    let span = 10_u64.pow(missing.min(11));
    match prefix.parse::<u64>() {
        Ok(begin) => begin * span..(begin + 1) * span,
        // Not digits: none.
        Err(_) => 0..0,
    }
}

/// In stock, and reserved by nobody.
fn is_offered(world: &World, number: PhoneNumber, range: &Range, now: Timestamp) -> bool {
    world.reservation(number, now).is_none() && is_in_stock(world, number, range)
}

/// Free, and of this block and no finer one within it.
fn is_in_stock(world: &World, number: PhoneNumber, range: &Range) -> bool {
    number.nanp_fault().is_none()
        && world.is_free(number)
        && world
            .range_of(number)
            .is_some_and(|own| std::ptr::eq(own, range))
}

/// The first `count` numbers that follow one another; none where there are no such.
fn run(free: impl Iterator<Item = PhoneNumber>, count: usize) -> Vec<PhoneNumber> {
    let mut row: Vec<PhoneNumber> = Vec::new();
    for number in free {
        let follows = row
            .last()
            .is_some_and(|last| last.as_u64() + 1 == number.as_u64());
        if !follows {
            row.clear();
        }
        row.push(number);
        if row.len() == count {
            return row;
        }
    }
    Vec::new()
}

/// The numbers in stock, some of each block, up to `most` (O:listTnInventory).
pub fn stock(world: &World, most: usize) -> Vec<PhoneNumber> {
    let share = most.div_ceil(world.inventory.len().max(1));
    world
        .inventory
        .iter()
        .flat_map(|(prefix, range)| {
            numbers(prefix)
                .filter_map(PhoneNumber::from_u64)
                .filter(move |number| is_in_stock(world, *number, range))
                .take(share)
        })
        .take(most)
        .collect()
}

/// Reserves what a search found: for the account that searched, or for the
/// partition, any account of which may then reserve or order it.
pub fn reserve_found(
    world: &mut World,
    numbers: &[PhoneNumber],
    account: Option<&AccountId>,
    now: Timestamp,
) -> Result<Outcome, Refusal> {
    if let Some(account) = account {
        account_exists(world, account)?;
    }
    let seconds = i64::from(world.timing.reservation_seconds);
    world.reservations.retain(|_, held| held.until > now);
    for number in numbers {
        let reservation = Reservation {
            until: later(now, SignedDuration::from_secs(seconds)),
            account: account.cloned(),
        };
        world.reservations.insert(*number, reservation);
    }
    Ok(Outcome::default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::seed;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn built_in() -> World {
        let mut world = seed::parse(crate::sandbox::BUILT_IN)
            .expect("the built-in world")
            .into_world(NOW)
            .expect("a world");
        world.reindex();
        world
    }

    fn wanted(by: By, most: usize) -> Wanted {
        Wanted {
            by,
            toll_free: false,
            carrier: None,
            most,
            sequential: false,
        }
    }

    fn digits(digits: &str, most: usize) -> Wanted {
        wanted(By::Digits(digits.to_owned()), most)
    }

    #[test]
    fn the_nearest_rate_centre_comes_first() {
        let world = built_in();
        let lindon = Point::new(40.3325, -111.7282).expect("a point");
        let found = find(&world, &wanted(By::Near(lindon), 15), NOW).expect("numbers");
        assert_eq!(found.len(), 15);
        assert!(
            found
                .iter()
                .all(|one| one.number.to_string().starts_with("1801769"))
        );
        let miles = found[0].distance.expect("a distance");
        assert!((2.0..3.0).contains(&miles), "{miles}");
        let atlantic = Point::new(30.0, -40.0).expect("a point");
        let none = find(&world, &wanted(By::Near(atlantic), 15), NOW).expect("none");
        assert_eq!(none, []);
    }

    #[test]
    fn a_postal_code_nobody_can_place_cannot_be_served() {
        let world = built_in();
        let by = |code: &str| wanted(By::PostalCode(code.to_owned()), 3);
        assert_eq!(
            find(&world, &by("99999"), NOW).expect_err("nowhere").status,
            422
        );
        let near = find(&world, &by("84042"), NOW).expect("numbers");
        assert_eq!(near[0].matches_zip, Some(true));
    }

    #[test]
    fn what_is_taken_reserved_or_cooling_down_is_not_offered() {
        let mut world = built_in();
        let first = find(&world, &digits("1801404", 15), NOW).expect("numbers");
        let numbers: Vec<PhoneNumber> = first.iter().map(|one| one.number).collect();
        assert_eq!(numbers[0].to_string(), "18014040000");
        reserve_found(&mut world, &numbers, None, NOW).expect("reserved");
        let second = find(&world, &digits("1801404", 15), NOW).expect("numbers");
        assert!(second.iter().all(|one| !numbers.contains(&one.number)));
        let later: Timestamp = "1970-01-01T00:30:00Z".parse().expect("an instant");
        let third = find(&world, &digits("1801404", 15), later).expect("numbers");
        assert_eq!(third, first, "reservations end after 30 minutes");
        // 0903 is free; the others are on an account, and 0908 is in cooldown.
        let around = find(&world, &digits("1801404090", 15), NOW).expect("numbers");
        let around: Vec<String> = around.iter().map(|one| one.number.to_string()).collect();
        assert_eq!(
            around,
            ["18014040900", "18014040903", "18014040909"].map(String::from)
        );
    }

    #[test]
    fn sequential_numbers_follow_one_another_or_there_are_none() {
        let world = built_in();
        let row = |begin: &str, most| {
            let wanted = Wanted {
                sequential: true,
                ..digits(begin, most)
            };
            let found = find(&world, &wanted, NOW).expect("numbers");
            let numbers: Vec<u64> = found.iter().map(|one| one.number.as_u64()).collect();
            assert!(numbers.windows(2).all(|pair| pair[1] == pair[0] + 1));
            numbers
        };
        assert_eq!(row("180140409", 10).first(), Some(&18_014_040_909));
        assert!(row("1801404090", 2).is_empty(), "only single ones are left");
        assert_eq!(row("1801404", 15).len(), 15);
    }

    #[test]
    fn a_finer_block_within_a_block_is_offered_once_and_as_itself() {
        let mut world = built_in();
        let finer = Range {
            rate_center: "OREM".to_owned(),
            ..world.inventory["1801404"].clone()
        };
        world.inventory.insert("18014045".to_owned(), finer);
        let by = |name: &str| {
            let by = By::RateCenter {
                name: name.to_owned(),
                state: Some("ut".to_owned()),
            };
            find(&world, &wanted(by, 3), NOW).expect("numbers")
        };
        let orem: Vec<String> = by("Orem")
            .iter()
            .map(|one| one.number.to_string())
            .collect();
        assert_eq!(
            orem,
            ["18014045000", "18014045001", "18014045002"].map(String::from)
        );
        let all = find(&world, &digits("18014045", 15), NOW).expect("numbers");
        assert_eq!(all.len(), 15);
        assert_eq!(by("Nowhere"), []);
    }
}
