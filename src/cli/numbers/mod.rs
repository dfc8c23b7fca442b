//! `alz numbers`: the inventory by hand. A search reserves what it finds, so it
//! is never part of a plan; what it finds can be written into an account file,
//! and from there on everything goes its usual way.

mod add;
mod keep;
mod search;

use clap::{ArgGroup, Args, Subcommand};

use super::Exit;
use super::address::Hints;
use super::global::Global;
use super::output::Output;
use super::session;
use crate::model::PhoneNumber;

/// What to do with the inventory.
#[derive(Debug, Subcommand)]
pub enum NumbersCommand {
    Search(Box<SearchArgs>),
    /// Keep free numbers from others for 30 minutes
    Reserve(KeepArgs),
    /// Give reserved numbers up, for anybody to take
    Unreserve(KeepArgs),
    Recover(RecoverArgs),
}

/// Find free numbers; all that are found are reserved for 30 minutes
#[derive(Debug, Args)]
#[command(
    group = ArgGroup::new("where").required(true),
    after_help = "\
Examples:
  alz numbers search --near \"333 S 520 W, Lindon, UT 84042\" --max 3
  alz numbers search --postal-code 84042 --max 4 --sequential
  alz numbers search --npa-nxx 801-769 --add accounts/lindon.yaml --count 2

With --add, the first numbers found are written into the account file, under
`numbers:`, and nothing else of the file changes. Without it, a search that finds
nothing is no error; with it, finding too few is (exit 1, and nothing is written)."
)]
pub struct SearchArgs {
    /// Near this address, as on an envelope
    #[arg(long, value_name = "ADDRESS", group = "where")]
    pub near: Option<String>,
    /// Near this latitude, in decimal degrees
    #[arg(long, value_name = "DEGREES", group = "where", requires = "long", allow_hyphen_values = true, value_parser = latitude)]
    pub lat: Option<String>,
    /// … and this longitude
    #[arg(long, value_name = "DEGREES", requires = "lat", allow_hyphen_values = true, value_parser = longitude)]
    pub long: Option<String>,
    /// In or near this ZIP or postal code
    #[arg(long, value_name = "CODE", group = "where")]
    pub postal_code: Option<String>,
    /// With this area code
    #[arg(long, value_name = "NPA", group = "where", value_parser = npa)]
    pub npa: Option<String>,
    /// With this area code and exchange
    #[arg(long, value_name = "NPA-NXX", group = "where", value_parser = npa_nxx)]
    pub npa_nxx: Option<String>,
    /// Of this rate centre: LINDON or LINDON.UT
    #[arg(long, value_name = "NAME", group = "where")]
    pub rate_center: Option<String>,
    /// Toll-free, with this area code
    #[arg(long, value_name = "NPA", group = "where", num_args = 0..=1, default_missing_value = "800", value_parser = toll_free)]
    pub toll_free: Option<String>,
    /// The country of the address that --near names
    #[arg(long, value_enum, ignore_case = true, requires = "near")]
    pub country: Option<super::address::Land>,
    /// How many to find (and reserve), at most 15 [default: 5, or --count]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=15))]
    pub max: Option<u32>,
    /// Only numbers that follow one another
    #[arg(long)]
    pub sequential: bool,
    /// Write numbers found into this account file
    #[arg(long, value_name = "FILE")]
    pub add: Option<std::path::PathBuf>,
    /// How many to write [default: 1]
    #[arg(long, value_name = "N", requires = "add", value_parser = clap::value_parser!(u32).range(1..=15))]
    pub count: Option<u32>,
    /// The account whose document they go to, where the file has several
    #[arg(long, value_name = "ID", requires = "add")]
    pub account: Option<String>,
}

impl SearchArgs {
    fn hints(&self) -> Hints {
        Hints {
            country: self.country,
            postal_code: None,
        }
    }
}

