//! What a platform under strain, and one at its ease, see of us.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::join_all;
use proptest::prelude::*;

use super::limit::{Ended, Limit};
use super::operation;
use super::simulation::{Seen, Server, Setup, Virtual, pace, simulate};
use crate::api::timer::Timer;
use crate::api::{ClientOptions, Credentials, Endpoint};

fn eight() -> Setup {
    Setup {
        concurrency: 8,
        rate: None,
        seed: 7,
    }
}

const MS: fn(u64) -> Duration = Duration::from_millis;

/// The most that start within any `window`.
fn most_starts(seen: &[Seen], window: Duration) -> usize {
    let starts = |from| {
        seen.iter()
            .filter(move |one| one.from >= from && one.from < from + window)
    };
    seen.iter()
        .map(|one| starts(one.from).count())
        .max()
        .unwrap_or(0)
}

#[test]
fn at_fifty_milliseconds_a_call_eight_are_in_flight_from_the_first_to_the_last() {
    let seen = simulate(&eight(), &Server::steady(50), 40, 20);
    assert_eq!(seen.len(), 800);
    // No gap anywhere: 800 calls, eight at a time, 50 ms each.
    assert_eq!(seen.last().expect("calls").to, MS(800 / 8 * 50));
    assert_eq!(seen.iter().map(|one| one.beside).max(), Some(8));
}

#[test]
fn no_second_sees_more_requests_than_the_ceiling() {
    let setup = Setup {
        rate: Some(20.0),
        ..eight()
    };
    let seen = simulate(&setup, &Server::steady(50), 8, 25);
    assert!(most_starts(&seen, MS(1000)) <= 21);
    let whole = seen.last().expect("calls").from;
    assert!(whole <= Duration::from_secs(10), "{whole:?}");
}

#[test]
fn a_pause_is_everybodys_and_a_shorter_one_does_not_end_it() {
    let timer = Virtual::new();
    let pace = pace(&eight(), &timer);
    pace.pause(Duration::from_secs(30));
    pace.pause(Duration::from_secs(1));
    let mut starts = timer.run(join_all((0..20).map(async |_| {
        let turn = pace.turn(operation("GET", "/v2/x")).await;
        let at = timer.elapsed();
        timer.pass(MS(1)).await;
        drop(turn);
        at
    })));
    starts.sort_unstable();
    assert!(starts[0] >= Duration::from_secs(30), "{starts:?}");
    // Two in any 100 ms, until as many have started as may be in flight.
    for pair in starts[..8].windows(3) {
        assert!(pair[2] - pair[0] >= MS(100), "{starts:?}");
    }
    assert!(starts[7] <= MS(30_400), "{starts:?}");
}

#[test]
fn callers_that_are_turned_away_together_lower_the_limit_once() {
    let mut limit = Limit::new(8);
    let epoch = limit.epoch();
    for _ in 0..8 {
        limit.ended("a", epoch, Ended::Overloaded);
    }
    assert_eq!(limit.now(), 4);
    for want in [2, 1, 1] {
        let epoch = limit.epoch();
        limit.ended("a", epoch, Ended::Overloaded);
        assert_eq!(limit.now(), want);
    }
    // Up again by one per window of answers.
    let mut answers = 0;
    while limit.now() < 8 {
        let before = limit.now();
        let epoch = limit.epoch();
        limit.ended("a", epoch, Ended::Answered(MS(50)));
        answers += 1;
        assert!(limit.now() - before <= 1);
    }
    assert_eq!(answers, [8, 8, 8, 8, 10, 12, 14].iter().sum::<usize>());
    limit.ended("a", limit.epoch(), Ended::Lost);
    assert_eq!(limit.now(), 8);
}

