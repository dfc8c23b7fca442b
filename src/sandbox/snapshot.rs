//! A world as a file of lines, written and read one by one so that a million
//! numbers never stand in memory twice. The first line is the world without
//! its numbers and events; then come these, an address once before the first
//! number that has it; the last line says how many there were.

use std::collections::{BTreeSet, HashMap};
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::event::Event;
use super::store::{StoreError, beside, create};
use super::world::{EventKey, Listing, Number, World};
use crate::model::{CarrierId, PhoneNumber, Record};

/// Format 1 had everything in its first line, and is read as well.
const FORMAT: u32 = 2;

/// Lines are short, so they are gathered.
const BUFFER: usize = 1 << 18;

#[derive(Serialize)]
struct HeadOut<'a> {
    format: u32,
    count: u64,
    world: &'a World,
}

#[derive(Deserialize)]
struct HeadIn {
    format: u32,
    count: u64,
    world: World,
}

/// A line after the first.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum RowOut<'a> {
    Record(&'a Record),
    Number(PhoneNumber, Records, &'a Number),
    Event(&'a Event),
    End(u64),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum RowIn {
    Record(Record),
    Number(PhoneNumber, Records, Number),
    Event(Box<Event>),
    End(u64),
}

/// The addresses of a number, by their place among the lines of addresses.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Records {
    csr: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    e911: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    correction: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    listing: Option<usize>,
}

/// Writes a world that contains `count` commands, beside `path` and then in
/// its place. Returns the file's size.
pub fn write(path: &Path, world: &mut World, count: u64) -> io::Result<u64> {
    let temporary = beside(path, ".tmp");
    let mut writer = BufWriter::with_capacity(BUFFER, create(&temporary)?);
    // What has lines of its own is not in the first line.
    let numbers = std::mem::take(&mut world.numbers);
    let events = std::mem::take(&mut world.events);
    let head = HeadOut {
        format: FORMAT,
        count,
        world,
    };
    let written = line(&mut writer, &head).and_then(|()| {
        let mut rows = Rows::new(&mut writer);
        for (number, state) in &numbers {
            rows.number(*number, state)?;
        }
        for event in events.values() {
            rows.put(&RowOut::Event(event))?;
        }
        rows.end()
    });
    world.numbers = numbers;
    world.events = events;
    written?;
    let file = writer
        .into_inner()
        .map_err(io::IntoInnerError::into_error)?;
    file.sync_all()?;
    let bytes = file.metadata()?.len();
    fs::rename(&temporary, path)?;
    Ok(bytes)
}

fn line(writer: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *writer, value)?;
    writer.write_all(b"\n")
}

/// The lines after the first, as they are written.
struct Rows<'w, W> {
    writer: &'w mut W,
    written: u64,
    /// Addresses written, by where they are in memory: shared ones are one.
    places: HashMap<*const Record, usize>,
    /// Stands in for the addresses that have lines of their own.
    none: Arc<Record>,
}

impl<'w, W: Write> Rows<'w, W> {
    fn new(writer: &'w mut W) -> Self {
        Self {
            writer,
            written: 0,
            places: HashMap::new(),
            none: Arc::default(),
        }
    }

    fn put(&mut self, row: &RowOut<'_>) -> io::Result<()> {
        self.written += 1;
        line(self.writer, row)
    }

    fn record(&mut self, record: &Arc<Record>) -> io::Result<usize> {
        let next = self.places.len();
        match self.places.insert(Arc::as_ptr(record), next) {
            Some(place) => {
                self.places.insert(Arc::as_ptr(record), place);
                Ok(place)
            }
            None => {
                self.put(&RowOut::Record(record))?;
                Ok(next)
            }
        }
    }

    fn optional(&mut self, record: Option<&Arc<Record>>) -> io::Result<Option<usize>> {
        record.map(|record| self.record(record)).transpose()
    }

    fn number(&mut self, number: PhoneNumber, state: &Number) -> io::Result<()> {
        let records = Records {
            csr: self.record(&state.csr)?,
            e911: self.optional(state.e911.as_ref())?,
            correction: self.optional(state.correction.as_ref())?,
            listing: self.optional(state.listing.address.as_ref())?,
        };
        let rest = Number {
            csr: Arc::clone(&self.none),
            e911: None,
            correction: None,
            listing: Listing {
                address: None,
                ..state.listing.clone()
            },
            ..state.clone()
        };
        self.put(&RowOut::Number(number, records, &rest))
    }

