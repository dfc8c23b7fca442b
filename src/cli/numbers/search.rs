//! `alz numbers search`: looks where numbers are wanted, says that they are
//! reserved now and until when, and writes the choice into an account file.

use jiff::{SignedDuration, Timestamp};

use super::SearchArgs;
use super::add::Target;
use crate::api::{ApiError, InventoryClient, NumberSearch, SearchBy, wire};
use crate::cli::fatal::Fatal;
use crate::cli::global::Global;
use crate::cli::output::Output;
use crate::cli::session::{Project, Session};
use crate::cli::{Exit, address};
use crate::model::Member;
use crate::report::{self, FoundNumber, NumbersFound};

/// How long a number that was found stays reserved (guide, "Find Available
/// Numbers").
pub(super) const RESERVED: SignedDuration = SignedDuration::from_mins(30);

/// Found where nobody said how many.
const USUAL: u32 = 5;

pub(super) async fn run(
    args: &SearchArgs,
    global: &Global,
    output: &Output,
) -> Result<Exit, Fatal> {
    let count = args.count.unwrap_or(1);
    let most = args.max.unwrap_or(match args.add {
        Some(_) => count,
        None => USUAL,
    });
    if args.add.is_some() && most < count {
        return Err(Fatal::with_help(
            format!("--max {most} can't bring the {count} numbers of --count {count}"),
            "leave --max out, or make it larger",
        ));
    }
    for line in [&args.near, &args.postal_code, &args.lat, &args.long]
        .into_iter()
        .flatten()
    {
        output.privacy.hear_line(line);
    }
    let project = match &args.add {
        Some(file) => Project::open(global, std::slice::from_ref(file))?,
        None => Project::platform(global)?,
    };
    // Whatever is wrong with the file is told before anything is reserved.
    let target = match &args.add {
        Some(file) => Some(Target::open(
            file,
            args.account.as_deref(),
            &project,
            global,
            output,
        )?),
        None => None,
    };
    let session = project.connect(fastrand::u64(..)).await?;
    // Declared and not applied yet, a number is still free and comes back: then
    // others are looked for, unless it was said how many to find.
    let wanted = target
        .as_ref()
        .filter(|_| args.max.is_none() && !args.sequential)
        .map(|target| (target, count as usize));
    let found = find(args, most, wanted, &session).await;
    session.close().await;
    let mut found = found?;
    let told = match &target {
        Some(target) => match target.add(&found.numbers, count as usize, &project) {
            Ok(added) => {
                found.added = Some(added);
                None
            }
            Err(fatal) => Some(fatal),
        },
        None => None,
    };
    match output.is_json() {
        true => match told {
            Some(fatal) => return Err(left_reserved(fatal, &found)),
            None => output.result(&report::found_json(&found)),
        },
        false => {
            output.result(&report::found_human(&found));
            match told {
                Some(fatal) => return Err(fatal),
                None if target
                    .as_ref()
                    .is_some_and(|target| target.is_read(&project)) =>
                {
                    output.say("`alz plan` shows what activating them would do.");
                }
                None if found.added.is_some() => {}
                None if found.numbers.is_empty() && args.toll_free.is_some() => {
                    output.say(
                        "Look in another: 800, 833, 844, 855, 866, 877 and 888 are toll-free.",
                    );
                }
                None if found.numbers.is_empty() => {
                    output.say("Look farther away: --npa, --rate-center, or another address.");
                }
                None => {
                    output.say("`alz numbers unreserve NUMBER` gives one up before that.");
                }
            }
        }
    }
    if let Some(target) = target {
        if !target.is_read(&project) {
            output.error(&report::warning(
                "the environment does not read that file by itself: a plan does not see the new numbers",
                Some("let a glob under `accounts` in alz.yaml match it, or name the file to `alz plan` and `alz apply`"),
            ));
        }
        target.look_again(&project, output)?;
    }
    Ok(Exit::Done)
}

/// An error takes the place of the result, and what was reserved must not go
/// unsaid with it.
fn left_reserved(fatal: Fatal, found: &NumbersFound) -> Fatal {
    match fatal {
        Fatal::Error { what, help } if !found.numbers.is_empty() => {
            let numbers: Vec<String> = found
                .numbers
                .iter()
                .map(|found| found.number.to_string())
                .collect();
            Fatal::Error {
                what: format!(
                    "{what}; reserved until {}: {}",
                    found.reserved_until,
                    numbers.join(", ")
                ),
                help,
            }
        }
        other => other,
    }
}

/// Searches at most so often for numbers in the place of declared ones.
const AGAIN: usize = 5;

