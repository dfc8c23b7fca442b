//! N3: street suffixes, directionals and unit designators as USPS
//! Publication 28 abbreviates them (appendix C1, sections 233 and 213).

use super::text::bare;

/// Suffixes by their standard abbreviation, with the spellings that Publication
/// 28 lists for it. Those common in Canada (Crescent, Court, Gate …) are among them.
const SUFFIXES: &[(&str, &[&str])] = &[
    ("ALY", &["ALLEE", "ALLEY", "ALLY"]),
    ("ANX", &["ANEX", "ANNEX", "ANNX"]),
    ("ARC", &["ARCADE"]),
    ("AVE", &["AV", "AVEN", "AVENU", "AVENUE", "AVN", "AVNUE"]),
    ("BYU", &["BAYOO", "BAYOU"]),
    ("BCH", &["BEACH"]),
    ("BND", &["BEND"]),
    ("BLF", &["BLUF", "BLUFF"]),
    ("BLFS", &["BLUFFS"]),
    ("BTM", &["BOT", "BOTTM", "BOTTOM"]),
    ("BLVD", &["BOUL", "BOULEVARD", "BOULV"]),
    ("BR", &["BRNCH", "BRANCH"]),
    ("BRG", &["BRDGE", "BRIDGE"]),
    ("BRK", &["BROOK"]),
    ("BYP", &["BYPA", "BYPAS", "BYPASS", "BYPS"]),
    ("CP", &["CAMP", "CMP"]),
    ("CYN", &["CANYN", "CANYON", "CNYN"]),
    ("CPE", &["CAPE"]),
    ("CSWY", &["CAUSEWAY", "CAUSWA"]),
    (
        "CTR",
        &["CEN", "CENT", "CENTER", "CENTR", "CENTRE", "CNTER", "CNTR"],
    ),
    ("CIR", &["CIRC", "CIRCL", "CIRCLE", "CRCL", "CRCLE"]),
    ("CLF", &["CLIFF"]),
    ("CLFS", &["CLIFFS"]),
    ("CMN", &["COMMON"]),
    ("CMNS", &["COMMONS"]),
    ("COR", &["CORNER"]),
    ("CORS", &["CORNERS"]),
    ("CRSE", &["COURSE"]),
    ("CT", &["COURT"]),
    ("CTS", &["COURTS"]),
    ("CV", &["COVE"]),
    ("CRK", &["CREEK"]),
    ("CRES", &["CRESCENT", "CRSENT", "CRSNT"]),
    ("CRST", &["CREST"]),
    ("XING", &["CROSSING", "CRSSNG"]),
    ("XRD", &["CROSSROAD"]),
    ("CURV", &["CURVE"]),
    ("DL", &["DALE"]),
    ("DM", &["DAM"]),
    ("DR", &["DRIV", "DRIVE", "DRV"]),
    ("DRS", &["DRIVES"]),
    ("EST", &["ESTATE"]),
    ("ESTS", &["ESTATES"]),
    ("EXPY", &["EXP", "EXPR", "EXPRESS", "EXPRESSWAY", "EXPW"]),
    ("EXT", &["EXTENSION", "EXTN", "EXTNSN"]),
    ("FLS", &["FALLS"]),
    ("FRY", &["FERRY", "FRRY"]),
    ("FLD", &["FIELD"]),
    ("FLDS", &["FIELDS"]),
    ("FLT", &["FLAT"]),
    ("FLTS", &["FLATS"]),
    ("FRD", &["FORD"]),
    ("FRST", &["FOREST", "FORESTS"]),
    ("FRG", &["FORG", "FORGE"]),
    ("FRK", &["FORK"]),
    ("FRKS", &["FORKS"]),
    ("FT", &["FORT", "FRT"]),
    ("FWY", &["FREEWAY", "FREEWY", "FRWAY", "FRWY"]),
    ("GDN", &["GARDEN", "GARDN", "GRDEN", "GRDN"]),
    ("GDNS", &["GARDENS", "GRDNS"]),
    ("GTWY", &["GATEWAY", "GATEWY", "GATWAY", "GTWAY"]),
    ("GLN", &["GLEN"]),
    ("GRN", &["GREEN"]),
    ("GRV", &["GROV", "GROVE"]),
    ("HBR", &["HARB", "HARBOR", "HARBOUR", "HARBR", "HRBOR"]),
    ("HVN", &["HAVEN"]),
    ("HTS", &["HEIGHTS", "HT"]),
    ("HWY", &["HIGHWAY", "HIGHWY", "HIWAY", "HIWY", "HWAY"]),
    ("HL", &["HILL"]),
    ("HLS", &["HILLS"]),
    ("HOLW", &["HLLW", "HOLLOW", "HOLLOWS", "HOLWS"]),
    ("INLT", &["INLET"]),
    ("IS", &["ISLAND", "ISLND"]),
    ("ISS", &["ISLANDS", "ISLNDS"]),
    ("JCT", &["JCTION", "JCTN", "JUNCTION", "JUNCTN", "JUNCTON"]),
    ("KNL", &["KNOL", "KNOLL"]),
    ("KNLS", &["KNOLLS"]),
    ("LK", &["LAKE"]),
    ("LKS", &["LAKES"]),
    ("LNDG", &["LANDING", "LNDNG"]),
    ("LN", &["LANE"]),
    ("LGT", &["LIGHT"]),
    ("LF", &["LOAF"]),
    ("LCK", &["LOCK"]),
    ("LDG", &["LDGE", "LODG", "LODGE"]),
    ("LOOP", &["LOOPS"]),
    ("MNR", &["MANOR"]),
    ("MDW", &["MEADOW"]),
    ("MDWS", &["MEADOWS", "MEDOWS"]),
    ("ML", &["MILL"]),
    ("MLS", &["MILLS"]),
    ("MSN", &["MISSION", "MISSN", "MSSN"]),
    ("MTWY", &["MOTORWAY"]),
    ("MT", &["MNT", "MOUNT"]),
    ("MTN", &["MNTAIN", "MNTN", "MOUNTAIN", "MOUNTIN", "MTIN"]),
    ("NCK", &["NECK"]),
    ("ORCH", &["ORCHARD", "ORCHRD"]),
    ("OVAL", &["OVL"]),
    ("OPAS", &["OVERPASS"]),
    ("PARK", &["PRK"]),
    ("PKWY", &["PARKWAY", "PARKWY", "PKWAY", "PKY"]),
    ("PATH", &["PATHS"]),
    ("PNE", &["PINE"]),
    ("PNES", &["PINES"]),
    ("PL", &["PLACE"]),
    ("PLN", &["PLAIN"]),
    ("PLNS", &["PLAINS"]),
    ("PLZ", &["PLAZA", "PLZA"]),
    ("PT", &["POINT"]),
    ("PTS", &["POINTS"]),
    ("PRT", &["PORT"]),
    ("PR", &["PRAIRIE", "PRR"]),
    ("RADL", &["RAD", "RADIAL", "RADIEL"]),
    ("RNCH", &["RANCH", "RANCHES", "RNCHS"]),
    ("RPD", &["RAPID"]),
    ("RPDS", &["RAPIDS"]),
    ("RST", &["REST"]),
    ("RDG", &["RDGE", "RIDGE"]),
    ("RDGS", &["RIDGES"]),
    ("RIV", &["RIVER", "RVR", "RIVR"]),
    ("RD", &["ROAD"]),
    ("RDS", &["ROADS"]),
    ("RTE", &["ROUTE"]),
    ("SHL", &["SHOAL"]),
    ("SHR", &["SHOAR", "SHORE"]),
    ("SHRS", &["SHOARS", "SHORES"]),
    ("SPG", &["SPNG", "SPRING", "SPRNG"]),
    ("SPGS", &["SPNGS", "SPRINGS", "SPRNGS"]),
    ("SQ", &["SQR", "SQRE", "SQU", "SQUARE"]),
    ("STA", &["STATION", "STATN", "STN"]),
    (
        "STRA",
        &["STRAV", "STRAVEN", "STRAVENUE", "STRAVN", "STRVN"],
    ),
    ("STRM", &["STREAM", "STREME"]),
    ("ST", &["STREET", "STRT", "STR"]),
    ("STS", &["STREETS"]),
    ("SMT", &["SUMIT", "SUMITT", "SUMMIT"]),
    ("TER", &["TERR", "TERRACE"]),
    ("TRCE", &["TRACE", "TRACES"]),
    ("TRAK", &["TRACK", "TRACKS", "TRK", "TRKS"]),
    ("TRL", &["TRAIL", "TRAILS", "TRLS"]),
    ("TUNL", &["TUNEL", "TUNLS", "TUNNEL", "TUNNELS", "TUNNL"]),
    ("TPKE", &["TRNPK", "TURNPIKE", "TURNPK"]),
    ("UN", &["UNION"]),
    ("VLY", &["VALLEY", "VALLY", "VLLY"]),
    ("VIA", &["VDCT", "VIADCT", "VIADUCT"]),
    ("VW", &["VIEW"]),
    ("VWS", &["VIEWS"]),
    ("VLG", &["VILL", "VILLAG", "VILLAGE", "VILLG"]),
    ("VL", &["VILLE"]),
    ("VIS", &["VIST", "VISTA", "VST", "VSTA"]),
    ("WALK", &["WALKS"]),
    ("WAY", &["WY"]),
    ("WL", &["WELL"]),
    ("WLS", &["WELLS"]),
];