    fn end(mut self) -> io::Result<()> {
        let written = self.written;
        self.put(&RowOut::End(written))
    }
}

/// Reads a world and how many commands it contains.
pub fn read(path: &Path, file: File) -> Result<(World, u64), StoreError> {
    let damaged = |reason: String| StoreError::Damaged(path.to_owned(), reason);
    let io = |error| StoreError::Io(path.to_owned(), error);
    let mut reader = BufReader::with_capacity(BUFFER, file);
    let mut bytes = Vec::new();
    reader.read_until(b'\n', &mut bytes).map_err(io)?;
    let head: HeadIn =
        serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
    let HeadIn {
        format,
        count,
        mut world,
    } = head;
    if format == 0 || format > FORMAT {
        return Err(damaged(format!(
            "it has format {format}, this program writes {FORMAT}"
        )));
    }
    if format == FORMAT {
        let mut filler = Filler::new(&mut world);
        let mut rows = 0;
        loop {
            bytes.clear();
            if reader.read_until(b'\n', &mut bytes).map_err(io)? == 0 {
                return Err(damaged(format!("it ends after {rows} lines")));
            }
            let row: RowIn = serde_json::from_slice(&bytes)
                .map_err(|error| damaged(format!("line {}: {error}", rows + 2)))?;
            match filler.take(row) {
                Ok(None) => rows += 1,
                Ok(Some(end)) if end == rows => break,
                Ok(Some(end)) => return Err(damaged(format!("{rows} lines of {end} are there"))),
                Err(reason) => return Err(damaged(format!("line {}: {reason}", rows + 2))),
            }
        }
    }
    world.reindex();
    Ok((world, count))
}

/// The lines after the first, as they are read into a world.
struct Filler<'w> {
    world: &'w mut World,
    records: Vec<Arc<Record>>,
    carriers: BTreeSet<CarrierId>,
    listing_types: BTreeSet<Arc<str>>,
}

impl<'w> Filler<'w> {
    fn new(world: &'w mut World) -> Self {
        Self {
            world,
            records: Vec::new(),
            carriers: BTreeSet::new(),
            listing_types: BTreeSet::new(),
        }
    }

    /// Takes a line; the last one says how many there were.
    fn take(&mut self, row: RowIn) -> Result<Option<u64>, String> {
        match row {
            RowIn::Record(record) => self.records.push(Arc::new(record)),
            RowIn::Number(number, records, mut state) => {
                let Records {
                    csr,
                    e911,
                    correction,
                    listing,
                } = records;
                state.csr = self.record(csr)?;
                state.e911 = e911.map(|place| self.record(place)).transpose()?;
                state.correction = correction.map(|place| self.record(place)).transpose()?;
                state.listing.address = listing.map(|place| self.record(place)).transpose()?;
                // What a million numbers name alike is kept once.
                if let Some((account, _)) = self.world.accounts.get_key_value(&state.account) {
                    state.account = account.clone();
                }
                share(&mut self.carriers, &mut state.carrier);
                share(&mut self.listing_types, &mut state.listing.listing_type);
                if self.world.numbers.insert(number, state).is_some() {
                    return Err(format!("number {number} is there twice"));
                }
            }
            RowIn::Event(event) => {
                let key = EventKey {
                    reference: event.reference.clone(),
                    kind: event.kind,
                };
                self.world.events.insert(key, *event);
            }
            RowIn::End(rows) => return Ok(Some(rows)),
        }
        Ok(None)
    }

    fn record(&self, place: usize) -> Result<Arc<Record>, String> {
        self.records
            .get(place)
            .cloned()
            .ok_or_else(|| format!("there is no address {place}"))
    }
}

/// Makes `one` the equal one that is known already.
fn share<T: Clone + Ord>(known: &mut BTreeSet<T>, one: &mut T) {
    match known.get(one) {
        Some(same) => *one = same.clone(),
        None => {
            known.insert(one.clone());
        }
    }
}
