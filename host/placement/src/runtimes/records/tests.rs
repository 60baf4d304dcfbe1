use super::super::group::Group;
use super::*;

const ID: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs_err::create_dir_all(path.parent().unwrap()).unwrap();
    fs_err::write(path, text).unwrap();
}

fn name(root: &Path, id: &str) -> Option<String> {
    records(root, Wanted::All).values().find(|one| one.id == id).and_then(Record::name)
}

#[test]
fn each_runtime_is_asked_where_it_leaves_its_containers() {
    let docker = r#"{"Name":"/web","State":{"Running":true}}"#;
    for (path, text) in [
        ("var/lib/docker/containers/ID/config.v2.json", docker),
        ("home/ann/.local/share/docker/containers/ID/config.v2.json", docker),
        (
            "run/containerd/io.containerd.runtime.v2.task/k8s.io/ID/config.json",
            r#"{"annotations":{"io.kubernetes.cri.container-name":"web"}}"#,
        ),
        (
            "run/k3s/containerd/io.containerd.runtime.v2.task/k8s.io/ID/config.json",
            r#"{"annotations":{"io.kubernetes.cri.container-name":"web"}}"#,
        ),
        (
            "run/containers/storage/overlay-containers/ID/userdata/config.json",
            r#"{"annotations":{"io.kubernetes.container.name":"web"}}"#,
        ),
    ] {
        let root = tempfile::tempdir().unwrap();
        write(root.path(), "etc/passwd", "root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\n");
        fs_err::create_dir_all(root.path().join("run/user/1000")).unwrap();
        write(root.path(), &path.replace("ID", ID), text);
        assert_eq!(name(root.path(), ID).as_deref(), Some("web"), "{path}");
    }
    for (running, stored) in [
        ("run/containers/storage", "var/lib/containers/storage"),
        ("run/user/1000/containers", "home/ann/.local/share/containers/storage"),
    ] {
        let root = tempfile::tempdir().unwrap();
        write(root.path(), "etc/passwd", "ann:x:1000:1000::/home/ann:/bin/sh\n");
        write(root.path(), &format!("{running}/vfs-containers/{ID}/userdata/config.json"), "{}");
        let list = format!("[{{\"id\":\"{ID}\",\"names\":[\"web\"]}}]");
        write(root.path(), &format!("{stored}/vfs-containers/containers.json"), &list);
        assert_eq!(name(root.path(), ID).as_deref(), Some("web"), "{running}");
    }
}

