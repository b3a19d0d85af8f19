use std::sync::atomic::{AtomicI64, Ordering};

use axum::http::{HeaderName, HeaderValue};
use rcgen::{CertificateParams, KeyPair};

use super::*;
use crate::authenticate::{ClientTenants, IngestToken};

/// A clock that a test sets, µs.
#[derive(Debug)]
struct Hand(AtomicI64);

impl Clock for Hand {
    fn now(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

const NOW: i64 = 1_000;

fn tenant(name: &str) -> Tenant {
    Tenant::parse(name).unwrap()
}

fn token(number: u8) -> Token {
    Token::new(&[number; 32])
}

fn entry(number: u8, to: &str, expires: Option<i64>, is_revoked: bool) -> IngestToken {
    IngestToken::new(format!("t{number}"), token(number).hash(), tenant(to), expires, is_revoked)
}

/// Our own token is number 99.
fn gate(tokens: Vec<IngestToken>, clients: Option<ClientTenants>) -> (Gate, Arc<Hand>) {
    let clock = Arc::new(Hand(AtomicI64::new(NOW)));
    (Gate::new(Credentials { tokens, clients }, &token(99), Arc::clone(&clock) as _), clock)
}

fn authorization(values: &[&str]) -> HeaderMap {
    values.iter().map(|value| (AUTHORIZATION, HeaderValue::from_str(value).unwrap())).collect()
}

fn bearer(number: u8) -> HeaderMap {
    authorization(&[&format!("Bearer {}", token(number).reveal())])
}

fn certificate(host: &str) -> CertificateNames {
    let params = CertificateParams::new(vec![host.to_owned()]).unwrap();
    CertificateNames::of(params.self_signed(&KeyPair::generate().unwrap()).unwrap().der())
}

fn clients() -> ClientTenants {
    let mut clients = ClientTenants::default();
    clients.add("a.example.com", tenant("acme")).unwrap();
    clients
}

#[test]
fn without_credentials_everybody_is_the_default_tenant() {
    let (gate, _) = gate(vec![], None);
    assert!(!gate.is_closed());
    for headers in [HeaderMap::new(), authorization(&["Basic eA=="]), authorization(&["a", "b"]), bearer(99)] {
        assert_eq!(gate.admit(&headers, None), Ok(Tenant::default()));
    }
    // Whose it is cannot be told any more, say since the file was lost; it is not somebody else's.
    assert_eq!(gate.admit(&bearer(1), None), Err(Denial::BadToken));
}

#[test]
fn a_token_leads_to_its_tenant_and_several_may_to_one() {
    let (gate, _) =
        gate(vec![entry(1, "acme", None, false), entry(2, "acme", None, false), entry(3, "b", None, false)], None);
    assert!(gate.is_closed());
    for (number, to) in [(1, "acme"), (2, "acme"), (3, "b"), (99, "default")] {
        assert_eq!(gate.admit(&bearer(number), None), Ok(tenant(to)));
    }
    assert_eq!(gate.admit(&bearer(4), None), Err(Denial::BadToken));
    assert_eq!(gate.admit(&HeaderMap::new(), None), Err(Denial::NoCredential));
}

#[test]
fn a_token_counts_in_one_header_of_one_form() {
    let (gate, _) = gate(vec![entry(1, "acme", None, false)], None);
    let text = token(1).reveal().to_owned();
    for scheme in ["Bearer", "bearer", "BEARER", "Bearer "] {
        assert!(gate.admit(&authorization(&[&format!("{scheme} {text}")]), None).is_ok(), "{scheme}");
    }
    let whole = format!("Bearer {text}");
    for wrong in [
        text.clone(),
        format!("Basic {text}"),
        format!("Bearer\t{text}"),
        format!("Bearer%20{text}"),
        format!("Bearer {}", text.to_ascii_uppercase()),
        format!("Bearer {}", text.get(..40).unwrap()),
        format!("Bearer {text}x"),
        format!("{whole}, {whole}"),
        "Bearer".to_owned(),
        String::new(),
    ] {
        assert_eq!(gate.admit(&authorization(&[&wrong]), None), Err(Denial::BadToken), "{wrong}");
    }
    assert_eq!(gate.admit(&authorization(&[&whole, &whole]), None), Err(Denial::BadToken));
    for name in ["cookie", "x-api-key", "proxy-authorization", "x-authorization"] {
        let headers = HeaderMap::from_iter([(HeaderName::from_static(name), HeaderValue::from_str(&whole).unwrap())]);
        assert_eq!(gate.admit(&headers, None), Err(Denial::NoCredential), "{name}");
    }
}

#[test]
fn expired_and_revoked_tokens_are_as_unknown_ones_and_keep_the_door_closed() {
    let (gate, clock) = gate(vec![entry(1, "acme", Some(NOW + 1), false), entry(2, "acme", None, true)], None);
    assert_eq!(gate.accepted_tokens(), 1);
    assert!(gate.admit(&bearer(1), None).is_ok());
    assert_eq!(gate.admit(&bearer(2), None), Err(Denial::BadToken));
    clock.0.store(NOW + 1, Ordering::Relaxed);
    assert_eq!(gate.admit(&bearer(1), None), Err(Denial::BadToken));
    assert_eq!(gate.accepted_tokens(), 0);
    assert_eq!(gate.admit(&HeaderMap::new(), None), Err(Denial::NoCredential));
}

#[test]
fn uses_are_noted_and_outlive_a_change() {
    let (gate, clock) = gate(vec![entry(1, "acme", None, false), entry(2, "acme", None, false)], None);
    assert!(gate.uses().is_empty());
    gate.note_uses([("t2", 7), ("gone", 8)].into_iter());
    gate.admit(&bearer(1), None).unwrap();
    clock.0.store(NOW + 5, Ordering::Relaxed);
    gate.replace(Credentials {
        tokens: vec![entry(1, "acme", None, true), entry(2, "acme", None, false)],
        clients: None,
    });
    assert_eq!(gate.uses(), [("t1".to_owned(), NOW), ("t2".to_owned(), 7)]);
    gate.admit(&bearer(1), None).unwrap_err();
    gate.admit(&bearer(2), None).unwrap();
    assert_eq!(gate.uses(), [("t1".to_owned(), NOW), ("t2".to_owned(), NOW + 5)]);
}

#[test]
fn a_certificate_stands_for_its_tenant_and_is_needed_where_there_are_no_tokens() {
    let (gate, _) = gate(vec![], Some(clients()));
    assert!(gate.is_closed());
    assert_eq!(gate.admit(&HeaderMap::new(), Some(&certificate("a.example.com"))), Ok(tenant("acme")));
    assert_eq!(gate.admit(&HeaderMap::new(), Some(&certificate("b.example.com"))), Err(Denial::UnknownCertificate));
    assert_eq!(gate.admit(&HeaderMap::new(), None), Err(Denial::NoCredential));
    // A password for a proxy on the way is none of our business.
    let basic = authorization(&["Basic eA=="]);
    assert_eq!(gate.admit(&basic, Some(&certificate("a.example.com"))), Ok(tenant("acme")));
    assert_eq!(gate.admit(&basic, None), Err(Denial::NoCredential));
}

#[test]
fn token_and_certificate_must_not_contradict_each_other() {
    let (gate, _) = gate(vec![entry(1, "acme", None, false), entry(2, "b", None, false)], Some(clients()));
    let (known, unknown) = (certificate("a.example.com"), certificate("b.example.com"));
    assert_eq!(gate.admit(&bearer(1), Some(&known)), Ok(tenant("acme")));
    assert_eq!(gate.admit(&bearer(2), Some(&known)), Err(Denial::TwoTenants));
    assert_eq!(gate.admit(&bearer(2), Some(&unknown)), Ok(tenant("b")));
    assert_eq!(gate.admit(&bearer(2), None), Ok(tenant("b")));
    assert_eq!(gate.admit(&HeaderMap::new(), Some(&known)), Ok(tenant("acme")));
    // A good certificate does not make up for a wrong token.
    assert_eq!(gate.admit(&bearer(3), Some(&known)), Err(Denial::BadToken));
}