/// Keep numbers from others for 30 minutes, or give them up
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  alz numbers reserve 18017690201 --account bRW8jpoCTGOaOIF5wqvSVg
  alz numbers unreserve 18017690201

An order does not need a reservation; one keeps the number free until it is sent.")]
pub struct KeepArgs {
    /// Telephone numbers, in any usual form
    #[arg(value_name = "NUMBER", required = true, value_parser = number)]
    pub numbers: Vec<PhoneNumber>,
    /// The account that it is for
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
}

/// Take released numbers out of cooldown, back into the inventory
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  alz numbers recover 18015551212

A recovered number is on no account. Declare it in an account file: `alz apply`
activates it (and would have recovered it by itself).")]
pub struct RecoverArgs {
    /// Telephone numbers, in any usual form
    #[arg(value_name = "NUMBER", required = true, value_parser = number)]
    pub numbers: Vec<PhoneNumber>,
}

pub async fn run(command: &NumbersCommand, global: &Global, output: &Output) -> Exit {
    let done = match command {
        NumbersCommand::Search(arguments) => search::run(arguments, global, output).await,
        NumbersCommand::Reserve(arguments) => {
            keep::run(keep::Deed::Reserve(arguments), global, output).await
        }
        NumbersCommand::Unreserve(arguments) => {
            keep::run(keep::Deed::Unreserve(arguments), global, output).await
        }
        NumbersCommand::Recover(arguments) => {
            keep::run(keep::Deed::Recover(arguments), global, output).await
        }
    };
    done.unwrap_or_else(|fatal| fatal.tell(output, &session::root_of(global), false))
}

fn number(text: &str) -> Result<PhoneNumber, String> {
    text.parse()
        .map_err(|fault: crate::model::number::NotANumber| format!("{fault}; {}", fault.help()))
}

fn latitude(text: &str) -> Result<String, String> {
    degrees(text, 90.0)
}

fn longitude(text: &str) -> Result<String, String> {
    degrees(text, 180.0)
}

/// Decimal degrees, as they were typed.
fn degrees(text: &str, most: f64) -> Result<String, String> {
    match text.trim().parse::<f64>() {
        Ok(value) if (-most..=most).contains(&value) => Ok(text.trim().to_owned()),
        Ok(_) => Err(format!("degrees are between -{most} and {most}")),
        Err(_) => Err("write decimal degrees, as in 40.332492".to_owned()),
    }
}

/// An area code: three digits, the first 2 to 9.
fn npa(text: &str) -> Result<String, String> {
    let digits = only_digits(text);
    match digits.len() {
        3 if !digits.starts_with(['0', '1']) => Ok(digits),
        _ => Err("an area code has three digits and begins with 2 to 9, as in 801".to_owned()),
    }
}

/// An area code and exchange: six digits.
fn npa_nxx(text: &str) -> Result<String, String> {
    let digits = only_digits(text);
    let second = digits.get(3..).unwrap_or_default();
    match digits.len() {
        6 if !digits.starts_with(['0', '1']) && !second.starts_with(['0', '1']) => Ok(digits),
        _ => Err("write area code and exchange, as in 801-769".to_owned()),
    }
}

fn toll_free(text: &str) -> Result<String, String> {
    let npa = npa(text)?;
    let is_one = format!("1{npa}5550100")
        .parse::<PhoneNumber>()
        .is_ok_and(PhoneNumber::is_toll_free);
    if is_one {
        Ok(npa)
    } else {
        Err("toll-free area codes are 800, 833, 844, 855, 866, 877 and 888".to_owned())
    }
}

/// The digits of a text in which only a dash or a blank may stand besides;
/// nothing of any other.
fn only_digits(text: &str) -> String {
    let lawful = |c: char| c.is_ascii_digit() || matches!(c, '-' | ' ');
    if text.chars().all(lawful) {
        text.chars().filter(char::is_ascii_digit).collect()
    } else {
        String::new()
    }
}
