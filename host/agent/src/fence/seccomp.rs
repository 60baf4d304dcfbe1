//! System calls that no check needs are refused. docs/decisions.md says why by a list of those, and not of the others.
//! Source: man 2 seccomp.

use std::collections::BTreeMap;

use libc::c_long;
use rustix::process::getpid;
use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch, apply_filter, sock_filter,
};

use super::denied;

/// Which calls, and by which arguments; without rules, by any.
type Rules = BTreeMap<c_long, Vec<SeccompRule>>;

/// Raises the fence; whether it stands.
pub(super) fn raise() -> bool {
    let [Ok(unknown), Ok(refused)] =
        [program(newest(), libc::ENOSYS), refused().and_then(|it| program(it, libc::EPERM))]
    else {
        return false;
    };
    // The second alone is what counts; the first keeps the C library from taking its answer for the last word.
    apply_filter(&unknown).is_ok() && apply_filter(&refused).is_ok()
}

/// Calls that the C library does without where the kernel does not know them. Their arguments lie in memory, where no filter can look.
fn newest() -> Rules {
    BTreeMap::from([(libc::SYS_clone3, Vec::new())])
}

/// What is refused.
fn refused() -> Result<Rules, BackendError> {
    let mut rules: Rules = denied::ALWAYS.into_iter().flatten().map(|call| (*call, Vec::new())).collect();
    let own = u64::try_from(getpid().as_raw_nonzero().get()).unwrap_or(0);
    let thread = u64::from(libc::CLONE_THREAD.cast_unsigned());
    rules.extend([
        // A thread is one of us, everything else a process.
        (libc::SYS_clone, vec![when([(0, SeccompCmpOp::MaskedEq(thread), 0)])?]),
        // IPv4, IPv6 and the kernel's tables. Other families are other machines' devices, and the sockets of powerful daemons of this one.
        (
            libc::SYS_socket,
            vec![when([libc::AF_INET, libc::AF_INET6, libc::AF_NETLINK].map(|family| is_not(0, family)))?],
        ),
        (libc::SYS_kill, vec![when([(0, SeccompCmpOp::Ne, own)])?]),
        (libc::SYS_tgkill, vec![when([(0, SeccompCmpOp::Ne, own)])?]),
        (libc::SYS_rt_sigqueueinfo, vec![when([(0, SeccompCmpOp::Ne, own)])?]),
        (libc::SYS_rt_tgsigqueueinfo, vec![when([(0, SeccompCmpOp::Ne, own)])?]),
        // The C library's abort.
        (libc::SYS_tkill, vec![when([is_not(1, libc::SIGABRT)])?]),
        // Our own limits are ours.
        (libc::SYS_prlimit64, vec![when([is_not(0, 0)])?]),
        // What already stands.
        (libc::SYS_prctl, vec![when([is(0, libc::PR_SET_DUMPABLE)])?, when([is(0, libc::PR_SET_PDEATHSIG)])?]),
    ]);
    for (call, flags) in OPENS {
        rules.insert(*call, opens_for_writing(*flags)?);
    }
    Ok(rules)
}

/// What opens files by flags in a register, and in which.
const OPENS: &[(libc::c_long, u8)] = &[
    (libc::SYS_openat, 2),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_open, 1),
];

/// The bits for reading and writing; the C library counts O_PATH among them.
const ACCESS: i32 = libc::O_ACCMODE & !libc::O_PATH;

/// The flags of an open that can change something. Those of `openat2` lie in memory; Landlock judges them.
fn opens_for_writing(argument: u8) -> Result<Vec<SeccompRule>, BackendError> {
    let has = |mask: i32, value: i32| {
        let (mask, value) = (u64::from(mask.cast_unsigned()), u64::from(value.cast_unsigned()));
        when([(argument, SeccompCmpOp::MaskedEq(mask), value)])
    };
    Ok(vec![
        has(ACCESS, libc::O_WRONLY)?,
        has(ACCESS, libc::O_RDWR)?,
        has(libc::O_CREAT, libc::O_CREAT)?,
        has(libc::O_TRUNC, libc::O_TRUNC)?,
    ])
}

fn is(argument: u8, value: i32) -> (u8, SeccompCmpOp, u64) {
    (argument, SeccompCmpOp::Eq, value.cast_unsigned().into())
}

fn is_not(argument: u8, value: i32) -> (u8, SeccompCmpOp, u64) {
    (argument, SeccompCmpOp::Ne, value.cast_unsigned().into())
}

/// When all of these hold for the lower halves of the arguments, which is all that the kernel reads of them.
fn when<const N: usize>(conditions: [(u8, SeccompCmpOp, u64); N]) -> Result<SeccompRule, BackendError> {
    let conditions = conditions
        .into_iter()
        .map(|(argument, operator, value)| SeccompCondition::new(argument, SeccompCmpArgLen::Dword, operator, value));
    SeccompRule::new(conditions.collect::<Result<_, _>>()?)
}

#[cfg(target_arch = "x86_64")]
const ARCHITECTURE: TargetArch = TargetArch::x86_64;
#[cfg(target_arch = "aarch64")]
const ARCHITECTURE: TargetArch = TargetArch::aarch64;

/// What answers these calls with this error, and ends a process that makes calls of another architecture.
fn program(rules: Rules, errno: i32) -> Result<BpfProgram, BackendError> {
    let answer = SeccompAction::Errno(errno.cast_unsigned());
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, answer, ARCHITECTURE)?;
    let program: BpfProgram = filter.try_into()?;
    Ok([NO_X32.to_vec(), program].concat())
}

/// The calls of x32 count as x86_64's but for this bit of their number, and so would slip through.
const X32: u32 = 0x4000_0000;

/// Ends the process at such a number; no other architecture has them.
const NO_X32: [sock_filter; 3] = [
    // The number is the first word.
    instruction(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0),
    instruction(libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K, 1, X32),
    instruction(libc::BPF_RET | libc::BPF_K, 0, libc::SECCOMP_RET_KILL_PROCESS),
];

/// One instruction; `otherwise` is how many are skipped when a comparison does not hold.
const fn instruction(code: u32, otherwise: u8, k: u32) -> sock_filter {
    // Codes have sixteen bits.
    sock_filter { code: code as u16, jt: 0, jf: otherwise, k }
}

#[cfg(test)]
mod tests;
