use super::super::record::Bundle;
use super::*;

const A: &str = "aa23456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const B: &str = "ab23456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

fn record(id: &str, names: &[&str]) -> Record {
    let mut record = Record::bare(id, ContainerRuntime::Docker).unwrap();
    record.add_names(&names.iter().map(ToString::to_string).collect::<Vec<_>>());
    record
}

/// In the control group of this path.
fn placed(id: &str, names: &[&str], path: &str) -> Record {
    let mut record = record(id, names);
    record.add_bundle(&Bundle::read(format!("{{\"linux\":{{\"cgroupsPath\":\"{path}\"}}}}").as_bytes()));
    record
}

fn known(records: impl IntoIterator<Item = Record>) -> Known {
    Known { records: records.into_iter().map(|record| (record.key(), record)).collect(), own: b"0::/".to_vec() }
}

fn process(pid: u32, start: u64, cgroup: &str) -> Process {
    Process { pid, start, cgroup: cgroup.as_bytes().to_vec(), owner: Owner::Known(None) }
}

fn name_behind(known: &Known, cgroup: &str, owner: Option<u32>) -> Option<String> {
    known.behind(cgroup.as_bytes(), &Owner::Known(owner))?.name()
}

fn running(record: Record, first: u32) -> Running {
    Running { record, first, start: 1 }
}

#[test]
fn the_first_process_of_a_container_is_its_oldest() {
    let known = known([record(A, &["web"])]);
    let inside = format!("0::/docker/{A}");
    let all = [process(9, 70, &inside), process(8, 50, &inside), process(7, 60, &inside), process(1, 1, "0::/x")];
    let running = known.running(all.into_iter());
    assert_eq!(running.iter().map(|one| one.first).collect::<Vec<_>>(), [8]);
}

#[test]
fn nobody_is_taken_for_a_container_by_a_control_group_that_it_made_itself() {
    let both = known([placed(A, &["web"], &format!("/docker/{A}")), placed(B, &["db"], &format!("/docker/{B}"))]);
    let claims = format!("0::/docker/{A}/docker/{B}");
    assert_eq!(name_behind(&both, &claims, None).as_deref(), Some("web"));
    // Older than the container that it claims to be, and so its first process if it were believed.
    let elsewhere = format!("0::/system.slice/mine.service/docker-{A}.scope");
    assert_eq!(both.behind(elsewhere.as_bytes(), &Owner::Known(None)), None);
    let all = [process(5, 1, &elsewhere), process(6, 2, &format!("0::/docker/{A}/x"))];
    assert_eq!(both.running(all.into_iter()).iter().map(|one| one.first).collect::<Vec<_>>(), [6]);
    // The container is unknown, so its name is; the inner one is its claim.
    let inner = known([placed(B, &["db"], &format!("/docker/{B}"))]);
    assert_eq!(inner.behind(claims.as_bytes(), &Owner::Known(None)).unwrap().id, A);
    // On a machine that is this container itself, its own runtime's containers are the inner ones.
    let within = Known { own: format!("0::/docker/{A}/session").into_bytes(), ..inner };
    assert_eq!(name_behind(&within, &claims, None).as_deref(), Some("db"));
}

#[test]
fn what_a_user_says_counts_for_that_users_processes_alone() {
    let mut of_user = record(A, &["web"]);
    of_user.owner = Some(1000);
    let known = known([of_user, placed(B, &["db"], &format!("system.slice:docker:{B}"))]);
    let inside = format!("0::/user.slice/user-1000.slice/user@1000.service/app.slice/docker-{A}.scope");
    assert_eq!(name_behind(&known, &inside, Some(1000)).as_deref(), Some("web"));
    assert_eq!(name_behind(&known, &inside, None), None);
    assert_eq!(name_behind(&known, &inside, Some(1001)), None);
    // Without the user's manager the place says nothing, and the user namespace does.
    assert_eq!(name_behind(&known, &format!("0::/docker/{A}"), Some(1000)).as_deref(), Some("web"));
    assert_eq!(name_behind(&known, &format!("0::/docker/{A}"), None), None);
    // The machine's container is not among a user's control groups.
    let claims = format!("0::/user.slice/user-1000.slice/user@1000.service/app.slice/docker-{B}.scope");
    assert_eq!(name_behind(&known, &claims, Some(1000)), None);
    assert_eq!(
        name_behind(&known, &format!("0::/system.slice/docker-{B}.scope"), Some(1000)).as_deref(),
        Some("db"),
        "an engine may give its containers another user namespace"
    );
}

#[test]
fn a_container_without_digits_is_known_by_its_control_group() {
    let known = known([placed("web", &["web"], "/default/web")]);
    assert_eq!(name_behind(&known, "4:pids:/default/web/x\n0::/", None).as_deref(), Some("web"));
    assert_eq!(name_behind(&known, "4:pids:/default/web2\n0::/", None), None);
}

#[test]
fn a_container_is_found_by_name_id_and_the_beginning_of_its_id() {
    let all = [running(record(A, &["web"]), 1), running(record(B, &["aa23456789ab"]), 2)];
    let first = |name: &str| match named(name, &all) {
        Named::One(one) => one.first,
        other => panic!("{name}: {other:?}"),
    };
    assert_eq!((first("web"), first(A), first(&A[..20]), first(&B[..12])), (1, 1, 1, 2));
    // A whole name comes before the beginning of an id.
    assert_eq!(first("aa23456789ab"), 2);
    // Fewer digits are no id.
    assert_eq!(named("ab2", &all), Named::Nobody(vec!["web".to_owned(), "aa23456789ab".to_owned()]));
    let twins = [running(record(A, &[]), 1), running(record(&A.replace("ef", "ee"), &[]), 2)];
    assert_eq!(
        named(&A[..12], &twins),
        Named::Several(vec![
            "aa23456789ab (Docker, process 1)".to_owned(),
            "aa23456789ab (Docker, process 2)".to_owned(),
        ])
    );
}

#[test]
fn containers_of_pods_are_found_by_container_and_by_pod_and_told_apart() {
    let of_pod = |id: &str, container: &str, pod: &str, first| {
        running(record(id, &[&format!("k8s_{container}_{pod}_shop_1-2_0")]), first)
    };
    let all = [
        of_pod(A, "web", "web-1", 1),
        of_pod(B, "web", "web-2", 2),
        of_pod(&A.replace("aa", "ac"), "POD", "web-1", 3),
        of_pod(&A.replace("aa", "ad"), "log", "web-2", 4),
    ];
    let Named::Several(told) = named("web", &all) else { panic!() };
    assert_eq!(
        told,
        ["aa23456789ab (shop/web-1/web, Docker, process 1)", "ab23456789ab (shop/web-2/web, Docker, process 2)"]
    );
    // What only holds its network is not meant.
    assert!(matches!(named("web-1", &all), Named::One(one) if one.first == 1));
    assert!(matches!(named("web-2", &all), Named::Several(told) if told.len() == 2));
    assert!(matches!(named("k8s_web_web-2_shop_1-2_0", &all), Named::One(one) if one.first == 2));
}
