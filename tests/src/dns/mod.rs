//! DNS servers to ask: a real one (bind9's `named`) with zones of pathological cases, faulty ones of our own for what no
//! good server sends, and `dig` to compare with.

mod answer;
mod dig;
mod fault;
mod faulty;
mod named;
mod resolver;
mod signed;
mod world;

pub use dig::{Answer, Dig};
pub use fault::Fault;
pub use faulty::Faulty;
pub use named::Named;
pub use world::World;
