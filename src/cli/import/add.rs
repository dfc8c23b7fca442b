//! placeholder
use super::{
    Work,
    look::{Looked, Lookout},
};
use crate::cli::fatal::Fatal;
use crate::report::ImportedAccount;
pub fn add(_work: &Work<'_>, looked: Looked, _lookout: &Lookout) -> Result<ImportedAccount, Fatal> {
    Ok(looked.report())
}
