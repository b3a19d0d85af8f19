//! The files of the front, read and checked.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use barograph_collector::authenticate::{ClientTenants, Credentials, Tenant};
use barograph_collector::receive::Identity;
use toml::Spanned;

use super::metrics::Part;
use crate::config::{Config, TlsFiles, line};
use crate::tokens::{self, Entry};

/// The files that a part is read from.
pub(super) fn files(part: Part, config: &Config) -> Vec<PathBuf> {
    let tls = config.tls.as_ref();
    let clients = tls.and_then(|files| files.clients.as_ref());
    match part {
        Part::Credentials => {
            let tenants = clients.map(|files| files.tenants.clone());
            tenants.into_iter().chain([tokens::file::path(&config.data_dir)]).collect()
        }
        Part::Tls => {
            let authority = clients.map(|files| files.authority.clone());
            tls.into_iter().flat_map(|files| [files.certificate.clone(), files.key.clone()]).chain(authority).collect()
        }
    }
}

/// The credentials; none when there are neither tokens nor client certificates.
pub(super) fn credentials(config: &Config) -> anyhow::Result<Option<Credentials>> {
    let entries = tokens::file::read(&config.data_dir)?;
    let clients = config.tls.as_ref().and_then(|files| files.clients.as_ref());
    let clients = clients.map(|files| client_tenants(&files.tenants)).transpose()?;
    if entries.is_none() && clients.is_none() {
        return Ok(None);
    }
    let tokens = entries.iter().flatten().map(Entry::ingest_token).collect();
    Ok(Some(Credentials { tokens, clients }))
}

/// What TLS is spoken with.
pub(crate) fn identity(files: &TlsFiles) -> anyhow::Result<Identity> {
    let certificate = bytes("tls_certificate", &files.certificate)?;
    let key = bytes("tls_key", &files.key)?;
    let authority = files.clients.as_ref().map(|clients| bytes("tls_client_ca", &clients.authority)).transpose()?;
    Identity::from_pem(&certificate, &key, authority.as_deref()).with_context(|| {
        let authority = files.clients.as_ref().map(|clients| format!(", {}", clients.authority.display()));
        format!("{}, {}{}", files.certificate.display(), files.key.display(), authority.unwrap_or_default())
    })
}

/// Reads `"name" = "tenant"` lines.
fn client_tenants(path: &Path) -> anyhow::Result<ClientTenants> {
    let text = String::from_utf8(bytes("tls_client_tenants", path)?)
        .with_context(|| format!("tls_client_tenants: {} is not UTF-8", path.display()))?;
    let place = |at: usize| format!("{}:{}", path.display(), line(&text, at));
    let lines: BTreeMap<Spanned<String>, Spanned<String>> = toml::from_str(&text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        anyhow::anyhow!("{}: {}; a line is `\"name\" = \"tenant\"`", place(at), error.message())
    })?;
    let mut tenants = ClientTenants::default();
    for (name, tenant) in lines {
        let at = name.span().start;
        let added = Tenant::parse(tenant.get_ref()).and_then(|tenant| tenants.add(name.get_ref(), tenant));
        added.map_err(|fault| anyhow::anyhow!("{}: {fault}", place(at)))?;
    }
    Ok(tenants)
}

/// Reads a file that a setting names.
fn bytes(setting: &str, path: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("{setting}: cannot read {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_to_tenants_and_faults_to_lines() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("clients.toml");
        let read = |text: &str| {
            std::fs::write(&path, text).unwrap();
            client_tenants(&path)
        };
        read("# ours\n\"*.agents.example.com\" = \"acme\"\n\"spiffe://example.com/agent\" = \"ci\"\n").unwrap();
        for (text, line, words) in [
            ("\"a.b\" = \"acme\"\n\"a b\" = \"acme\"\n", 2, "is no name of a certificate"),
            ("\"a.b\" = \"Acme\"\n", 1, "is no tenant"),
            ("\"a.b\" = \"x\"\n\"a.b\" = \"x\"\n", 2, "duplicate key"),
            ("a.b = \"x\"\n", 1, "a line is `\"name\" = \"tenant\"`"),
            ("\n\"a.b\" = 7\n", 2, "a line is `\"name\" = \"tenant\"`"),
        ] {
            let told = format!("{:#}", read(text).unwrap_err());
            assert!(told.contains(&format!("clients.toml:{line}: ")) && told.contains(words), "{told}");
        }
    }
}
