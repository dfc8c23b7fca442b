//! The planner, seen from outside: two documents in, a plan out.

mod audited;
mod e911;
mod e911_corrections;
mod e911_golden;
mod events;
mod golden;
mod guards;
mod in_force;
mod lifecycle;
mod meaning;
mod merge;
mod noise;
mod objects;
mod port_amend;
mod port_cancel;
mod port_carriers;
mod port_follow;
mod port_golden;
mod port_once;
mod port_order;
mod port_properties;
mod port_status;
mod properties;
mod world;
