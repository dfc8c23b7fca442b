//! The program as a whole, against the sandbox over HTTP: what a user does with
//! it, and what must hold whatever the platform does.

mod address;
mod apply;
mod canary;
mod drift;
mod e911;
mod e911_check;
mod e911_corrections;
mod e911_walk;
mod environments;
mod examples;
mod forge;
mod har;
mod init;
mod input;
mod journal;
mod lock;
mod lock_postgres;
mod numbers;
mod pipeline_github;
mod pipeline_gitlab;
mod port_check;
mod port_commands;
mod ports_apply;
mod ports_bench;
mod ports_runs;
mod saved;
mod saved_forged;
mod shards;
mod status;
mod targets;
mod two_runs;
mod two_weeks;
mod world;