#[test]
fn one_slow_call_in_ten_changes_nothing_and_a_platform_that_slows_down_is_spared() {
    let mut server = Server::steady(50);
    server.stalls_every = Some(10);
    let seen = simulate(&eight(), &server, 16, 50);
    assert!(seen.iter().all(|one| one.limit == 8));

    let mut server = Server::steady(50);
    server.slow = vec![(2_000..6_000, 5)];
    let seen = simulate(&eight(), &server, 16, 60);
    let low = seen.iter().map(|one| one.limit).min();
    assert!(low <= Some(2), "{low:?}");
    assert!(
        seen.iter()
            .filter(|one| one.from < MS(2_000))
            .all(|one| one.limit == 8)
    );
    assert_eq!(seen.last().expect("calls").limit, 8, "it recovers");
}

#[test]
fn a_platform_that_stays_slow_is_used_fully_again_in_the_end() {
    let mut server = Server::steady(50);
    server.slow = vec![(1_000..u64::MAX, 4)];
    let seen = simulate(&eight(), &server, 16, 60);
    assert!(seen.iter().any(|one| one.limit < 8));
    assert_eq!(seen.last().expect("calls").limit, 8);
}

#[test]
fn a_search_is_not_held_against_a_look_at_one_number() {
    let mut limit = Limit::new(8);
    for round in 0..400 {
        let (what, took) = if round < 100 || round % 8 == 0 {
            ("look", MS(20))
        } else {
            ("search", MS(900))
        };
        let epoch = limit.epoch();
        limit.ended(what, epoch, Ended::Answered(took));
        assert_eq!(limit.now(), 8, "round {round}");
    }
    let listing = operation(
        "GET",
        "/v2/partition/X4fbfNlFRpy7bWDFmCwwdw/account/A-1/telephonenumber",
    );
    let number = operation(
        "GET",
        "/v2/partition/X4fbfNlFRpy7bWDFmCwwdw/account/A-2/telephonenumber/18015551212?a=b",
    );
    assert_eq!(listing, "GET/partition/account/telephonenumber");
    assert_eq!(number, "GET/partition/account/telephonenumber/*");
}

#[test]
fn a_turn_that_is_given_up_is_there_for_others() {
    let timer = Virtual::new();
    let setup = Setup {
        concurrency: 1,
        ..eight()
    };
    let pace = pace(&setup, &timer);
    let other = timer.run(async {
        let first = pace.turn(String::new()).await;
        let gives_up = timer.pass(MS(10));
        let waits = Box::pin(pace.turn(String::new()));
        let first_of_both = futures_util::future::select(waits, gives_up).await;
        let futures_util::future::Either::Right(((), waits)) = first_of_both else {
            panic!("two turns where there is one");
        };
        drop(waits);
        drop(first);
        pace.turn(String::new()).await;
        timer.elapsed()
    });
    assert_eq!(other, MS(10));
}

#[test]
fn the_same_seed_gives_the_same_waits_and_another_one_others() {
    let mut server = Server::steady(30);
    server.capacity = 3;
    server.storms = vec![(500..900, Some(700))];
    let run = |seed| {
        let setup = Setup { seed, ..eight() };
        let seen = simulate(&setup, &server, 12, 20);
        seen.iter().map(|one| one.from).collect::<Vec<_>>()
    };
    assert_eq!(run(1), run(1));
    let different: BTreeSet<_> = (0..8).map(run).collect();
    assert_eq!(different.len(), 8);
}

#[test]
fn a_ceiling_of_nothing_is_refused() {
    let base = Endpoint::parse("http://127.0.0.1:1").expect("an endpoint");
    for rate in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let mut options = ClientOptions::new(base.clone(), Credentials::Token("t".into()));
        options.requests_per_second = Some(rate);
        assert!(super::Pace::new(&options).is_err(), "{rate}");
    }
}

