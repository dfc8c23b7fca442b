//! The program as a whole, against the sandbox over HTTP: what a user does with
//! it, and what must hold whatever the platform does.

mod apply;
mod e911;
mod examples;
mod input;
mod lock;
mod lock_postgres;
mod saved;
mod world;
