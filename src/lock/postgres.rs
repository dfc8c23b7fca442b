//! Claims in a PostgreSQL database, for runners on several machines.
//!
//! A run has one connection, however many accounts it claims, and one advisory
//! lock, of the session: the server drops it when the connection ends, so that a
//! crash leaves nothing behind. What it stands for is in tables that are made
//! at the first use: `alz_lock` has a row a run, with the words for people and
//! the expiry, `alz_lock_account` a row an account, `alz_lock_log` a row for
//! each claim that was removed or taken over. Which accounts conflict is
//! decided by those rows, by the ids themselves; the number of an advisory lock
//! is made from a hash of the run's random id, so that a collision of hashes
//! can make a run refuse and try again, and never let two hold one account.
//! (A lock an account would also fill the server's lock table: it has room for
//! some thousands.)
//!
//! The gate is one more advisory lock, for the length of a transaction. A claim
//! counts while its session holds its lock and its expiry, by the server's
//! clock, has not come. A pool between us and the server that hands connections
//! about would take both away; a changed server process counts as a lost claim.

mod row;

use std::collections::BTreeSet;
use std::error::Error as _;
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::sync::oneshot;
use tokio_postgres::{Client, NoTls, Transaction};

use super::moment::Moment;
use super::tls::MakeTls;
use super::{Attempt, Claim, Database, Holder, Listed, Liveness, LockError, Owner, Renewal};
use crate::model::AccountId;
use row::{HOLDERS, holder, listed, liveness};

/// The tables. Under the gate: two that make them at once would trip over each
/// other, `if not exists` or not.
const TABLES: &str = "
create table if not exists alz_lock (
  id text primary key, advisory_key bigint not null unique, partition text not null,
  owner_user text not null, host text not null, boot text, pid bigint not null,
  command text not null, job text,
  started timestamptz not null, expires timestamptz not null);
create table if not exists alz_lock_account (
  partition text not null, account text not null,
  id text not null references alz_lock (id) on delete cascade,
  primary key (partition, account));
create index if not exists alz_lock_account_id on alz_lock_account (id);
create table if not exists alz_lock_log (
  at timestamptz not null, what text not null, id text not null, holder text not null,
  by_whom text not null, reason text not null);
";

/// Patience with the server: in a moment's work nothing should take longer.
const SESSION: &str = "set statement_timeout = '20s'; set lock_timeout = '15s';
set idle_in_transaction_session_timeout = '60s'";

/// How long a question about a claim may take.
const QUESTION: Duration = Duration::from_secs(25);

/// A connection to the database. Its end is the end of what it holds.
pub(super) struct Store {
    client: Client,
    /// Tells why the connection ended.
    ended: oneshot::Receiver<String>,
    place: String,
}

/// A claim that a connection holds.
#[derive(Debug)]
pub(super) struct Hold {
    id: String,
    key: i64,
    /// The server's process behind the connection.
    backend: i32,
    asked: Moment,
}

impl Hold {
    /// No later than its expiry was reckoned from.
    pub fn asked(&self) -> Moment {
        self.asked
    }
}

impl Store {
    pub async fn connect(database: &Database) -> Result<Self, LockError> {
        let place = database.to_string();
        let (tell, ended) = oneshot::channel();
        let refuse = |why: String| LockError::Database {
            place: place.clone(),
            why,
        };
        let client = if database.tls {
            let tls = MakeTls::new(database).map_err(refuse)?;
            let connected = database.config.connect(tls).await;
            let (client, connection) = connected.map_err(|error| refuse(in_words(&error)))?;
            tokio::spawn(async move { tell.send(end_of(connection.await)) });
            client
        } else {
            let connected = database.config.connect(NoTls).await;
            let (client, connection) = connected.map_err(|error| refuse(in_words(&error)))?;
            tokio::spawn(async move { tell.send(end_of(connection.await)) });
            client
        };
        let mut store = Self {
            client,
            ended,
            place: place.clone(),
        };
        let prepared = store.prepare().await;
        prepared.map_err(|error| refuse(in_words(&error)))?;
        Ok(store)
    }

    /// Makes the tables where there are none yet.
    async fn prepare(&mut self) -> Result<(), tokio_postgres::Error> {
        self.client.batch_execute(SESSION).await?;
        let question = "select to_regclass('alz_lock') is not null
            and to_regclass('alz_lock_account') is not null
            and to_regclass('alz_lock_log') is not null";
        // Who may not make tables may use those that somebody has made.
        if self.client.query_one(question, &[]).await?.try_get(0)? {
            return Ok(());
        }
        let transaction = behind_gate(&mut self.client).await?;
        transaction.batch_execute(TABLES).await?;
        transaction.commit().await
    }

