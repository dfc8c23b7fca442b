//! Where a port stands, in words, with its dates in the carrier's zone: the
//! notes of a plan and the lines of `alz status` are made of these.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::model::meaning::date::PLATFORM_ZONE;
use crate::model::porting::{AutoTrigger, PortMemory, Reaction, zone};
use crate::model::{LivePort, PortState};
use crate::plan::Context;

use super::super::saying::Saying;

/// An order that no carrier has taken by then is asked about (guide, "Port Monitoring").
const SLOW: SignedDuration = SignedDuration::from_hours(24);
/// A triggered port is complete within this time (guide, "Trigger Port").
const TRIGGERED: SignedDuration = SignedDuration::from_mins(20);

/// Where a port stands on the way to its FOC date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::plan) enum Stage {
    /// The commitment has come, its day has not.
    Undated,
    /// The day is still to come.
    Ahead { foc: Date },
    /// It is the day, and the carrier's hour has not come.
    Open { foc: Date },
    /// It is the day, and nobody says at which hour.
    SomeTime { foc: Date },
    /// A person, or alz, has told the carrier to go ahead.
    Triggered { at: Timestamp },
    /// It is the day and the carrier's hour has passed.
    Activating { foc: Date, closes: Timestamp },
    /// The day is over.
    Stuck { foc: Date },
}

impl Stage {
    /// Of a port whose FOC has been received.
    pub fn of(port: &LivePort, now: Timestamp, memory: &PortMemory) -> Self {
        let Some(foc) = port.foc else {
            return Self::Undated;
        };
        let auto = port.auto_trigger();
        let today = now.to_zoned_datetime(carrier_zone(auto)).date();
        if today > foc {
            return Self::Stuck { foc };
        }
        let window = auto.and_then(|auto| Some((auto.opens(foc)?, auto.closes(foc)?)));
        let Some((opens, closes)) = window else {
            return if today < foc {
                Self::Ahead { foc }
            } else {
                Self::SomeTime { foc }
            };
        };
        if now < opens {
            Self::Ahead { foc }
        } else if let Some(at) = triggered(port, opens, memory) {
            Self::Triggered { at }
        } else if now < closes {
            Self::Open { foc }
        } else {
            Self::Activating { foc, closes }
        }
    }
}

/// When it was triggered on its day: as the journal remembers it, or as its
/// history shows something done since the day began.
fn triggered(port: &LivePort, opens: Timestamp, memory: &PortMemory) -> Option<Timestamp> {
    let remembered = memory.triggered.get(&port.id).copied();
    let since = port
        .log
        .iter()
        .rposition(|line| *line.status != *port.state.name())
        .map_or(0, |last| last + 1);
    // The first line of the state is the commitment itself.
    let logged = port
        .log
        .iter()
        .skip(since + 1)
        .find_map(|line| line.at.filter(|at| *at >= opens));
    remembered.filter(|at| *at >= opens).or(logged)
}

fn carrier_zone(auto: Option<AutoTrigger>) -> TimeZone {
    auto.map_or_else(|| zone(PLATFORM_ZONE), |auto| auto.time_zone())
}

/// Where a port stands.
pub(in crate::plan) struct Progress {
    /// Waiting, or blocked where it does not go on by itself.
    pub saying: Saying,
    /// What ought to be known besides.
    pub warning: Option<Saying>,
}

/// The words for where a port stands. `name` is its name in the files;
/// `on_foc_date`: alz is to trigger it on its day.
pub(in crate::plan) fn progress(
    port: &LivePort,
    name: Option<&str>,
    on_foc_date: bool,
    context: &Context,
) -> Progress {
    let state = port.state.name();
    let mut warning = None;
    let saying = match &port.state {
        PortState::Pending => {
            let since = port.since().or(port.created);
            if since.is_some_and(|since| context.now.duration_since(since) > SLOW) {
                warning = Some(
                    Saying::warning(format!(
                        "its port has been PENDING for more than 24 hours{}",
                        since_day(since)
                    ))
                    .help("ask the provider's support whether the carrier has the order"),
                );
            }
            Saying::waiting("its port is ordered and not with the carrier yet (PENDING)")
        }
        PortState::InProgress => Saying::waiting(match &port.order {
            Some(order) => {
                format!("its port is with the carrier as order {order} (IN_PROGRESS)")
            }
            None => "its port is with the carrier (IN_PROGRESS)".to_owned(),
        })
        .until(port.crd.map(|crd| crd.to_string())),
        PortState::FocReceived => return foc_received(port, on_foc_date, context),
        PortState::FocRemoved => Saying::waiting(
            "the losing carrier has taken its FOC date back (FOC_REMOVED): a new one is awaited; nothing is sent, and what the files say of it is compared again then",
        ),
        PortState::HotCut => Saying::waiting(
            "people at the carriers work on its port (HOT_CUT_PORT): nothing is sent, and what the files say of it is compared again later",
        ),
        PortState::ResellerPending => Saying::waiting(
            "its port waits for a reseller of the losing carrier (RESELLER_PENDING): nothing is sent, and what the files say of it is compared again later",
        ),
        PortState::Rejected => rejected(port, name),
        PortState::CancelPending => Saying::waiting("its port is being cancelled (CANCEL_PENDING)"),
        PortState::Cancelled => Saying::waiting(format!(
            "its port was cancelled{}: the number has not left the account yet",
            on(port.since())
        )),
        PortState::CarrierCancelled => Saying::waiting(format!(
            "the carrier cancelled its port{}: {}",
            on(port.since()),
            port.words().unwrap_or("no reason was given")
        )),
        PortState::Completed => {
            Saying::waiting("its port has completed (COMPLETED): the number is about to be active")
        }
        PortState::Other(_) if state.is_empty() => strange("no state"),
        PortState::Other(_) => strange(&format!(
            "state {state}, which this version of alz does not know"
        )),
    };
    Progress { saying, warning }
}

