//! The token: got once, shared by all, renewed once however many requests find
//! it expired at the same moment.

use std::sync::{Arc, PoisonError, RwLock};

use reqwest::header::HeaderValue;
use tokio::sync::Mutex;

use super::error::{ApiError, Call};
use super::wire::LoginToken;
use crate::model::{PartitionId, paths};

/// A token as requests carry it.
pub(super) struct Token {
    /// Which login it came from; a newer one has a higher number.
    pub generation: u64,
    /// Marked sensitive: the HTTP library does not print it either.
    pub header: HeaderValue,
    /// The partition that the login named.
    pub partition: Option<PartitionId>,
    pub must_change_password: bool,
}

impl Token {
    pub fn new(generation: u64, text: &str) -> Result<Self, ApiError> {
        let mut header = HeaderValue::from_str(text.trim())
            .ok()
            .filter(|value| !value.is_empty())
            .ok_or_else(|| ApiError::BadSetup {
                what: "the token".into(),
                why: "it is empty or has characters that no token has: set ALZ_TOKEN anew, or ALZ_USERNAME and ALZ_PASSWORD".into(),
            })?;
        header.set_sensitive(true);
        Ok(Self {
            generation,
            header,
            partition: None,
            must_change_password: false,
        })
    }

    /// Made from what a login answered.
    pub fn from_login(generation: u64, login: LoginToken) -> Result<Self, ApiError> {
        let LoginToken {
            auth_token,
            partition_id,
            must_change_password,
            // Who the user is and may do is the platform's to judge at each call.
            user_id: _,
            user_type: _,
            username: _,
            partition_name: _,
            permissions: _,
            max_life_in_hours: _,
        } = login;
        let mut token = Self::new(generation, &auth_token).map_err(|_| ApiError::WrongAnswer {
            call: Call::new("POST", paths::LOGIN),
            why: "the login succeeded but brought no authToken".into(),
        })?;
        token.partition = partition_id
            .filter(|id| !id.is_empty())
            .map(PartitionId::new);
        token.must_change_password = must_change_password;
        Ok(token)
    }
}

/// The token that is good now, and the right to get the next one.
#[derive(Default)]
pub(super) struct Session {
    current: RwLock<Option<Arc<Token>>>,
    logins: Mutex<Logins>,
}

/// What became of the logins so far. Whoever queued for one while it was under
/// way takes its outcome instead of trying again: a wrong password sent by a
/// thousand tasks would lock the user out.
#[derive(Default)]
struct Logins {
    finished: u64,
    last_error: Option<ApiError>,
    /// The platform has refused the credentials: asking again can't help.
    refused: Option<ApiError>,
}

impl Session {
    pub fn current(&self) -> Option<Arc<Token>> {
        self.current
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// A token newer than `stale`: one that is there already, or else the one
    /// that `login` brings. `login` is given the new token's generation.
    pub async fn newer_than<F>(
        &self,
        stale: Option<u64>,
        login: impl FnOnce(u64) -> F,
    ) -> Result<Arc<Token>, ApiError>
    where
        F: Future<Output = Result<Token, ApiError>>,
    {
        let newer = |token: &Arc<Token>| stale.is_none_or(|stale| token.generation > stale);
        if let Some(token) = self.current().filter(newer) {
            return Ok(token);
        }
        let queued = self.logins.try_lock().is_err();
        let mut logins = self.logins.lock().await;
        if let Some(token) = self.current().filter(newer) {
            return Ok(token);
        }
        if let Some(error) = &logins.refused {
            return Err(error.clone());
        }
        if queued && let Some(error) = &logins.last_error {
            return Err(error.clone());
        }
        let outcome = login(logins.finished + 1).await;
        logins.finished += 1;
        match outcome {
            Ok(token) => {
                logins.last_error = None;
                let token = Arc::new(token);
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(token.clone());
                Ok(token)
            }
            Err(error) => {
                if matches!(
                    error,
                    ApiError::Unauthorized { .. } | ApiError::Refused { .. }
                ) {
                    logins.refused = Some(error.clone());
                }
                logins.last_error = Some(error.clone());
                Err(error)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    fn token(generation: u64) -> Result<Token, ApiError> {
        Token::new(generation, "abc")
    }

    #[tokio::test]
    async fn many_who_find_the_token_stale_cause_one_login() {
        let session = Session::default();
        let logins = AtomicU32::new(0);
        let ask = |stale| {
            session.newer_than(
                stale,
                |generation| async move { logins_up(generation).await },
            )
        };
        async fn logins_up(generation: u64) -> Result<Token, ApiError> {
            tokio::task::yield_now().await;
            token(generation)
        }
        let first = ask(None).await.expect("a token");
        assert_eq!(first.generation, 1);
        let all = futures_util::future::join_all((0..50).map(|_| {
            session.newer_than(Some(1), |generation| {
                logins.fetch_add(1, Ordering::Relaxed);
                logins_up(generation)
            })
        }))
        .await;
        assert!(all.into_iter().all(|t| t.is_ok_and(|t| t.generation == 2)));
        assert_eq!(logins.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn a_refused_password_is_sent_once_and_a_network_fault_may_be_tried_again() {
        let refused = Session::default();
        let tries = AtomicU32::new(0);
        let call = || Call::new("POST", paths::LOGIN);
        for _ in 0..3 {
            let outcome = refused
                .newer_than(None, |_| async {
                    tries.fetch_add(1, Ordering::Relaxed);
                    Err(ApiError::Unauthorized {
                        call: call(),
                        why: "no".into(),
                    })
                })
                .await;
            assert!(outcome.is_err());
        }
        assert_eq!(tries.load(Ordering::Relaxed), 1);

        let cut = Session::default();
        let first = cut
            .newer_than(None, |_| async {
                Err(ApiError::Unreachable {
                    call: call(),
                    why: "cut".into(),
                })
            })
            .await;
        assert!(first.is_err());
        assert!(
            cut.newer_than(None, |g| async move { token(g) })
                .await
                .is_ok()
        );
    }
}
