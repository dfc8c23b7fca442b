//! `alz address`: a line of address taken apart and validated, or found while
//! typing. Both only read.

mod pick;
mod typing;

use std::io::IsTerminal;

use clap::{Args, Subcommand, ValueEnum};

use super::Exit;
use super::fatal::Fatal;
use super::global::Global;
use super::output::Output;
use super::session::{self, Project, Session};
use crate::api::{ApiError, Country, ReadClient, wire};
use crate::model::values::country_of_state;
use crate::model::{Member, Record};
use crate::report::{self, ValidatedAddress};

/// What to do with an address.
#[derive(Debug, Subcommand)]
pub enum AddressCommand {
    Validate(ValidateArgs),
    Suggest(SuggestArgs),
}

/// Take a line of address apart, validate it, and print it as YAML to paste
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  alz address validate \"333 S 520 W, Lindon, UT 84042\"
  alz address validate \"56 Sparks St, Ottawa ON\" --country CAN --format json

Exit status 1 where the platform does not know the address.")]
pub struct ValidateArgs {
    /// The address, as on an envelope
    #[arg(value_name = "LINE")]
    pub line: String,
    #[command(flatten)]
    pub hints: Hints,
}

/// List addresses that begin like a line; on a terminal, find one while typing
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  alz address suggest \"333 S\" --postal-code 84042
  alz address suggest                       type, choose with the arrow keys, Enter validates

Exit status 1 where there is none.")]
pub struct SuggestArgs {
    /// The beginning of an address; without it, type on the terminal
    #[arg(value_name = "LINE")]
    pub line: Option<String>,
    /// Type on the terminal, beginning with LINE
    #[arg(short, long)]
    pub interactive: bool,
    #[command(flatten)]
    pub hints: Hints,
}

/// What is known of an address besides its line.
#[derive(Clone, Debug, Default, Args)]
pub struct Hints {
    /// The country that the address is in
    #[arg(long, value_enum, ignore_case = true)]
    pub country: Option<Land>,
    /// Its ZIP or postal code, where the line has none
    #[arg(long, value_name = "CODE")]
    pub postal_code: Option<String>,
}

/// A country that the platform serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Land {
    #[value(name = "USA", alias = "US")]
    Usa,
    #[value(name = "CAN", alias = "CA")]
    Can,
}

impl Hints {
    /// A postal code is personal too.
    fn heard(&self, output: &Output) {
        if let Some(code) = &self.postal_code {
            output.privacy.hear_line(code);
        }
    }

    fn country(&self) -> Country {
        match self.country {
            Some(Land::Usa) => Country::Usa,
            Some(Land::Can) => Country::Can,
            None => Country::Unknown,
        }
    }
}

pub async fn run(command: &AddressCommand, global: &Global, output: &Output) -> Exit {
    let done = match command {
        AddressCommand::Validate(arguments) => validate(arguments, global, output).await,
        AddressCommand::Suggest(arguments) => suggest(arguments, global, output).await,
    };
    done.unwrap_or_else(|fatal| fatal.tell(output, &session::root_of(global), false))
}

async fn connect(global: &Global) -> Result<Session, Fatal> {
    Project::platform(global)?.connect(fastrand::u64(..)).await
}

async fn validate(args: &ValidateArgs, global: &Global, output: &Output) -> Result<Exit, Fatal> {
    if args.line.trim().is_empty() {
        return Err(Fatal::with_help(
            "the line is empty",
            "name the address: alz address validate \"333 S 520 W, Lindon, UT 84042\"",
        ));
    }
    output.privacy.hear_line(&args.line);
    args.hints.heard(output);
    let session = connect(global).await?;
    let found = ask(&session.client, &args.line, &args.hints).await;
    session.close().await;
    tell(&found?, &args.line, output)
}

/// Prints a validated address; one that is not valid is said to be none.
fn tell(found: &ValidatedAddress, line: &str, output: &Output) -> Result<Exit, Fatal> {
    match output.is_json() {
        true => output.result(&report::validated_json(found)),
        false if found.valid => output.result(&report::validated_yaml(found)),
        false => return Err(unknown(line, found)),
    }
    if !found.valid {
        return Ok(Exit::Error);
    }
    if !found.required.is_empty() {
        output.error(&report::warning(
            &format!("the platform wants {} here", found.required.join(" and ")),
            Some("add them; without them no dispatcher knows which door is meant"),
        ));
    }
    Ok(Exit::Done)
}

