//! Whether a place is one that someone can be sent to (47 CFR 9.3 calls it a
//! dispatchable location).

/// Post boxes and rural routes: mail goes there, help does not. Where the words
/// may be a street's as well (Box Elder, Star Route Road), a number must follow.
/// What is found is named, for a message.
pub fn no_place(street: &str) -> Option<&'static str> {
    let words: Vec<String> = street
        .split([' ', '.', ',', '#'])
        .filter(|word| !word.is_empty())
        .map(str::to_uppercase)
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let numbered = |word: &str| word.contains(|c: char| c.is_ascii_digit());
    match words.as_slice() {
        ["P", "O", "BOX"] | ["PO", "BOX"] | ["POBOX"] | ["POST", "OFFICE", "BOX"] => {
            Some("post box")
        }
        ["P", "O", "BOX", number, ..]
        | ["PO", "BOX", number, ..]
        | ["POB" | "POBOX" | "BOX", number, ..]
        | ["POST", "OFFICE", "BOX", number, ..]
        | ["CASE", "POSTALE", number, ..]
            if numbered(number) =>
        {
            Some("post box")
        }
        ["GENERAL", "DELIVERY"] => Some("post office"),
        ["RR" | "HC", number, "BOX", ..]
        | ["R", "R", number, "BOX", ..]
        | ["RURAL" | "STAR", "ROUTE", number, ..]
            if numbered(number) =>
        {
            Some("rural route box")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::no_place;

    #[test]
    fn a_box_is_no_place_for_an_ambulance_and_box_elder_is() {
        for street in [
            "PO Box 12",
            "P.O. BOX A12",
            "Box 7",
            "POB 99",
            "Case postale 3",
            "RR 2 Box 9",
            "Rural Route 5",
            "Star Route 2",
            "General Delivery",
            "PO Box",
        ] {
            assert!(no_place(street).is_some(), "{street}");
        }
        for street in [
            "Box Elder",
            "Box Elder Way",
            "Star Route Road",
            "Rural Route Lane",
            "General Delivery Rd",
            "Boxwood 5",
            "HC Andersens Blvd",
        ] {
            assert_eq!(no_place(street), None, "{street}");
        }
    }
}
