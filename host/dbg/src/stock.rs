//! The checks that this binary carries: signed, with the root that they are signed by, precompiled, and all of it covered by the binary's digest.

use anyhow::Context as _;
use bytes::Bytes;
use dbg_engine::NativeCode;
use dbg_plugin::trust::{Grounds, StockFault, Verified, verify_stock};
use dbg_plugin::{Admitted, Component};

use crate::diagnostic::Fault;
use crate::settings::reference_time;

/// One stock plugin as the build wrote it.
struct Embedded {
    digest: &'static str,
    file: &'static [u8],
    /// Of the component; its signature follows.
    length: usize,
    /// Packed by zstd.
    native: &'static [u8],
    /// Of the native code once it is unpacked.
    native_length: usize,
    imports: &'static [&'static str],
    declaration: &'static str,
}

static TABLE: &[Embedded] = include!(concat!(env!("OUT_DIR"), "/stock.rs"));
static ROOT: &[u8] = include!(concat!(env!("OUT_DIR"), "/root.rs"));

/// One stock plugin.
#[derive(Clone)]
pub(crate) struct Stock {
    /// What it is.
    pub(crate) component: Component,
    file: &'static [u8],
    native: &'static [u8],
    native_length: usize,
    grounds: Grounds,
}

impl Stock {
    /// As something that may run.
    pub(crate) fn admitted(&self) -> Admitted {
        Admitted::stock(self.component.clone(), self.file(), self.grounds.clone())
    }

    /// The whole file, with its signature.
    pub(crate) fn file(&self) -> Bytes {
        Bytes::from_static(self.file)
    }

    /// Its signature, by the root that this binary carries: nothing else is believed of it.
    pub(crate) fn verify(&self) -> Result<Verified<Component>, StockFault> {
        verify_stock(&self.file(), ROOT, reference_time().moment())
    }

    /// Its code, compiled when this binary was built: a stock check never compiles.
    pub(crate) fn native(&self) -> Result<NativeCode, Fault> {
        let plain = zstd::bulk::decompress(self.native, self.native_length).context(DAMAGED).map_err(Fault::own)?;
        // SAFETY: the bytes are part of this binary; `precompile` of the same build made them from the same engine, and the table
        // that pairs them with a component is generated.
        Ok(unsafe { NativeCode::from_trusted(Bytes::from(plain)) })
    }
}

const DAMAGED: &str = "this binary's stock checks are damaged; get it again";

/// Who signed them, as it is told to whoever verifies elsewhere.
pub(crate) fn grounds() -> Grounds {
    Grounds::of_stock(Bytes::from_static(ROOT), reference_time())
}

/// All stock plugins, in the order of their names.
pub(crate) fn all() -> Result<Vec<Stock>, Fault> {
    let grounds = grounds();
    let stock = |embedded: &Embedded| {
        let Embedded { digest, file, length, native, native_length, imports, declaration } = *embedded;
        let wasm = file.get(..length).context("a stock check is cut off")?;
        let imports = imports.iter().map(|import| (*import).to_owned());
        let component = Component::embedded(wasm, digest.parse()?, declaration, imports)?;
        anyhow::Ok(Stock { component, file, native, native_length, grounds: grounds.clone() })
    };
    TABLE.iter().map(stock).collect::<Result<_, _>>().context(DAMAGED).map_err(Fault::own)
}
