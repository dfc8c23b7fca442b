//! The platform's enumerations, spelled as it spells them (case matters).
//!
//! They are lists, not Rust enums: a live object may carry a value published
//! after this was written and must still load, and a wrong value in a file is
//! reported by a rule with its number, its place and the nearest right one.

/// S:CustomerServiceRecordX.customerType.
pub const CUSTOMER_TYPES: &[&str] = &["BUSINESS", "RESIDENTIAL"];

/// S:CustomerServiceRecordX.preDirectional and postDirectional.
pub const DIRECTIONALS: &[&str] = &["N", "NE", "E", "SE", "S", "SW", "W", "NW"];

/// S:CustomerServiceRecordX.secondaryLocationDescription.
pub const SECONDARY_LOCATIONS: &[&str] = &[
    "APARTMENT",
    "BASEMENT",
    "BUILDING",
    "DEPARTMENT",
    "FLOOR",
    "FRONT",
    "HANGER",
    "KEY",
    "LOBBY",
    "LOT",
    "LOWER",
    "OFFICE",
    "PENTHOUSE",
    "PIER",
    "REAR",
    "ROOM",
    "SIDE",
    "SLIP",
    "SPACE",
    "SUITE",
    "STOP",
    "TRAILER",
    "UNIT",
    "UPPER",
];

/// The secondary locations that name a place without a unit (USPS Publication 28, 213).
pub const SECONDARY_WITHOUT_UNIT: &[&str] = &[
    "BASEMENT",
    "FRONT",
    "LOBBY",
    "LOWER",
    "OFFICE",
    "PENTHOUSE",
    "REAR",
    "SIDE",
    "UPPER",
];

/// S:DirectoryListingX.type, those a person may ask for.
pub const LISTING_TYPES: &[&str] = &["LIST_PUBLISH", "LIST_NOT_PUBLISH", "NOT_LIST_NOT_PUBLISH"];

/// S:DirectoryListingX.type, those that only the platform sets.
pub const LISTING_TYPES_OF_PLATFORM: &[&str] = &["ERROR", "PORTED", "COMPLEX"];

/// S:TelephoneNumberAccountV2X.referenceType.
pub const REFERENCE_TYPES: &[&str] = &[
    "SIP_TRUNK",
    "END_USER",
    "IVR",
    "LINE_APPEARANCE",
    "LINE_HUNTGROUP",
    "TELEPHONE",
    "VFAX",
    "BUSINESS_LINE",
    "BUSINESS_LINE_HUNT_GROUP",
    "CALL_GROUP",
    "CALL_QUEUE",
    "AUTO_ATTENDANT",
    "SPECIALTY_LINE",
    "CONTACT_CENTER",
];

/// The reference types that the guide names, for POST ("Address Objects") or
/// PATCH ("Set Phone Number Reference").
pub const REFERENCE_TYPES_OF_GUIDE: &[&str] = &[
    "SIP_TRUNK",
    "END_USER",
    "IVR",
    "LINE_APPEARANCE",
    "LINE_HUNTGROUP",
    "VFAX",
    "BUSINESS_LINE",
    "BUSINESS_LINE_HUNT_GROUP",
    "AUTO_ATTENDANT",
    "CONTACT_CENTER",
];

/// The guide's E911 languages ("E911 Address Language Parameters").
pub const LANGUAGES: &[&str] = &["fr-CA", "en-US"];

/// S:PortX.portingWireType.
pub const WIRE_TYPES: &[&str] = &["Wireline", "Wireless"];

/// The countries the platform serves.
pub const COUNTRIES: &[&str] = &["USA", "CAN"];

/// Two-letter codes of the United States: states, DC, territories, armed forces.
pub const US_STATES: &[(&str, &str)] = &[
    ("AL", "ALABAMA"),
    ("AK", "ALASKA"),
    ("AZ", "ARIZONA"),
    ("AR", "ARKANSAS"),
    ("CA", "CALIFORNIA"),
    ("CO", "COLORADO"),
    ("CT", "CONNECTICUT"),
    ("DE", "DELAWARE"),
    ("DC", "DISTRICT OF COLUMBIA"),
    ("FL", "FLORIDA"),
    ("GA", "GEORGIA"),
    ("HI", "HAWAII"),
    ("ID", "IDAHO"),
    ("IL", "ILLINOIS"),
    ("IN", "INDIANA"),
    ("IA", "IOWA"),
    ("KS", "KANSAS"),
    ("KY", "KENTUCKY"),
    ("LA", "LOUISIANA"),
    ("ME", "MAINE"),
    ("MD", "MARYLAND"),
    ("MA", "MASSACHUSETTS"),
    ("MI", "MICHIGAN"),
    ("MN", "MINNESOTA"),
    ("MS", "MISSISSIPPI"),
    ("MO", "MISSOURI"),
    ("MT", "MONTANA"),
    ("NE", "NEBRASKA"),
    ("NV", "NEVADA"),
    ("NH", "NEW HAMPSHIRE"),
    ("NJ", "NEW JERSEY"),
    ("NM", "NEW MEXICO"),
    ("NY", "NEW YORK"),
    ("NC", "NORTH CAROLINA"),
    ("ND", "NORTH DAKOTA"),
    ("OH", "OHIO"),
    ("OK", "OKLAHOMA"),
    ("OR", "OREGON"),
    ("PA", "PENNSYLVANIA"),
    ("RI", "RHODE ISLAND"),
    ("SC", "SOUTH CAROLINA"),
    ("SD", "SOUTH DAKOTA"),
    ("TN", "TENNESSEE"),
    ("TX", "TEXAS"),
    ("UT", "UTAH"),
    ("VT", "VERMONT"),
    ("VA", "VIRGINIA"),
    ("WA", "WASHINGTON"),
    ("WV", "WEST VIRGINIA"),
    ("WI", "WISCONSIN"),
    ("WY", "WYOMING"),
    ("PR", "PUERTO RICO"),
    ("VI", "VIRGIN ISLANDS"),
    ("GU", "GUAM"),
    ("AS", "AMERICAN SAMOA"),
    ("MP", "NORTHERN MARIANA ISLANDS"),
];

/// Two-letter codes of Canada with the first letters of their postal codes.
pub const CA_PROVINCES: &[(&str, &str, &str)] = &[
    ("AB", "ALBERTA", "T"),
    ("BC", "BRITISH COLUMBIA", "V"),
    ("MB", "MANITOBA", "R"),
    ("NB", "NEW BRUNSWICK", "E"),
    ("NL", "NEWFOUNDLAND AND LABRADOR", "A"),
    ("NS", "NOVA SCOTIA", "B"),
    ("NT", "NORTHWEST TERRITORIES", "X"),
    ("NU", "NUNAVUT", "X"),
    ("ON", "ONTARIO", "KLMNP"),
    ("PE", "PRINCE EDWARD ISLAND", "C"),
    ("QC", "QUEBEC", "GHJ"),
    ("SK", "SASKATCHEWAN", "S"),
    ("YT", "YUKON", "Y"),
];

/// The country in which a two-letter state or province lies.
pub fn country_of_state(state: &str) -> Option<&'static str> {
    if US_STATES.iter().any(|(code, _)| *code == state) {
        Some("USA")
    } else if CA_PROVINCES.iter().any(|(code, _, _)| *code == state) {
        Some("CAN")
    } else {
        None
    }
}