/// Looks once; where `wanted` says how many numbers a file is to get, again as
/// long as what is found is declared already. What was found is reserved, so
/// the next look finds others.
async fn find(
    args: &SearchArgs,
    most: u32,
    wanted: Option<(&Target, usize)>,
    session: &Session,
) -> Result<NumbersFound, Fatal> {
    let (by, place) = place(args, session).await?;
    let client = InventoryClient::new(session.client.clone());
    let mut search = NumberSearch {
        by,
        most,
        sequential: args.sequential,
    };
    // All of them, also where more came than were asked for: all are reserved now.
    let mut numbers = look(&client, &search).await?;
    if let Some((target, count)) = wanted {
        for _ in 0..AGAIN {
            let free = numbers
                .iter()
                .filter(|found| !target.declares(found.number))
                .count();
            let missing = count.saturating_sub(free);
            if missing == 0 || free == numbers.len() {
                break;
            }
            search.most = u32::try_from(missing).unwrap_or(most);
            // What is reserved already is told whatever becomes of this.
            let Ok(more) = look(&client, &search).await else {
                break;
            };
            let before = numbers.len();
            for found in more {
                if !numbers.iter().any(|known| known.number == found.number) {
                    numbers.push(found);
                }
            }
            if numbers.len() == before {
                break;
            }
        }
    }
    Ok(NumbersFound {
        place,
        numbers,
        reserved_until: until(session.now),
        added: None,
    })
}

async fn look(client: &InventoryClient, search: &NumberSearch) -> Result<Vec<FoundNumber>, Fatal> {
    let views = client.search(search).await.map_err(not_found)?;
    views.into_iter().map(found).collect()
}

/// The end of a reservation made now.
pub(super) fn until(now: Timestamp) -> Timestamp {
    now.checked_add(RESERVED).unwrap_or(now)
}

/// What to search by, and the words for it.
async fn place(args: &SearchArgs, session: &Session) -> Result<(SearchBy, String), Fatal> {
    if let Some(line) = &args.near {
        return near(line, args, session).await;
    }
    if let (Some(latitude), Some(longitude)) = (&args.lat, &args.long) {
        let place = format!("near {latitude}, {longitude}");
        return Ok((
            SearchBy::LatLong {
                latitude: latitude.clone(),
                longitude: longitude.clone(),
            },
            place,
        ));
    }
    let by_words = [
        args.postal_code.as_ref().map(|code| {
            let code = code.trim().to_uppercase();
            let words = format!("near postal code {code}");
            (SearchBy::PostalCode(code), words)
        }),
        args.npa
            .as_ref()
            .map(|npa| (SearchBy::Npa(npa.clone()), format!("with area code {npa}"))),
        args.npa_nxx.as_ref().map(|exchange| {
            let words = format!("beginning with {exchange}");
            (SearchBy::NpaNxx(exchange.clone()), words)
        }),
        args.rate_center.as_ref().map(|name| {
            let name = name.trim().to_uppercase();
            let words = format!("of rate centre {name}");
            (SearchBy::RateCenter(name), words)
        }),
        args.toll_free.as_ref().map(|npa| {
            let words = format!("of the toll-free area code {npa}");
            (SearchBy::TollFree(npa.clone()), words)
        }),
    ];
    by_words
        .into_iter()
        .flatten()
        .next()
        .ok_or_else(|| Fatal::with_help("it is not said where to look", "--near ADDRESS, say"))
}

/// The address first, then its coordinates; where it has none, its postal code.
async fn near(
    line: &str,
    args: &SearchArgs,
    session: &Session,
) -> Result<(SearchBy, String), Fatal> {
    let found = address::ask(&session.client, line, &args.hints()).await?;
    if !found.valid {
        return Err(address::unknown(line, &found));
    }
    let words = format!("near {}", report::address_line(&found.record));
    let by = match found.coordinates {
        Some((latitude, longitude)) => SearchBy::LatLong {
            latitude,
            longitude,
        },
        None => match found.record.get(Member::PostalCode) {
            "" => {
                return Err(Fatal::with_help(
                    format!("the platform knows neither coordinates nor postal code of {line:?}"),
                    "search by --postal-code or --npa",
                ));
            }
            code => SearchBy::PostalCode(code.to_owned()),
        },
    };
    Ok((by, words))
}

fn not_found(error: ApiError) -> Fatal {
    match error {
        // An address, code or name that the inventory has no idea of.
        ApiError::Refused { status: 422, .. } => Fatal::with_help(
            error.to_string(),
            "the platform does not know that place: check it, or search by --npa",
        ),
        ApiError::Unclear { .. } => Fatal::with_help(
            "no answer came to the search; what it found, if anything, is now reserved for 30 minutes",
            format!("search again, it will find other numbers ({error})"),
        ),
        error => error.into(),
    }
}

fn found(view: wire::TelephoneNumberView) -> Result<FoundNumber, Fatal> {
    let number = view.phone_number.parse().map_err(|fault| {
        Fatal::new(format!(
            "the search found what is no telephone number: {fault}"
        ))
    })?;
    Ok(FoundNumber {
        number,
        rate_center: view.rate_center.map(String::from).unwrap_or_default(),
        state: view.state.map(String::from).unwrap_or_default(),
        distance: view.distance,
        matches_postal_code: view.matches_zip,
    })
}
