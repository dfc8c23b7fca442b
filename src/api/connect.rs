//! The HTTP library, set up: TLS with the system's certificates and those of
//! `--ca-file`, no redirects, gzip, HTTP/2 where offered.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::{Certificate, redirect};

use super::error::{ApiError, network_cause};
use super::options::ClientOptions;
use crate::bounded;

/// All authorities of a system are some 200 KiB.
const MOST_OF_CERTIFICATES: u64 = 16 * 1024 * 1024;

pub(super) fn http_client(options: &ClientOptions) -> Result<reqwest::Client, ApiError> {
    let setup = |what: &str, why: String| ApiError::BadSetup {
        what: what.into(),
        why,
    };
    let mut builder = reqwest::Client::builder()
        .user_agent(options.user_agent.as_str())
        // A redirect would carry the token to wherever it points.
        .redirect(redirect::Policy::none())
        .gzip(true)
        .connect_timeout(options.timeouts.connect)
        .read_timeout(options.timeouts.silence)
        .timeout(options.timeouts.whole)
        .pool_max_idle_per_host(options.concurrency.max(1))
        // Sooner than gateways close an idle connection (60 s is usual): an order
        // written to one that is just being closed would have an unknown outcome.
        .pool_idle_timeout(Duration::from_secs(15));
    if options.base.is_plain() {
        // No TLS will be spoken: reading the system's certificates would only
        // cost start-up time. A proxy would carry the token off this machine, and
        // so would a name that someone has made to point elsewhere.
        let loopback = [
            SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
            SocketAddr::new(IpAddr::V6(Ipv6Addr::LOCALHOST), 0),
        ];
        builder = builder
            .no_proxy()
            .resolve_to_addrs("localhost", &loopback)
            .tls_backend_preconfigured(no_trust()?);
    } else {
        // Whoever set one up before us has chosen it on purpose.
        let _ = rustls::crypto::ring::default_provider().install_default();
        builder = builder.https_only(true).tls_backend_rustls();
        if let Some(path) = &options.ca_file {
            let name = || path.display().to_string();
            let pem = bounded::read(path, MOST_OF_CERTIFICATES)
                .map_err(|error| setup(&name(), error.to_string()))?;
            let certificates = Certificate::from_pem_bundle(&pem)
                .ok()
                .filter(|certificates| !certificates.is_empty())
                .ok_or_else(|| setup(&name(), "it holds no certificate in PEM form".into()))?;
            builder = builder.tls_certs_merge(certificates);
        }
    }
    builder.build().map_err(|error| {
        setup(
            "TLS",
            format!(
                "{}; on an image without certificates give them with --ca-file",
                network_cause(&error)
            ),
        )
    })
}

/// A TLS set-up that trusts nobody.
fn no_trust() -> Result<rustls::ClientConfig, ApiError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| ApiError::BadSetup {
            what: "TLS".into(),
            why: error.to_string(),
        })?
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth())
}
