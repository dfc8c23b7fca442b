//! Reading files, with an end to it: what is larger than any file of its kind
//! is told instead of read, and so is what never ends, a pipe or a device.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// The most of an account file, of alz.yaml or of a policy. A number with an
/// address of its own takes less than a kilobyte, so that this is far above a
/// hundred thousand of them in one file.
pub const MOST_BYTES: u64 = 128 * 1024 * 1024;

/// The most of a file with a secret in it: a PIN or a password.
pub const MOST_OF_A_SECRET: u64 = 64 * 1024;

/// The file's bytes, if there are no more than `most`.
pub fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut bytes = Vec::new();
    if length <= most {
        bytes.reserve_exact(usize::try_from(length).unwrap_or_default());
        file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    }
    if length > most || bytes.len() as u64 > most {
        return Err(too_large(most));
    }
    Ok(bytes)
}

fn too_large(most: u64) -> io::Error {
    let (size, unit) = match most / (1024 * 1024) {
        0 => (most / 1024, "KiB"),
        mebibytes => (mebibytes, "MiB"),
    };
    let why = format!("it is larger than {size} {unit}");
    io::Error::new(ErrorKind::FileTooLarge, why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_up_to_its_limit_and_told_beyond_it() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("a.yaml");
        std::fs::write(&path, [b'a'; 2048]).expect("a file");
        assert_eq!(read(&path, 2048).expect("its bytes").len(), 2048);
        let error = read(&path, 2047).expect_err("too large");
        assert_eq!(error.to_string(), "it is larger than 1 KiB");
    }

    /// A file of which nothing is on disk but its length.
    #[test]
    fn two_gigabytes_are_told_without_being_read() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("a.yaml");
        let file = File::create(&path).expect("a file");
        file.set_len(2 * 1024 * 1024 * 1024).expect("a length");
        let error = read(&path, MOST_BYTES).expect_err("too large");
        assert_eq!(error.to_string(), "it is larger than 128 MiB");
    }

    #[cfg(unix)]
    #[test]
    fn what_never_ends_is_told_as_well() {
        let error = read(Path::new("/dev/zero"), 100_000).expect_err("no end");
        assert_eq!(error.kind(), ErrorKind::FileTooLarge);
    }
}
