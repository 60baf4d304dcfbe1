//! `dbg shell` in containers: the target's own shell, an image's, the machine's; how far each profile goes; and a prompt where there is none.

use dbg_tests::{Engine, Invocation, LIMIT, Output, Person, Site, exit, until};

const SLEEP: &str = "/bin/sleep 600";

/// `dbg shell WORDS -- sh -c SCRIPT`, as root.
fn script<'site>(site: &'site Site, engine: Engine, words: &str, script: &str) -> Invocation<'site> {
    site.dbg(engine, &format!("shell {words} -- sh -c")).arg(script)
}

/// The Linux capabilities that a script's process has, as the kernel numbers them.
#[track_caller]
fn rights(output: &Output) -> u64 {
    output.exits(exit::PASS);
    let text = output.stdout();
    let line = text.lines().find_map(|line| line.strip_prefix("CapEff:")).unwrap_or_else(|| panic!("{output}"));
    u64::from_str_radix(line.trim(), 16).expect("hexadecimal digits")
}

#[test]
fn a_containers_own_shell_has_its_files_its_processes_and_its_variables() {
    let Some(site) = Site::new() else { return };
    for engine in Engine::BOTH {
        let _web = site.container(engine, "web", "--env COLOUR=red", SLEEP);
        let output = script(
            &site,
            engine,
            "--target container/web",
            "cat /etc/marker; echo colour $COLOUR; busybox ps; busybox id -u; echo sigh >&2; exit 7",
        )
        .run();
        assert_eq!(output.code(), Some(7), "{output}");
        output.says("shop").says("colour red").says("sleep 600").warns("sigh");
        assert!(!output.stdout().contains("sigh\n"), "{output}");
        site.nothing_is_left();
    }
}

#[test]
fn a_terminal_in_a_container_has_its_size_its_keys_and_its_code() {
    let Some(site) = Site::new() else { return };
    for engine in Engine::BOTH {
        let _web = site.container(engine, "web", "", SLEEP);
        for words in ["--target container/web", "--target isolated --image shop"] {
            let mut person = Person::start(site.dbg(engine, &format!("shell {words}")));
            person.is_hidden();
            person.types("cat /etc/marker\r");
            person.sees("shop", 1);
            person.tries_the_terminal("busybox stty");
            site.nothing_is_left();
        }
    }
}

#[test]
fn an_images_shell_stands_in_the_network_that_is_looked_at() {
    let Some(site) = Site::new() else { return };
    for engine in Engine::BOTH {
        let _web = site.container(engine, "web", "", "/bin/httpd -f -p 8080 -h /www");
        let fetch = "busybox wget -qO - http://127.0.0.1:8080/; echo code $?";
        let there = script(&site, engine, "--target container/web --image shop", fetch).run();
        there.exits(exit::PASS).says("hello").says("code 0");
        let beside = script(&site, engine, "--target isolated --image shop", fetch).run();
        beside.exits(exit::PASS).hides("hello");
        // Its own processes alone, unless it is asked for the target's.
        let list = "busybox ps";
        script(&site, engine, "--target container/web --image shop", list).run().hides("httpd");
        script(&site, engine, "--target container/web --image shop --pid", list).run().says("httpd");
        // Its files can be written, and go with it.
        script(&site, engine, "--target isolated --image shop", "echo x > /new && cat /new").run().exits(exit::PASS);
        site.nothing_is_left();
    }
}

#[test]
fn stdin_arrives_whole_and_ends() {
    let Some(site) = Site::new() else { return };
    let much = "0123456789abcdef\n".repeat(100_000);
    for engine in Engine::BOTH {
        let output = site.dbg(engine, "shell --target isolated --image shop -- cat").input(much.clone()).run();
        output.exits(exit::PASS);
        assert!(output.stdout() == much, "{} bytes came back", output.stdout().len());
        site.nothing_is_left();
    }
}