fn strange(what: &str) -> Saying {
    Saying::blocked(format!("its port is in {what}, so nothing is done to it"))
        .help("plan again; if it stays so, ask the provider's support")
}

fn rejected(port: &LivePort, name: Option<&str>) -> Saying {
    let which = name.map_or_else(|| port.id.to_string(), str::to_owned);
    let words = port.words().unwrap_or("no reason was given");
    let saying = Saying::blocked(format!(
        "its port was rejected{}: {words}",
        on(port.since())
    ));
    match (port.reaction, name) {
        (Some(Reaction::Cancel), _) => saying.help(format!(
            "it can't be mended: `alz port cancel {which}`, and once it is off the account apply orders it anew, as the files then have it"
        )),
        (Some(Reaction::Person), _) => saying.help(
            "ask the provider's support what the losing carrier needs; what changes in the file then is sent with the next apply",
        ),
        (Some(Reaction::Resubmit) | None, Some(name)) => saying.help(format!(
            "mend what the carrier names in ports.{name} and apply: the port goes to the carriers again"
        )),
        (Some(Reaction::Resubmit) | None, None) => saying.help(
            "declare the port under `ports:` and name it at its numbers: what differs is then sent",
        ),
    }
}

fn foc_received(port: &LivePort, on_foc_date: bool, context: &Context) -> Progress {
    let auto = port.auto_trigger();
    let carrier = port.carrier_type.as_deref().unwrap_or("the carrier");
    let mut warning = None;
    if let (Some(foc), Some(crd)) = (port.foc, port.crd)
        && foc != crd
    {
        warning = Some(Saying::warning(format!(
            "the losing carrier commits to {} (FOC), not to {} as asked for (CRD)",
            day(foc),
            day(crd)
        )));
    }
    let saying = match Stage::of(port, context.now, context.memory) {
        Stage::Undated => Saying::waiting(
            "the losing carrier has committed to its port (FOC_RECEIVED), and its date is awaited",
        ),
        Stage::Ahead { foc } => {
            let reason = match auto {
                Some(auto) if on_foc_date => format!(
                    "FOC {}: alz triggers it on that day: run apply then, before {}",
                    day(foc),
                    clock(auto, foc)
                ),
                Some(auto) => format!(
                    "FOC {}; {carrier} activates it at {}",
                    day(foc),
                    clock(auto, foc)
                ),
                None => format!(
                    "FOC {}; {carrier} activates it on that day, at an hour that it doesn't publish",
                    day(foc)
                ),
            };
            if on_foc_date && auto.is_none() {
                warning = Some(untriggerable(carrier));
            }
            Saying::waiting(reason).until(until(auto, foc))
        }
        Stage::Open { foc } => Saying::waiting(match auto {
            Some(auto) => format!(
                "FOC {}, today; {carrier} activates it at {}",
                day(foc),
                clock(auto, foc)
            ),
            None => format!("FOC {}, today; {carrier} activates it", day(foc)),
        })
        .until(until(auto, foc)),
        Stage::SomeTime { foc } => {
            if on_foc_date {
                warning = Some(untriggerable(carrier));
            }
            Saying::waiting(format!(
                "FOC {}, today; {carrier} activates it at an hour that it doesn't publish",
                day(foc)
            ))
            .until(Some(foc.to_string()))
        }
        Stage::Triggered { at } => {
            let when = local(at, carrier_zone(auto));
            if context.now.duration_since(at) >= TRIGGERED {
                Saying::blocked(format!(
                    "it was triggered at {when} and is not active 20 minutes later"
                ))
                .help(match auto.zip(port.foc) {
                    Some((auto, foc)) if auto.closes(foc).is_some_and(|at| context.now < at) => {
                        format!(
                            "ask the provider's support; it is not triggered again, and {carrier} activates it by itself at {}",
                            clock(auto, foc)
                        )
                    }
                    Some(_) | None => {
                        "ask the provider's support; it is not triggered again".to_owned()
                    }
                })
            } else {
                Saying::waiting(format!(
                    "it was triggered at {when}: active within 20 minutes"
                ))
                .until(
                    at.checked_add(TRIGGERED)
                        .ok()
                        .map(|end| rfc3339(end, carrier_zone(auto))),
                )
            }
        }
        Stage::Activating { foc, closes } => {
            let reason = format!(
                "FOC {}, today; {carrier} has been activating it since {}",
                day(foc),
                local(closes, carrier_zone(auto))
            );
            Saying::waiting(if on_foc_date {
                format!("{reason}: too late to trigger it")
            } else {
                reason
            })
            .until(Some(foc.to_string()))
        }
        Stage::Stuck { foc } => Saying::blocked(format!(
            "its FOC date, {}, has passed and it is not active",
            day(foc)
        ))
        .help("ask the provider's support to activate it: Bandwidth, for one, drops an order ten business days after its FOC date"),
    };
    Progress { saying, warning }
}

