//! JSON, YAML, TOML, INI, dotenv, XML: whole, cut off, inside one another.
#![no_main]

use barograph_redaction_fuzz::judged;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    judged(&format!("{{\"password\": {text}, \"n\": [{text}]}}"));
    judged(&serde_json::json!({ "manifest": format!("token: |\n  {text}\n"), "token": text }).to_string());
    judged(&format!("auth:\n  password: {text}\n  list:\n    - name: API_TOKEN\n      value: {text}\n"));
    judged(&format!("[auth]\npassword = {text}\n<password>{text}</password>\n"));
});
