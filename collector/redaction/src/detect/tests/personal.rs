//! Personal data: what each switch finds, and what is like it and none.

use super::*;

static ALL: LazyLock<Detector> =
    LazyLock::new(|| Detector::new(&Detection { personal: Switches::all(), ..Detection::default() }));

fn assert_found(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        let masked = ALL.mask(text, Personal::Mask).unwrap();
        assert_eq!(masked.text, *expected, "{text:?}");
        assert_eq!(ALL.mask(&masked.text, Personal::Mask).unwrap().text, *expected, "not repeatable: {text:?}");
        assert!(masked.found.iter().all(|found| is_personal(&found.kind)), "{text:?}");
    }
}

fn assert_kept(texts: &[&str]) {
    for text in texts {
        let masked = ALL.mask(text, Personal::Mask).unwrap();
        assert_eq!(masked.text, *text);
    }
}

#[test]
fn bank_accounts_have_their_countrys_length_and_check_number() {
    assert_found(&[
        ("iban: DE89370400440532013000\n", "iban: [iban]\n"),
        ("pay GB29 NWBK 6016 1331 9268 19 now", "pay [iban] now"),
        ("to NL91ABNA0417164300.", "to [iban]."),
        ("no9386011117947", "[iban]"),
    ]);
    assert_kept(&[
        "DE89370400440532013001",
        "DE8937040044053201300",
        "XDE89370400440532013000",
        "DE89370400440532013000x",
        "ZZ89370400440532013000",
        "se the 12 files",
    ]);
}

#[test]
fn homes_say_whose_they_are() {
    assert_found(&[
        ("/home/anders89/src/main.rs", "/home/[user]/src/main.rs"),
        ("cd /Users/jane.doe && ls", "cd /Users/[user] && ls"),
        ("type C:\\Users\\Jane\\x.txt", "type C:\\Users\\[user]\\x.txt"),
        ("{\"p\":\"C:\\\\Users\\\\Jane\\\\x\"}", "{\"p\":\"C:\\\\Users\\\\[user]\\\\x\"}"),
        ("ls /mnt/c/Users/jane/", "ls /mnt/c/Users/[user]/"),
        ("cat ~jane/.profile", "cat ~[user]/.profile"),
        ("-I/home/jane/include", "-I/home/[user]/include"),
        ("file:///home/jane/x", "file:///home/[user]/x"),
        ("/home/jane/.claude/projects/-home-jane-src/x", "/home/[user]/.claude/projects/-home-[user]-src/x"),
    ]);
    assert_kept(&[
        "/home/runner/work",
        "/home/ubuntu/x",
        "/Users/Shared/x",
        "/root/x",
        "ls ~/src",
        "git diff HEAD~2/x",
        "https://x.io/home/page",
        "src/home/index.js",
        "/home/$USER/x",
        "/home/*/x",
        "/home/[user]/x",
        "/home/[user#0123456789]/x",
        "GET /api/users/5",
    ]);
}

#[test]
fn telephones_have_a_country() {
    assert_found(&[
        ("call +49 30 12345678.", "call [phone]."),
        ("tel:+14155552671", "tel:[phone]"),
        ("(+1 (415) 555-2671)", "([phone])"),
    ]);
    assert_kept(&["date +%Y%m%d", "a +1 b", "1+12345678", "+0200", "@@ -1,2 +12345678,3 @@", "030 12345678"]);
}

#[test]
fn addresses_of_machines_are_public() {
    assert_found(&[
        ("ssh 81.2.69.142", "ssh [ip]"),
        ("http://81.2.69.142:8080/x", "http://[ip]:8080/x"),
        ("ping 2a00:1450:4001:81b::200e", "ping [ip]"),
    ]);
    assert_kept(&[
        "127.0.0.1",
        "10.1.2.3:80",
        "192.168.1.1",
        "203.0.113.7",
        "1.2.3",
        "v1.2.3.4",
        "12:30:45",
        "::1",
        "2001:db8::1",
        "5.4.0.0",
    ]);
}

#[test]
fn social_security_numbers_were_given_out() {
    assert_found(&[("ssn 123-45-6789", "ssn [ssn]")]);
    assert_kept(&["666-45-6789", "123-00-6789", "1123-45-6789", "123-45-67890", "2026-11-2026"]);
}

#[test]
fn a_switch_that_is_off_finds_nothing() {
    let none = Detector::new(&Detection { personal: Switches::NONE, ..Detection::default() });
    for switch in Switch::ALL {
        assert_eq!(Switch::named(switch.name()), Some(switch));
    }
    let text = "jane@example.com DE89370400440532013000 4111111111111111 /home/jane/x";
    assert_eq!(none.mask(text, Personal::Mask).unwrap().text, text);
    assert_eq!(ALL.mask(text, Personal::Keep).unwrap().text, text);
    assert_eq!(ALL.mask(text, Personal::Mask).unwrap().text, "[email] [iban] [card] /home/[user]/x");
}
