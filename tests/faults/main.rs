//! What `alz` promises when things go wrong, tried instead of claimed: every
//! fault that the sandbox can raise at every writing operation (`matrix`), and
//! a run that is killed anywhere (`crash`). After each, one clean run must
//! bring the state that an undisturbed run brings, and nothing twice.

// What it prints is a table for people.
#![allow(clippy::print_stderr)]

mod crash;
mod faults;
mod matrix;
mod run;
mod work;
mod world;
