//! From what a guest asked for to what may be sent: each endpoint becomes addresses that the grant covers, or an outcome at once.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr, SocketAddrV6};
use std::sync::Arc;

use dbg_capability::{Destination, LookupError, Sockets};
use dbg_model::{Host, truncate_at_char};
use tokio::task::JoinSet;

use super::wit;
use crate::capability::sockets::{Judge, link};

/// Look-ups at the same time.
const AT_ONCE: usize = 64;
/// Addresses of one name; the rest is left out, as for sockets.
const ADDRESSES: usize = 256;
/// Of a detail.
const DETAIL: usize = 512;

/// The endpoints of a batch. Neighbours mostly share their host, so it is kept once.
#[derive(Debug, Default)]
pub(super) struct Endpoints {
    hosts: Vec<Host>,
    /// Host by its place in `hosts`, and port.
    endpoints: Vec<(usize, u16)>,
}

/// What may be sent, and what needs nothing sent.
pub(super) struct Plan {
    pub(super) to: Vec<Destination>,
    pub(super) early: Vec<wit::Attempt>,
}

/// What each name turned out to be.
pub(super) type Found = HashMap<String, Result<Vec<IpAddr>, String>>;

impl Endpoints {
    pub(super) fn len(&self) -> usize {
        self.endpoints.len()
    }

    pub(super) fn add(&mut self, host: Host, port: u16) {
        if self.hosts.last() != Some(&host) {
            self.hosts.push(host);
        }
        self.endpoints.push((self.hosts.len() - 1, port));
    }

    /// The names to be looked up: only those that the grant lists, since a question alone carries data out.
    pub(super) fn lookups(&self, judge: &Judge) -> Vec<String> {
        let names = self.hosts.iter().filter_map(|host| match host {
            Host::Name(name) if judge.lists(name) => Some(name.clone()),
            _ => None,
        });
        let mut names: Vec<String> = names.collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Judges every address; none when there are more than `most` to send.
    pub(super) fn plan(&self, found: &Found, judge: &Judge, most: usize) -> Option<Plan> {
        for (name, addresses) in found {
            judge.pin(name, addresses.as_deref().unwrap_or_default());
        }
        let mut plan = Plan { to: Vec::with_capacity(self.endpoints.len()), early: Vec::new() };
        for ((host, port), endpoint) in self.endpoints.iter().zip(0..) {
            match self.hosts.get(*host)? {
                Host::Ip(ip) => plan.judge(endpoint, SocketAddr::new(*ip, *port), judge, None),
                Host::Scoped(ip, zone) => {
                    let scope = link(zone).unwrap_or_default();
                    plan.judge(endpoint, SocketAddrV6::new(*ip, *port, 0, scope).into(), judge, None);
                }
                Host::Name(name) => match found.get(name) {
                    Some(Ok(addresses)) => {
                        for ip in addresses {
                            plan.judge(endpoint, SocketAddr::new(*ip, *port), judge, Some(name));
                        }
                    }
                    Some(Err(why)) => plan.early.push(attempt(endpoint, None, wit::Outcome::Unresolved, why)),
                    None => {
                        let why = "`connect` was not granted for this name";
                        plan.early.push(attempt(endpoint, None, wit::Outcome::Denied, why));
                    }
                },
            }
            if plan.to.len() > most || plan.early.len() > super::A_BATCH {
                return None;
            }
        }
        Some(plan)
    }
}

impl Plan {
    /// `name` is what led to the address.
    fn judge(&mut self, endpoint: u32, address: SocketAddr, judge: &Judge, name: Option<&str>) {
        if judge.reaches(address) {
            self.to.push(Destination { endpoint, address });
            return;
        }
        let ip = address.ip();
        let why = match name.zip(judge.special(ip)) {
            Some((name, special)) => {
                format!("`{name}` leads to {ip} ({special}): no name covers that, the address itself does")
            }
            None => "`connect` was not granted for it".to_owned(),
        };
        self.early.push(attempt(endpoint, Some(address), wit::Outcome::Denied, &why));
    }
}

pub(super) fn attempt(endpoint: u32, address: Option<SocketAddr>, outcome: wit::Outcome, detail: &str) -> wit::Attempt {
    let address = address.map(|address| address.ip().to_string()).unwrap_or_default();
    wit::Attempt { endpoint, address, outcome, took_us: 0, detail: truncate_at_char(detail, DETAIL).to_owned() }
}

/// Looks the names up, the first `asked` of them; dropping it stops the asking.
pub(super) async fn look_up(names: Vec<String>, asked: usize, sockets: &Arc<dyn Sockets>) -> Found {
    let mut found = Found::new();
    let mut left = names.into_iter();
    let mut asking: JoinSet<(String, Result<Vec<IpAddr>, LookupError>)> = JoinSet::new();
    for name in left.by_ref().take(asked) {
        if asking.len() >= AT_ONCE
            && let Some(Ok(answer)) = asking.join_next().await
        {
            keep(&mut found, answer);
        }
        let sockets = Arc::clone(sockets);
        asking.spawn(async move {
            let answer = sockets.lookup(&name).await;
            (name, answer)
        });
    }
    while let Some(answer) = asking.join_next().await {
        if let Ok(answer) = answer {
            keep(&mut found, answer);
        }
    }
    let over = format!("not looked up: a run has at most {} look-ups", super::LOOKUPS);
    found.extend(left.map(|name| (name, Err(over.clone()))));
    found
}

fn keep(found: &mut Found, (name, answer): (String, Result<Vec<IpAddr>, LookupError>)) {
    let addresses = answer.map_err(|error| error.text).map(|mut addresses| {
        addresses.truncate(ADDRESSES);
        addresses
    });
    found.insert(name, addresses);
}

#[cfg(test)]
mod tests {
    use dbg_model::{HostRule, PortRange, Protocol, SocketRule, SocketsGrant};

