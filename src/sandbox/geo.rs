//! Where things lie: rate centres, postal codes and houses have coordinates, so
//! that a number "near the customer" can be found and its distance told.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ids::hash;
use super::msag::KnownAddress;

/// The earth's mean radius in miles: the platform's distances are miles
/// (S:TelephoneNumberViewX.distance).
const EARTH_RADIUS_MILES: f64 = 3_958.761_3;
const KILOMETRES_A_MILE: f64 = 1.609_344;
/// A house without coordinates of its own lies within this many degrees of its town's.
const TOWN_DEGREES: f64 = 0.02;

/// A point on the earth, in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    pub latitude: f64,
    pub longitude: f64,
}

impl Point {
    /// `None` for what lies on no globe.
    pub fn new(latitude: f64, longitude: f64) -> Option<Self> {
        let lawful = latitude.is_finite()
            && longitude.is_finite()
            && latitude.abs() <= 90.0
            && longitude.abs() <= 180.0;
        lawful.then_some(Self {
            latitude,
            longitude,
        })
    }

    /// The great-circle distance in miles (haversine).
    pub fn miles_to(self, other: Self) -> f64 {
        let (from, to) = (self.latitude.to_radians(), other.latitude.to_radians());
        let half_north = ((to - from) / 2.0).sin();
        let half_east = ((other.longitude - self.longitude).to_radians() / 2.0).sin();
        let a = half_north.powi(2) + from.cos() * to.cos() * half_east.powi(2);
        2.0 * EARTH_RADIUS_MILES * a.sqrt().min(1.0).asin()
    }
}

/// What a distance is told in (O:getClosestAvailableRateCenters).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Miles,
    Kilometres,
    Radians,
}

impl Unit {
    /// The OpenAPI writes it in capitals at one operation and small at another.
    pub fn parse(text: &str) -> Option<Self> {
        match text.to_ascii_uppercase().as_str() {
            "MILES" => Some(Self::Miles),
            "KILOMETERS" => Some(Self::Kilometres),
            "RADIANS" => Some(Self::Radians),
            _ => None,
        }
    }

    pub fn of_miles(self, miles: f64) -> f64 {
        match self {
            Self::Miles => miles,
            Self::Kilometres => miles * KILOMETRES_A_MILE,
            Self::Radians => miles / EARTH_RADIUS_MILES,
        }
    }
}

/// Where a rate centre lies, and which postal codes it serves.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Place {
    /// The rate centre's name, as the inventory has it.
    pub name: String,
    /// Two letters.
    pub state: String,
    /// Degrees.
    pub latitude: f64,
    /// Degrees; west is negative.
    pub longitude: f64,
    /// Those that lie in it.
    pub postal_codes: Vec<String>,
}

impl Place {
    pub fn point(&self) -> Option<Point> {
        Point::new(self.latitude, self.longitude)
    }

    pub fn serves(&self, postal_code: &str) -> bool {
        let wanted = plain_postal(postal_code);
        self.postal_codes
            .iter()
            .any(|code| plain_postal(code) == wanted)
    }
}

/// The rate centre of this name.
pub fn place<'a>(places: &'a [Place], name: &str, state: &str) -> Option<&'a Place> {
    places.iter().find(|place| {
        place.name.eq_ignore_ascii_case(name) && place.state.eq_ignore_ascii_case(state)
    })
}

/// Where a postal code lies: among its houses, its rate centre, or where the
/// codes that begin alike are. `None` where nothing is known of the region.
pub fn of_postal_code(places: &[Place], known: &[KnownAddress], code: &str) -> Option<Point> {
    let wanted = plain_postal(code);
    if wanted.len() < 3 {
        return None;
    }
    let house = known
        .iter()
        .find(|entry| plain_postal(&entry.postal_code) == wanted)
        .and_then(|entry| Point::new(entry.latitude?, entry.longitude?));
    let served = places
        .iter()
        .find(|place| place.serves(code))
        .and_then(Place::point);
    let region = || {
        let begins = wanted.get(..3)?;
        places
            .iter()
            .find(|place| {
                place
                    .postal_codes
                    .iter()
                    .any(|code| plain_postal(code).starts_with(begins))
            })
            .and_then(Place::point)
    };
    house.or(served).or_else(region)
}

