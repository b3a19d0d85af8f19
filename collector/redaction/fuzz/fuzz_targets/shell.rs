//! Commands: as they are, inside another shell's quotes, in a here-document.
#![no_main]

use barograph_redaction_fuzz::judged;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    judged(&format!("export API_TOKEN={text}; curl -u a:{text} -H \"X-Api-Key: {text}\""));
    judged(&format!("ssh web1 '{text}' && bash -lc \"{text}\""));
    judged(&format!("cat > .env <<EOF\nDB_PASSWORD={text}\nEOF\n{text}"));
});
