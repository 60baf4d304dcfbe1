//! The checks that this binary carries, precompiled and covered by its digest.

use anyhow::Context as _;
use bytes::Bytes;
use dbg_engine::NativeCode;
use dbg_plugin::{Admitted, Component};

use crate::diagnostic::Fault;

/// One stock plugin as the build wrote it.
struct Embedded {
    digest: &'static str,
    wasm: &'static [u8],
    native: &'static [u8],
    imports: &'static [&'static str],
    declaration: &'static str,
}

static TABLE: &[Embedded] = include!(concat!(env!("OUT_DIR"), "/stock.rs"));

/// One stock plugin.
#[derive(Clone)]
pub(crate) struct Stock {
    /// What it is.
    pub(crate) component: Component,
    native: &'static [u8],
}

impl Stock {
    /// As something that may run.
    pub(crate) fn admitted(&self) -> Admitted {
        Admitted::stock(self.component.clone())
    }

    /// Its code, compiled when this binary was built: a stock check never compiles.
    pub(crate) fn native(&self) -> NativeCode {
        // SAFETY: the bytes are part of this binary; `precompile` of the same build made them from the same engine, and the table
        // that pairs them with a component is generated.

        unsafe { NativeCode::from_trusted(Bytes::from_static(self.native)) }
    }
}

/// All stock plugins, in the order of their names.
pub(crate) fn all() -> Result<Vec<Stock>, Fault> {
    let stock = |embedded: &Embedded| {
        let Embedded { digest, wasm, native, imports, declaration } = *embedded;
        let imports = imports.iter().map(|import| (*import).to_owned());
        let component = Component::embedded(wasm, digest.parse()?, declaration, imports)?;
        anyhow::Ok(Stock { component, native })
    };
    TABLE
        .iter()
        .map(stock)
        .collect::<Result<_, _>>()
        .context("this binary's stock checks are damaged; get it again")
        .map_err(Fault::own)
}
