//! A note in the making: what is to be said of one number. Equal sayings of an
//! account's numbers become one note.

use crate::plan::document::NoteKind;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Saying {
    pub kind: NoteKind,
    pub reason: String,
    pub help: Option<String>,
    pub until: Option<String>,
}

impl Saying {
    fn new(kind: NoteKind, reason: impl Into<String>) -> Self {
        Self {
            kind,
            reason: reason.into(),
            help: None,
            until: None,
        }
    }
    pub fn blocked(reason: impl Into<String>) -> Self {
        Self::new(NoteKind::Blocked, reason)
    }
    pub fn warning(reason: impl Into<String>) -> Self {
        Self::new(NoteKind::Warning, reason)
    }
    pub fn waiting(reason: impl Into<String>) -> Self {
        Self::new(NoteKind::Waiting, reason)
    }
    pub fn deferred(reason: impl Into<String>) -> Self {
        Self::new(NoteKind::Deferred, reason)
    }
    pub fn unmanaged(reason: impl Into<String>) -> Self {
        Self::new(NoteKind::Unmanaged, reason)
    }
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
    pub fn until(mut self, until: Option<String>) -> Self {
        self.until = until;
        self
    }
}
