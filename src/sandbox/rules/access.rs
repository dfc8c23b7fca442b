//! Logging in and staying in. A token lives eight hours from its last use.

use jiff::{SignedDuration, Timestamp};

use crate::sandbox::clock::later;
use crate::sandbox::world::{Access, Token, World};

use super::{Outcome, Refusal};

/// Whether a request may come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    Admitted,
    /// No token, one that was never given out, or one too old.
    Refused,
}

impl Access {
    /// This name and password log in.
    pub fn admits(&self, username: &str, password: &str) -> bool {
        if username.is_empty() || password.is_empty() {
            return false;
        }
        self.credentials.is_empty()
            || self
                .credentials
                .iter()
                .any(|known| known.username == username && known.password == password)
    }
}

/// A token used again within so many seconds is as good as untouched: readings
/// side by side would otherwise all wait to note the same second.
const UNTOUCHED_SECONDS: i64 = 1;

impl World {
    /// This token is good, and was used just now.
    pub fn is_in(&self, token: &str, now: Timestamp) -> bool {
        let life = i64::from(self.timing.token_seconds).min(UNTOUCHED_SECONDS);
        self.access.tokens.get(token).is_some_and(|known| {
            known.last_used <= now && later(known.last_used, SignedDuration::from_secs(life)) > now
        })
    }

    /// Who uses a token; the one that is always good is the sandbox's own.
    pub fn user(&self, token: Option<&str>) -> String {
        token
            .and_then(|token| self.access.tokens.get(token))
            .map_or("sandbox", |known| known.username.as_str())
            .to_owned()
    }

    /// Looks at a token and, where it is good, starts its time anew.
    pub fn enter(&mut self, token: &str, now: Timestamp) -> Entry {
        let life = SignedDuration::from_secs(i64::from(self.timing.token_seconds));
        match self.access.tokens.get_mut(token) {
            Some(known) if later(known.last_used, life) > now => {
                known.last_used = now;
                Entry::Admitted
            }
            Some(_) | None => Entry::Refused,
        }
    }
}

pub fn login(world: &mut World, username: &str, now: Timestamp) -> Result<Outcome, Refusal> {
    let life = SignedDuration::from_secs(i64::from(world.timing.token_seconds));
    world
        .access
        .tokens
        .retain(|_, token| later(token.last_used, life) > now);
    let token = world.ids.next();
    let held = Token {
        username: username.to_owned(),
        last_used: now,
    };
    world.access.tokens.insert(token.clone(), held);
    Ok(Outcome { token: Some(token) })
}

pub fn logout(world: &mut World, token: &str) -> Result<Outcome, Refusal> {
    world.access.tokens.remove(token);
    Ok(Outcome::default())
}
