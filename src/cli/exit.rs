//! How a run ends, as a shell or a pipeline sees it (design, "Exit status").

use std::process::ExitCode;

/// The exit status of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: done; for drift and `plan --detailed-exitcode`: nothing to change.
    Done,
    /// 1: bad usage, bad input, refused, platform unreachable.
    Error,
    /// 2: `plan --detailed-exitcode` has changes; drift has drift.
    Changes,
    /// 3: apply: some steps failed or their outcome is unknown; the others are done.
    Failed,
    /// 4: apply of a saved plan: refused as stale, nothing done.
    Stale,
    /// 130: interrupted; steps in flight were finished.
    Interrupted,
}

impl Exit {
    pub const fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::Error => 1,
            Exit::Changes => 2,
            Exit::Failed => 3,
            Exit::Stale => 4,
            Exit::Interrupted => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit.code())
    }
}
