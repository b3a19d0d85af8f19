//! What `serve` and `demo` print: the real addresses, in a form that scripts can read, and the settings that make an
//! agent send its telemetry here, in a form that people can paste.

use std::io::{self, Write};

use crate::app::Addresses;

/// What a sender must add where a credential is needed. %20 stands for the blank, which the variable's format does not
/// take.
const TOKEN: &str = "\
# Senders need a token, which `barograph tokens create --tenant NAME` makes:
#   export OTEL_EXPORTER_OTLP_HEADERS=\"Authorization=Bearer%20bg_…\"
";

/// Writes the addresses and the settings, and flushes: whoever waits for these lines finds the ports open.
pub(crate) fn write(addresses: &Addresses, needs_credentials: bool, out: &mut impl Write) -> io::Result<()> {
    let Addresses { otlp_grpc, otlp_http, web } = addresses;
    let token = if needs_credentials { TOKEN } else { "" };
    write!(
        out,
        "\
otlp-grpc {otlp_grpc}
otlp-http {otlp_http}
web {web}

export CLAUDE_CODE_ENABLE_TELEMETRY=1
export OTEL_LOGS_EXPORTER=otlp
export OTEL_METRICS_EXPORTER=otlp
export OTEL_TRACES_EXPORTER=otlp
export CLAUDE_CODE_ENHANCED_TELEMETRY_BETA=1
export OTEL_EXPORTER_OTLP_PROTOCOL=grpc
export OTEL_EXPORTER_OTLP_ENDPOINT={otlp_grpc}
export OTEL_LOG_TOOL_DETAILS=1
export OTEL_METRICS_INCLUDE_ENTRYPOINT=true
{token}
# The lines above are for the shell that starts Claude Code. Barograph redacts what arrives before it stores it.
# Codex, ~/.codex/config.toml:
#   [otel]
#   exporter = {{ otlp-grpc = {{ endpoint = \"{otlp_grpc}\" }} }}
#   trace_exporter = {{ otlp-grpc = {{ endpoint = \"{otlp_grpc}\" }} }}
#   metrics_exporter = {{ otlp-grpc = {{ endpoint = \"{otlp_grpc}\" }} }}
# Gemini CLI, ~/.gemini/settings.json:
#   {{\"telemetry\": {{\"enabled\": true, \"target\": \"local\", \"otlpProtocol\": \"grpc\", \"otlpEndpoint\": \"{otlp_grpc}\"}}}}
# Copilot CLI, which speaks OTLP/HTTP only:
#   export OTEL_EXPORTER_OTLP_ENDPOINT={otlp_http}
"
    )?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_come_first_and_every_other_line_can_be_pasted_into_a_shell() {
        let addresses = Addresses {
            otlp_grpc: "http://127.0.0.1:40001".to_owned(),
            otlp_http: "http://127.0.0.1:40002".to_owned(),
            web: "http://127.0.0.1:40003".to_owned(),
        };
        let mut out = Vec::new();
        write(&addresses, true, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("OTEL_EXPORTER_OTLP_HEADERS=\"Authorization=Bearer%20bg_"), "{text}");
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some("otlp-grpc http://127.0.0.1:40001"));
        assert_eq!(lines.next(), Some("otlp-http http://127.0.0.1:40002"));
        assert_eq!(lines.next(), Some("web http://127.0.0.1:40003"));
        assert_eq!(lines.next(), Some(""));
        let rest: Vec<_> = lines.collect();
        assert!(rest.iter().all(|line| line.is_empty() || line.starts_with("export ") || line.starts_with('#')));
        assert!(rest.contains(&"export OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:40001"));
    }
}