fn platforms() -> impl Strategy<Value = Server> {
    let span = || (0_u64..20_000, 50_u64..4_000).prop_map(|(from, long)| from..from + long);
    let storm = (span(), prop::option::of(200_u64..5_000));
    let slow = (span(), 2_u64..12);
    (
        1_u64..200,
        prop_oneof![Just(usize::MAX), 1_usize..20],
        prop::collection::vec(storm, 0..4),
        prop::collection::vec(slow, 0..3),
        prop::option::of(5_usize..40),
    )
        .prop_map(|(latency, capacity, storms, slow, stalls_every)| Server {
            latency,
            capacity,
            storms,
            slow,
            stalls_every,
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Whatever a platform does: never more in flight than asked for, and than
    /// its limit except for those that were out when it was lowered; after each
    /// pause a few at a time; and all calls get done.
    #[test]
    fn nothing_a_platform_does_makes_us_a_herd(
        server in platforms(),
        concurrency in 1_usize..17,
        seed in any::<u64>(),
    ) {
        let setup = Setup { concurrency, rate: None, seed };
        let (callers, calls) = (concurrency * 3, 10);
        let seen = simulate(&setup, &server, callers, calls);
        prop_assert_eq!(seen.iter().filter(|one| one.status == 200).count(), callers * calls);
        for one in &seen {
            prop_assert!(one.beside <= concurrency, "{:?}", one);
            prop_assert!((1..=concurrency).contains(&one.limit));
        }
        for (index, one) in seen.iter().enumerate() {
            // Nothing starts above the limit.
            prop_assert!(one.beside <= one.limit, "{}: {:?}", index, one);
        }
        // A pause is from an answer that asks for it; nothing starts within.
        for (span, pause) in &server.storms {
            let Some(pause) = pause else { continue };
            for refused in seen.iter().filter(|one| {
                let at = one.from.as_millis() as u64;
                let first = server.storms.iter().find(|(span, _)| span.contains(&at));
                first.is_some_and(|first| first == &(span.clone(), Some(*pause)))
            }) {
                let end = refused.to + MS(*pause);
                for one in &seen {
                    prop_assert!(one.from <= refused.to || one.from >= end, "{:?} after {:?}", one, refused);
                }
                // Two in the first 100 ms, and those that fast answers make room for once the ramp is over.
                let first: Vec<_> = seen.iter().filter(|one| one.from >= end).take(concurrency).collect();
                let early = first.iter().filter(|one| one.from < end + MS(100)).count();
                prop_assert!(early <= 2, "{} of {:?}", early, first);
            }
        }
    }

    /// A platform that takes four at a time is not asked for eight all along:
    /// few are turned away, and it is kept busy.
    #[test]
    fn a_platform_of_little_strength_is_kept_busy_and_rarely_overrun(
        capacity in 1_usize..8,
        latency in 20_u64..120,
        seed in any::<u64>(),
    ) {
        let mut server = Server::steady(latency);
        server.capacity = capacity;
        let setup = Setup { seed, ..eight() };
        let seen = simulate(&setup, &server, 16, 40);
        let refused = seen.iter().filter(|one| one.status == 429).count();
        prop_assert!(refused * 5 < seen.len(), "{} of {}", refused, seen.len());
        let whole = seen.iter().map(|one| one.to).max().expect("calls");
        let best = MS(640 * latency / capacity as u64);
        prop_assert!(whole < best * 5 / 2, "{:?} instead of {:?}", whole, best);
    }

    /// After a storm of refusals throughput is what it was before.
    #[test]
    fn after_a_storm_everything_is_as_fast_as_before(
        storm in 500_u64..4_000,
        pause in prop::option::of(100_u64..3_000),
        seed in any::<u64>(),
    ) {
        let mut server = Server::steady(50);
        server.storms = vec![(2_000..2_000 + storm, pause)];
        let setup = Setup { seed, ..eight() };
        let seen = simulate(&setup, &server, 24, 80);
        let end = seen.last().expect("calls").to;
        // Eight at a time, 50 ms each, are 320 in two seconds.
        let late = end - MS(4_000)..end - MS(2_000);
        let late: Vec<_> = seen.iter().filter(|one| late.contains(&one.from)).collect();
        prop_assert!(late.len() >= 300, "{} in two seconds", late.len());
        prop_assert_eq!(late.iter().map(|one| one.limit).min(), Some(8));
    }
}