/// Takes a line apart and validates it.
pub async fn ask(
    client: &ReadClient,
    line: &str,
    hints: &Hints,
) -> Result<ValidatedAddress, Fatal> {
    let postal_code = hints.postal_code.as_deref().unwrap_or_default();
    let answer = client
        .validate_address(line, hints.country(), postal_code)
        .await;
    match answer {
        Ok(answer) => Ok(validated(answer, hints)),
        // It can't even be read as an address.
        Err(ApiError::NotFound { .. }) => Ok(ValidatedAddress::default()),
        Err(error @ ApiError::Refused { status: 400, .. }) => Err(Fatal::with_help(
            error.to_string(),
            "write the address as on an envelope: 333 S 520 W, Lindon, UT 84042",
        )),
        Err(error) => Err(error.into()),
    }
}

fn validated(answer: wire::AddressValidation, hints: &Hints) -> ValidatedAddress {
    let wire::AddressValidation {
        required_fields,
        customer_service_record,
        latitude,
        longitude,
        valid,
    } = answer;
    let mut record: Record = customer_service_record.unwrap_or_default();
    if record.get(Member::Country).is_empty() {
        // The platform leaves it out (O:validateAddress); an account file wants it.
        let country = country_of_state(record.get(Member::State)).or(match hints.country {
            Some(Land::Usa) => Some("USA"),
            Some(Land::Can) => Some("CAN"),
            None => None,
        });
        record.set(Member::Country, country);
    }
    ValidatedAddress {
        valid: valid == Some(true),
        record,
        coordinates: latitude.zip(longitude),
        required: required_fields,
    }
}

/// What is said of an address that is not valid.
pub fn unknown(line: &str, found: &ValidatedAddress) -> Fatal {
    let understood = report::address_line(&found.record);
    // A country alone is what was told, or a guess.
    let street = found.record.get(Member::StreetName).is_empty();
    let what = match street && found.record.get(Member::City).is_empty() {
        true => format!("the platform does not know the address {line:?}"),
        false => {
            format!("the platform does not know the address {line:?}; it understood: {understood}")
        }
    };
    Fatal::with_help(
        what,
        "`alz address suggest` finds addresses by their beginning; --country and --postal-code help",
    )
}

async fn suggest(args: &SuggestArgs, global: &Global, output: &Output) -> Result<Exit, Fatal> {
    let terminal = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    if args.interactive && !terminal {
        return Err(Fatal::with_help(
            "-i needs a terminal to type on",
            "without one: alz address suggest \"333 S\"",
        ));
    }
    args.hints.heard(output);
    if let Some(line) = &args.line {
        output.privacy.hear_line(line);
    }
    match &args.line {
        Some(line) if !args.interactive && line.trim().is_empty() => Err(Fatal::with_help(
            "there is nothing to look for in an empty line",
            "name the beginning of an address: alz address suggest \"333 S\"",
        )),
        Some(line) if !args.interactive => {
            let session = connect(global).await?;
            let postal_code = args.hints.postal_code.as_deref();
            let found = session
                .client
                .suggest_addresses(line, args.hints.country(), postal_code)
                .await;
            session.close().await;
            let lines = found?;
            for line in &lines {
                output.privacy.hear_line(line);
            }
            match output.is_json() {
                true => output.result(&report::suggestions_json(&lines)),
                false => output.result(&report::suggestions_human(&lines)),
            }
            if lines.is_empty() {
                output.say("no address begins like this; --country and --postal-code help");
                return Ok(Exit::Error);
            }
            Ok(Exit::Done)
        }
        None if !terminal => Err(Fatal::with_help(
            "there is no line to look for, and no terminal to type one on",
            "name the beginning of an address: alz address suggest \"333 S\"",
        )),
        line => {
            let session = connect(global).await?;
            let begun = line.as_deref().unwrap_or_default();
            let picked = pick::pick(
                &session.client,
                begun,
                &args.hints,
                output.colours_remarks(),
            )
            .await;
            let told = match picked {
                Ok(Some(line)) => {
                    output.privacy.hear_line(&line);
                    let hints = Hints {
                        // The line that was chosen has its own.
                        postal_code: None,
                        ..args.hints.clone()
                    };
                    ask(&session.client, &line, &hints)
                        .await
                        .and_then(|found| tell(&found, &line, output))
                }
                Ok(None) => Ok(Exit::Interrupted),
                Err(error) => Err(error),
            };
            session.close().await;
            told
        }
    }
}
