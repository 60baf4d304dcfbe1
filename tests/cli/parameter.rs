//! Parameters: every kind, and every way to get one wrong. The guest never runs for a wrong one.

use dbg_tests::{Context, Output, exit};

fn run(words: &[&str]) -> Output {
    Context::new().run_guest("every-kind", words).run()
}

fn echo(words: &[&str]) -> Vec<(String, String)> {
    let words: Vec<&str> = ["-o", "json", "every-kind"].iter().chain(words).copied().collect();
    let output = run(&words);
    output.exits(exit::PASS);
    let evidence = output.json()["results"][0]["findings"][0]["evidence"].clone();
    let texts = evidence.as_array().expect("evidence").iter();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    texts.map(|item| (text(&item["label"]), text(&item["text"]))).collect()
}

#[test]
fn defaults_are_filled_in() {
    let expected = [
        ("text", "some text"),
        ("integer", "-3"),
        ("boolean", "false"),
        ("duration", "1500000000ns"),
        ("size", "65536"),
        ("address", "none"),
        ("network", "10.0.0.0/8"),
        ("ports", "1-1024"),
        ("endpoint", "127.0.0.1:80"),
        ("colour", "green"),
        ("many", "[]"),
    ];
    assert_eq!(echo(&[]), expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

#[test]
fn each_kind_arrives_as_it_was_typed() {
    let given = [
        ("text=a=b, c", "text", "a=b, c"),
        ("text=größe", "text", "größe"),
        ("integer=7", "integer", "7"),
        ("boolean=yes", "boolean", "true"),
        ("duration=15000us", "duration", "15000000ns"),
        ("duration=2", "duration", "2000000000ns"),
        ("size=1MiB", "size", "1048576"),
        ("size=512", "size", "512"),
        ("address=192.0.2.7", "address", "192.0.2.7:53"),
        ("address=[2001:db8::1]:5353", "address", "[2001:db8::1]:5353"),
        ("address=2001:db8::1", "address", "[2001:db8::1]:53"),
        ("address=db.shop", "address", "db.shop:53"),
        ("network=192.0.2.7", "network", "192.0.2.7/32"),
        ("network=10.0.0.5-10.0.0.9", "network", "10.0.0.5-10.0.0.9"),
        ("ports=80", "ports", "80-80"),
        ("endpoint=[2001:DB8::/126]:1-9", "endpoint", "[2001:db8::/126]:1-9"),
        ("endpoint=DB.test:5432", "endpoint", "db.test:5432"),
        ("colour=BLUE", "colour", "blue"),
        ("many=1,2,3", "many", "[1, 2, 3]"),
    ];
    for (word, name, value) in given {
        // A comma separates the values of a list; in a plain parameter it is text.
        let echoed = echo(&[word]);
        assert!(echoed.contains(&(name.to_owned(), value.to_owned())), "`{word}`: {echoed:?}");
    }
    assert!(echo(&["many=1", "many=2"]).contains(&("many".to_owned(), "[1, 2]".to_owned())), "repeated words add up");
}

#[test]
fn a_value_of_the_wrong_kind_is_refused_by_name() {
    for (word, text) in [
        ("integer=many", "no whole number"),
        ("integer=1.5", "no whole number"),
        ("integer=99999999999999999999", "no whole number"),
        ("boolean=perhaps", "neither `true` nor `false`"),
        ("duration=soon", "`duration`"),
        ("duration=-1s", "`duration`"),
        ("size=large", "`size`"),
        ("address=a b", "no address"),
        ("address=192.0.2.7:99999", "port"),
        ("network=10.0.0.0/33", "no address range"),
        ("ports=1024-1", "no port range"),
        ("endpoint=127.0.0.1", "no host with a port"),
        ("endpoint=::1:80", "no host with a port"),
        ("colour=mauve", "`red`, `green`, `blue`"),
    ] {
        let output = run(&["every-kind", word]);
        output.exits(exit::USAGE).is_silent().warns(text).warns(&format!("`{}`", word.split('=').next().unwrap_or("")));
    }
}

#[test]
fn a_value_out_of_range_is_refused_with_the_bound() {
    for (word, text) in [
        ("integer=11", "above `10`"),
        ("integer=-11", "below `-10`"),
        ("duration=1ms", "below `10ms`"),
        ("duration=2m", "above `1m`"),
        ("size=2MiB", "above `1MiB`"),
        ("text=", "below 1 "),
        ("many=1,2,3,4", "at most 3"),
    ] {
        run(&["every-kind", word]).exits(exit::USAGE).is_silent().warns(text);
    }
    run(&["every-kind", &format!("text={}", "x".repeat(65))]).exits(exit::USAGE).is_silent().warns("above 64 ");
}

#[test]
fn an_unknown_parameter_is_refused_with_a_suggestion() {
    run(&["every-kind", "colur=red"])
        .exits(exit::USAGE)
        .is_silent()
        .warns("no parameter `colur`")
        .warns("did you mean `colour");
    run(&["every-kind", "\u{1b}[2J=red"]).exits(exit::USAGE).is_silent();
}

#[test]
fn a_parameter_given_twice_is_refused() {
    run(&["every-kind", "colour=red", "colour=blue"]).exits(exit::USAGE).is_silent().warns("`colour`");
}

#[test]
fn a_missing_parameter_is_named() {
    run(&["needs-all"]).exits(exit::USAGE).is_silent().warns("`text`").warns("required");
    run(&["needs-all", "text=x"]).exits(exit::USAGE).is_silent().warns("`number`").warns("required");
    run(&["needs-all", "text=x", "number=1,2"]).exits(exit::PASS).says("x and 2 numbers");
}

#[test]
fn nothing_is_compiled_or_kept_for_a_wrong_parameter() {
    let context = Context::new();
    context.run_guest("every-kind", &["every-kind", "integer=x"]).run().exits(exit::USAGE);
    assert_eq!(context.home.kept(), [""; 0]);
}
