//! `dbg:cluster` at the operator's side: what a run asks is judged by the grant that it was given here, whatever its agent claims, read
//! with the operator's rights, masked and counted.

mod answer;
mod kinds;
mod masked;
mod objects;
mod spent;

pub use answer::ClusterAnswers;
