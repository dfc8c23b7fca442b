//! Results as Markdown, for comments on pull requests: a verdict in the first
//! line that is seen, then what it rests on, the most important first, in folds.
//!
//! Every document here is made of a document alone, a plan or a list of problems,
//! which may have been read back from JSON. It begins with a marker that nobody
//! sees, by which a pipeline finds its comment again (`alz:plan:production`), and
//! stays under the limit of its host by leaving whole entries out ([`builder`]).
//!
//! What changes is shown word by word, ~~struck~~ and **bold**: GitHub, GitLab,
//! Bitbucket and Azure DevOps all render these, they wrap on a phone, and of an
//! address only the house number that changes stands out. A `diff` block would
//! colour whole lines. Folds are HTML, which Bitbucket shows as text: for it
//! there is a flavour with headings in their place.

mod applied;
mod builder;
mod drift;
pub(super) mod escape;
mod guards;
mod lines;
mod plain;
mod plan;
mod policies;
mod problems;
mod status;

#[cfg(test)]
mod properties;

pub use applied::{Ended, applied};
pub use plain::{fenced, is_document, stopped};
pub use plan::plan;
pub use problems::problems;
pub use status::status;

/// What a host does with HTML in a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    /// Folds work, comments are hidden: GitHub, GitLab, Azure DevOps.
    Html,
    /// HTML is shown as text: Bitbucket.
    Plain,
}

/// How a comment is laid out.
#[derive(Clone, Debug)]
pub struct Options {
    /// The most characters that the comment may have.
    pub limit: usize,
    pub flavour: Flavour,
    /// The file that the plan was saved to, for the line that applies it.
    pub saved: Option<String>,
}

/// What a comment is of, where no document says so: a pipeline finds it by this.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    pub command: &'a str,
    pub environment: &'a str,
    /// `2/4`.
    pub shard: Option<&'a str>,
}

impl Subject<'_> {
    fn marker(&self) -> String {
        let Self {
            command,
            environment,
            shard,
        } = self;
        marker(command, environment, *shard)
    }

    /// ` in production (shard 2/4)`, as Markdown; the first line of a comment is to
    /// be enough.
    fn place(&self) -> String {
        let said = |text: &str, most| escape::text(&escape::clipped(text, most));
        let mut place = String::new();
        if !self.environment.is_empty() {
            place.push_str(&format!(" in {}", said(self.environment, 60)));
        }
        if let Some(shard) = self.shard {
            place.push_str(&format!(" (shard {})", said(shard, 20)));
        }
        place
    }
}

/// Below this there would be no room for a verdict and the reasons for it.
pub const LEAST_LIMIT: usize = 4_000;

/// GitHub's limit on the body of a comment.
pub const GITHUB_LIMIT: usize = 65_536;

impl Default for Options {
    fn default() -> Self {
        Self {
            limit: GITHUB_LIMIT,
            flavour: Flavour::Html,
            saved: None,
        }
    }
}

/// The marker of a comment: what it is of, in which environment, which shard.
fn marker(what: &str, environment: &str, shard: Option<&str>) -> String {
    let mut marker = format!("alz:{what}:{}", escape::marker_word(environment));
    if let Some(shard) = shard {
        marker.push(':');
        marker.push_str(&escape::marker_word(shard));
    }
    marker
}
