//! Comparison by meaning.
