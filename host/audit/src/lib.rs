//! The log of who ran what where, with which grants: appended, chained by digests, and verified.
//!
//! This room knows lines and a file. It must never know how something is run: whoever runs it tells what is to be written.
