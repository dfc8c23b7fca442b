//! The program as a whole, against the sandbox over HTTP: what a user does with
//! it, and what must hold whatever the platform does.

mod apply;
mod e911;
mod examples;
mod input;
mod journal;
mod port_check;
mod ports_apply;
mod ports_bench;
mod saved;
mod status;
mod two_weeks;
mod world;
