//! Area codes: which country they serve, and which are given to nobody.

/// Area codes of Canada (Canadian Numbering Administrator).
const CANADA: &[u64] = &[
    204, 226, 236, 249, 250, 257, 263, 289, 306, 343, 354, 365, 367, 368, 382, 387, 403, 416, 418,
    428, 431, 437, 438, 450, 460, 468, 474, 506, 514, 519, 537, 548, 568, 579, 581, 584, 587, 604,
    613, 639, 647, 672, 683, 705, 709, 742, 753, 778, 780, 782, 807, 819, 825, 851, 867, 873, 879,
    902, 905, 942,
];

/// Area codes of the other countries of the North American Numbering Plan.
const ELSEWHERE: &[u64] = &[
    242, 246, 264, 268, 284, 345, 441, 473, 649, 658, 664, 721, 758, 767, 784, 809, 829, 849, 868,
    869, 876,
];

/// The country that an area code serves; None for those of neither or of no country.
pub fn country(npa: u64) -> Option<&'static str> {
    if CANADA.contains(&npa) {
        Some("CAN")
    } else if ELSEWHERE.contains(&npa) || no_geography(npa) {
        None
    } else {
        Some("USA")
    }
}

/// Toll-free, personal and other services (5XX, 600, 700, 8XX, 900).
fn no_geography(npa: u64) -> bool {
    matches!(
        npa,
        500 | 521
            ..=533
                | 544
                | 566
                | 577
                | 588
                | 600
                | 622
                | 633
                | 644
                | 655
                | 677
                | 688
                | 700
                | 710
                | 900
    ) || matches!(npa, 800 | 833 | 844 | 855 | 866 | 877 | 888)
}

/// Area codes that no customer has: kept for the plan's expansion (N9X, 37X, 96X) or other use (555).
pub fn reserved(npa: u64) -> bool {
    npa / 10 % 10 == 9 || npa / 10 == 37 || npa / 10 == 96 || npa == 555
}