    use super::*;

    struct Names;

    #[async_trait::async_trait]
    impl Sockets for Names {
        async fn lookup(&self, name: &str) -> Result<Vec<IpAddr>, LookupError> {
            let text = match name {
                "two.test" | "localhost" => return Ok(vec!["10.0.0.1".parse().unwrap(), "127.0.0.1".parse().unwrap()]),
                _ => "it does not exist".to_owned(),
            };
            Err(LookupError { code: dbg_capability::LookupErrorCode::NameUnresolvable, text })
        }

        async fn resolvers(&self) -> Vec<SocketAddr> {
            Vec::new()
        }

        async fn own_addresses(&self) -> Vec<IpAddr> {
            Vec::new()
        }
    }

    async fn planned(rules: &[(HostRule, u16)], to: &[(&str, u16)], most: usize) -> Option<Plan> {
        let rules = rules.iter().map(|(host, port)| SocketRule {
            protocol: Protocol::Tcp,
            host: host.clone(),
            ports: PortRange::one(*port),
        });
        let sockets: Arc<dyn Sockets> = Arc::new(Names);
        let judge = Judge::new(Some(&SocketsGrant { rules: rules.collect() }), &*sockets, &Arc::default()).await;
        let mut endpoints = Endpoints::default();
        for (host, port) in to {
            endpoints.add(host.parse().unwrap(), *port);
        }
        let lookups = endpoints.lookups(&judge);
        let asked = lookups.len();
        let found = look_up(lookups, asked, &sockets).await;
        endpoints.plan(&found, &judge, most)
    }

    fn outcomes(plan: &Plan) -> Vec<(u32, &str, wit::Outcome)> {
        plan.early.iter().map(|attempt| (attempt.endpoint, attempt.address.as_str(), attempt.outcome)).collect()
    }

