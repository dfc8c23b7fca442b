//! A run that is killed anywhere.