    /// Waits for the end of the connection, and says why it came.
    pub async fn closed(&mut self) -> String {
        let why = match (&mut self.ended).await {
            Ok(why) => why,
            Err(_) => "nobody was left to serve it".to_owned(),
        };
        format!("the connection to {} ended: {why}", self.place)
    }

    pub async fn attempt(
        &mut self,
        claim: &Claim,
        owner: &Owner,
        time_to_live: Duration,
    ) -> Result<Attempt<Hold>, LockError> {
        let refuse = refusal(&self.place);
        let attempted = attempt(&mut self.client, claim, owner, time_to_live);
        attempted.await.map_err(|error| refuse(&error))
    }

    pub async fn renew(&mut self, hold: &Hold, time_to_live: Duration) -> Renewal {
        let renewed = tokio::time::timeout(QUESTION, self.renewed(hold, time_to_live)).await;
        match renewed {
            Ok(Ok(renewal)) => renewal,
            Ok(Err(error)) => Renewal::Failed(in_words(&error)),
            Err(_) => Renewal::Failed(format!("{} does not answer", self.place)),
        }
    }

    async fn renewed(
        &self,
        hold: &Hold,
        time_to_live: Duration,
    ) -> Result<Renewal, tokio_postgres::Error> {
        let question = "update alz_lock
            set expires = clock_timestamp() + $2::float8 * interval '1 second'
            where id = $1 returning pg_backend_pid()";
        let seconds = time_to_live.as_secs_f64();
        let row = self
            .client
            .query_opt(question, &[&hold.id, &seconds])
            .await?;
        if let Some(row) = row {
            let backend: i32 = row.try_get(0)?;
            return Ok(if backend == hold.backend {
                Renewal::Renewed
            } else {
                Renewal::Lost(format!(
                    "{} answers from another process: a connection pool in between can't hold locks",
                    self.place
                ))
            });
        }
        let log = "select what, by_whom, reason from alz_lock_log where id = $1
            order by at desc limit 1";
        let why = match self.client.query_opt(log, &[&hold.id]).await? {
            Some(row) => {
                let (what, by): (String, String) = (row.try_get(0)?, row.try_get(1)?);
                let why: String = row.try_get(2)?;
                format!("it was {what} by {by}: {why}")
            }
            None => format!("its row in {} is gone", self.place),
        };
        Ok(Renewal::Lost(why))
    }

    /// Ends a claim. What can't be said any more ends with the connection.
    pub async fn release(&mut self, hold: &Hold) {
        let delete = "delete from alz_lock where id = $1";
        let _ = self.client.execute(delete, &[&hold.id]).await;
        let unlock = "select pg_advisory_unlock($1)";
        let _ = self.client.execute(unlock, &[&hold.key]).await;
    }

    pub async fn list(&mut self) -> Result<Vec<Listed>, LockError> {
        let refuse = refusal(&self.place);
        let question = format!("{HOLDERS} order by l.started, l.id");
        let rows = self.client.query(&question, &[]).await;
        let rows = rows.map_err(|error| refuse(&error))?;
        rows.iter()
            .map(|row| listed(row).map_err(|error| refuse(&error)))
            .collect()
    }

    pub async fn remove(
        &mut self,
        ids: &BTreeSet<String>,
        owner: &Owner,
        reason: &str,
    ) -> Result<BTreeSet<String>, LockError> {
        let refuse = refusal(&self.place);
        let removed = remove(&mut self.client, ids, owner, reason);
        let (removed, keys) = removed.await.map_err(|error| refuse(&error))?;
        // A run that lives hears of it at once. Where we may not end its
        // connection it finds its row gone when it looks, seconds later.
        let end = "select pg_terminate_backend(p.pid) from pg_locks p
            where p.locktype = 'advisory' and p.objsubid = 1 and p.granted
            and p.database = (select oid from pg_database where datname = current_database())
            and ((p.classid::bigint << 32) | p.objid::bigint) = any($1)";
        let _ = self.client.execute(end, &[&keys]).await;
        Ok(removed)
    }
}