#[test]
fn where_docker_keeps_its_data_is_asked_of_its_configuration() {
    let root = tempfile::tempdir().unwrap();
    let config = format!("srv/docker/containers/{ID}/config.v2.json");
    write(root.path(), &config, r#"{"Name":"/web","State":{"Running":true}}"#);
    assert_eq!(name(root.path(), ID), None);
    write(root.path(), "etc/docker/daemon.json", r#"{"data-root":"/srv/docker"}"#);
    assert_eq!(name(root.path(), ID).as_deref(), Some("web"));
}

#[test]
fn podmans_bundle_is_in_what_outlives_the_machine_and_says_the_control_group() {
    let root = tempfile::tempdir().unwrap();
    fs_err::create_dir_all(root.path().join(format!("run/containers/storage/overlay-containers/{ID}"))).unwrap();
    let bundle = format!("{{\"linux\":{{\"cgroupsPath\":\"machine.slice:libpod:{ID}\"}}}}");
    let stored = "var/lib/containers/storage/overlay-containers";
    write(root.path(), &format!("{stored}/{ID}/userdata/config.json"), &bundle);
    write(
        root.path(),
        &format!("{stored}/volatile-containers.json"),
        &format!("[{{\"id\":\"{ID}\",\"names\":[\"web\"]}}]"),
    );
    let all = records(root.path(), Wanted::All);
    let expected = Group::read(&format!("/machine.slice/libpod-{ID}.scope"));
    assert_eq!((all[ID].name().as_deref(), &all[ID].group), (Some("web"), &expected));
}

#[test]
fn what_a_user_says_never_comes_before_what_the_machine_says_and_is_marked_as_that_users() {
    let root = tempfile::tempdir().unwrap();
    write(root.path(), "etc/passwd", "ann:x:1000:1000::/home/ann:/bin/sh\n");
    let other = ID.replace("01", "10");
    for (id, text) in [(ID, "mine"), (&other, "own")] {
        let config = format!("{{\"Name\":\"/{text}\",\"State\":{{\"Running\":true}}}}");
        write(root.path(), &format!("home/ann/.local/share/docker/containers/{id}/config.v2.json"), &config);
    }
    fs_err::create_dir_all(root.path().join("run/user/1000")).unwrap();
    let config = r#"{"Name":"/web","State":{"Running":true}}"#;
    write(root.path(), &format!("var/lib/docker/containers/{ID}/config.v2.json"), config);
    let all = records(root.path(), Wanted::All);
    assert_eq!((all[ID].name().as_deref(), all[ID].owner), (Some("web"), None));
    assert_eq!((all[&other].name().as_deref(), all[&other].owner), (Some("own"), Some(1000)));
}

#[test]
fn what_docker_runs_by_containerd_is_one_container_with_dockers_name() {
    let root = tempfile::tempdir().unwrap();
    write(
        root.path(),
        &format!("var/lib/docker/containers/{ID}/config.v2.json"),
        r#"{"Name":"/web","State":{"Running":true}}"#,
    );
    let bundle = format!("{{\"linux\":{{\"cgroupsPath\":\"/docker/{ID}\"}}}}");
    write(root.path(), &format!("run/containerd/io.containerd.runtime.v2.task/moby/{ID}/config.json"), &bundle);
    let all = records(root.path(), Wanted::All);
    assert_eq!((all.len(), all[ID].runtime), (1, ContainerRuntime::Docker));
    assert_eq!(all[ID].group, Group::read(&format!("/docker/{ID}")));
}

#[test]
fn only_what_a_control_group_may_mean_is_read() {
    let root = tempfile::tempdir().unwrap();
    for id in [ID, "web", "db"] {
        write(root.path(), &format!("run/containerd/io.containerd.runtime.v2.task/default/{id}/config.json"), "{}");
    }
    let found = |text: String| {
        let found = records(root.path(), Wanted::In(text.as_bytes()));
        found.into_values().map(|one| one.id).collect::<Vec<_>>()
    };
    assert_eq!(found(format!("0::/system.slice/docker-{ID}.scope")), [ID]);
    assert_eq!(found("0::/default/web".to_owned()), ["web"]);
    assert_eq!(found("0::/user.slice".to_owned()), [""; 0]);
}

#[test]
fn links_in_the_folders_of_runtimes_lead_nowhere() {
    let root = tempfile::tempdir().unwrap();
    write(root.path(), "elsewhere/config.json", r#"{"annotations":{"nerdctl/name":"web"}}"#);
    let bundles = root.path().join("run/containerd/io.containerd.runtime.v2.task/default");
    fs_err::create_dir_all(&bundles).unwrap();
    std::os::unix::fs::symlink(root.path().join("elsewhere"), bundles.join(ID)).unwrap();
    assert_eq!(name(root.path(), ID), None);
    // A user's own: to a folder of root's.
    write(root.path(), "etc/passwd", "ann:x:1000:1000::/home/ann:/bin/sh\n");
    fs_err::create_dir_all(root.path().join("run/user/1000")).unwrap();
    let config = r#"{"Name":"/web","State":{"Running":true}}"#;
    write(root.path(), &format!("elsewhere/containers/{ID}/config.v2.json"), config);
    fs_err::create_dir_all(root.path().join("home/ann/.local/share")).unwrap();
    let link = root.path().join("home/ann/.local/share/docker");
    std::os::unix::fs::symlink(root.path().join("elsewhere"), link).unwrap();
    assert_eq!(name(root.path(), ID), None);
}