    #[tokio::test]
    async fn each_endpoint_becomes_granted_addresses_or_an_outcome() {
        let rules = [
            (HostRule::Net("127.0.0.1/32".parse().unwrap()), 80),
            (HostRule::Name("two.test".into()), 5432),
            (HostRule::Name("gone.test".into()), 80),
        ];
        let to = [
            ("127.0.0.1", 80),
            ("127.0.0.1", 81),
            ("10.0.0.1", 80),
            ("two.test", 5432),
            ("gone.test", 80),
            ("secrets.test", 80),
            ("::ffff:127.0.0.1", 80),
        ];
        let plan = planned(&rules, &to, 100).await.unwrap();
        let sent: Vec<(u32, String)> = plan.to.iter().map(|to| (to.endpoint, to.address.to_string())).collect();
        let mapped = (6, "[::ffff:127.0.0.1]:80".to_owned());
        assert_eq!(sent, [(0, "127.0.0.1:80".to_owned()), (3, "10.0.0.1:5432".to_owned()), mapped]);
        assert_eq!(
            outcomes(&plan),
            [
                (1, "127.0.0.1", wit::Outcome::Denied),
                (2, "10.0.0.1", wit::Outcome::Denied),
                (3, "127.0.0.1", wit::Outcome::Denied),
                (4, "", wit::Outcome::Unresolved),
                (5, "", wit::Outcome::Denied),
            ]
        );
    }

    #[tokio::test]
    async fn it_is_said_why_a_name_does_not_lead_to_an_address() {
        let rules = [(HostRule::Name("two.test".into()), 5432)];
        let plan = planned(&rules, &[("two.test", 5432), ("two.test", 80)], 100).await.unwrap();
        let details: Vec<&str> = plan.early.iter().map(|attempt| attempt.detail.as_str()).collect();
        let loopback = "`two.test` leads to 127.0.0.1 (loopback, the target itself): ";
        assert!(details[0].starts_with(loopback), "{details:?}");
        assert_eq!(details[1], "`connect` was not granted for it", "the port is not in the grant");
    }

    #[tokio::test]
    async fn localhost_leads_to_loopback_and_to_nothing_else_that_somebody_says_for_it() {
        let rules = [(HostRule::Localhost("localhost".into()), 5432)];
        let plan = planned(&rules, &[("localhost", 5432)], 100).await.unwrap();
        let sent: Vec<String> = plan.to.iter().map(|to| to.address.to_string()).collect();
        assert_eq!(sent, ["127.0.0.1:5432"]);
        assert_eq!(outcomes(&plan), [(0, "10.0.0.1", wit::Outcome::Denied)]);
        let declared = [(HostRule::Name("localhost.test".into()), 5432)];
        assert!(planned(&declared, &[("localhost", 5432)], 100).await.unwrap().to.is_empty());
    }

    #[tokio::test]
    async fn a_name_that_is_not_granted_is_not_even_asked_for() {
        let plan = planned(&[], &[("two.test", 5432)], 100).await.unwrap();
        assert_eq!(outcomes(&plan), [(0, "", wit::Outcome::Denied)]);
    }

    #[tokio::test]
    async fn more_addresses_than_are_left_are_refused_whole() {
        let rules = [(HostRule::Anything, 80)];
        assert!(planned(&rules, &[("10.0.0.1", 80), ("10.0.0.2", 80)], 2).await.is_some());
        assert!(planned(&rules, &[("10.0.0.1", 80), ("10.0.0.2", 80)], 1).await.is_none());
    }

    #[tokio::test]
    async fn names_beyond_the_run_s_look_ups_are_unresolved() {
        let sockets: Arc<dyn Sockets> = Arc::new(Names);
        let found = look_up(vec!["a.test".into(), "two.test".into()], 1, &sockets).await;
        assert!(found.get("two.test").is_some_and(|found| found.as_ref().is_err_and(|why| why.contains("1000"))));
    }
}
