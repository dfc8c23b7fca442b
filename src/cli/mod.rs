//! Arguments in, exit status out. Commands are thin: each is one small file
//! that calls the rooms of the house in order and prints what comes back.

mod address;
mod answers;
mod apply;
mod args;
mod auditing;
mod base;
mod belonging;
mod checked;
mod clock;
mod drift;
mod e911;
mod exit;
mod explain;
mod fatal;
mod forms;
mod global;
mod import;
mod init;
mod journal;
mod lock;
mod narrow;
mod numbers;
mod output;
mod plan;
mod planning;
mod policies;
mod port;
mod privacy;
mod progress;
mod questions;
mod reading;
mod report;
mod sandbox;
mod schema;
mod session;
mod signals;
mod status;
mod telling;
mod unlock;
mod validate;

use std::ffi::OsString;
use std::path::Path;

use clap::{Parser, ValueEnum};

pub use exit::Exit;
pub use output::{Format, Output};

use fatal::Fatal;

/// Runs the program on these arguments.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let mut cli = match args::Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) if !error.use_stderr() => {
            // Help and version are what was asked for.
            let _ = error.print();
            return Exit::Done;
        }
        Err(error) => return misused(&error, &arguments),
    };
    cli.global.redact();
    let output = Output::new(cli.global.format, cli.global.color, cli.global.quiet)
        .private(cli.global.privacy.clone());
    let output = cli.commented(output);
    let exit = cli.run(&output);
    output.finish();
    match output.failure() {
        None => exit,
        Some(why) => {
            output.error(&crate::report::error(
                &format!("the result can't be written: {why}"),
                None,
            ));
            Exit::Error
        }
    }
}

/// A command line that is not understood, said in the form that it asks for as
/// far as that can be told.
fn misused(error: &clap::Error, arguments: &[OsString]) -> Exit {
    let says = |word: &str| arguments.iter().any(|argument| argument == word);
    match asked_format(arguments) {
        Some(format) if format != Format::Human => {
            let output = Output::new(format, output::ColorChoice::Never, false);
            let message = error.to_string();
            let message = message.trim_end();
            let message = message.strip_prefix("error: ").unwrap_or(message);
            Fatal::new(message).tell(&output, Path::new("."), says("apply"))
        }
        Some(_) | None => {
            let _ = error.print();
            Exit::Error
        }
    }
}

/// The form that arguments ask for, however they are written: `--format json`
/// or `--format=json`; the last of them, as where they are understood.
fn asked_format(arguments: &[OsString]) -> Option<Format> {
    let mut asked = None;
    let mut arguments = arguments.iter().map(|argument| argument.to_string_lossy());
    while let Some(argument) = arguments.next() {
        let value = match argument.strip_prefix("--format") {
            Some("") => arguments.next(),
            Some(rest) => rest.strip_prefix('=').map(|value| value.to_owned().into()),
            None => continue,
        };
        let format = value.and_then(|value| Format::from_str(&value, false).ok());
        asked = format.or(asked);
    }
    asked
}

/// Runs a command that talks to a network.
fn block_on(output: &Output, command: impl Future<Output = Exit>) -> Exit {
    match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => {
            let exit = runtime.block_on(command);
            if exit == Exit::Interrupted {
                // What is still being worked out is for nobody.
                runtime.shutdown_background();
            }
            exit
        }
        Err(error) => {
            output.error(&format!("error: the system gives no threads: {error}"));
            Exit::Error
        }
    }
}

/// Writes a file so that it is there whole or not at all. What is no regular
/// file (a device, a pipe) is written to, never replaced.
fn write_file(path: &Path, text: &str) -> Result<(), Fatal> {
    let failed =
        |error: std::io::Error| Fatal::new(format!("{} can't be written: {error}", path.display()));
    // A link is followed: it is the file behind it that is meant.
    let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let dangles = target.is_symlink();
    if dangles || (target.exists() && !target.is_file()) {
        return std::fs::write(&target, text).map_err(failed);
    }
    let mut name = target.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = target.with_file_name(name);
    // Whoever could read and write it still can, and nobody else.
    let permissions = std::fs::metadata(&target).map(|found| found.permissions());
    std::fs::write(&temporary, text)
        .and_then(|()| match permissions {
            Ok(permissions) => std::fs::set_permissions(&temporary, permissions),
            Err(_) => Ok(()),
        })
        .and_then(|()| std::fs::rename(&temporary, &target))
        .map_err(|error| {
            let _ = std::fs::remove_file(&temporary);
            failed(error)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_asked_for_is_found_in_a_line_that_is_not_understood() {
        let asked = |line: &str| {
            let arguments: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            asked_format(&arguments)
        };
        assert_eq!(asked("alz plan --what --format=sarif"), Some(Format::Sarif));
        assert_eq!(asked("alz --format junit plan --what"), Some(Format::Junit));
        assert_eq!(
            asked("alz --format github --format json x"),
            Some(Format::Json)
        );
        assert_eq!(asked("alz --format xml"), None);
        assert_eq!(asked("alz --format"), None);
        assert_eq!(asked("alz --formats=json"), None);
    }
}
