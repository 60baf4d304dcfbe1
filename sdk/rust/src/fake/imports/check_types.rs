//! `dbg:check/check-types`.

#[derive(Clone, Copy, Debug)]
pub struct Instant {
    pub seconds: i64,
    pub nanoseconds: u32,
}

#[derive(Clone, Debug)]
#[expect(dead_code, reason = "the shape of the contract; natively only the tests of this crate make one")]
pub(crate) enum Scalar {
    Text(String),
    Integer(i64),
    Boolean(bool),
    Real(f64),
}

#[derive(Clone, Debug)]
pub(crate) struct Arg {
    pub name: String,
    pub values: Vec<Scalar>,
}
