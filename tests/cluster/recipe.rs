//! Every line of `dbg` in the cluster's part of docs/recipes.md does what it says.

use std::path::Path;

use dbg_tests::exit;

use crate::node::lender;
use crate::pod::web;
use crate::scene::Scene;
use crate::workload::workload;

#[test]
fn every_recipe_works() {
    let Some(scene) = Scene::new() else { return };
    let space = scene.namespace("shop");
    lender(&space, "n1");
    // Those of the page.
    web(&space, "web", "");
    workload(&space, "Deployment", "shop-web", "sleep 600");
    space.kubectl("rollout status --timeout 60s deploy/shop-web >&2");
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/recipes.md");
    let page = std::fs::read_to_string(page).expect("the page is there");
    let (_, page) = page.split_once("\n# In a cluster").expect("the page has lost its cluster");
    let lines: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("    dbg ")).collect();
    assert!(lines.len() > 5, "the page has lost its recipes");
    for line in lines {
        space.dbg(line).run().exits(exit::PASS);
    }
    space.nothing_is_left();
}