#[test]
fn each_profile_has_its_rights_and_no_other() {
    let Some(site) = Site::new() else { return };
    let (chown, raw, network, chroot, trace) = (1 << 0, 1 << 13, 1 << 12, 1 << 18, 1 << 19);
    for engine in Engine::BOTH {
        let _web = site.container(engine, "web", "", SLEEP);
        for place in ["--target isolated --image shop", "--target container/web", "--target host --image shop"] {
            let has = |profile: &str| {
                let words = format!("{place} --profile {profile}");
                rights(&script(&site, engine, &words, "cat /proc/self/status; busybox id -u").run())
            };
            let baseline = has("baseline");
            assert_eq!(baseline & (chown | raw | chroot), chown | raw | chroot, "{place}");
            assert_eq!(baseline & (network | trace), 0, "{place}");
            assert_eq!((has("general"), has("netadmin")), (baseline | trace, baseline | network), "{place}");
            assert_eq!(has("restricted"), 0, "{place}");
        }
        let who = |profile: &str| {
            let words = format!("--target container/web --profile {profile}");
            script(&site, engine, &words, "busybox id -u; cat /proc/self/status").run()
        };
        who("restricted").says("65534").says("NoNewPrivs:\t1");
        who("general").says("0\n").says("NoNewPrivs:\t1");
        site.nothing_is_left();
    }
}

#[test]
fn the_machines_own_shell_reads_its_files_and_an_image_finds_them_at_host() {
    let Some(site) = Site::new() else { return };
    for engine in Engine::BOTH {
        let marker = site.context.home.write("marker", "of the machine\n");
        let read = format!("cat {}; echo no > {0}; echo code $?; ls /proc/1", marker.display());
        let own = script(&site, engine, "--target host", &read).run();
        own.exits(exit::PASS).says("of the machine").hides("code 0").says("status");
        let image = format!("cat $HOST{}; chroot $HOST cat {0}", marker.display());
        let image = image.replace("chroot", "busybox chroot");
        let seen = script(&site, engine, "--target host --image shop", &image).run();
        assert_eq!(seen.exits(exit::PASS).stdout(), "of the machine\n".repeat(2));
        assert_eq!(std::fs::read_to_string(&marker).expect("it is there"), "of the machine\n");
        site.nothing_is_left();
    }
}

#[test]
fn sysadmin_has_everything_and_writes_the_machines_files() {
    let Some(site) = Site::new() else { return };
    for engine in Engine::BOTH {
        let file = site.context.home.path().join(format!("{engine:?}"));
        let write = format!("echo written > {}; cat /proc/self/status", file.display());
        let output = script(&site, engine, "--target host --profile sysadmin", &write).run();
        let admin = 1 << 21;
        assert_eq!(rights(&output) & admin, admin, "{output}");
        output.says("NoNewPrivs:\t0");
        assert_eq!(std::fs::read_to_string(&file).expect("it was written"), "written\n");
        std::fs::remove_file(&file).expect("our own home");
        site.nothing_is_left();
    }
}

#[test]
fn where_there_is_no_shell_the_checks_are_offered() {
    let Some(site) = Site::new() else { return };
    for engine in Engine::BOTH {
        site.client(engine, &format!("run -d --name bare-web bare {SLEEP}"));
        for target in ["container/bare-web", "isolated"] {
            let lines = "help\nsock-summary -o json\n\nno-such-check\nsock-summary 'mistake\nsock-summary\nexit\n";
            let output = site.dbg(engine, &format!("shell --target {target}")).input(lines).run();
            output.exits(exit::PASS).warns("its checks are offered").says("dns-check").says("\"verdict\"");
            output.warns("no-such-check").warns("a quote is opened");
        }
        let mut person = Person::start(site.dbg(engine, "shell --target container/bare-web"));
        person.sees("dbg (container/bare-web)> ", 1);
        person.types("sock-summary\n");
        person.sees("dbg (container/bare-web)> ", 2);
        assert!(person.screen().contains("pass"), "{}", person.screen());
        person.types("\u{4}");
        assert_eq!(person.ends(), Some(0), "{}", person.screen());
        // A program of its own it has.
        let output = site.dbg(engine, "shell --target container/bare-web -- /bin/sleep 0").run();
        output.exits(exit::PASS);
        site.client(engine, "rm -f bare-web");
        site.nothing_is_left();
    }
}

