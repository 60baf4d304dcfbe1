//! What an agent makes of an operator that lies: what nobody vouches for is refused by name, its native code is not even kept, and the rest of the session goes on.

use bytes::Bytes;
use dbg_model::{Capability, Digest, FailureCode, FilesGrant, Grant, HostRule, PortRange, Protocol};
use dbg_model::{SocketRule, SocketsGrant};
use dbg_plugin::trust::{
    Ceiling, Claim, Grounds, Moment, PrivateKey, Revoked, Role, RoleKey, Root, Rule, Rules, Unverified, new_root,
};
use dbg_session::{CodeId, Late, Order, RunIndex, Trust, TrustedVendor};
use dbg_tests::dns::{Fault, Faulty};

use crate::code::Check;
use crate::operator::{Agent, Run};

const DAY: u64 = 24 * 60 * 60;

fn now() -> Moment {
    Moment::from_seconds(20_000 * DAY)
}

/// A vendor with one key, and what it makes of a file.
struct Vendor {
    key: PrivateKey,
    name: &'static str,
}

impl Vendor {
    fn new(name: &'static str, seed: u8) -> Self {
        Self { key: PrivateKey::from_seed([seed; 32]), name }
    }

    fn acme() -> Self {
        Self::new("acme", 7)
    }

    fn grounds(&self) -> Grounds {
        let role = Role { threshold: 1, keys: vec![RoleKey { key: self.key.public(), expires: None }] };
        let root = Root {
            vendor: self.name.parse().expect("a name"),
            version: 1,
            issued: now(),
            root: role.clone(),
            release: role,
            ceiling: Ceiling::new(Capability::ALL),
            revoked: Revoked::default(),
            minimum: Default::default(),
        };
        let root = new_root(&root, &self.key).expect("it can be signed").into();
        Grounds { root, list: None, ceiling: Capability::ALL.into(), time: now(), rules: Rules::default() }
    }

    fn sign(&self, component: &Bytes) -> Bytes {
        let vendor = self.name.parse().expect("a name");
        let claim = Claim { vendor, sequence: 1, issued: now(), expires: now().plus_days(1) };
        let signed = Unverified::read(component).and_then(|file| file.sign(claim, &self.key));
        signed.expect("it can be signed").into()
    }
}

/// What an operator says of one vendor whom it trusts.
fn tell(grounds: &Grounds) -> Trust {
    let Grounds { root, list, ceiling, time, rules } = grounds.clone();
    let late = |rule| if rule == Rule::Strict { Late::Refused } else { Late::Told };
    let (expired, stale) = (late(rules.expiry), late(rules.stale));
    let vendor = TrustedVendor { root, list, ceiling, time: time.seconds(), expired, stale };
    Trust { vendors: vec![vendor], unsigned: Vec::new() }
}

/// What an operator says and sends of one check.
struct Sent {
    trust: Trust,
    file: Bytes,
    announced: Digest,
    order: Order,
}

/// An honest operator's look-up, signed by acme; each test changes what it lies about.
fn honest(server: &Faulty) -> (Check, Sent) {
    let check = Check::stock("dns-check", &[("name", "www.test."), ("server", &server.address.to_string())]);
    let component = check.admitted.component();
    let (file, announced) = (Vendor::acme().sign(component.bytes()), component.digest());
    let sent = Sent { trust: tell(&Vendor::acme().grounds()), file, announced, order: check.order() };
    (check, sent)
}

async fn ran(check: &Check, sent: Sent) -> Run {
    let mut agent = Agent::serving(std::env::consts::ARCH).expect("the own agent is there");
    let Sent { trust, file, announced, order } = sent;
    let run = agent
        .converse(async |operator, machine| {
            operator.send_trust(trust).await?;
            operator.send_code(CodeId(0), announced, file, check.code(machine)).await?;
            operator.order(RunIndex(0), order);
            Ok(())
        })
        .await;
    assert_eq!(agent.gone().await.code, Some(if run.ended.is_ok() { 0 } else { 1 }));
    run
}

