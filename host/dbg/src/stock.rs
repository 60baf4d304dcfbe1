//! The checks that this binary carries: signed, with the root that they are signed by, precompiled, and all of it covered by the binary's digest.

use anyhow::Context as _;
use bytes::Bytes;
use dbg_engine::NativeCode;
use dbg_plugin::trust::{Grounds, StockFault, Verified, verify_stock};
use dbg_plugin::{Admitted, Component};
use dbg_session::Payload;

use crate::diagnostic::Fault;
use crate::settings::reference_time;

/// One stock plugin as the build wrote it.
struct Embedded {
    digest: &'static str,
    /// Packed by zstd.
    file: &'static [u8],
    /// Of the file once it is unpacked.
    file_length: usize,
    /// Of the component in it; its signature follows.
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
    /// What it is, but for its bytes: they are unpacked when it is to run.
    pub(crate) component: Component,
    embedded: &'static Embedded,
    grounds: Grounds,
}

impl Embedded {
    /// What it is, of these bytes.
    fn component(&self, bytes: Bytes) -> anyhow::Result<Component> {
        let imports = self.imports.iter().map(|import| (*import).to_owned());
        Ok(Component::embedded(bytes, self.digest.parse()?, self.declaration, imports)?)
    }
}

impl Stock {
    /// As something that may run.
    pub(crate) fn admitted(&self) -> Result<Admitted, Fault> {
        let file = self.file()?;
        let component = file.get(..self.embedded.length).context("a stock check is cut off");
        let component = component.and_then(|bytes| self.embedded.component(file.slice_ref(bytes)));
        let component = component.context(DAMAGED).map_err(Fault::own)?;
        Ok(Admitted::stock(component, file, self.grounds.clone()))
    }

    /// The whole file, with its signature.
    pub(crate) fn file(&self) -> Result<Bytes, Fault> {
        unpacked(self.embedded.file, self.embedded.file_length)
    }

    /// Its signature, by the root that this binary carries: nothing else is believed of it.
    pub(crate) fn verify(&self) -> Result<Result<Verified<Component>, StockFault>, Fault> {
        Ok(verify_stock(&self.file()?, ROOT, reference_time().moment()))
    }

    /// The whole file, packed as this binary carries it.
    pub(crate) fn packed_file(&self) -> Payload {
        packed(self.embedded.file, self.embedded.file_length)
    }

    /// Its code for the architecture of this binary, likewise.
    pub(crate) fn packed_native(&self) -> Payload {
        packed(self.embedded.native, self.embedded.native_length)
    }

    /// Its code, compiled when this binary was built: a stock check never compiles.
    pub(crate) fn native(&self) -> Result<NativeCode, Fault> {
        let plain = unpacked(self.embedded.native, self.embedded.native_length)?;
        // SAFETY: the bytes are part of this binary; `precompile` of the same build made them from the same engine, and the table
        // that pairs them with a component is generated.
        Ok(unsafe { NativeCode::from_trusted(plain) })
    }
}

fn unpacked(packed: &[u8], length: usize) -> Result<Bytes, Fault> {
    zstd::bulk::decompress(packed, length).map(Bytes::from).context(DAMAGED).map_err(Fault::own)
}

fn packed(bytes: &'static [u8], length: usize) -> Payload {
    Payload::Packed { bytes: Bytes::from_static(bytes), length: u64::try_from(length).unwrap_or(u64::MAX) }
}

const DAMAGED: &str = "this binary's stock checks are damaged; get it again";

/// Who signed them, as it is told to whoever verifies elsewhere.
pub(crate) fn grounds() -> Grounds {
    Grounds::of_stock(Bytes::from_static(ROOT), reference_time())
}

/// All stock plugins, in the order of their names.
pub(crate) fn all() -> Result<Vec<Stock>, Fault> {
    let grounds = grounds();
    let stock = |embedded: &'static Embedded| {
        anyhow::Ok(Stock { component: embedded.component(Bytes::new())?, embedded, grounds: grounds.clone() })
    };
    TABLE.iter().map(stock).collect::<Result<_, _>>().context(DAMAGED).map_err(Fault::own)
}
