//! Identifiers that the platform gives out. They are opaque and case-sensitive.
//! Their text is shared among clones: a million numbers name the same few.

use std::fmt;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! identifier {
    ($($(#[$meta:meta])* $name:ident),* $(,)?) => {$(
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            pub fn new(id: impl Into<String>) -> Self {
                Self(id.into().into())
            }
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

identifier! {
    /// A service provider's own part of the platform (S:PartitionX.id).
    PartitionId,
    /// A customer's account in a partition (S:Account.id).
    AccountId,
    /// A port order (S:PortX.id).
    PortId,
    /// An end user of an account (S:EndUserV2X.id).
    UserId,
    /// The carrier that serves a number (S:InboundCarrierX.id).
    CarrierId,
}
