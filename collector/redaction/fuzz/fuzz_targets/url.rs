//! URLs: user information, path, query, fragment.
#![no_main]

use barograph_redaction_fuzz::judged;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    judged(&format!("https://{text}"));
    judged(&format!("postgres://app:{text}@db:5432/x?password={text}#access_token={text}"));
});
