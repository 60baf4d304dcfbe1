//! Each target is looked at where it is: in its own network, among its own processes.

use dbg_tests::{Engine, Site, exit};

use crate::report::{done, results, shows};

/// Listens on 8080 in the foreground.
const HTTPD: &str = "/bin/httpd -f -p 8080 -h /www";

#[test]
fn an_isolated_container_has_a_network_of_its_own() {
    let Some(site) = Site::new() else { return };
    for engine in Engine::BOTH {
        // Somebody listens in the machine's network, and nobody in the container's.
        let _web = site.container(engine, "web", "--network host", HTTPD);
        let output = site.dbg(engine, "run --target isolated sock-summary -o json").run();
        assert!(!shows(&done(output.exits(exit::PASS)), "8080"));
        site.nothing_is_left();
    }
}

#[test]
fn the_network_of_a_container_is_entered_and_its_processes_with_pid() {
    let Some(site) = Site::new() else { return };
    for engine in Engine::BOTH {
        let _web = site.container(engine, "web", "", HTTPD);
        let reached = site.dbg(engine, "run --target container/web tcp-reach to=127.0.0.1:8080 -o json").run();
        done(reached.exits(exit::PASS));
        let without = done(&site.dbg(engine, "run --target container/web sock-summary -o json").run());
        assert!(shows(&without, "8080") && !shows(&without, "httpd"), "{without}");
        let with = done(&site.dbg(engine, "run --target container/web --pid sock-summary -o json").run());
        assert!(shows(&with, "8080") && shows(&with, "httpd"), "{with}");
        site.nothing_is_left();
    }
}

#[test]
fn the_machine_is_looked_at_with_its_processes() {
    let Some(site) = Site::new() else { return };
    for engine in Engine::BOTH {
        let _web = site.container(engine, "web", "--network host", HTTPD);
        let result = done(&site.dbg(engine, "run --target host sock-summary -o json").run());
        assert!(shows(&result, "8080") && shows(&result, "httpd"), "{result}");
        site.nothing_is_left();
    }
}

#[test]
fn a_network_of_the_engine_is_attached_to() {
    let Some(site) = Site::new() else { return };
    let engine = Engine::Docker;
    site.client(engine, "network create backend");
    {
        let _db = site.container(engine, "db", "--network backend", HTTPD);
        let reached = site.dbg(engine, "run --target network/backend tcp-reach to=db:8080 -o json").run();
        done(reached.exits(exit::PASS));
        let beside = site.dbg(engine, "run --target isolated tcp-reach to=db:8080 -o json").run();
        assert_ne!(beside.code(), Some(exit::PASS), "another network has no `db`\n{beside}");
        site.nothing_is_left();
    }
    site.client(engine, "network rm backend");
}

#[test]
fn targets_stand_side_by_side_in_one_report() {
    let Some(site) = Site::new() else { return };
    for engine in Engine::BOTH {
        let _web = site.container(engine, "web", "", HTTPD);
        let line = "run --target isolated --target host --target container/web sock-summary -o json";
        let output = site.dbg(engine, line).run();
        let results = results(&output);
        let targets: Vec<&str> = results.iter().filter_map(|result| result["target"].as_str()).collect();
        assert_eq!(targets, ["isolated", "host", "container/web"]);
        assert!(results.iter().all(|result| result["failure"].is_null()), "{output}");
        site.nothing_is_left();
    }
}

#[test]
fn what_there_is_is_listed_and_a_plan_has_reasons() {
    let Some(site) = Site::new() else { return };
    for engine in Engine::BOTH {
        let _web = site.container(engine, "web", "", HTTPD);
        site.dbg(engine, "target list").run().exits(exit::PASS).says("container/web");
        let plan = site.dbg(engine, "target explain host sock-summary").run();
        plan.exits(exit::PASS).says("`/` at `/host`, read-only").says("CAP_SYS_PTRACE").says("pid of the machine");
        site.nothing_is_left();
    }
}

#[test]
fn engines_are_found_by_themselves() {
    let Some(site) = Site::new() else { return };
    let output = site.context.type_in("target explain isolated").as_root().run();
    output.exits(exit::PASS).says("in a container of Docker");
}

#[test]
fn a_container_is_privileged_when_the_operator_says_so_and_the_plan_says_that() {
    let Some(site) = Site::new() else { return };
    let engine = Engine::Docker;
    let explained = site.dbg(engine, "target explain host --privileged sock-summary").run();
    explained.exits(exit::PASS).says("privileged").says("you said so");
    site.dbg(engine, "target explain host sock-summary").run().exits(exit::PASS).hides("privileged");
    let run = site.dbg(engine, "run --target host --privileged sock-summary -o json").run();
    run.exits(exit::PASS);
    site.context.type_in("run --privileged sock-summary").run().exits(exit::USAGE).warns("no target takes one");
    site.nothing_is_left();
}