/// Where a house lies: its own coordinates, else a spot in its town that is
/// always the same for the same house.
pub fn of_house(places: &[Place], known: &[KnownAddress], house: &House<'_>) -> Option<Point> {
    if let Some(entry) = house.entry
        && let (Some(latitude), Some(longitude)) = (entry.latitude, entry.longitude)
    {
        return Point::new(latitude, longitude);
    }
    let town = place(places, house.city, house.state)
        .and_then(Place::point)
        .or_else(|| of_postal_code(places, known, house.postal_code))?;
    let spot = |salt: &str| {
        let drawn = hash(&format!("{salt} {}", house.line)) % 2_001;
        // Exact: at most 2000.
        #[expect(clippy::cast_precision_loss)]
        let share = drawn as f64 / 1_000.0 - 1.0;
        share * TOWN_DEGREES
    };
    Point::new(town.latitude + spot("north"), town.longitude + spot("east"))
}

/// What is known of a house when its place is asked for.
pub struct House<'a> {
    pub entry: Option<&'a KnownAddress>,
    pub line: &'a str,
    pub city: &'a str,
    pub state: &'a str,
    pub postal_code: &'a str,
}

/// A postal code without its blanks and its ZIP+4, in capitals.
pub fn plain_postal(code: &str) -> String {
    let compact: String = code
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .map(|letter| letter.to_ascii_uppercase())
        .collect();
    match compact.split_once('-') {
        Some((zip, _)) => zip.to_owned(),
        None => compact,
    }
}

/// It has the form of a United States or Canadian postal code.
pub fn is_postal_code(code: &str) -> bool {
    let plain = plain_postal(code);
    let bytes = plain.as_bytes();
    let zip = bytes.len() == 5 && bytes.iter().all(u8::is_ascii_digit);
    let canadian = bytes.len() == 6
        && bytes.iter().enumerate().all(|(place, byte)| {
            if place % 2 == 0 {
                byte.is_ascii_uppercase()
            } else {
                byte.is_ascii_digit()
            }
        });
    zip || canadian
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(latitude: f64, longitude: f64) -> Point {
        Point::new(latitude, longitude).expect("on the globe")
    }

    #[test]
    fn distances_are_those_of_the_atlas() {
        let provo = point(40.2338, -111.6585);
        let salt_lake = point(40.7608, -111.8910);
        let ottawa = point(45.4215, -75.6972);
        let miles = provo.miles_to(salt_lake);
        assert!((38.0..39.0).contains(&miles), "{miles}");
        let far = provo.miles_to(ottawa);
        assert!((1_840.0..1_880.0).contains(&far), "{far}");
        assert!(provo.miles_to(provo) < 1e-9);
        // A quarter of the way round.
        let pole = point(90.0, 0.0);
        let radians = Unit::Radians.of_miles(point(0.0, 17.0).miles_to(pole));
        assert!((radians - std::f64::consts::FRAC_PI_2).abs() < 1e-9);
        assert!(Point::new(91.0, 0.0).is_none() && Point::new(f64::NAN, 0.0).is_none());
    }

    #[test]
    fn a_postal_code_is_found_by_itself_then_by_its_region() {
        let places = [Place {
            name: "PROVO".into(),
            state: "UT".into(),
            latitude: 40.2338,
            longitude: -111.6585,
            postal_codes: vec!["84606".into(), "K1P 5A9".into()],
        }];
        for found in ["84606", "84606-1234", "84699", "k1p5a9", "K1P 0A1"] {
            assert!(of_postal_code(&places, &[], found).is_some(), "{found}");
        }
        for unknown in ["90210", "", "8", "H3A 1E4"] {
            assert_eq!(of_postal_code(&places, &[], unknown), None, "{unknown}");
        }
    }

    #[test]
    fn postal_codes_have_two_forms() {
        for code in ["84042", "84042-1234", "K1P 5A9", "k1p5a9"] {
            assert!(is_postal_code(code), "{code}");
        }
        for code in ["8404", "801769", "K1P", "PROVO", ""] {
            assert!(!is_postal_code(code), "{code}");
        }
    }
}
