//! The partition's inventory by hand: searched, reserved, recovered from.
//!
//! A search looks like a reading and is none: every number that it returns is
//! reserved for 30 minutes (guide, "Find Available Numbers"). So it stands here
//! and not on the [`ReadClient`] that plans are made with, and a test of the
//! house keeps it that way.

use std::fmt::Write as _;

use serde_json::Value;

use super::answer::json;
use super::client::{ReadClient, about};
use super::error::{ApiError, Call};
use super::outgoing::{Outgoing, RefusedToken};
use super::retry::Safety;
use super::wire;
use crate::model::{AccountId, PhoneNumber, paths};

/// Numbers that one search finds at most (guide: "up to 15 numbers at once").
pub const MOST_FOUND: u32 = 15;

/// Where numbers are looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SearchBy {
    /// Decimal degrees, as they are to be sent.
    LatLong {
        latitude: String,
        longitude: String,
    },
    PostalCode(String),
    /// An area code: three digits.
    Npa(String),
    /// An area code and exchange: six digits.
    NpaNxx(String),
    /// `LINDON` or `LINDON.UT`.
    RateCenter(String),
    /// An area code in which the called party pays.
    TollFree(String),
}

/// A search of the inventory (O:tnSearch and the guide's form).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberSearch {
    pub by: SearchBy,
    /// 1 to [`MOST_FOUND`].
    pub most: u32,
    /// Only numbers that follow one another.
    pub sequential: bool,
}

impl NumberSearch {
    fn query(&self) -> String {
        let Self {
            by,
            most,
            sequential,
        } = self;
        let encode = paths::encode;
        // The guide's examples, one for one: an exchange is searched for with
        // its quantity, which the OpenAPI's form has no member for.
        let mut query = format!("?searchDynamic=true&maxResults={most}");
        let added = match by {
            SearchBy::LatLong {
                latitude,
                longitude,
            } => write!(
                query,
                "&type=LAT_LONG&lat={}&long={}",
                encode(latitude),
                encode(longitude)
            ),
            SearchBy::PostalCode(code) => write!(query, "&type=POSTALCODE&q={}", encode(code)),
            SearchBy::Npa(npa) => write!(query, "&npa={}&qty={most}", encode(npa)),
            SearchBy::NpaNxx(exchange) => {
                write!(query, "&npa-nxx={}&qty={most}", encode(exchange))
            }
            SearchBy::RateCenter(name) => write!(query, "&type=RATECENTER&q={}", encode(name)),
            SearchBy::TollFree(npa) => write!(
                query,
                "&functiontype=TollFree&npa={}&qty={most}",
                encode(npa)
            ),
        };
        debug_assert!(added.is_ok(), "writing to a String can't fail");
        if *sequential {
            query.push_str("&sequential=true");
        }
        query
    }
}

/// For whom a number is reserved now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reserved {
    /// The account that was named.
    Account,
    /// The whole partition: no account was named, or the platform knows no
    /// reservation for this one.
    Partition,
}

/// What became of a reservation that was to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreserved {
    /// It is gone.
    Released,
    /// There was none (404).
    WasNot,
}

/// The client of the commands by hand.
#[derive(Clone, Debug)]
pub struct InventoryClient {
    reader: ReadClient,
}

impl InventoryClient {
    pub fn new(reader: ReadClient) -> Self {
        Self { reader }
    }

    /// Searches (A6), and so reserves what it finds for 30 minutes. It is sent
    /// once: sent again after a lost answer it would reserve as many others.
    pub async fn search(
        &self,
        search: &NumberSearch,
    ) -> Result<Vec<wire::TelephoneNumberView>, ApiError> {
        let path = paths::inventory_search(self.reader.partition_id().await?) + &search.query();
        self.perform("GET", path, Safety::OnceOnly, |body| {
            let found: Vec<wire::TelephoneNumberView> = json(body)?;
            if found.iter().any(|view| view.phone_number.is_empty()) {
                return Err("it lists a number without phoneNumber".into());
            }
            Ok(found)
        })
        .await
    }

