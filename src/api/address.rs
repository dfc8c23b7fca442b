//! Addresses as the platform's vendor knows them: validation and type-ahead.
//! Both only read.

use super::answer::json;
use super::client::ReadClient;
use super::error::ApiError;
use super::wire;
use crate::model::paths;

/// The country of an address that is asked about (O:validateAddress).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Country {
    Usa,
    Can,
    /// Not sure.
    #[default]
    Unknown,
}

impl Country {
    /// As it is sent.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Usa => "USA",
            Self::Can => "CAN",
            Self::Unknown => "UNK",
        }
    }
}

impl ReadClient {
    /// Takes a line of address apart and says whether it is valid (A3). The
    /// postal code is sent also where it is empty: the OpenAPI requires it, the
    /// guide leaves it out (E15).
    pub async fn validate_address(
        &self,
        line: &str,
        country: Country,
        postal_code: &str,
    ) -> Result<wire::AddressValidation, ApiError> {
        let path = query(paths::ADDRESS_VALIDATE, line, country, postal_code);
        self.get(path, |body| {
            let found: wire::AddressValidation = json(body)?;
            if found.valid.is_none() {
                return Err("it does not say whether the address is valid".into());
            }
            Ok(found)
        })
        .await
    }

    /// Addresses that begin like the line (A4); 404 is "none".
    pub async fn suggest_addresses(
        &self,
        line: &str,
        country: Country,
        postal_code: Option<&str>,
    ) -> Result<Vec<String>, ApiError> {
        let path = query(
            paths::ADDRESS_TYPEAHEAD,
            line,
            country,
            postal_code.unwrap_or_default(),
        );
        match self.get(path, json).await {
            Err(ApiError::NotFound { .. }) => Ok(Vec::new()),
            other => other,
        }
    }
}

fn query(path: &str, line: &str, country: Country, postal_code: &str) -> String {
    format!(
        "{path}?address={}&country={}&postalCode={}",
        paths::encode(line),
        country.name(),
        paths::encode(postal_code)
    )
}
