//! How many requests the platform has before it at once.

use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use alz::api::ReadClient;
use futures_util::future::join_all;
use serde_json::json;

use crate::platform::*;

#[derive(Default)]
struct Crowd {
    here: usize,
    most: usize,
    gave_up: bool,
}

#[tokio::test]
async fn eight_requests_are_in_flight_and_never_nine() {
    let crowd = Arc::new((Mutex::new(Crowd::default()), Condvar::new()));
    let seen = crowd.clone();
    // Nobody is answered before eight are there; then everybody is.
    let platform = Platform::with_login(move |_, _| {
        let (crowd, changed) = &*seen;
        let mut now = crowd.lock().expect("the crowd");
        now.here += 1;
        now.most = now.most.max(now.here);
        changed.notify_all();
        let patience = Duration::from_secs(20);
        let (mut now, waited) = changed
            .wait_timeout_while(now, patience, |now| now.most < 8)
            .expect("the crowd");
        now.gave_up |= waited.timed_out();
        now.here -= 1;
        ok(json!([]))
    });
    let client = ReadClient::new(platform.options().0).expect("a client");
    let account = a1();
    let listings = (0..200).map(|_| client.account_numbers(&account));
    for listing in join_all(listings).await {
        listing.expect("a listing");
    }
    let crowd = crowd.0.lock().expect("the crowd");
    assert!(!crowd.gave_up, "only {} came together", crowd.most);
    assert_eq!(crowd.most, 8);
}

#[tokio::test]
async fn after_a_refusal_for_haste_fewer_are_in_flight() {
    let crowd = Arc::new(Mutex::new(Vec::new()));
    let here = Arc::new(Mutex::new(0_usize));
    let (seen, inside) = (crowd.clone(), here.clone());
    let platform = Platform::with_login(move |_, before| {
        if before == 0 {
            return refusal(429, "SlowDown");
        }
        *inside.lock().expect("here") += 1;
        // Others would come meanwhile, if they were let.
        for _ in 0..200 {
            std::thread::yield_now();
        }
        let mut now = inside.lock().expect("here");
        seen.lock().expect("the crowd").push(*now);
        *now -= 1;
        ok(json!([]))
    });
    let client = ReadClient::new(platform.options().0).expect("a client");
    let account = a1();
    client.account_numbers(&account).await.expect("a listing");
    // Six more answers don't fill a window: the limit is still four.
    for listing in join_all((0..6).map(|_| client.account_numbers(&account))).await {
        listing.expect("a listing");
    }
    let crowd = crowd.lock().expect("the crowd");
    assert!(crowd.iter().all(|beside| *beside <= 4), "{crowd:?}");
}
