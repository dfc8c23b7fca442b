//! References to secrets. The secret itself is never in a file.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::field::{Field, Text};

/// Where a secret is to be found when it has to be sent; exactly one of the two.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub enum SecretRef {
    /// The name of an environment variable that holds the secret.
    Env(String),
    /// The path of a file that holds the secret, relative to alz.yaml.
    File(String),
}

/// A secret is never written out: name where it is found, { env: NAME } or { file: PATH }.
#[derive(Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename = "SecretRef", rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "SecretRef", extend("minProperties" = 1, "maxProperties" = 1))]
struct Written {
    /// The name of an environment variable that holds the secret.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    #[schemars(with = "Text", extend("minLength" = 1))]
    env: Field<Text>,
    /// The path of a file that holds the secret, relative to alz.yaml.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    #[schemars(with = "Text", extend("minLength" = 1))]
    file: Field<Text>,
}

impl TryFrom<Written> for SecretRef {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        match (written.env.value(), written.file.value()) {
            (Some(name), None) if !name.as_str().is_empty() => Ok(Self::Env(name.to_string())),
            (None, Some(path)) if !path.as_str().is_empty() => Ok(Self::File(path.to_string())),
            _ => Err("a secret reference has exactly one member: { env: NAME } or { file: PATH }"),
        }
    }
}

impl From<SecretRef> for Written {
    fn from(secret: SecretRef) -> Self {
        match secret {
            SecretRef::Env(name) => Written {
                env: Field::Value(Text::new(name)),
                file: Field::Absent,
            },
            SecretRef::File(path) => Written {
                env: Field::Absent,
                file: Field::Value(Text::new(path)),
            },
        }
    }
}

impl JsonSchema for SecretRef {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "SecretRef".into()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Written::json_schema(generator)
    }
}

impl fmt::Debug for SecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SecretRef::Env(name) => write!(f, "{{ env: {name} }}"),
            SecretRef::File(path) => write!(f, "{{ file: {path} }}"),
        }
    }
}