async fn attempt(
    client: &mut Client,
    claim: &Claim,
    owner: &Owner,
    time_to_live: Duration,
) -> Result<Attempt<Hold>, tokio_postgres::Error> {
    let transaction = behind_gate(client).await?;
    let asked = Moment::now();
    let partition = claim.partition.as_str();
    let accounts: Vec<&str> = claim.accounts.iter().map(AccountId::as_str).collect();
    let question = format!(
        "{HOLDERS} where l.id in (select a.id from alz_lock_account a
            where a.partition = $1 and a.account = any($2)) order by l.started, l.id"
    );
    let mut busy = Vec::new();
    let mut took_over = Vec::new();
    for row in transaction
        .query(&question, &[&partition, &accounts])
        .await?
    {
        let holder = holder(&row)?;
        match liveness(&holder, &row)? {
            Liveness::Held => busy.push(holder),
            Liveness::Stale(why) => {
                end(&transaction, &holder, "taken over", owner, &why).await?;
                took_over.push(holder);
            }
        }
    }
    if !busy.is_empty() {
        transaction.commit().await?;
        return Ok(Attempt::Busy(busy));
    }
    let (id, key) = fresh_key(&transaction).await?;
    let insert = "insert into alz_lock (id, advisory_key, partition, owner_user, host, boot, pid,
            command, job, started, expires)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, clock_timestamp(),
            clock_timestamp() + $10::float8 * interval '1 second')
        returning pg_backend_pid()";
    let Owner {
        user,
        host,
        boot,
        pid,
        command,
        job,
    } = owner;
    let (pid, seconds) = (i64::from(*pid), time_to_live.as_secs_f64());
    let inserted = transaction
        .query_one(
            insert,
            &[
                &id, &key, &partition, user, host, boot, &pid, command, job, &seconds,
            ],
        )
        .await?;
    let rows = "insert into alz_lock_account (partition, account, id)
        select $1, account, $3 from unnest($2::text[]) as account";
    transaction
        .execute(rows, &[&partition, &accounts, &id])
        .await?;
    transaction.commit().await?;
    let hold = Hold {
        id,
        key,
        backend: inserted.try_get(0)?,
        asked,
    };
    Ok(Attempt::Held { hold, took_over })
}

async fn remove(
    client: &mut Client,
    ids: &BTreeSet<String>,
    owner: &Owner,
    reason: &str,
) -> Result<(BTreeSet<String>, Vec<i64>), tokio_postgres::Error> {
    let transaction = behind_gate(client).await?;
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let question = format!("{HOLDERS} where l.id = any($1)");
    let mut removed = BTreeSet::new();
    let mut keys = Vec::new();
    for row in transaction.query(&question, &[&ids]).await? {
        let holder = holder(&row)?;
        end(&transaction, &holder, "removed", owner, reason).await?;
        keys.push(row.try_get("advisory_key")?);
        removed.insert(holder.id);
    }
    transaction.commit().await?;
    Ok((removed, keys))
}

/// Begins a transaction in which nobody else compares or changes claims.
async fn behind_gate(client: &mut Client) -> Result<Transaction<'_>, tokio_postgres::Error> {
    let transaction = client.transaction().await?;
    transaction
        .execute("select pg_advisory_xact_lock($1)", &[&key_of("gate")])
        .await?;
    Ok(transaction)
}

/// A name for this run, and the advisory lock that goes with it, taken.
async fn fresh_key(transaction: &Transaction<'_>) -> Result<(String, i64), tokio_postgres::Error> {
    loop {
        let id = Holder::fresh_id();
        let key = key_of(&id);
        let question = "select pg_try_advisory_lock($1)
            and not exists (select from alz_lock where advisory_key = $1)";
        // Another's lock may have this number: one chance in 2⁶⁴.
        let free = transaction.query_one(question, &[&key]).await?;
        if free.try_get(0)? {
            return Ok((id, key));
        }
    }
}

/// Writes down that a claim ends, and ends it.
async fn end(
    transaction: &Transaction<'_>,
    holder: &Holder,
    what: &str,
    by: &Owner,
    why: &str,
) -> Result<(), tokio_postgres::Error> {
    let log = "insert into alz_lock_log (at, what, id, holder, by_whom, reason)
        values (clock_timestamp(), $1, $2, $3, $4, $5)";
    let (who, by) = (holder.to_string(), by.to_string());
    transaction
        .execute(log, &[&what, &holder.id, &who, &by, &why])
        .await?;
    let delete = "delete from alz_lock where id = $1";
    transaction.execute(delete, &[&holder.id]).await?;
    Ok(())
}

/// The number of an advisory lock: the same on every machine, for ever.
fn key_of(name: &str) -> i64 {
    let digest = Sha256::digest(format!("alz lock {name}"));
    digest
        .iter()
        .take(8)
        .fold(0, |key, byte| (key << 8) | i64::from(*byte))
}

fn refusal(place: &str) -> impl Fn(&tokio_postgres::Error) -> LockError + use<> {
    let place = place.to_owned();
    move |error| LockError::Database {
        place: place.clone(),
        why: in_words(error),
    }
}

fn end_of(connection: Result<(), tokio_postgres::Error>) -> String {
    match connection {
        Ok(()) => "the server closed it".to_owned(),
        Err(error) => in_words(&error),
    }
}

/// An error and its causes, each said once. The library keeps passwords out of them.
fn in_words(error: &tokio_postgres::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(why) = cause {
        let text = why.to_string();
        if !words.contains(&text) {
            words = format!("{words}: {text}");
        }
        cause = why.source();
    }
    words
}
