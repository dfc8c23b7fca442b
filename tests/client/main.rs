//! The client and live state against a platform on loopback that misbehaves on
//! request.

mod answers;
mod corrections;
mod live;
mod login;
mod pace;
mod platform;
mod ports;
mod retry;
mod setup;
mod shapes;
