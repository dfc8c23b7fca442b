pub mod problems;
pub mod schema;
