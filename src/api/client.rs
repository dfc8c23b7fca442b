//! One function an operation. Each checks that the answer is about what was
//! asked: an answer that looks wrong is an error, never an empty account.

use std::fmt;
use std::sync::Arc;

use secrecy::SecretString;
use serde_json::Value;
use tokio::sync::OnceCell;

use super::answer::json;
use super::error::{ApiError, Call};
use super::options::ClientOptions;
use super::outgoing::{Outgoing, RefusedToken};
use super::retry::Safety;
use super::timer::Timer;
use super::transport::{Traffic, Transport};
use super::wire;
use crate::model::{AccountId, PartitionId, PhoneNumber, PortId, paths};

/// A client that can't change anything. Clones share one connection pool, one
/// login and one set of ceilings.
#[derive(Clone)]
pub struct ReadClient {
    shared: Arc<Shared>,
}

struct Shared {
    transport: Transport,
    partition: OnceCell<PartitionId>,
}

/// What a login may know of itself (S:LoginTokenX), without the token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserInfo {
    pub username: Option<String>,
    pub partition: Option<PartitionId>,
    pub must_change_password: bool,
}

impl ReadClient {
    /// Sets a client up; nothing is sent yet.
    pub fn new(options: ClientOptions) -> Result<Self, ApiError> {
        let partition = OnceCell::new_with(options.partition.clone());
        Ok(Self {
            shared: Arc::new(Shared {
                transport: Transport::new(options)?,
                partition,
            }),
        })
    }

    /// Requests sent so far.
    pub fn traffic(&self) -> Traffic {
        self.shared.transport.traffic()
    }

    /// From now on no word of the platform, however it comes, shows this secret.
    pub fn conceal(&self, secret: SecretString) {
        self.shared.transport.conceal(secret);
    }

    pub(super) fn transport(&self) -> &Transport {
        &self.shared.transport
    }

    /// The clock that waits are measured on.
    pub fn timer(&self) -> &Arc<dyn Timer> {
        &self.shared.transport.options.timer
    }

    /// The partition: as given, else the login's own, else the token's user's.
    pub async fn partition_id(&self) -> Result<&PartitionId, ApiError> {
        self.shared
            .partition
            .get_or_try_init(|| async {
                let token = self.shared.transport.token(None).await?;
                if let Some(partition) = &token.partition {
                    return Ok(partition.clone());
                }
                self.user_info()
                    .await?
                    .partition
                    .ok_or_else(|| ApiError::BadSetup {
                        what: "this login".into(),
                        why: "it names no partition: give one with --partition or ALZ_PARTITION"
                            .into(),
                    })
            })
            .await
    }

    /// Whose token this is (A2).
    pub async fn user_info(&self) -> Result<UserInfo, ApiError> {
        let wire::LoginToken {
            username,
            partition_id,
            must_change_password,
            auth_token: _,
            user_id: _,
            user_type: _,
            partition_name: _,
            permissions: _,
            max_life_in_hours: _,
        } = self.get(paths::USER_INFO.to_owned(), json).await?;
        Ok(UserInfo {
            username,
            partition: partition_id
                .filter(|id| !id.is_empty())
                .map(PartitionId::new),
            must_change_password,
        })
    }

    /// The partition's defaults (A30).
    pub async fn partition(&self) -> Result<wire::Partition, ApiError> {
        let id = self.partition_id().await?;
        self.get(paths::partition(id), |body| {
            let partition: wire::Partition = json(body)?;
            about("partition", id.as_str(), &partition.id)?;
            Ok(partition)
        })
        .await
    }

    /// The carriers and what they can do (A30).
    pub async fn inbound_carriers(&self) -> Result<Vec<wire::InboundCarrier>, ApiError> {
        let id = self.partition_id().await?;
        self.get(paths::inbound_carriers(id), |body| {
            let carriers: Vec<wire::InboundCarrier> = json(body)?;
            if carriers.iter().any(|carrier| carrier.id.is_empty()) {
                return Err("it lists a carrier without an id".into());
            }
            Ok(carriers)
        })
        .await
    }

    /// Every account of the partition.
    pub async fn accounts(&self) -> Result<Vec<wire::Account>, ApiError> {
        let id = self.partition_id().await?;
        self.get(paths::accounts(id), |body| {
            let accounts: Vec<wire::Account> = json(body)?;
            if accounts.iter().any(|account| account.id.is_empty()) {
                return Err("it lists an account without an id".into());
            }
            Ok(accounts)
        })
        .await
    }