/// The standard abbreviation of a folded word that is a street suffix.
fn standard_suffix(word: &str) -> Option<&'static str> {
    SUFFIXES
        .iter()
        .find(|(standard, spellings)| *standard == word || spellings.contains(&word))
        .map(|(standard, _)| *standard)
}

/// `Street`, `st.` and `STRT` are all `ST`; an unknown suffix is only folded.
pub(super) fn suffix(text: &str) -> String {
    let word = bare(text);
    match standard_suffix(&word) {
        Some(standard) => standard.to_owned(),
        None => word,
    }
}

/// Splits a suffix off the end of a street name: "Sparks St" is Sparks, ST.
/// A name of one word ("Broadway", "Avenue") has none to give.
pub fn split_suffix(street_name: &str) -> Option<(&str, &'static str)> {
    let (name, last) = street_name.trim_end().rsplit_once(' ')?;
    let name = name.trim_end();
    let suffix = standard_suffix(&bare(last))?;
    (!name.is_empty()).then_some((name, suffix))
}

/// `North-West`, `N.W.` and `northwest` are all `NW`.
pub(super) fn directional(text: &str) -> String {
    let word = bare(text).replace(['-', ' '], "");
    let standard = match word.as_str() {
        "NORTH" => "N",
        "SOUTH" => "S",
        "EAST" => "E",
        "WEST" => "W",
        "NORTHEAST" => "NE",
        "NORTHWEST" => "NW",
        "SOUTHEAST" => "SE",
        "SOUTHWEST" => "SW",
        _ => return word,
    };
    standard.to_owned()
}

/// Unit designators by the platform's own names (S:CustomerServiceRecordX),
/// with Publication 28's abbreviations of them.
const DESIGNATORS: &[(&str, &[&str])] = &[
    ("APARTMENT", &["APT"]),
    ("BASEMENT", &["BSMT"]),
    ("BUILDING", &["BLDG"]),
    ("DEPARTMENT", &["DEPT"]),
    ("FLOOR", &["FL", "FLR"]),
    ("FRONT", &["FRNT"]),
    ("HANGER", &["HNGR", "HANGAR"]),
    ("LOBBY", &["LBBY"]),
    ("LOWER", &["LOWR"]),
    ("OFFICE", &["OFC"]),
    // The published reference values misspell it.
    ("PENTHOUSE", &["PH", "PENTHHOUSE"]),
    ("ROOM", &["RM"]),
    ("SPACE", &["SPC"]),
    ("SUITE", &["STE"]),
    ("TRAILER", &["TRLR"]),
    ("UPPER", &["UPPR"]),
];

pub(super) fn designator(text: &str) -> String {
    let word = bare(text);
    DESIGNATORS
        .iter()
        .find(|(_, spellings)| spellings.contains(&word.as_str()))
        .map_or(word, |(standard, _)| (*standard).to_owned())
}
