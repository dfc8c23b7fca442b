//! The numbers of a world, a million of them if need be. Each is held by a
//! shared pointer and copied only when it is changed while somebody else still
//! looks: copying the whole map, as the writing of a snapshot does, takes
//! milliseconds.

use std::collections::BTreeMap;
use std::collections::btree_map;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::world::Number;
use crate::model::PhoneNumber;

/// Numbers that are on an account, by their digits.
#[derive(Clone, Debug, Default)]
pub struct Numbers(BTreeMap<PhoneNumber, Arc<Number>>);

impl Numbers {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn contains_key(&self, number: &PhoneNumber) -> bool {
        self.0.contains_key(number)
    }

    pub fn get(&self, number: &PhoneNumber) -> Option<&Number> {
        self.0.get(number).map(|state| &**state)
    }

    pub fn get_mut(&mut self, number: &PhoneNumber) -> Option<&mut Number> {
        self.0.get_mut(number).map(Arc::make_mut)
    }

    pub fn insert(&mut self, number: PhoneNumber, state: Number) -> Option<Number> {
        let before = self.0.insert(number, Arc::new(state));
        before.map(Arc::unwrap_or_clone)
    }

    pub fn remove(&mut self, number: &PhoneNumber) -> Option<Number> {
        self.0.remove(number).map(Arc::unwrap_or_clone)
    }

    pub fn iter(&self) -> Iter<'_> {
        Iter(self.0.iter())
    }

    #[cfg(test)]
    pub fn keys(&self) -> impl Iterator<Item = &PhoneNumber> {
        self.0.keys()
    }

    #[cfg(test)]
    pub fn values(&self) -> impl Iterator<Item = &Number> {
        self.0.values().map(|state| &**state)
    }
}

/// The numbers in their order.
pub struct Iter<'a>(btree_map::Iter<'a, PhoneNumber, Arc<Number>>);

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a PhoneNumber, &'a Number);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(number, state)| (number, &**state))
    }
}

impl<'a> IntoIterator for &'a Numbers {
    type Item = (&'a PhoneNumber, &'a Number);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

#[cfg(test)]
impl std::ops::Index<&PhoneNumber> for Numbers {
    type Output = Number;

    fn index(&self, number: &PhoneNumber) -> &Number {
        self.get(number).expect("a number on an account")
    }
}

impl Serialize for Numbers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self)
    }
}

impl<'de> Deserialize<'de> for Numbers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let map = BTreeMap::<PhoneNumber, Number>::deserialize(deserializer)?;
        let shared = map
            .into_iter()
            .map(|(number, state)| (number, Arc::new(state)));
        Ok(Self(shared.collect()))
    }
}
