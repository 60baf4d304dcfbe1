//! end-to-end: the real binary against real servers and hostile guests