    /// An account; `None` where the partition has no such.
    pub async fn account(&self, account: &AccountId) -> Result<Option<wire::Account>, ApiError> {
        let path = paths::account(self.partition_id().await?, account);
        self.find(path, |body| {
            let found: wire::Account = json(body)?;
            about("account", account.as_str(), &found.id)?;
            Ok(found)
        })
        .await
    }

    /// The account that has a number (A30); `None` where none has.
    pub async fn account_of_number(
        &self,
        number: PhoneNumber,
    ) -> Result<Option<wire::Account>, ApiError> {
        let path = paths::account_of_number(self.partition_id().await?, number);
        self.find(path, |body| {
            let found: wire::Account = json(body)?;
            if found.id.is_empty() {
                return Err("it names no account".into());
            }
            Ok(found)
        })
        .await
    }

    /// An account's numbers (A11), every one of them whole.
    pub async fn account_numbers(
        &self,
        account: &AccountId,
    ) -> Result<Vec<wire::TelephoneNumber>, ApiError> {
        let path = paths::numbers(self.partition_id().await?, account);
        self.get(path, |body| {
            let numbers: Vec<wire::TelephoneNumber> = json(body)?;
            for number in &numbers {
                check_number(account, number)?;
            }
            Ok(numbers)
        })
        .await
    }

    /// A number on an account (A12); `None` where it is not on it.
    pub async fn number(
        &self,
        account: &AccountId,
        number: PhoneNumber,
    ) -> Result<Option<wire::TelephoneNumber>, ApiError> {
        let path = paths::number(self.partition_id().await?, account, number);
        self.find(path, |body| {
            let found: wire::TelephoneNumber = json(body)?;
            check_number(account, &found)?;
            about("number", &number.to_string(), &found.phone_number)?;
            Ok(found)
        })
        .await
    }

    /// A number in the partition's inventory (A18); `None` where it is unknown.
    pub async fn inventory(
        &self,
        number: PhoneNumber,
    ) -> Result<Option<wire::TelephoneNumberView>, ApiError> {
        let path = paths::inventory(self.partition_id().await?, number);
        self.find(path, |body| {
            let found: wire::TelephoneNumberView = json(body)?;
            about("number", &number.to_string(), &found.phone_number)?;
            Ok(found)
        })
        .await
    }

    /// An account's end users, at most 1000 of them (O:retrieveEndUserList).
    pub async fn users(&self, account: &AccountId) -> Result<Vec<wire::EndUser>, ApiError> {
        // The limited rows may lack the caller ID; that must not look like none.
        let path = paths::users(self.partition_id().await?, account) + "?limitedData=false";
        self.get(path, |body| {
            let users: Vec<wire::EndUser> = json(body)?;
            if users.iter().any(|user| user.id.is_empty()) {
                return Err("it lists a user without an id".into());
            }
            Ok(users)
        })
        .await
    }

    /// An end user (O:retrieveEndUser); `None` where the account has no such.
    pub async fn user(
        &self,
        account: &AccountId,
        user: &str,
    ) -> Result<Option<wire::EndUser>, ApiError> {
        let path = paths::user(self.partition_id().await?, account, user);
        self.find(path, |body| {
            let found: wire::EndUser = json(body)?;
            about("user", user, &found.id)?;
            Ok(found)
        })
        .await
    }

    /// Asks whether an E911 address would be taken (A27). A PUT that changes nothing.
    pub async fn e911_prevalidate(
        &self,
        body: &Value,
    ) -> Result<wire::E911Prevalidation, ApiError> {
        let path = paths::e911_prevalidate(self.partition_id().await?);
        let mut said = self
            .ask("PUT", path, Some(body), |body| {
                let said: wire::E911Prevalidation = json(body)?;
                // Whatever else it says, it is no opinion to send people by.
                if !matches!(said.valid.as_str(), "VALID" | "INVALID" | "UNKNOWN") {
                    return Err("it does not say whether the address is valid".into());
                }
                Ok(said)
            })
            .await?;
        if !said.errors.is_empty() {
            let secrets = self.shared.transport.all_secrets().await?;
            for word in &mut said.errors {
                *word = secrets.remove_from(word);
            }
        }
        Ok(said)
    }