fn untriggerable(carrier: &str) -> Saying {
    Saying::warning(format!(
        "trigger: onFocDate can't be had: {carrier} publishes no hour up to which a port can be triggered, and activates it at its own"
    ))
    .help("write trigger: auto, or ask the provider's support to trigger it that day")
}

/// Said of a trigger at a time when nobody can be asked why it got stuck (guide,
/// "Trigger Port": support is, after 20 minutes).
pub(super) fn unattended(port: &LivePort, now: Timestamp) -> Option<Saying> {
    let (auto, foc) = (port.auto_trigger()?, port.foc?);
    let carrier = port.carrier_type.as_deref().unwrap_or("the carrier");
    (!auto.is_attended(now)).then(|| {
        Saying::warning(format!(
            "it is triggered while nobody is at {carrier}'s desk: if it gets stuck, its numbers may ring nowhere until somebody is"
        ))
        .help(format!(
            "apply in the hours of the desk ({}), or leave it to {carrier}, which activates it at {}",
            auto.desk(),
            clock(auto, foc)
        ))
    })
}

/// " on Tuesday 2026-12-01", where it is known.
pub(super) fn on(at: Option<Timestamp>) -> String {
    at.map_or_else(String::new, |at| {
        format!(
            " on {}",
            day(at.to_zoned_datetime(zone(PLATFORM_ZONE)).date())
        )
    })
}

fn since_day(at: Option<Timestamp>) -> String {
    at.map_or_else(String::new, |at| {
        let zone = zone(PLATFORM_ZONE);
        format!(
            ", since {} {}",
            day(at.to_zoned_datetime(zone.clone()).date()),
            local(at, zone)
        )
    })
}

/// Thursday 2026-12-03.
pub(in crate::plan) fn day(date: Date) -> String {
    date.strftime("%A %Y-%m-%d").to_string()
}

/// 20:00 EST (America/New_York).
fn clock(auto: AutoTrigger, foc: Date) -> String {
    auto.closes(foc).map_or_else(
        || auto.zone.to_owned(),
        |at| format!("{} ({})", local(at, auto.time_zone()), auto.zone),
    )
}

fn local(at: Timestamp, zone: TimeZone) -> String {
    at.to_zoned_datetime(zone).strftime("%H:%M %Z").to_string()
}

fn rfc3339(at: Timestamp, zone: TimeZone) -> String {
    at.to_zoned_datetime(zone)
        .strftime("%Y-%m-%dT%H:%M:%S%:z")
        .to_string()
}

/// When a port can be triggered on its FOC date, in words; none where the
/// carrier publishes no hour.
pub(super) fn window(port: &LivePort) -> Option<String> {
    let auto = port.auto_trigger()?;
    let foc = port.foc?;
    let (opens, closes) = (auto.opens(foc)?, auto.closes(foc)?);
    let zone = auto.time_zone();
    Some(format!(
        "from {} until {} ({})",
        local(opens, zone.clone()),
        local(closes, zone),
        auto.zone
    ))
}

/// The carrier's moment with the offset of its zone; the day alone where the
/// carrier publishes no hour.
fn until(auto: Option<AutoTrigger>, foc: Date) -> Option<String> {
    auto_trigger(auto, foc).or_else(|| Some(foc.to_string()))
}

/// When the carrier moves the numbers by itself (RFC 3339 with its zone's offset).
pub(in crate::plan) fn auto_trigger(auto: Option<AutoTrigger>, foc: Date) -> Option<String> {
    let auto = auto?;
    Some(rfc3339(auto.closes(foc)?, auto.time_zone()))
}

/// That a port was called off, with whose words and when.
pub(in crate::plan) fn called_off(port: &LivePort) -> Option<Saying> {
    let when = on(port.since());
    match port.state {
        PortState::CarrierCancelled => Some(
            Saying::warning(format!(
                "the carrier cancelled its last port{when}: {}",
                port.words().unwrap_or("no reason was given")
            ))
            .help("make sure that what it was cancelled for is mended"),
        ),
        PortState::Cancelled => Some(
            Saying::warning(format!("its last port was cancelled{when}"))
                .help("if it is not to be ordered again, take it out of the files before apply"),
        ),
        PortState::Pending
        | PortState::InProgress
        | PortState::FocReceived
        | PortState::FocRemoved
        | PortState::Rejected
        | PortState::HotCut
        | PortState::ResellerPending
        | PortState::CancelPending
        | PortState::Completed
        | PortState::Other(_) => None,
    }
}
