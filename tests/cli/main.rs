//! The program as a whole, against the sandbox over HTTP: what a user does with
//! it, and what must hold whatever the platform does.

mod apply;
mod canary;
mod e911;
mod examples;
mod har;
mod input;
mod saved;
mod world;
