use super::*;

fn masked(text: &str) -> String {
    Redactor::default().text(text.to_owned()).0
}

fn covered(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    Redactor::default().cover(&mut bytes, &mut Carried::Nothing);
    String::from_utf8(bytes).unwrap()
}

#[test]
fn what_looks_like_a_secret_is_masked() {
    for (text, expected) in [
        ("password=hunter2", "password=[redacted]"),
        ("DB_PASSWORD = hunter2 # of ann", "DB_PASSWORD = [redacted] # of ann"),
        ("export API_KEY='two words'", "export API_KEY='[redacted]'"),
        ("  password: hunter2\n  host: db", "  password: [redacted]\n  host: db"),
        ("password: correct", "password: [redacted]"),
        ("- token: abc\n", "- token: [redacted]\n"),
        (r#"{"user": "ann", "password": "x y", "port": 1}"#, r#"{"user": "ann", "password": "[redacted]", "port": 1}"#),
        (r#"{\"password\":\"hunter2\",\"a\":1}"#, r#"{\"password\":\"[redacted]\",\"a\":1}"#),
        ("INFO login with password: hunter2 done", "INFO login with password: [redacted] done"),
        ("spring.datasource.password=a,b", "spring.datasource.password=[redacted]"),
        ("password=a,host=db", "password=[redacted],host=db"),
        ("host=db password=x user=me", "host=db password=[redacted] user=me"),
        ("Authorization: Bearer abc def", "Authorization: [redacted]"),
        ("-H 'Authorization: Basic YTpi' -v", "-H 'Authorization: [redacted]' -v"),
        ("Cookie: a=b; c=d\nHost: x", "Cookie: [redacted]\nHost: x"),
        ("sent bearer a1b2c3d4e5f6.x to it", "sent bearer [redacted] to it"),
        ("https://me:hunter2@host:8443/x", "https://me:[redacted]@host:8443/x"),
        ("postgres://:pw@db/x", "postgres://:[redacted]@db/x"),
        ("https://0123456789abcdef0123456789@host/x", "https://[redacted]@host/x"),
        ("GET /x?access_token=abc&y=1", "GET /x?access_token=[redacted]&y=1"),
        ("see /t/ghp_0123456789abcdefghij0123456789abcdef.", "see /t/[redacted]."),
        ("AKIAIOSFODNN7EXAMPLE and ASIAIOSFODNN7EXAMPLE", "[redacted] and [redacted]"),
        ("t eyJhbGciOiJIUzI1NiJ9.e30.abcdefghijk, y", "t [redacted], y"),
        ("x xoxb-123456789012-abcdefghij", "x [redacted]"),
        ("DB_PASS=Xk29aab1", "DB_PASS=[redacted]"),
        (
            "a\n-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabcd\n-----END RSA PRIVATE KEY-----\nb",
            "a\n-----BEGIN RSA PRIVATE KEY-----[redacted]-----END RSA PRIVATE KEY-----\nb",
        ),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl", "-----BEGIN OPENSSH PRIVATE KEY-----[redacted]"),
    ] {
        assert_eq!(masked(text), expected, "{text}");
        assert_eq!(masked(expected), expected, "a second time");
        let covered = covered(text);
        assert_eq!(covered.len(), text.len(), "{text}");
        assert_eq!(covered.matches('\n').count(), text.matches('\n').count(), "{text}");
        assert_eq!(self::covered(&covered), covered, "a second time");
    }
}

#[test]
fn what_is_no_secret_stays_as_it_is() {
    for text in [
        "",
        "nameserver 10.0.0.10\nsearch corp.test\noptions ndots:5",
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCB",
        "-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIUEyJhbGci/AKIAabc\n-----END CERTIFICATE-----",
        "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----",
        "the token: it has expired",
        "secret: not found",
        "bearer token is missing",
        "Basic authentication failed",
        "PWD=/root OLDPWD=/",
        "password_file=/run/secret tokenPath: /x secretName: db token_ttl=3600 max_tokens=512",
        "password=$DB_PASSWORD token=${TOKEN} secret=<none> password: null",
        "https://host/x@y?z=1 and a@b.test ssh://git@host/x",
        "key=value cache-key: abc pin 7 pass: 3 checks auth=none",
        "12 pass, 3 fail",
        "keyboard: us; author: ann; monkey=1",
        "ghp_ is how they begin, AKIA too, eyJ.x",
        "dnskey=257 3 8 AwEAAaz",
        "10:43:17 error=timeout level=warn",
        "größe=12 日本: ελ",
    ] {
        assert_eq!(masked(text), text);
        assert_eq!(covered(text), text);
    }
}

#[test]
fn a_key_that_goes_over_pieces_is_covered_in_each() {
    let key = "x\n-----BEGIN PRIVATE KEY-----\nMIIE\n\
               abcdabcd\n\
               efgh\n-----END PRIVATE KEY-----\npassword=y\n";
    let redactor = Redactor::default();
    for piece in 1..key.len() {
        let mut bytes = key.as_bytes().to_vec();
        let mut carried = Carried::Nothing;
        // As whoever reads lines hands them on.
        let mut from = 0;
        while from < bytes.len() {
            let least = (from + piece).min(bytes.len());
            let to = bytes[least - 1..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |at| least + at);
            redactor.cover(&mut bytes[from..to], &mut carried);
            from = to;
        }
        let text = String::from_utf8(bytes).unwrap();
        let expected = "x\n-----BEGIN PRIVATE KEY-----\n****\n********\n****\n-----END PRIVATE KEY-----\npassword=*\n";
        assert_eq!(text, expected, "{piece}");
    }
}

#[test]
fn a_sites_own_patterns_are_masked_besides() {
    let redactor = Redactor::new(vec!["ACME-[0-9]{4}".parse().unwrap(), r"\xc3".parse().unwrap()]);
    assert_eq!(redactor.text("id ACME-1234 password=x".into()), ("id [redacted] password=[redacted]".into(), 2));
    assert_eq!(redactor.text("größe".into()).0, "gr[redacted][redacted]e", "half a character takes the whole with it");
    assert_eq!(redactor.text("password=ACME-1234".into()), ("password=[redacted]".into(), 1));
}

#[test]
fn a_pattern_that_makes_no_sense_is_refused_by_what_is_wrong_with_it() {
    let parse = |text: &str| text.parse::<RedactPattern>().unwrap_err();
    assert!(matches!(parse("a*"), RedactPatternError::Empty { .. }));
    assert!(matches!(parse(""), RedactPatternError::Empty { .. }));
    assert!(matches!(parse("("), RedactPatternError::Form { .. }));
    assert!(matches!(parse(r"\pL"), RedactPatternError::Form { .. }));
    assert!(matches!(parse("(a{1000}){1000}"), RedactPatternError::Form { .. }), "a huge one");
    assert!(matches!(parse(&"(".repeat(200)), RedactPatternError::Form { .. }));
    assert!(matches!(parse(&"a".repeat(513)), RedactPatternError::Long { bytes: 513 }));
    let shown = parse("(\u{1b}[31m").to_string();
    assert!(!shown.contains('\u{1b}') && !shown.contains('\n'), "{shown}");
}

#[test]
fn no_text_makes_it_lose_its_way() {
    // A small generator, so that each run tries the same.
    let mut state = 7_u64;
    let mut next = move |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let parts = [
        "password",
        "=",
        ":",
        "\"",
        "'",
        "\\",
        " ",
        "\n",
        "\0",
        "://",
        "@",
        "-----BEGIN ",
        "PRIVATE KEY",
        "-----",
        "-----END",
        "ghp_0123456789abcdefghij01",
        "Bearer ",
        "é",
        ",",
        "x1",
    ];
    for _ in 0..20_000 {
        let text: String = (0..next(12)).map(|_| parts[next(parts.len())]).collect();
        let (once, found) = Redactor::default().text(text.clone());
        assert_eq!(found == 0, once == text, "{text:?}");
        assert_eq!(covered(&text).len(), text.len(), "{text:?}");
    }
}

#[test]
fn programs_and_captures_are_no_text_and_lists_of_proc_are() {
    assert!(is_text(b"a=b\n\x1b[31m\t\r\n") && is_text(b"") && is_text("größe".as_bytes()));
    assert!(is_text(b"app\0--password\0x\0--port\x0080\0"));
    assert!(!is_text(b"\x7fELF\x02\x01\x01") && !is_text(&[0; 100]) && !is_text(b"h\0e\0l\0l\0o\0"));
}
