//! From what is on the platform to account files: whatever world there is, the
//! file is sound and leaves a plan nothing to do, and what a person has written
//! stays as it is.

mod examples;
mod merge;
mod property;
mod refusals;
mod runs;
mod seeds;
mod world;
