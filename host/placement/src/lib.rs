//! facts of the place and a plan become a launched agent
