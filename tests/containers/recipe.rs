//! Every line of `dbg` in docs/recipes.md does what it says.

use std::path::Path;

use dbg_tests::{Engine, Site, exit};

#[test]
fn every_recipe_works() {
    let Some(site) = Site::new() else { return };
    let engine = Engine::Docker;
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/recipes.md");
    let page = std::fs::read_to_string(page).expect("the page is there");
    // Those behind it are run by the tests of clusters.
    let page = page.split("\n# In a cluster").next().unwrap_or_default();
    let lines: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("    dbg ")).collect();
    assert!(lines.len() > 8, "the page has lost its recipes");
    site.client(engine, "network create backend");
    {
        let _web = site.container(engine, "web", "", "/bin/httpd -f -p 8080 -h /www");
        let _db = site.container(engine, "db", "--network backend", "/bin/httpd -f -p 8080 -h /www");
        let _host = site.container(engine, "on-host", "--network host", "/bin/httpd -f -p 8081 -h /www");
        for line in lines {
            site.dbg(engine, line).run().exits(exit::PASS);
        }
        site.nothing_is_left();
    }
    site.client(engine, "network rm backend");
}
