//! the far end of a session: plugin, engine and probe, wired
