//! What `alz` promises when things go wrong, tried instead of claimed: every
//! fault that the sandbox can raise at every writing operation (`matrix`), a run
//! that is killed (`crash`) or told to stop (`interrupt`) anywhere, somebody else
//! at the same numbers (`precheck`). After each, one clean run must bring the
//! state that an undisturbed run brings, and nothing twice. And with nothing in
//! the way, the platform is kept as busy as it may be (`flight`).

// What it prints is a table for people.
#![allow(clippy::print_stderr)]

mod crash;
mod faults;
mod flight;
mod interrupt;
mod matrix;
mod precheck;
mod run;
mod work;
mod world;
