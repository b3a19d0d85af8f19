//! Words of what stands where a secret would and is none.

/// Words that placeholders are made of. A value of nothing else is none that anybody uses.
#[rustfmt::skip] // One word a line hides the list.
pub(super) const WORDS: &[&str] = &[
    "a", "an", "and", "any", "api", "apikey", "app", "auth", "await", "bar", "bearer", "been", "bool", "boolean",
    "bot", "bytes", "change", "changeit", "changeme", "client", "code", "config", "ctx", "default", "demo", "denied",
    "dummy", "empty", "enter", "env", "environment", "example", "expired", "failed", "fake", "false", "field", "file",
    "fill", "foo", "found", "from", "generate", "generated", "goes", "has", "here", "hidden", "id", "in", "incorrect",
    "input", "insert", "int", "integer", "invalid", "is", "it", "jwt", "key", "keys", "long", "malformed", "me",
    "mismatch", "missing", "mock", "my", "n", "na", "name", "new", "nil", "no", "none", "not", "null", "number",
    "object", "omitted", "one", "oneof", "optional", "or", "parameter", "pass", "passphrase", "passwd", "password",
    "passwords", "paste", "personal", "placeholder", "prompt", "provide", "put", "pw", "random", "read", "redacted",
    "rejected", "removed", "replace", "required", "revoked", "sample", "secret", "secrets", "secretstr", "self",
    "sensitive", "set", "some", "str", "string", "tbd", "test", "testing", "text", "the", "this", "to", "todo",
    "token", "tokens", "true", "txt", "type", "undefined", "unknown", "unset", "unsupported", "update", "user",
    "username", "value", "var", "variable", "was", "with", "write", "wrong", "yes", "you", "your", "yours",
];

/// Words of sentences in the languages that programs speak most.
#[rustfmt::skip] // One word a line hides the list.
pub(super) const SMALL: &[&[u8]] = &[
    b"and", b"are", b"at", b"be", b"can", b"das", b"de", b"deve", b"debe", b"der", b"die", b"doit", b"ein", b"el", b"en", b"es", b"for",
    b"from", b"ha", b"has", b"il", b"in", b"is", b"ist", b"la", b"le", b"least", b"mindestens", b"minimum", b"moins", b"muss", b"must",
    b"no", b"not", b"of", b"or", b"para", b"please", b"se", b"should", b"than", b"the", b"to", b"una", b"und", b"une", b"with", b"your",
];

/// Words beside fields, as [`super::is_label`] has them, that are none of the above.
#[rustfmt::skip] // One word a line hides the list.
pub(super) const LABELS: &[&str] = &[
    "Authenticate", "Authentication", "Authorization", "Authorize", "Authorized", "Bestaetigen", "Choose", "Cancelled", "Confirm",
    "Confirmation", "Continue", "Credential", "Credentials", "Deprecated", "Disabled", "Encrypted", "Expired", "Forbidden",
    "Forgotten", "Geheimnis", "Incorrect", "Mismatch", "Passcode", "Passkeys", "Protected", "Recovery", "Registration", "Rejected", "Repeat",
    "Revoked", "Security", "Signature", "Specify", "Unauthorized", "Unavailable", "Verification", "Verified",
];

/// Beginnings of values that say where the secret is kept, or how it is encrypted.
#[rustfmt::skip] // One word a line hides the list.
pub(super) const STORES: &[&[u8]] = &[
    b"!GetAtt", b"!ImportValue", b"!Join", b"!Ref", b"!Sub", b"!env", b"!reference", b"!secret", b"!vault", b"$ANSIBLE_VAULT",
    b"$__file", b"@Microsoft.KeyVault", b"ENC[", b"\\{\\{resolve:", b"arn:", b"awskms:", b"awssm:", b"azurekeyvault", b"bws:",
    b"credhub:", b"doppler:", b"env.", b"env/", b"env:", b"env::", b"file:", b"fromEnv", b"gcpsm:", b"keychain:", b"keyring:",
    b"keyvault:", b"op://", b"process.env", b"projects/", b"secretmanager:", b"secretsmanager:", b"secretref:", b"ssm:",
    b"os\\.environ", b"process\\.env", b"vault:", b"{aes}", b"{cipher}", b"{{resolve:",
];

/// Names of types, which follow a name that a program declares.
#[rustfmt::skip] // One word a line hides the list.
pub(super) const TYPES: &[&[u8]] = &[
    b"&", b"*const", b"*mut", b"Any", b"Array", b"Box<", b"Buffer", b"Bytes", b"CharSequence", b"Cow<", b"DWORD",
    b"HANDLE", b"LPCWSTR", b"LPWSTR", b"NSString", b"Option<", b"Optional", b"Promise<", b"Secret<", b"SecretStr",
    b"Str", b"String", b"ULONG", b"Uint8Array", b"Vec<", b"[]byte", b"any", b"bool", b"boolean", b"byte[]", b"bytes",
    b"char", b"const", b"double", b"dyn", b"f32", b"f64", b"float", b"i128", b"i16", b"i32", b"i64", b"i8", b"impl",
    b"int", b"isize", b"long", b"number", b"size_t", b"std::string", b"str", b"string", b"u128", b"u16", b"u32",
    b"u64", b"u8", b"uint", b"uint8_t", b"unknown", b"usize", b"varchar", b"void",
];
