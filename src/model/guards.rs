//! The limits a plan may not go beyond unless a person lifts them by name
//! (design, "alz.yaml" and decision 11).
//!
//! They live among the nouns so that the planner can judge by them without
//! knowing the file they were written in.

/// The three guards, filled in: what alz.yaml leaves out has its default.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Guards {
    /// Releases, cancelled ports and cancelled activations.
    pub release: Guard,
    /// Numbers whose E911 address changes.
    pub e911: Guard,
    /// Numbers that are updated.
    pub update: Guard,
}

/// One limit. Going beyond either of `max` and `percent` trips it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Guard {
    /// At most this many numbers.
    pub max: Option<u64>,
    /// At most this share, 0 to 100, of an account's numbers and of the whole run's.
    pub percent: Option<f64>,
    /// The share is judged from this many touched numbers on.
    pub min: u64,
}

impl Default for Guards {
    fn default() -> Self {
        Self {
            release: Guard {
                max: Some(5),
                percent: Some(10.0),
                min: 2,
            },
            e911: Guard {
                max: None,
                percent: Some(30.0),
                min: 4,
            },
            update: Guard {
                max: None,
                percent: Some(50.0),
                min: 5,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_without_guards_still_stops_a_mass_release() {
        let release = Guards::default().release;
        assert_eq!(
            (release.max, release.percent, release.min),
            (Some(5), Some(10.0), 2)
        );
    }
}