    /// Reserves a number for 30 minutes (A7): for the account where one is
    /// named, by the guide's path, and where the platform has no such path by
    /// the inventory's (E1).
    pub async fn reserve(
        &self,
        account: Option<&AccountId>,
        number: PhoneNumber,
    ) -> Result<Reserved, ApiError> {
        let partition = self.reader.partition_id().await?;
        if let Some(account) = account {
            let path = paths::reserve_for_account(partition, account, number);
            match self.perform("PUT", path, Safety::SafeWrite, nothing).await {
                Err(error) if no_such_path(&error) => {}
                other => return other.map(|()| Reserved::Account),
            }
        }
        let path = paths::reserve(partition, number);
        self.perform("PUT", path, Safety::SafeWrite, |body| {
            if body.iter().all(u8::is_ascii_whitespace) {
                return Ok(Reserved::Partition);
            }
            let wire::Reserved { tn, reserved } = json(body)?;
            if let Some(tn) = tn {
                about("number", &number.to_string(), &tn)?;
            }
            match reserved {
                Some(false) => Err("it says that the number is not reserved".into()),
                Some(true) | None => Ok(Reserved::Partition),
            }
        })
        .await
    }

    /// Gives a reservation up (A8). That there is none is what was wanted.
    pub async fn unreserve(
        &self,
        account: Option<&AccountId>,
        number: PhoneNumber,
    ) -> Result<Unreserved, ApiError> {
        let partition = self.reader.partition_id().await?;
        if let Some(account) = account {
            let path = paths::reserve_for_account(partition, account, number);
            match self
                .perform("DELETE", path, Safety::SafeWrite, nothing)
                .await
            {
                Err(error) if no_such_path(&error) => {}
                other => return other.map(|()| Unreserved::Released),
            }
        }
        let path = paths::reserve(partition, number);
        match self
            .perform("DELETE", path, Safety::SafeWrite, nothing)
            .await
        {
            Ok(()) => Ok(Unreserved::Released),
            Err(ApiError::NotFound { .. }) => Ok(Unreserved::WasNot),
            Err(error) => Err(error),
        }
    }

    /// Takes a number out of cooldown, back into the inventory (A17). It is on
    /// no account then. `None` where the partition has no such number.
    pub async fn recover(
        &self,
        number: PhoneNumber,
    ) -> Result<Option<wire::TelephoneNumberView>, ApiError> {
        let path = paths::cooldown_recover(self.reader.partition_id().await?, number);
        let answer = self
            .perform("PUT", path, Safety::SafeWrite, |body| {
                let view: wire::TelephoneNumberView = json(body)?;
                about("number", &number.to_string(), &view.phone_number)?;
                Ok(view)
            })
            .await;
        match answer {
            Ok(view) => Ok(Some(view)),
            Err(ApiError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn perform<T>(
        &self,
        method: &str,
        path: String,
        safety: Safety,
        decode: impl Fn(&[u8]) -> Result<T, String>,
    ) -> Result<T, ApiError> {
        let outgoing = Outgoing {
            call: Call::new(method, path),
            body: None,
            safety,
            refused: RefusedToken::SendAgain,
            leave: None,
        };
        self.reader.transport().perform(&outgoing, decode).await
    }
}

/// An answer that may have a body, which says nothing more.
fn nothing(body: &[u8]) -> Result<(), String> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(());
    }
    json::<Value>(body).map(|_| ())
}

fn no_such_path(error: &ApiError) -> bool {
    matches!(
        error,
        ApiError::NotFound { .. } | ApiError::Refused { status: 405, .. }
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn searches_are_the_published_ones() {
        let query = |by, most, sequential| {
            NumberSearch {
                by,
                most,
                sequential,
            }
            .query()
        };
        assert_eq!(
            query(SearchBy::PostalCode("K1P 5A9".into()), 1, false),
            "?searchDynamic=true&maxResults=1&type=POSTALCODE&q=K1P%205A9"
        );
        assert_eq!(
            query(SearchBy::NpaNxx("801769".into()), 2, true),
            "?searchDynamic=true&maxResults=2&npa-nxx=801769&qty=2&sequential=true"
        );
        assert_eq!(
            query(SearchBy::RateCenter("ALBANY.NY".into()), 15, false),
            "?searchDynamic=true&maxResults=15&type=RATECENTER&q=ALBANY.NY"
        );
    }
}
