//! Identifiers and choices without randomness: the same seed and the same
//! requests must give the same world, byte for byte, or a failing pipeline
//! could not be replayed.

use serde::{Deserialize, Serialize};

/// Gives out ids; part of the world, so that a restart continues the sequence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ids {
    /// Sets two worlds apart.
    salt: u64,
    /// How many ids were given out.
    given: u64,
}

impl Ids {
    pub fn new(salt: u64) -> Self {
        Self { salt, given: 0 }
    }

    /// A new identifier in the platform's style: 22 characters of base64url.
    pub fn next(&mut self) -> String {
        let number = self.sequence();
        spell(mix(self.salt ^ mix(number)), mix(number ^ mix(self.salt)))
    }

    /// A number that grows with every call; orders what has no other order.
    pub fn sequence(&mut self) -> u64 {
        self.given += 1;
        self.given
    }
}

/// An identifier that is a function of a text, for objects whose id must be
/// the same at every reading.
pub fn derived(text: &str) -> String {
    let first = hash(text);
    spell(first, mix(first.rotate_left(29) ^ 0x5a5a))
}

/// FNV-1a with a final mix: even where texts differ in the last digit only.
pub fn hash(text: &str) -> u64 {
    let fnv = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    mix(fnv)
}

/// SplitMix64's output function.
pub fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn spell(high: u64, low: u64) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let bits = u128::from(high) << 64 | u128::from(low);
    (0..22)
        .map(|place| {
            let sextet = (bits >> (place * 6)) & 63;
            char::from(ALPHABET[sextet as usize])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_repeat_with_the_salt_and_never_within_a_world() {
        let (mut a, mut b, mut c) = (Ids::new(1), Ids::new(1), Ids::new(2));
        let first: Vec<String> = (0..2000).map(|_| a.next()).collect();
        let second: Vec<String> = (0..2000).map(|_| b.next()).collect();
        assert_eq!(first, second);
        assert_ne!(first.first(), Some(&c.next()));
        let distinct: std::collections::BTreeSet<&String> = first.iter().collect();
        assert_eq!(distinct.len(), first.len());
        assert!(first.iter().all(|id| id.len() == 22));
    }
}