    /// Asks whether numbers can be ported and when (A22). A POST that orders nothing.
    pub async fn port_prevalidate(&self, body: &Value) -> Result<wire::PortAvailability, ApiError> {
        let path = paths::port_prevalidate(self.partition_id().await?);
        let mut said: wire::PortAvailability = self.ask("POST", path, Some(body), json).await?;
        let secrets = self.shared.transport.all_secrets().await?;
        let words = said.exception.iter_mut();
        for words in words.chain(&mut said.third_party_result_message) {
            *words = secrets.remove_from(words);
        }
        Ok(said)
    }

    /// Where a number belongs and whether it can be ported (A5); `None` where
    /// the rate centre is not covered.
    pub async fn rate_center(
        &self,
        number: PhoneNumber,
    ) -> Result<Option<wire::RateCenter>, ApiError> {
        let path = paths::rate_center(self.partition_id().await?, number);
        self.find(path, json).await
    }

    /// A port order (A23), as the platform has it: unknown members included.
    pub async fn port(
        &self,
        account: &AccountId,
        port: &PortId,
    ) -> Result<Option<Value>, ApiError> {
        let path = paths::port(self.partition_id().await?, account, port);
        self.find(path, |body| {
            let found: Value = json(body)?;
            let id = found.get("id").and_then(Value::as_str).unwrap_or_default();
            about("port", port.as_str(), id)?;
            Ok(found)
        })
        .await
    }

    /// The address that the E911 provider would have instead (A28); `None`
    /// where it proposes none.
    pub async fn e911_correction(
        &self,
        account: &AccountId,
        number: PhoneNumber,
    ) -> Result<Option<crate::model::Record>, ApiError> {
        let path = paths::e911_correction(self.partition_id().await?, account, number);
        self.find(path, |body| {
            let address: crate::model::Record = json(body)?;
            if address.is_empty() {
                return Err("it is a correction without an address".into());
            }
            Ok(address)
        })
        .await
    }

    /// The users whose 911 calls go out with a number (A30).
    pub async fn e911_usages(
        &self,
        account: &AccountId,
        number: PhoneNumber,
    ) -> Result<wire::NumberUsages, ApiError> {
        let path = paths::e911_usages(self.partition_id().await?, account, number);
        self.get(path, |body| {
            let usages: wire::NumberUsages = json(body)?;
            match usages.phone_number.as_deref() {
                Some(found) => about("number", &number.to_string(), found)?,
                None => return Err("it does not say which number it is about".into()),
            }
            Ok(usages)
        })
        .await
    }

    pub(super) async fn get<T>(
        &self,
        path: String,
        decode: impl Fn(&[u8]) -> Result<T, String>,
    ) -> Result<T, ApiError> {
        self.ask("GET", path, None, decode).await
    }

    /// A look-up: that there is no such thing is an answer.
    pub(super) async fn find<T>(
        &self,
        path: String,
        decode: impl Fn(&[u8]) -> Result<T, String>,
    ) -> Result<Option<T>, ApiError> {
        match self.get(path, decode).await {
            Ok(found) => Ok(Some(found)),
            Err(ApiError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Private, so that only what is written above can be asked.
    async fn ask<T>(
        &self,
        method: &str,
        path: String,
        body: Option<&Value>,
        decode: impl Fn(&[u8]) -> Result<T, String>,
    ) -> Result<T, ApiError> {
        let outgoing = Outgoing {
            call: Call::new(method, path),
            body,
            safety: Safety::Read,
            refused: RefusedToken::SendAgain,
            leave: None,
        };
        self.shared.transport.perform(&outgoing, decode).await
    }
}

impl fmt::Debug for ReadClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadClient")
            .field("options", &self.shared.transport.options)
            .field("traffic", &self.traffic())
            .finish_non_exhaustive()
    }
}

/// The answer must be about what was asked.
pub(super) fn about(what: &str, asked: &str, found: &str) -> Result<(), String> {
    if asked == found {
        Ok(())
    } else {
        let found = super::error::short(found, 60);
        Err(format!("it is about {what} {found:?} instead of {asked:?}"))
    }
}

fn check_number(account: &AccountId, number: &wire::TelephoneNumber) -> Result<(), String> {
    if number.phone_number.is_empty() {
        return Err("it has a number without phoneNumber".into());
    }
    match number.account_id.as_deref() {
        Some(found) => about("account", account.as_str(), found),
        None => Ok(()),
    }
}
