//! The API's address. A token travels with every request, so it goes over TLS
//! or stays on this machine.

use std::fmt;

use reqwest::Url;

use super::error::{ApiError, Call};

/// A base address that requests may go to: https anywhere, http to loopback
/// alone. A path prefix is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Without a slash at the end.
    base: String,
    /// The path of `base`, without a slash at the end: "" or "/prefix".
    prefix: String,
    plain: bool,
}

impl Endpoint {
    pub fn parse(address: &str) -> Result<Self, ApiError> {
        let address = address.trim();
        let wrong = |why: &str| ApiError::BadAddress {
            // An address with a password in it is not repeated.
            address: if address.contains('@') {
                "the API's address".into()
            } else {
                address.chars().take(200).collect()
            },
            why: why.into(),
        };
        let url = Url::parse(address).map_err(|_| {
            wrong("it is not a URL: write it with its scheme, as in https://api.alianza.com")
        })?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong(
                "it holds a user name or password: leave them out and set ALZ_USERNAME and ALZ_PASSWORD",
            ));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(wrong("it has a ? or # part: leave that out"));
        }
        let host = match url.host_str() {
            Some(host) if !host.is_empty() => host,
            Some(_) | None => return Err(wrong("it names no host")),
        };
        let plain = match url.scheme() {
            "https" => false,
            "http" if is_loopback(host) => true,
            "http" => {
                return Err(wrong(
                    "plain http would show the token to the network: use https (http is allowed to this machine only, as in http://127.0.0.1:8080)",
                ));
            }
            _ => return Err(wrong("only https is spoken, and http to this machine")),
        };
        Ok(Self {
            base: url.as_str().trim_end_matches('/').to_owned(),
            prefix: url.path().trim_end_matches('/').to_owned(),
            plain,
        })
    }

    /// http to this machine: no TLS is needed, and no proxy asked.
    pub fn is_plain(&self) -> bool {
        self.plain
    }

    /// The address of a path below the base; refused where a URL parser would
    /// make another path of it.
    pub(super) fn url(&self, call: &Call) -> Result<Url, ApiError> {
        let wrong = || ApiError::BadPath { call: call.clone() };
        let url = Url::parse(&format!("{}{}", self.base, call.path)).map_err(|_| wrong())?;
        let (path, _query) = call.path.split_once('?').unwrap_or((&call.path, ""));
        let same = path.starts_with('/') && url.path() == format!("{}{path}", self.prefix);
        if same && url.fragment().is_none() {
            Ok(url)
        } else {
            Err(wrong())
        }
    }
}

/// 127.0.0.0/8, ::1 or localhost (whose name the transport pins to those).
fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    match bare.parse::<std::net::IpAddr>() {
        Ok(address) => address.is_loopback(),
        Err(_) => bare == "localhost",
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.base)
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.base)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_goes_over_tls_or_stays_on_this_machine() {
        for good in [
            "https://api.alianza.com",
            "https://api.alianza.com/",
            "http://127.0.0.1:8080",
            "http://127.8.8.8",
            "http://[::1]:8080/",
            "http://localhost:1",
            "HTTP://LOCALHOST",
        ] {
            assert!(Endpoint::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "http://api.alianza.com",
            "http://10.0.0.1",
            "http://0.0.0.0:80",
            "http://127.0.0.1.example.com",
            "http://localhost.example.com",
            "http://[::2]",
            "ftp://127.0.0.1",
            "api.alianza.com",
            "https://",
            "https://api.alianza.com/?x=1",
            "",
        ] {
            assert!(Endpoint::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_password_in_the_address_is_refused_and_not_repeated() {
        let error = Endpoint::parse("https://me:hunter2@api.alianza.com")
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default();
        assert!(error.contains("ALZ_PASSWORD"), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }

    #[test]
    fn a_prefix_is_kept_and_a_path_stays_itself() {
        let endpoint = Endpoint::parse("https://gateway.example/alianza/").expect("an endpoint");
        let url = |path: &str| endpoint.url(&Call::new("GET", path)).map(|u| u.to_string());
        assert_eq!(
            url("/v2/partition/P?x=1").expect("a URL"),
            "https://gateway.example/alianza/v2/partition/P?x=1"
        );
        for bad in [
            "/v2/../admin",
            "/v2/%2e%2e/admin",
            "v2",
            "/v2#x",
            "@evil/",
            ".evil.example/",
        ] {
            assert!(url(bad).is_err(), "{bad}");
        }
    }
}
