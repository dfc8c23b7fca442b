//! Business days and the holidays on which no carrier moves a number (D33, D34).

use jiff::civil::{Date, Weekday};

/// Saturday and Sunday.
pub fn is_weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// A day on which carriers work.
pub fn is_business_day(date: Date) -> bool {
    !is_weekend(date) && holiday(date).is_none()
}

/// Business days after `from`, up to and with `to`.
pub fn business_days_between(from: Date, to: Date) -> usize {
    let mut count = 0;
    let mut day = from;
    // What is further away than this is judged by no rule.
    for _ in 0..60 {
        let Ok(next) = day.tomorrow() else { break };
        if next > to {
            break;
        }
        day = next;
        count += usize::from(is_business_day(day));
    }
    count
}

/// The holiday of the United States or Canada on this day, by its name.
pub fn holiday(date: Date) -> Option<&'static str> {
    fixed(date).or_else(|| moving(date))
}

/// A fixed holiday that falls on a weekend is kept on the next working side.
fn fixed(date: Date) -> Option<&'static str> {
    const FIXED: [(i8, i8, &str); 7] = [
        (1, 1, "New Year's Day"),
        (6, 19, "Juneteenth"),
        (7, 1, "Canada Day"),
        (7, 4, "Independence Day"),
        (11, 11, "Veterans Day and Remembrance Day"),
        (12, 25, "Christmas Day"),
        (12, 26, "Boxing Day"),
    ];
    let named = |day: Date| {
        FIXED
            .iter()
            .find(|(month, of_month, _)| (day.month(), day.day()) == (*month, *of_month))
            .map(|(_, _, name)| *name)
    };
    let shifted = match date.weekday() {
        Weekday::Friday => date.tomorrow().ok(),
        Weekday::Monday => date.yesterday().ok(),
        Weekday::Tuesday
        | Weekday::Wednesday
        | Weekday::Thursday
        | Weekday::Saturday
        | Weekday::Sunday => None,
    };
    named(date).or_else(|| shifted.and_then(named))
}

fn moving(date: Date) -> Option<&'static str> {
    let nth = (date.day() - 1) / 7 + 1;
    let last = date.day() + 7 > date.days_in_month();
    match (date.month(), date.weekday(), nth) {
        (1, Weekday::Monday, 3) => Some("Martin Luther King Jr. Day"),
        (2, Weekday::Monday, 3) => Some("Presidents' Day and Family Day"),
        (5, Weekday::Monday, _) if last => Some("Memorial Day"),
        (5, Weekday::Monday, _) if (18..=24).contains(&date.day()) => Some("Victoria Day"),
        (8, Weekday::Monday, 1) => Some("Civic Holiday"),
        (9, Weekday::Monday, 1) => Some("Labor Day"),
        (10, Weekday::Monday, 2) => Some("Columbus Day and Thanksgiving (Canada)"),
        (11, Weekday::Thursday, 4) => Some("Thanksgiving"),
        (11, Weekday::Friday, _) if (23..=29).contains(&date.day()) => {
            Some("the day after Thanksgiving")
        }
        _ if good_friday(date.year()) == Some(date) => Some("Good Friday"),
        _ => None,
    }
}

/// Two days before Easter (Meeus, Jones and Butcher).
fn good_friday(year: i16) -> Option<Date> {
    let y = i32::from(year);
    let (a, b, c) = (y % 19, y / 100, y % 100);
    let (d, e) = (b / 4, b % 4);
    let g = (8 * b + 13) / 25;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 19 * l) / 433;
    let month = (h + l - 7 * m + 90) / 25;
    let day = (h + l - 7 * m + 33 * month + 19) % 32;
    let easter = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    easter.yesterday().ok()?.yesterday().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn holidays_are_found_where_they_fall() {
        for (day, name) in [
            (date(2022, 11, 24), "Thanksgiving"),
            (date(2022, 11, 25), "the day after Thanksgiving"),
            (date(2026, 4, 3), "Good Friday"),
            (date(2026, 5, 18), "Victoria Day"),
            (date(2026, 5, 25), "Memorial Day"),
            (date(2026, 7, 3), "Independence Day"),
            (date(2022, 12, 26), "Boxing Day"),
            (date(2026, 10, 12), "Columbus Day and Thanksgiving (Canada)"),
        ] {
            assert_eq!(holiday(day), Some(name), "{day}");
        }
        assert_eq!(holiday(date(2026, 12, 3)), None);
        assert_eq!(holiday(date(2027, 3, 25)), None);
    }

    #[test]
    fn the_guides_lead_time_is_two_business_days() {
        // Submitted on Thursday the 10th, the earliest date on offer was Monday the 14th;
        // Friday the 11th is Veterans Day.
        assert_eq!(
            business_days_between(date(2022, 11, 10), date(2022, 11, 14)),
            1
        );
        assert_eq!(
            business_days_between(date(2026, 12, 1), date(2026, 12, 3)),
            2
        );
        assert_eq!(
            business_days_between(date(2026, 12, 4), date(2026, 12, 7)),
            1
        );
        assert_eq!(
            business_days_between(date(2026, 12, 4), date(2026, 12, 4)),
            0
        );
    }
}
