//! what the author of a check imports
