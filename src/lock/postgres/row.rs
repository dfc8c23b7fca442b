//! What the rows say of a claim. Somebody else's tables may bear our names: what
//! does not fit is an error, never a guess.

use jiff::Timestamp;
use tokio_postgres::Row;

use super::super::record::FORMAT;
use super::super::{Holder, Listed, Liveness, Owner};
use crate::model::{AccountId, PartitionId};

/// Claims with whether their session lives and their time has not come; to be
/// narrowed down.
pub const HOLDERS: &str = "
select l.id, l.advisory_key, l.partition, l.owner_user, l.host, l.boot, l.pid, l.command, l.job,
  (extract(epoch from l.started) * 1000000)::bigint as started,
  (extract(epoch from l.expires) * 1000000)::bigint as expires,
  l.expires > clock_timestamp() as in_time,
  exists (select from pg_locks p where p.locktype = 'advisory' and p.objsubid = 1 and p.granted
    and p.database = (select oid from pg_database where datname = current_database())
    and ((p.classid::bigint << 32) | p.objid::bigint) = l.advisory_key) as connected,
  array(select a.account from alz_lock_account a where a.id = l.id) as accounts
from alz_lock l";

/// The words of a row.
pub fn holder(row: &Row) -> Result<Holder, tokio_postgres::Error> {
    let text = |name: &str| row.try_get::<_, String>(name);
    let time = |name: &str| {
        let microseconds = row.try_get::<_, i64>(name);
        microseconds.map(|time| Timestamp::from_microsecond(time).unwrap_or(Timestamp::MAX))
    };
    Ok(Holder {
        format: FORMAT,
        id: text("id")?,
        partition: PartitionId::new(text("partition")?),
        accounts: row
            .try_get::<_, Vec<String>>("accounts")?
            .into_iter()
            .map(AccountId::new)
            .collect(),
        owner: Owner {
            user: text("owner_user")?,
            host: text("host")?,
            boot: row.try_get("boot")?,
            pid: u32::try_from(row.try_get::<_, i64>("pid")?).unwrap_or_default(),
            command: text("command")?,
            job: row.try_get("job")?,
        },
        started: time("started")?,
        expires: time("expires")?,
    })
}

/// Whether the claim of a row still counts.
pub fn liveness(holder: &Holder, row: &Row) -> Result<Liveness, tokio_postgres::Error> {
    Ok(if !row.try_get::<_, bool>("connected")? {
        Liveness::Stale("its connection to the database is gone".to_owned())
    } else if row.try_get("in_time")? {
        Liveness::Held
    } else {
        Liveness::Stale(format!(
            "it expired at {:.0}, not renewed by its run",
            holder.expires
        ))
    })
}

/// A row for a list.
pub fn listed(row: &Row) -> Result<Listed, tokio_postgres::Error> {
    let holder = holder(row)?;
    Ok(Listed {
        id: holder.id.clone(),
        liveness: liveness(&holder, row)?,
        holder: Ok(holder),
    })
}
