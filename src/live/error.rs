//! Answers that are well-formed and still can't be true.

use std::fmt;

use crate::api::ApiError;
use crate::model::{AccountId, PhoneNumber};

/// Why live state could not be read.
#[derive(Clone, Debug, PartialEq)]
pub enum LiveError {
    Api(ApiError),
    /// The listing has a number twice.
    Twice {
        account: AccountId,
        number: PhoneNumber,
    },
    /// The listing has a phoneNumber that is none.
    NotANumber {
        account: AccountId,
        found: String,
    },
    /// The inventory says that the number is on this account; the listing lacks it.
    Contradiction {
        account: AccountId,
        numbers: Vec<PhoneNumber>,
    },
    /// Events kept coming and going while their pages were read.
    Restless {
        restarts: u32,
    },
}

impl From<ApiError> for LiveError {
    fn from(error: ApiError) -> Self {
        Self::Api(error)
    }
}

impl fmt::Display for LiveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Api(error) => error.fmt(f),
            Self::Twice { account, number } => write!(
                f,
                "account {account}: the platform lists {number} twice, so it can't be told which is true; nothing is planned for this account. Run again, and report it to the provider if it lasts"
            ),
            Self::NotANumber { account, found } => write!(
                f,
                "account {account}: the platform lists {found:?}, which is not a telephone number; nothing is planned for this account"
            ),
            Self::Contradiction { account, numbers } => {
                write!(
                    f,
                    "account {account}: the inventory says that {} on this account, but the account's listing lacks {}; nothing is planned on a listing that may be incomplete. Run again in a few minutes, and report it to the provider if it lasts",
                    names(numbers),
                    if numbers.len() == 1 { "it" } else { "them" }
                )
            }
            Self::Restless { restarts } => write!(
                f,
                "the platform's activation events changed each time while their pages were read ({restarts} times); run again when less is going on"
            ),
        }
    }
}

fn names(numbers: &[PhoneNumber]) -> String {
    match numbers {
        [] => "nothing is".into(),
        [one] => format!("{one} is"),
        [one, two] => format!("{one} and {two} are"),
        [one, two, rest @ ..] => format!("{one}, {two} and {} more are", rest.len()),
    }
}

// The API's error is shown in full by Display; naming it as the source as well
// would have it printed twice.
impl std::error::Error for LiveError {}
