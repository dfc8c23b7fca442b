//! The nouns of the field, pure and without I/O.
//!
//! Everything else in the crate is written in these words: the telephone
//! number, the customer service record (CSR), the E911 address, the directory
//! listing, the reference target, the port; each once as a person *declares*
//! it (members may be absent, null or a value) and once as the platform
//! *returns* it. `meaning` holds the rules by which the two are compared.

pub mod calendar;
pub mod desired;
pub mod dispatch;
pub mod field;
pub mod finding;
pub mod guards;
pub mod history;
pub mod id;
pub mod ignore;
pub mod live;
pub mod meaning;
pub mod member;
pub mod number;
pub mod paths;
pub mod personal;
pub mod porting;
pub mod provider;
pub mod record;
pub mod redact;
pub mod secret;
pub mod shard;
pub mod values;

pub use desired::{DesiredAccount, DesiredNumber, DesiredPort, SourceId};
pub use field::{Field, Text};
pub use finding::FindingKind;
pub use guards::{Guard, Guards};
pub use history::{HistoryAction, HistoryEntry, HistoryKind};
pub use id::{AccountId, CarrierId, PartitionId, PortId, UserId};
pub use ignore::Ignore;
pub use live::{CarrierStatus, LiveAccount, LiveEvent, LiveNumber};
pub use member::Member;
pub use number::PhoneNumber;
pub use porting::{LivePort, PortState};
pub use provider::{CorrectionPast, OnUnknown, Usages};
pub use record::{
    CustomerServiceRecord, DirectoryListing, E911Address, ListingAddress, OnCorrection, Record,
    Reference,
};
pub use redact::Redactor;
pub use secret::SecretRef;
pub use shard::{NotAShard, Shard};
