//! Words that names of secrets are made of, and words that are in other names.

use crate::detect::Kind;

/// Last words after which a name names something about the secret, not the secret.
#[rustfmt::skip] // One name a line hides the list.
pub(super) const ABOUT: &[&str] = &[
    "age", "alg", "algo", "algorithm", "algorithms", "algs", "arn", "at", "audience", "available", "backend", "bits",
    "bucket", "budget", "c", "cache", "changed", "charset", "class", "cls", "cmd", "command", "conf", "count",
    "counts", "cpp", "created", "cs", "css", "date", "days", "delimiter", "dir", "duration", "enabled", "encoder",
    "encoding", "endpoint", "env", "error", "exists", "expired", "expires", "expiry", "factory", "field", "file",
    "filename", "flow", "format", "generator", "go", "grant", "h", "handler", "hasher", "hashes", "header", "helper",
    "hint", "host", "hours", "html", "id", "ids", "incorrect", "input", "invalid", "issuer", "java", "js", "json",
    "jsx", "kind", "kt", "label", "len", "length", "lifetime", "limit", "link", "lock", "long", "lua", "manager",
    "match", "matches", "max", "md", "message", "method", "methods", "min", "minutes", "mismatch", "mode", "model",
    "ms", "name", "names", "namespace", "output", "page", "param", "params", "parser", "path", "pattern",
    "permissions", "php", "placeholder", "policy", "port", "position", "prefix", "present", "prompt", "provider",
    "py", "rb", "ref", "regex", "regexp", "region", "required", "reset", "rotation", "rs", "rules", "schema", "scope",
    "scopes", "seconds", "secs", "selector", "separator", "sh", "short", "since", "size", "source", "sql", "status",
    "stdin", "store", "strategy", "strength", "strong", "suffix", "supported", "swift", "test", "text", "title",
    "toml", "ts", "tsx", "ttl", "txt", "type", "types", "updated", "uri", "url", "usage", "used", "validator",
    "version", "weak", "wrong", "xml", "yaml", "yml",
];

/// Words that end in "pass" and are none.
#[rustfmt::skip] // One name a line hides the list.
pub(super) const NOT_PASS: &[&str] = &["bypass", "compass", "encompass", "overpass", "surpass", "trespass", "underpass"];

/// Words that end in "key" and are none that opens anything.
#[rustfmt::skip] // One name a line hides the list.
pub(super) const NOT_KEY: &[&str] = &[
    "cachekey", "donkey", "foreignkey", "hotkey", "jockey", "monkey", "partitionkey", "primarykey", "pubkey", "publickey", "turkey",
    "sitekey", "whiskey",
];

/// Words before "key" that make it a secret one. `public_key` and `primary_key` are not here.
#[rustfmt::skip] // One name a line hides the list.
pub(super) const KEYS: &[&str] = &[
    "access", "account", "activation", "admin", "aes", "api", "app", "application", "auth", "authorization", "bot", "client",
    "consumer", "cookie", "crypt", "crypto", "decryption", "deploy", "dev", "developer", "encrypt", "encryption", "function",
    "functions", "hmac", "instrumentation", "integration", "ingest", "ingestion", "jwt", "kek", "license",
    "licence", "master", "merchant", "metrics", "partner", "preshared", "private", "product", "read", "registration", "restricted",
    "role", "sas", "sdk", "secret", "security", "seed", "send", "serial", "server", "service", "session", "shared", 
    "signing", "storage", "subscription", "sync", "team", "transfer", "webhook", "wifi", "write",
];

/// The same written as one word.
#[rustfmt::skip] // One name a line hides the list.
pub(super) const KEY_WORDS: &[&str] = &[
    "accesskey", "accountkey", "apikey", "appkey", "authkey", "clientkey", "deploykey", "encryptionkey", "hmackey", "licensekey",
    "masterkey", "presharedkey", "privatekey", "rolekey", "secretkey", "servicekey", "sessionkey", "sharedaccesskey", "sharedkey",
    "storagekey", "webhookkey", "writekey", "xapikey",
];

/// Words that name a password in other tongues, and words that can name nothing else.
#[rustfmt::skip] // One name a line hides the list.
pub(in crate::structure) const PASSWORDS: &[&str] = &[
    "contrasena", "contrasenya", "contrasinal", "haslo", "heslo", "jelszo", "kennwort", "losenord", "mdp", "motdepasse", "parola",
    "parole", "passord", "passwort", "salasana", "senha", "sifre", "wachtwoord", "zugangswort",
];

/// Pairs of words that together name a secret at the end of a name.
#[rustfmt::skip] // One name a line hides the list.
pub(super) const PAIRS: &[(&str, &str, Kind)] = &[
    ("access", "code", Kind::own("secret")), ("app", "pw", Kind::own("password")), ("auth", "code", Kind::own("secret")),
    ("authorization", "code", Kind::own("secret")), ("backup", "code", Kind::own("secret")),
    ("backup", "codes", Kind::own("secret")), 
    ("de", "passe", Kind::own("password")), ("device", "code", Kind::own("secret")), ("key", "data", Kind::own("private-key")),
    ("mfa", "code", Kind::own("secret")), ("mfa", "seed", Kind::own("secret")), ("one_time", "code", Kind::own("secret")),
    ("otp", "seed", Kind::own("secret")), ("pass", "phrase", Kind::own("password")), ("recovery", "code", Kind::own("secret")),
    ("recovery", "codes", Kind::own("secret")), ("recovery", "phrase", Kind::own("secret")),
    ("security", "code", Kind::own("secret")), ("seed", "phrase", Kind::own("secret")), ("seed", "words", Kind::own("secret")),
    ("totp", "seed", Kind::own("secret")), ("user", "pass", Kind::own("password")), ("verification", "code", Kind::own("secret")),
    ("sonar", "login", Kind::own("token")), ("wallet", "seed", Kind::own("secret")), ("hub_signature", "256", Kind::own("secret")), ("hub", "signature", Kind::own("secret")),
];

/// Parameters of URLs that are secrets there and may be anything elsewhere.
#[rustfmt::skip] // One name a line hides the list.
pub(super) const QUERY: &[&str] = &[
    "assertion", "auth", "code", "hmac", "key", "nonce", "oauth", "otp", "pass", "pin", "pw", "pwd", "s", "sas",
    "session", "sessionid", "session_id", "sid", "sig", "sign", "signature", "state", "st", "ticket", "code_verifier", "jsessionid",
    "x_amz_credential", "x_amz_signature", "x_amz_security_token", "x_goog_credential", "x_goog_signature",
    "google_access_id", "awsaccess_key_id", "id_token_hint", "saml_response", "samlresponse", "saml_request",
    "samlrequest",
];
