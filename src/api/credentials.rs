//! Who we are to the platform. Neither form is ever shown.

use std::fmt;

use secrecy::SecretString;

/// From the environment only: `ALZ_USERNAME` and `ALZ_PASSWORD`, or `ALZ_TOKEN`.
#[derive(Clone)]
pub enum Credentials {
    /// Logs in, and again when the token expires (8 hours after its last use;
    /// guide, "Authentication").
    Password {
        username: String,
        password: SecretString,
    },
    /// A token got elsewhere; when it expires the run ends.
    Token(SecretString),
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Password { .. } => "Credentials::Password(…)",
            Self::Token(_) => "Credentials::Token(…)",
        })
    }
}