/// The lie is refused with these words, and no question left the agent.
async fn is_refused(lie: impl FnOnce(&mut Sent), words: &str) {
    let server = Faulty::start(Fault::None);
    let (check, mut sent) = honest(&server);
    lie(&mut sent);
    let run = ran(&check, sent).await;
    let failure = run.failure().expect("it is refused");
    assert_eq!(failure.code, FailureCode::Refused, "{failure:?}");
    assert!(failure.text.contains(words), "{failure:?}");
    assert_eq!(server.asked_over_udp(), 0);
    run.ended.expect("the session ends well");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_told_vendor_signed_runs() {
    let server = Faulty::start(Fault::None);
    let (check, sent) = honest(&server);
    let run = ran(&check, sent).await;
    assert!(run.failure().is_none(), "{:?}", run.failure());
    run.ended.expect("the session ends well");
    assert!(server.asked_over_udp() > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unsigned_file_that_is_not_listed_is_refused() {
    is_refused(
        |sent| sent.file = sent.file.slice(..sent.file.len() - signature(&sent.file)),
        "nobody signed it, and nobody said that it may run unsigned",
    )
    .await;
}

/// Bytes of the section that a signature takes.
fn signature(file: &Bytes) -> usize {
    let envelope = dbg_plugin::trust::split(file).expect("it is signed").envelope.expect("it is signed");
    // An id, its length in two bytes, the name and its length.
    envelope.len() + 1 + 2 + 1 + "dbg:signature".len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_byte_is_refused() {
    is_refused(
        |sent| {
            let mut bytes = sent.file.to_vec();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            sent.file = bytes.into();
        },
        "`acme` does not vouch for it: it was changed",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_under_anothers_root_or_none_is_refused() {
    let stranger = tell(&Vendor::new("acme", 8).grounds());
    is_refused(|sent| sent.trust = stranger, "`acme` does not vouch for it: its vendor did not sign it").await;
    let globex = tell(&Vendor::new("globex", 7).grounds());
    is_refused(|sent| sent.trust = globex, "it says that it is `acme`'s, who is not trusted here").await;
    is_refused(|sent| sent.trust = Trust::default(), "no vendor was told of").await;
    is_refused(|sent| sent.trust.vendors[0].root = Bytes::from_static(b"{}"), "nothing to go by: the root is none")
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_components_file_is_refused_so_that_native_code_is_never_anothers() {
    is_refused(|sent| sent.announced = Digest::from_bytes([7; 32]), "its file is another one").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_past_its_date_is_refused_unless_the_operator_only_tells_of_it() {
    let late = |expiry| {
        let grounds = Vendor::acme().grounds();
        let rules = Rules { expiry, ..grounds.rules };
        tell(&Grounds { time: now().plus_days(40), rules, ..grounds })
    };
    is_refused(|sent| sent.trust = late(Rule::Strict), "it expired at").await;
    let server = Faulty::start(Fault::None);
    let (check, mut sent) = honest(&server);
    sent.trust = late(Rule::Warn);
    assert!(ran(&check, sent).await.failure().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn grants_beyond_imports_declaration_or_ceiling_are_refused_by_their_name() {
    let all_files = Grant::Files(FilesGrant { patterns: vec!["/**".to_owned()] });
    is_refused(|sent| sent.order.grants.grants.push(all_files), "was given `files`, which it does not import").await;
    let anybody = SocketRule { protocol: Protocol::Any, host: HostRule::Anything, ports: PortRange::ALL };
    let anybody = Grant::Sockets(SocketsGrant { rules: vec![anybody] });
    is_refused(|sent| sent.order.grants.grants.push(anybody), "was given `sockets`, which goes beyond its declaration")
        .await;
    is_refused(|sent| assert!(sent.trust.vendors[0].ceiling.pop_first().is_some()), "ceiling").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_its_file_does_not_declare_is_refused() {
    is_refused(
        |sent| sent.order.check = "dns-check-2".parse().expect("a name"),
        "it does not declare the check `dns-check-2`",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn beside_a_check_that_is_refused_another_runs() {
    let server = Faulty::start(Fault::None);
    let (check, Sent { trust, file, announced, order }) = honest(&server);
    let mut agent = Agent::serving(std::env::consts::ARCH).expect("the own agent is there");
    let run = agent
        .converse(async |operator, machine| {
            let native = check.code(machine);
            operator.send_trust(trust).await?;
            operator.send_code(CodeId(0), announced, Bytes::from_static(b"nothing"), native.clone()).await?;
            operator.send_code(CodeId(1), announced, file, native).await?;
            operator.order(RunIndex(0), order.clone());
            operator.order(RunIndex(1), Order { code: CodeId(1), ..order });
            Ok(())
        })
        .await;
    let failures: Vec<_> = run.failures().collect();
    assert!(
        matches!(failures[..], [Some(failure), None] | [None, Some(failure)] if failure.code == FailureCode::Refused),
        "{failures:?}"
    );
    assert!(!run.sentences().is_empty());
    run.ended.expect("the session ends well");
    assert_eq!(agent.gone().await.code, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn code_before_trust_and_a_file_of_endless_length_end_the_session() {
    let server = Faulty::start(Fault::None);
    let lies: [(bool, usize, &str); 2] =
        [(false, 10, "a `code` frame where none belongs"), (true, (65 << 20) + 1, "longer than announced or allowed")];
    for (trusts, length, words) in lies {
        let (_, Sent { trust, announced, .. }) = honest(&server);
        let mut agent = Agent::serving(std::env::consts::ARCH).expect("the own agent is there");
        let run = agent
            .converse(async |operator, _| {
                if trusts {
                    operator.send_trust(trust).await?;
                }
                operator.send_code(CodeId(0), announced, Bytes::from(vec![0; length]), Bytes::new()).await
            })
            .await;
        assert!(run.ended.is_err(), "`{words}`: the session goes on");
        let gone = agent.gone().await;
        assert!(gone.code == Some(1) && gone.stderr.contains(words), "{gone:?}");
    }
}
