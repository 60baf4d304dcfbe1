//! One question to the kernel's netlink, and its answer in parts. What the messages mean is the callers' business.

use std::marker::PhantomData;
use std::time::Duration;

use dbg_capability::{NetworkStateError, NetworkStateErrorCode};
use dbg_model::{Cell, truncate_at_char};
use netlink_packet_core::{
    DecodeError, NLM_F_DUMP, NLM_F_REQUEST, NetlinkDeserializable, NetlinkHeader, NetlinkMessage, NetlinkPayload,
    NetlinkSerializable,
};
use netlink_sys::{Socket, SocketAddr};
use rustix::io::Errno;
use rustix::net::sockopt::{Timeout, set_socket_timeout};

use crate::refusal::kernel_words;

/// The kernel fills at most 32 KiB at once, whatever the size of the buffer.
const BUFFER: usize = 32 << 10;

/// The kernel answers at once; only a lost message would let us wait.
const PATIENCE: Duration = Duration::from_secs(5);

/// Every header starts at a multiple of four. Source: man 7 netlink.
const ALIGNMENT: usize = 4;

/// Why the kernel's table could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    /// The kernel's answer.
    #[error("{}", kernel_words(*.0))]
    Kernel(Errno),
    /// Its answer is not in a form that this dbg knows.
    #[error("the kernel's answer makes no sense: {}", Cell(truncate_at_char(&.0.to_string(), 512)))]
    Decode(DecodeError),
    /// A file of /proc/sys holds something else than it should.
    #[error("`{0}` holds no range of ports")]
    NoPorts(&'static str),
    /// A file of /proc could not be read.
    #[error("`{0}`: {1}")]
    File(&'static str, crate::refusal::Refusal),
    /// The table is full.
    #[error("{limit} dumps are under way already")]
    TooManyDumps {
        /// The table's size.
        limit: usize,
    },
    /// No such handle.
    #[error("it is not open")]
    Closed,
    /// The blocking pool gave up: the program ends.
    #[error("the program ends")]
    Interrupted,
}

impl Fault {
    fn code(&self) -> NetworkStateErrorCode {
        let of_errno = |errno| match errno {
            Errno::ACCESS | Errno::PERM => NetworkStateErrorCode::Denied,
            Errno::NOENT | Errno::OPNOTSUPP | Errno::PROTONOSUPPORT | Errno::AFNOSUPPORT | Errno::INVAL => {
                NetworkStateErrorCode::Unsupported
            }
            _ => NetworkStateErrorCode::Other,
        };
        match self {
            Self::Kernel(errno) => of_errno(*errno),
            Self::File(_, crate::refusal::Refusal::Kernel(errno)) => of_errno(*errno),
            Self::TooManyDumps { .. } => NetworkStateErrorCode::OverBudget,
            Self::Closed => NetworkStateErrorCode::Closed,
            Self::Decode(_) | Self::NoPorts(_) | Self::File(..) | Self::Interrupted => NetworkStateErrorCode::Other,
        }
    }
}

impl From<Fault> for NetworkStateError {
    fn from(fault: Fault) -> Self {
        Self { code: fault.code(), text: fault.to_string() }
    }
}

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Self {
        Self::Kernel(Errno::from_io_error(&error).unwrap_or(Errno::IO))
    }
}

/// Whether more of a dump is to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    More,
    Done,
}

/// A socket to one protocol of netlink, asked one question after the other.
pub(super) struct Question<M> {
    socket: Socket,
    buffer: Vec<u8>,
    of: PhantomData<fn() -> M>,
}

impl<M: NetlinkSerializable + NetlinkDeserializable<Error = DecodeError>> Question<M> {
    pub(super) fn open(protocol: isize) -> Result<Self, Fault> {
        let socket = Socket::new(protocol)?;
        set_socket_timeout(&socket, Timeout::Recv, Some(PATIENCE)).map_err(Fault::Kernel)?;
        // Connected to the kernel, nobody else is heard.
        socket.connect(&SocketAddr::new(0, 0))?;
        Ok(Self { socket, buffer: Vec::new(), of: PhantomData })
    }

    /// Asks for a whole table.
    pub(super) fn dump(&mut self, what: M) -> Result<(), Fault> {
        let mut header = NetlinkHeader::default();
        header.flags = NLM_F_REQUEST | NLM_F_DUMP;
        let mut message = NetlinkMessage::new(header, NetlinkPayload::InnerMessage(what));
        message.finalize();
        let mut bytes = vec![0; message.buffer_len()];
        message.serialize(&mut bytes);
        self.socket.send(&bytes, 0)?;
        Ok(())
    }

    /// Gives the next part of the answer to `each`, message by message.
    pub(super) fn hear(&mut self, mut each: impl FnMut(M) -> Result<(), Fault>) -> Result<Progress, Fault> {
        self.buffer.clear();
        self.buffer.reserve(BUFFER);
        let mut room = bytes::BufMut::limit(&mut self.buffer, BUFFER);
        while let Err(error) = self.socket.recv(&mut room, 0) {
            if error.kind() != std::io::ErrorKind::Interrupted {
                return Err(error.into());
            }
        }
        let mut rest = self.buffer.as_slice();
        while !rest.is_empty() {
            let message = NetlinkMessage::<M>::deserialize(rest).map_err(Fault::Decode)?;
            let length = usize::try_from(message.header.length).unwrap_or(usize::MAX);
            match message.payload {
                NetlinkPayload::Done(done) => return ended(done.code),
                NetlinkPayload::Error(error) => return ended(error.raw_code()),
                NetlinkPayload::InnerMessage(inner) => each(inner)?,
                NetlinkPayload::Overrun(_) => return Err(Fault::Kernel(Errno::OVERFLOW)),
                // Nothing to act on.
                _ => {}
            }
            rest = rest.get(length.next_multiple_of(ALIGNMENT)..).unwrap_or_default();
        }
        Ok(Progress::More)
    }
}

/// The last message carries the error, as a negative number, when there was one.
fn ended(code: i32) -> Result<Progress, Fault> {
    match code {
        0.. => Ok(Progress::Done),
        error => Err(Fault::Kernel(Errno::from_raw_os_error(error.saturating_neg()))),
    }
}