#[test]
fn what_cannot_be_started_is_told_with_the_code_that_shells_have_for_it() {
    let Some(site) = Site::new() else { return };
    for engine in Engine::BOTH {
        let _web = site.container(engine, "web", "", SLEEP);
        for (line, code, words) in [
            ("--target container/web -- no-such", 127, "`container/web` has no program `no-such`"),
            ("--target container/web -- /etc/marker", 126, "cannot be executed"),
            ("--target isolated --image shop -- no-such", 127, "the image `shop` has no program"),
            ("--target isolated --image bare", 127, "the image `bare` has no shell"),
        ] {
            let output = site.dbg(engine, &format!("shell {line}")).run();
            assert_eq!(output.code(), Some(code), "{output}");
            output.warns(words);
        }
        site.nothing_is_left();
    }
}

#[test]
fn what_is_not_there_is_told_and_nothing_is_made() {
    let Some(site) = Site::new() else { return };
    for engine in Engine::BOTH {
        let refused = |line: &str, words: &[&str]| {
            let output = site.dbg(engine, &format!("shell {line}")).run();
            output.exits(exit::UNKNOWN);
            for words in words {
                output.warns(words);
            }
            site.nothing_is_left();
        };
        let load = format!("{} image load -i FILE", if engine == Engine::Docker { "docker" } else { "podman" });
        refused("--target isolated --image no-such", &["no image `no-such`", &load]);
        refused("--target container/wob", &["no container `wob`"]);
        let _web = site.container(engine, "web", "", SLEEP);
        site.client(engine, "pause web");
        refused("--target container/web", &["`web` is paused"]);
        site.client(engine, "unpause web");
        site.client(engine, "kill web");
        assert!(until(LIMIT, || !site.client(engine, "ps --format {{.Names}}").contains("web")));
        refused("--target container/web", &["`web` does not run"]);
    }
}

#[test]
fn nothing_of_a_shell_is_in_an_engines_log_and_all_of_it_in_ours() {
    let Some(site) = Site::new() else { return };
    for engine in Engine::BOTH {
        let log = site.context.home.path().join(format!("{engine:?}.log"));
        let words = format!("--target isolated --image shop --profile baseline --audit-log {}", log.display());
        let said = script(&site, engine, &words, "echo mark''er-9f3a; exit 3 # password=hunter2").run();
        assert_eq!(said.code(), Some(3), "{said}");
        said.says("marker-9f3a");
        let search = "grep -rlaF marker-9f3a /run/log /var/lib/docker /var/lib/containers /run/containers";
        let found = site.command("sh").args(["-c", search]).output().expect("it starts");
        assert_eq!(String::from_utf8_lossy(&found.stdout), "");
        let lines = std::fs::read_to_string(&log).expect("the log");
        let lines: Vec<serde_json::Value> =
            lines.lines().map(|line| serde_json::from_str(line).expect("a line")).collect();
        assert_eq!(lines.len(), 2);
        let shell = &lines[0]["shell"];
        assert_eq!((&shell["profile"], &shell["image"]), (&"baseline".into(), &"shop".into()));
        assert!(!shell["program"].to_string().contains("hunter2"), "{shell}");
        assert!(lines[0]["plans"][0]["keeps"].to_string().contains("CAP_NET_RAW"), "{}", lines[0]);
        assert_eq!(lines[1]["exit_code"], 3);
        let shown = site.context.dbg(["audit", "show"]).arg(&log).as_root().run();
        shown.exits(exit::PASS).says("profile baseline");
        std::fs::remove_file(&log).expect("our own home");
    }
}

#[test]
fn a_container_is_entered_where_no_engine_answers_and_an_image_is_not() {
    let Some(site) = Site::new() else { return };
    for engine in Engine::BOTH {
        let _web = site.container(engine, "web", "", SLEEP);
        let alone = site.without_engines();
        let line = "shell --target container/web -- cat /etc/marker";
        let output = alone.type_in(line).as_root().run();
        assert_eq!(output.exits(exit::PASS).stdout(), "shop\n");
        let image = alone.type_in("shell --target container/web --image shop").as_root().run();
        image.exits(exit::UNKNOWN).warns("no container engine answered");
        site.nothing_is_left();
    }
}
