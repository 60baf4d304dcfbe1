//! What fits into namespaces, without a cluster.

use super::*;

const MIB: i64 = 1 << 20;

fn range(limits: &str) -> Room {
    let text = format!(r#"{{"metadata":{{"name":"small"}},"spec":{{"limits":[{limits}]}}}}"#);
    of(&[serde_json::from_str(&text).unwrap()], &[])
}

fn quota(spec: &str, hard: &str, used: &str) -> Room {
    let text = format!(
        r#"{{"metadata":{{"name":"shop"}},"spec":{{{spec}}},"status":{{"hard":{{{hard}}},"used":{{{used}}}}}}}"#
    );
    of(&[], &[serde_json::from_str(&text).unwrap()])
}

fn memory(room: &Room) -> Result<Fit, Bound> {
    room.memory.fit(64 * MIB, 1280 * MIB, 128 * MIB)
}

fn fits(room: &Room) -> (i64, i64) {
    let fit = memory(room).unwrap();
    (fit.request / MIB, fit.limit / MIB)
}

#[test]
fn where_nothing_is_said_a_container_has_what_it_would_like() {
    assert_eq!(fits(&Room::default()), (64, 1280));
    // Of claims on disks, and of another resource.
    let other =
        range(r#"{"type":"PersistentVolumeClaim","max":{"memory":"1Mi"}},{"type":"Pod","max":{"storage":"1Mi"}}"#);
    assert_eq!(other, Room::default());
}

#[test]
fn a_limit_is_as_large_as_the_namespace_lets_it_be_and_no_smaller_than_the_agent() {
    let room = range(r#"{"type":"Container","max":{"memory":"256Mi","cpu":"500m"}}"#);
    assert_eq!(fits(&room), (64, 256));
    assert_eq!(memory(&room).unwrap().narrowed, Some(Words::of("the LimitRange `small`")));
    assert_eq!(room.processor.fit(10_000_000, 1_000_000_000, 50_000_000).unwrap().limit, 500_000_000);
    let bound = memory(&range(r#"{"type":"Pod","max":{"memory":"127Mi"}}"#)).unwrap_err();
    assert_eq!((bound.amount, bound.whose), (127 * MIB, Words::of("the LimitRange `small`")));
}

#[test]
fn what_is_kept_free_follows_the_least_and_the_ratio() {
    assert_eq!(fits(&range(r#"{"type":"Container","min":{"memory":"100Mi"}}"#)), (100, 1280));
    assert_eq!(fits(&range(r#"{"type":"Container","min":{"memory":"2Gi"}}"#)), (2048, 2048));
    assert_eq!(fits(&range(r#"{"type":"Container","maxLimitRequestRatio":{"memory":"4"}}"#)), (320, 1280));
    let both = r#"{"type":"Container","max":{"memory":"512Mi"},"maxLimitRequestRatio":{"memory":"1"}}"#;
    assert_eq!(fits(&range(both)), (512, 512));
}

#[test]
fn a_quota_bounds_by_what_is_left_of_it() {
    let room = quota(
        "",
        r#""limits.memory":"2Gi","requests.memory":"1Gi""#,
        r#""limits.memory":"1536Mi","requests.memory":"992Mi""#,
    );
    assert_eq!(fits(&room), (32, 512));
    let full = quota("", r#""limits.memory":"1Gi""#, r#""limits.memory":"1Gi""#);
    assert_eq!(memory(&full).unwrap_err().whose, Words::of("what the quota `shop` has left"));
}

#[test]
fn a_quota_of_pods_of_another_kind_bounds_nothing() {
    for spec in [r#""scopes":["BestEffort"]"#, r#""scopes":["NotTerminating"]"#, r#""scopeSelector":{}"#] {
        assert_eq!(quota(spec, r#""limits.memory":"1Mi""#, ""), Room::default(), "{spec}");
    }
    assert_ne!(quota(r#""scopes":["Terminating"]"#, r#""limits.memory":"1Mi""#, ""), Room::default());
}

#[test]
fn what_is_no_amount_bounds_nothing() {
    assert_eq!(range(r#"{"type":"Container","max":{"memory":"much"}}"#), Room::default());
}
