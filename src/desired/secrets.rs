//! Secret references resolved, only when something must be sent.
//!
//! The value goes from the environment or the file into [`SecretString`] and
//! into nothing else: no error says it.

use std::io::ErrorKind;
use std::path::Path;

use secrecy::{ExposeSecret, SecretString};

use crate::bounded;
use crate::model::SecretRef;

/// Longest PIN a port takes (S:PortX.wirelessPin, rule D37).
pub const MAX_PIN: usize = 15;

/// Why a secret can't be had. Names where it was looked for, never what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretError {
    /// The environment variable is not set, or empty.
    NotSet(String),
    /// The environment variable is not UTF-8.
    NotText(String),
    /// The file can't be read.
    Unreadable(String, std::io::ErrorKind),
    /// The file holds nothing.
    Empty(String),
    /// The file holds more than a line of text: a configuration, a key, another
    /// program's environment, but no PIN and no account number.
    NotOneLine(String),
    /// Longer than a PIN may be.
    TooLong(usize),
}

impl std::fmt::Display for SecretError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            SecretError::NotSet(name) => write!(f, "the environment variable {name} is not set"),
            SecretError::NotText(name) => {
                write!(f, "the environment variable {name} is not UTF-8 text")
            }
            SecretError::Unreadable(path, kind) => {
                write!(f, "the secret's file {path} can't be read: {kind}")
            }
            SecretError::Empty(path) => write!(f, "the secret's file {path} is empty"),
            SecretError::NotOneLine(path) => {
                write!(
                    f,
                    "the secret's file {path} holds more than one line of text, so it is no PIN and no account number"
                )
            }
            SecretError::TooLong(length) => {
                write!(f, "the PIN has {length} characters, {MAX_PIN} are taken")
            }
        }
    }
}

impl std::error::Error for SecretError {}

/// The secret itself. Files are relative to `root`, the directory of alz.yaml;
/// the line break at a file's end is not part of the secret.
pub fn resolve(secret: &SecretRef, root: &Path) -> Result<SecretString, SecretError> {
    match secret {
        SecretRef::Env(name) => match std::env::var(name) {
            Ok(value) if !value.is_empty() => Ok(value.into()),
            Ok(_) | Err(std::env::VarError::NotPresent) => Err(SecretError::NotSet(name.clone())),
            Err(std::env::VarError::NotUnicode(_)) => Err(SecretError::NotText(name.clone())),
        },
        SecretRef::File(path) => {
            let unreadable = |kind| SecretError::Unreadable(path.clone(), kind);
            let bytes = bounded::read(&root.join(path), bounded::MOST_OF_A_SECRET)
                .map_err(|error| unreadable(error.kind()))?;
            let text = String::from_utf8(bytes).map_err(|_| unreadable(ErrorKind::InvalidData))?;
            let secret = text.strip_suffix('\n').unwrap_or(&text);
            let secret = secret.strip_suffix('\r').unwrap_or(secret);
            if secret.is_empty() {
                return Err(SecretError::Empty(path.clone()));
            }
            if secret.chars().any(char::is_control) {
                return Err(SecretError::NotOneLine(path.clone()));
            }
            Ok(secret.to_owned().into())
        }
    }
}

/// A PIN: a secret that the carrier takes only so long (D37).
pub fn resolve_pin(secret: &SecretRef, root: &Path) -> Result<SecretString, SecretError> {
    let pin = resolve(secret, root)?;
    match pin.expose_secret().chars().count() {
        length if length > MAX_PIN => Err(SecretError::TooLong(length)),
        _ => Ok(pin),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_file_is_read_without_its_line_break_and_never_quoted() {
        let dir = tempfile::tempdir().expect("tempdir");
        std::fs::write(dir.path().join("pin"), "0042\r\n").expect("write");
        std::fs::write(dir.path().join("long"), "1234567890123456\n").expect("write");
        std::fs::write(dir.path().join("empty"), "\n").expect("write");
        let file = |name: &str| SecretRef::File(name.to_owned());
        let pin = resolve_pin(&file("pin"), dir.path()).expect("pin");
        assert_eq!(pin.expose_secret(), "0042");
        let error = resolve_pin(&file("long"), dir.path()).expect_err("too long");
        assert_eq!(error, SecretError::TooLong(16));
        assert!(!error.to_string().contains("12345"));
        assert!(resolve(&file("empty"), dir.path()).is_err());
        for other in ["[core]\n\ttoken = sesame\n", "A=sesame\0B=2\0"] {
            std::fs::write(dir.path().join("other"), other).expect("write");
            let error = resolve(&file("other"), dir.path()).expect_err("no PIN");
            assert_eq!(error, SecretError::NotOneLine("other".into()));
            assert!(!error.to_string().contains("sesame"));
        }
        assert!(matches!(
            resolve(&file("none"), dir.path()),
            Err(SecretError::Unreadable(_, std::io::ErrorKind::NotFound))
        ));
        assert_eq!(
            resolve(&SecretRef::Env("ALZ_TEST_NO_SUCH".into()), dir.path()).expect_err("unset"),
            SecretError::NotSet("ALZ_TEST_NO_SUCH".into())
        );
    }
}
