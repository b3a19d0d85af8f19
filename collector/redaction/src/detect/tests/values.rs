//! Whole values, what is written for finds, and failures.

use super::*;

fn of_key(key: &str, text: &str) -> String {
    let Some(named) = DETECTOR.names_secret(key) else { return text.to_owned() };
    let masked = DETECTOR.mask_value(text, &named, Personal::Mask, &|_| None).unwrap().text.into_owned();
    let again = DETECTOR.mask_value(&masked, &named, Personal::Mask, &|_| None).unwrap().text.into_owned();
    assert_eq!(again, masked, "not repeatable: {key}: {text:?}");
    masked
}

#[test]
fn a_key_says_that_its_value_is_a_secret() {
    for (key, text, expected) in [
        ("password", "hunter2", "[password]"),
        ("password", "correct horse battery staple", "[password]"),
        ("dbPassword", " hunter2\n", " [password]\n"),
        ("api_key", concat!("gh", "p_nT5gVbq8RkXw2ZcYh7LmPd3JsF6aQe4Uo1Ki"), "[github-pat]"),
        ("Authorization", "Bearer hunter2", "Bearer [bearer-token]"),
        ("Authorization", "hunter2", "[secret]"),
        ("cookie", "a=b; c=d", "[cookie]"),
        ("password", "$DB_PASSWORD", "$DB_PASSWORD"),
        ("password", "${DB_PASSWORD}", "${DB_PASSWORD}"),
        ("password", "true", "true"),
        ("password", "", ""),
        ("token", "12", "12"),
        ("title", "hunter2", "hunter2"),
        ("password_file", "/run/x", "/run/x"),
    ] {
        assert_eq!(of_key(key, text), expected, "{key}: {text:?}");
    }
}

#[test]
fn a_find_may_have_a_token() {
    let write = |found: &Found| (found.kind.as_str() == "user").then(|| "[user#0a1b2c3d4e]".to_owned());
    let masked = DETECTOR.mask_with("cat /home/jane/x jane@example.com", Personal::Mask, &write).unwrap();
    assert_eq!(masked.text, "cat /home/[user#0a1b2c3d4e]/x [email]");
    assert_eq!(DETECTOR.mask_with(&masked.text, Personal::Mask, &write).unwrap().text, masked.text);
}

#[test]
fn what_cannot_be_judged_is_a_failure() {
    let long = "a".repeat(LONGEST_SCANNED + 1);
    assert_eq!(DETECTOR.mask(&long, Personal::Mask).unwrap_err(), Failure::TooLong);
    let fails = DETECTOR.mask_with("PASSWORD=hunter2", Personal::Mask, &|_| panic!("a fault of ours"));
    assert_eq!(fails.unwrap_err(), Failure::Panicked);
    let restless = DETECTOR.mask_with("PASSWORD=hunter2", Personal::Mask, &|_| Some("hunter3".into()));
    assert_eq!(restless.unwrap_err(), Failure::NotAtRest);
}

#[test]
fn finds_are_traced_without_their_values() {
    let traces = DETECTOR.explain("PASSWORD=hunter2 jane@example.com", Personal::Mask).unwrap();
    let told: Vec<_> =
        traces.iter().map(|trace| (trace.kind.as_str(), trace.layer, trace.depth, trace.span.clone())).collect();
    assert_eq!(told, [("password", Layer::Structure, 0, 9..16), ("email", Layer::Personal, 0, 17..33)]);
}

#[test]
fn random_texts_count_beside_a_word_that_speaks_of_secrets() {
    assert_masked(&[
        ("use the token Xk29fPq7LmZt4RvB8sWd1c here", "use the token [token] here"),
        ("my api key is Xk29fPq7LmZt4RvB8sWd1c", "my api key is [api-key]"),
        ("echo Xk29fPq7LmZt4RvB8sWd1c | base64 -d > /run/app.key", "echo [secret] | base64 -d > /run/app.key"),
    ]);
    for text in [
        "Xk29fPq7LmZt4RvB8sWd1c",
        "see commit 9b972a4e51bafd0a6e689b972a4e51bafd0a6e68 about the token",
        "token sha256 34603ab9c165da93f0714b42e31eaa039b4bf6a9cc6db68588c815d94ec9ddf3",
        "the token is in src/auth/TokenProvider2/AccessTokenFactory.java",
        "tokenizer Xk29fPq7LmZt4RvB8sWd1c",
        "auth flow 11111111-2222-4333-8444-555555555555",
    ] {
        assert_eq!(masked(text), text);
    }
    let without = Detector::new(&Detection { entropy: false, ..Detection::default() });
    let text = "echo Xk29fPq7LmZt4RvB8sWd1c | base64 -d > /run/app.key";
    assert_eq!(without.mask(text, Personal::Mask).unwrap().text, text);
}
