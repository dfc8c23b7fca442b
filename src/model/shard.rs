//! A share of the accounts: what one of several runners takes on.
//!
//! Which share an account belongs to depends on its id and on the number of
//! shares alone: SHA-256 of the id, the first eight bytes as a big-endian
//! number, modulo that number. So every machine, version and environment splits
//! the same way, an account that is added moves no other, and a plan that was
//! saved of one share is not touched by what happens in another.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

use super::AccountId;

/// The `index`-th of `of` shares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Counted from 1.
    index: u32,
    /// How many there are.
    of: u32,
}

/// More shares than this are a slip of the fingers: there is a limit to the
/// requests that a platform takes, however many runners send them.
pub const MOST_SHARDS: u32 = 1024;

/// Why a text names no share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotAShard {
    /// Not two whole numbers with a slash between.
    Form,
    /// Shares are counted from 1.
    Zero,
    /// The third of two.
    Beyond {
        index: u32,
        of: u32,
    },
    TooMany(u32),
}

impl fmt::Display for NotAShard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form => f.write_str("it is not of the form I/N"),
            Self::Zero => f.write_str("shards are counted from 1: 1/4 to 4/4"),
            Self::Beyond { index, of } => {
                write!(f, "there is no shard {index} of {of}: 1/{of} to {of}/{of}")
            }
            Self::TooMany(of) => write!(f, "{of} shards are too many: at most {MOST_SHARDS}"),
        }
    }
}

impl std::error::Error for NotAShard {}

impl Shard {
    /// The `index`-th, counted from 1, of `of`.
    pub fn new(index: u32, of: u32) -> Result<Self, NotAShard> {
        if of > MOST_SHARDS {
            Err(NotAShard::TooMany(of))
        } else if index == 0 || of == 0 {
            Err(NotAShard::Zero)
        } else if index > of {
            Err(NotAShard::Beyond { index, of })
        } else {
            Ok(Self { index, of })
        }
    }

    /// How many shares there are.
    pub const fn of(self) -> u32 {
        self.of
    }

    /// Whether the account belongs to this share.
    pub fn holds(self, account: &AccountId) -> bool {
        let mut sum: u64 = 0;
        for byte in Sha256::digest(account.as_str()).iter().take(8) {
            sum = sum << 8 | u64::from(*byte);
        }
        sum % u64::from(self.of) == u64::from(self.index - 1)
    }
}

impl FromStr for Shard {
    type Err = NotAShard;

    fn from_str(text: &str) -> Result<Self, NotAShard> {
        let (index, of) = text.trim().split_once('/').ok_or(NotAShard::Form)?;
        let number = |text: &str| text.trim().parse().map_err(|_| NotAShard::Form);
        Self::new(number(index)?, number(of)?)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accounts(count: u32) -> Vec<AccountId> {
        (0..count)
            .map(|index| AccountId::new(format!("account-{index}")))
            .collect()
    }

    #[test]
    fn every_account_is_in_one_shard_and_shards_are_about_as_large_as_each_other() {
        let accounts = accounts(4000);
        let mut sizes = [0; 4];
        for account in &accounts {
            let mut holders = 0;
            for (size, index) in sizes.iter_mut().zip(1..) {
                if Shard::new(index, 4).expect("a shard").holds(account) {
                    *size += 1;
                    holders += 1;
                }
            }
            assert_eq!(holders, 1, "{account}");
        }
        assert!(
            sizes.iter().all(|size| (900..1100).contains(size)),
            "{sizes:?}"
        );
    }

    /// Worked out apart from this program (`printf %s ID | sha256sum`): another
    /// split would tear saved plans, and runners of two versions, apart.
    #[test]
    fn the_split_is_the_same_for_all_time() {
        let id = AccountId::new("bRW8jpoCTGOaOIF5wqvSVg");
        let at = |of| (1..=of).find(|index| Shard::new(*index, of).expect("a shard").holds(&id));
        assert_eq!((at(2), at(4), at(7)), (Some(2), Some(4), Some(5)));
        assert_eq!(at(1), Some(1));
    }

    #[test]
    fn what_is_no_shard_is_refused_with_the_reason() {
        assert_eq!("2/4".parse(), Shard::new(2, 4));
        assert_eq!(" 2 / 4 ".parse(), Shard::new(2, 4));
        let fault = |text: &str| text.parse::<Shard>().expect_err(text);
        for text in ["", "2", "2:4", "a/b", "-1/4", "2/4/6", "1.5/4"] {
            assert_eq!(fault(text), NotAShard::Form, "{text}");
        }
        assert_eq!(fault("0/4"), NotAShard::Zero);
        assert_eq!(fault("0/0"), NotAShard::Zero);
        assert_eq!(fault("5/4"), NotAShard::Beyond { index: 5, of: 4 });
        assert_eq!(fault("1/5000"), NotAShard::TooMany(5000));
    }
}
